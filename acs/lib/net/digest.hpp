#pragma once

#include "base/clock.hpp"
#include "net/authorization.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace net {

enum class DigestAlgorithm { md5, md5_sess, sha256, sha256_sess };

/// Name as in RFC 7616: "MD5", "MD5-sess", "SHA-256", "SHA-256-sess".
[[nodiscard]] std::string_view to_string(DigestAlgorithm algorithm) noexcept;

/// H(username:realm:password) in hexadecimal: what a server needs to know of a password. Either may be empty (unknown).
struct DigestSecret {
    std::string md5;
    std::string sha256;
};

[[nodiscard]] DigestSecret make_digest_secret(std::string_view username, std::string_view realm,
                                              std::string_view password);

struct DigestSettings {
    std::string realm;
    std::string key;                     ///< secret that nonces are sealed with; the same on all nodes; >= 16 bytes
    std::chrono::seconds lifetime{300};  ///< of a nonce
    /// One challenge each, in this order; by default MD5 alone, because many CPEs take just the first line.
    std::vector<DigestAlgorithm> algorithms{DigestAlgorithm::md5};
    /// Nonces sealed with these are taken, too: of nodes whose keys are in another order, while a key is replaced.
    std::vector<std::string> other_keys{};
};

/// What became of a Digest answer.
struct DigestVerdict {
    enum class Outcome {
        accepted,
        wrong,      ///< not this secret
        stale,      ///< the right secret for a nonce of ours that is too old: challenge with stale=true
        malformed,  ///< not Digest, parts missing, an algorithm or qop that we did not offer, or a nonce that is not
                    ///< ours
    };
    Outcome outcome = Outcome::malformed;
    /// When the nonce was made, and its count (0 in the RFC 2069 form): greater than the last ones seen, or a replay.
    base::TimePoint nonce_time{};
    std::uint32_t nonce_count = 0;
    [[nodiscard]] bool accepted() const noexcept { return outcome == Outcome::accepted; }
};

/// The server's side of Digest (RFC 7616, RFC 2617, RFC 2069). Keeps nothing: a nonce is time, random and their HMAC,
/// so any node with the key can check it. Safe from any thread.
class DigestServer {
public:
    explicit DigestServer(DigestSettings settings);

    [[nodiscard]] DigestSettings const& settings() const noexcept { return settings_; }

    /// Values for WWW-Authenticate fields, one per algorithm, all with the same new nonce.
    [[nodiscard]] std::vector<std::string> challenges(base::TimePoint now, bool stale = false) const;

    /// Judges `answer` to a challenge of ours for a request of `method`; HA2 is computed with the client's own uri. In
    /// constant time with regard to the secret. MD5 and SHA-256 are accepted whatever was offered.
    [[nodiscard]] DigestVerdict check(Authorization const& answer, std::string_view method, DigestSecret const& secret,
                                      base::TimePoint now) const;

private:
    [[nodiscard]] std::string seal(std::string_view key, std::string_view time_and_random) const;
    [[nodiscard]] bool is_ours(std::string_view start, std::string_view seal) const;

    DigestSettings settings_;
};

/// The `response` of RFC 7616 3.4.1 (of RFC 2069 when `qop` is empty) for H(A1) as of make_digest_secret.
[[nodiscard]] std::string digest_response(DigestAlgorithm algorithm, std::string_view secret, std::string_view method,
                                          std::string_view uri, std::string_view nonce, std::string_view nonce_count,
                                          std::string_view client_nonce, std::string_view qop);

}  // namespace net
