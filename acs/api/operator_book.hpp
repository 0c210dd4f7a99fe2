#pragma once

#include "api/caller.hpp"
#include "api/settings.hpp"
#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "domain/operator_store.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace api {

/// Everybody who may use the API, kept in memory: looking a caller up costs no statement, and guessed tokens never
/// reach the database. A change that was made on this node holds at once, one of another node within a second. Safe
/// from all I/O threads.
class OperatorBook {
public:
    /// All must outlive it.
    OperatorBook(domain::OperatorStore& store, domain::ConditionGuard& guard, base::Clock const& clock,
                 OperatorSettings settings);
    ~OperatorBook();

    /// Whose token, or session, has this hash; none when nobody's, or when it has expired. Notes that it was used.
    [[nodiscard]] std::optional<Caller> by_token(std::string const& hash);
    [[nodiscard]] std::optional<Caller> by_session(std::string const& hash);

    /// The role of that name as it was last read.
    [[nodiscard]] std::optional<domain::Role> role(std::string const& name) const;
    [[nodiscard]] domain::OperatorDirectory directory() const;

    /// Reads what has changed. Throws base::Unavailable.
    base::Awaitable<void> refresh();
    /// The same for a caller who is not known: it may be new. On return something was read that was true when the
    /// caller came. Not more often than OperatorSettings::stranger_pause says, for all of them together: they wait for
    /// it.
    base::Awaitable<void> refresh_for_stranger();
    /// Refreshes every second, and writes down once a minute what was used. Ends with its io_context.
    base::Awaitable<void> follow();

private:
    struct Picture;

    [[nodiscard]] std::shared_ptr<Picture const> picture() const;
    [[nodiscard]] std::shared_ptr<Picture const> draw(domain::OperatorDirectory directory) const;
    base::Awaitable<void> write_uses();
    /// How long a stranger must wait before the next reading is begun; zero: it begins now, and the caller does it.
    [[nodiscard]] std::chrono::steady_clock::duration claim_reading();
    [[nodiscard]] bool was_read_since(std::chrono::steady_clock::time_point moment) const;

    domain::OperatorStore& store_;
    domain::ConditionGuard& guard_;
    base::Clock const& clock_;
    OperatorSettings settings_;
    mutable std::mutex mutex_;  ///< over what follows
    std::shared_ptr<Picture const> picture_;
    std::map<domain::ApiTokenId, base::TimePoint> used_tokens_;
    std::map<std::string, base::TimePoint> used_sessions_;
    std::chrono::steady_clock::time_point begun_for_stranger_{};
    std::chrono::steady_clock::time_point read_since_{};  ///< when the newest reading that has ended began
};

}  // namespace api
