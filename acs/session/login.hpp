#pragma once

#include "domain/login.hpp"
#include "net/authorization.hpp"
#include "net/digest.hpp"
#include "session/endpoint.hpp"

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace session {

/// The highest count seen of each nonce, so that an overheard answer cannot be used again. Bounded: when two nonces
/// meet in one place the older one is forgotten, and its life is short anyway. Safe from any thread.
class NonceMemory {
public:
    /// Notes a use; false when this count, or a higher one, was used before.
    [[nodiscard]] bool note(std::string_view nonce, std::uint32_t count);

private:
    struct Slot {
        std::uint64_t nonce = 0;
        std::uint32_t count = 0;
    };
    std::mutex mutex_;
    std::array<Slot, 65'536> slots_{};
};

/// What a login came to.
enum class LoginVerdict {
    accepted,
    refused,       ///< wrong, unknown or missing: 401
    stale,         ///< right, but for an old nonce: 401 with stale=true
    other_device,  ///< right, but it belongs to another device than the one that informs: 403
};

/// Who may inform on one listener.
class Gate {
public:
    explicit Gate(EndpointPolicy policy);

    [[nodiscard]] bool is_open() const noexcept { return policy_.login == LoginPolicy::none; }
    [[nodiscard]] EndpointPolicy const& policy() const noexcept { return policy_; }
    /// Values for WWW-Authenticate.
    [[nodiscard]] std::vector<std::string> challenges(base::TimePoint now, bool stale) const;
    /// The user name to look up for a request; empty when there is none, or a configured one.
    [[nodiscard]] std::string name_to_look_up(net::Authorization const& authorization) const;

    /// Judges a POST's Authorization. `login`: what the store knows of its user name; `device`: the one that informs,
    /// none when it was never heard of.
    [[nodiscard]] LoginVerdict judge(net::Authorization const& authorization, std::optional<domain::Login> const& login,
                                     std::optional<domain::DeviceKey> device, base::TimePoint now);

private:
    [[nodiscard]] SharedLogin const* shared(std::string_view username) const noexcept;
    [[nodiscard]] LoginVerdict check(net::Authorization const& authorization, net::DigestSecret const& secret,
                                     base::TimePoint now);
    [[nodiscard]] bool check_basic(net::Authorization const& authorization, net::DigestSecret const& secret) const;

    EndpointPolicy policy_;
    net::DigestServer digest_;
    NonceMemory nonces_;
};

}  // namespace session
