#pragma once

#include "domain/session_store.hpp"
#include "net/authorization.hpp"
#include "net/digest.hpp"
#include "session/endpoint.hpp"
#include "session/showing.hpp"

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
    revoked,       ///< right, but it was revoked when its device was retired: 403
};

/// A verdict with what it was come to by.
struct LoginJudgement {
    LoginVerdict verdict = LoginVerdict::refused;
    std::int64_t mark = 0;   ///< of an accepted Digest answer, for the contact
    bool is_replay = false;  ///< it is stale because the same answer was used before
    std::string why = {};    ///< it was refused although the password is right; a clause, or empty
    Showing showing = {};    ///< by what right it was accepted
};

/// Who may inform on one listener.
class Gate {
public:
    explicit Gate(EndpointPolicy policy);

    [[nodiscard]] bool is_open() const noexcept { return policy_.login == LoginPolicy::none; }
    [[nodiscard]] EndpointPolicy const& policy() const noexcept { return policy_; }
    /// Values for WWW-Authenticate, with a nonce of this time.
    [[nodiscard]] std::vector<std::string> challenges(base::TimePoint time, bool stale) const;
    /// The user name to look up for a request; empty when there is none, or a configured one.
    [[nodiscard]] std::string name_to_look_up(net::Authorization const& authorization) const;

    /// Judges a POST's Authorization by what the look-up brought: its user name, and the device that informs.
    [[nodiscard]] LoginJudgement judge(net::Authorization const& authorization, domain::LookupAnswer const& known,
                                       base::TimePoint now);

    /// A login that was refused may be of a device that keeps only the beginning of a password that it was told.
    [[nodiscard]] static bool may_be_cut(LoginJudgement const& judgement, domain::LookupAnswer const& known) noexcept;
    /// Judges it again by the beginnings of that password which are long enough to be safe.
    [[nodiscard]] LoginJudgement judge_cut(net::Authorization const& authorization, domain::LookupAnswer const& known,
                                           domain::GivenLogin const& told, base::TimePoint now);

private:
    [[nodiscard]] LoginJudgement judge_kept(net::Authorization const& authorization, domain::LookupAnswer const& known,
                                            base::TimePoint now);
    [[nodiscard]] SharedLogin const* shared(std::string_view username) const noexcept;
    [[nodiscard]] static LoginJudgement only_expected(LoginJudgement judgement, domain::LookupAnswer const& known,
                                                      std::string_view username);
    [[nodiscard]] LoginJudgement check(net::Authorization const& authorization, net::DigestSecret const& secret,
                                       std::int64_t last_mark, base::TimePoint now);
    [[nodiscard]] bool check_basic(net::Authorization const& authorization, net::DigestSecret const& secret) const;

    EndpointPolicy policy_;
    net::DigestServer digest_;
    NonceMemory nonces_;
};

}  // namespace session
