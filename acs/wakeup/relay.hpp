#pragma once

#include "base/counters.hpp"
#include "domain/wake_requests.hpp"
#include "wakeup/timer.hpp"
#include "wakeup/wake_method.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wakeup {

/// What the relay needs. All must outlive it and the thread of `home`.
struct RelayParts {
    domain::WakeRequests& requests;
    domain::Inventory& inventory;
    domain::ReachabilityStore& store;
    base::Metrics& metrics;
    base::Executor home;  ///< where it works
    Timers& timers;       ///< of that thread
    std::string node;     ///< the name of this one
};

/// Has other nodes ask devices that only they can reach, and asks devices for them. All its state belongs to one
/// thread.
class Relay {
public:
    static constexpr std::size_t most = 1'000;  ///< requests under way, each way

    explicit Relay(RelayParts parts);

    /// A method that is carried out for others, too. Before the first mail; it must outlive the thread of `home`.
    void serve(WakeMethod& method) { methods_.push_back(&method); }

    /// Has `node` ask the device, at most until `until`; a node that is gone is given up sooner. On the thread of
    /// `home`.
    base::Awaitable<Asked> ask(std::string node, domain::DeviceKey device, std::string method, Moment until);
    /// What came for this node. From any thread.
    void take(domain::WakeMail mail);

    [[nodiscard]] std::string const& node() const noexcept { return parts_.node; }

private:
    struct Open {
        Timer* timer;  ///< of the coroutine that waits
        std::optional<domain::WakeReply> reply;
    };
    void deliver(domain::WakeMail mail);
    base::Awaitable<void> answer(domain::WakeRequest request);
    base::Awaitable<Asked> ask_here(domain::WakeRequest request);
    void send();
    base::Awaitable<void> post();
    void give_up(std::vector<domain::WakeRequest> const& requests);

    RelayParts parts_;
    std::vector<WakeMethod*> methods_;
    std::map<std::int64_t, std::shared_ptr<Open>> open_;  ///< asked of others
    std::size_t answering_ = 0;                           ///< asked by others
    std::vector<domain::WakeRequest> requests_;           ///< to be posted
    std::vector<domain::WakeReply> replies_;              ///< likewise
    bool is_posting_ = false;
    base::Counter& asked_;
    base::Counter& answered_;
    base::Counter& unanswered_;
};

/// A method that works only from the node that hears the device: this one, or another that is told to do it.
class RelayedMethod final : public WakeMethod {
public:
    /// Both must outlive it.
    RelayedMethod(WakeMethod& here, Relay& relay) : here_{here}, relay_{relay} {}

    [[nodiscard]] std::string_view name() const noexcept override { return here_.name(); }
    [[nodiscard]] bool applies(WakeTarget const& target, std::string& why) const override;
    base::Awaitable<Asked> ask(WakeTarget target, std::chrono::steady_clock::time_point until) override;

private:
    [[nodiscard]] bool is_elsewhere(WakeTarget const& target) const;

    WakeMethod& here_;
    Relay& relay_;
};

}  // namespace wakeup
