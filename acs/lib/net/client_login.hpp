#pragma once

#include "net/headers.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

struct Credentials {
    std::string username;
    std::string password;
};

/// The client's side of Basic and Digest. Learns from the challenges of a 401 and then makes the Authorization of every
/// further request, counting the nonce's uses. What it sends is exactly what the challenge allows: qop, nc and cnonce
/// only if it offered qop=auth, opaque only if it had one, algorithm as written there (TR-069 CPEs and ACSs choke on
/// more).
class ClientLogin {
public:
    /// `allow_basic` false: never sends the password itself.
    explicit ClientLogin(Credentials credentials, bool allow_basic = true);

    /// Reads the WWW-Authenticate fields of a 401 and takes the best: Digest SHA-256, Digest MD5, then Basic.
    /// False when there is none that can be answered.
    [[nodiscard]] bool learn(Headers const& answer);

    /// The Authorization for the next request; none before a challenge was learnt. `uri` is the request line's target.
    [[nodiscard]] std::optional<std::string> authorization(std::string_view method, std::string_view uri);

    /// Forgets the challenge, as a new session does that begins without Authorization.
    void forget() noexcept;

    /// True when the last challenge said stale=true: the login was right, only its nonce too old.
    [[nodiscard]] bool was_stale() const noexcept { return challenge_ && challenge_->stale; }

    /// "Digest", "Basic" or empty before a challenge.
    [[nodiscard]] std::string_view scheme() const noexcept;

private:
    struct Challenge {
        bool is_digest = false;
        bool has_qop = false;
        bool has_opaque = false;
        bool has_algorithm = false;
        bool is_sha256 = false;
        bool is_session = false;
        bool stale = false;
        std::string realm, nonce, opaque, algorithm;
    };
    [[nodiscard]] static std::optional<Challenge> best(Headers const& answer, bool allow_basic);
    [[nodiscard]] std::string digest(std::string_view method, std::string_view uri);

    Credentials credentials_;
    bool allow_basic_;
    std::optional<Challenge> challenge_;
    std::uint32_t uses_ = 0;
};

}  // namespace net
