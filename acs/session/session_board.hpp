#pragma once

#include "base/clock.hpp"
#include "domain/reachability.hpp"
#include "domain/sessions.hpp"

#include <mutex>
#include <vector>

namespace session {

class CwmpEndpoint;

/// All sessions that are open: those of this node's endpoints, and what other nodes told of theirs. On I/O threads.
class SessionBoard final : public domain::OpenSessions, public domain::LiveDevices {
public:
    static constexpr std::chrono::seconds before_telling{2};  ///< a session that is over sooner is not told of
    static constexpr unsigned most_told = 2'000;              ///< sessions; of more the newest

    /// Both must outlive this.
    SessionBoard(domain::OpenSessionStore& store, base::Clock const& clock) : store_{store}, clock_{clock} {}

    /// The endpoint must outlive the last question. From any thread.
    void add(CwmpEndpoint const& endpoint);

    base::Awaitable<std::vector<domain::OpenSession>> list(domain::SessionQuery query) override;
    [[nodiscard]] bool is_live(domain::DeviceKey device) const override;

    /// Tells the other nodes once.
    base::Awaitable<void> tell();
    /// Tells them again and again. Ends with its thread.
    base::Awaitable<void> run();

private:
    [[nodiscard]] std::vector<CwmpEndpoint const*> endpoints() const;
    base::Awaitable<std::vector<domain::OpenSession>> of_this_node(domain::SessionQuery query);

    domain::OpenSessionStore& store_;
    base::Clock const& clock_;
    mutable std::mutex mutex_;  ///< for endpoints_
    std::vector<CwmpEndpoint const*> endpoints_;
};

}  // namespace session
