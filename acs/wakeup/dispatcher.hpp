#pragma once

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "domain/reachability.hpp"
#include "domain/wakeup.hpp"
#include "net/expected_peers.hpp"
#include "wakeup/line.hpp"
#include "wakeup/pace.hpp"
#include "wakeup/plan.hpp"
#include "wakeup/timer.hpp"
#include "wakeup/wake_method.hpp"
#include "wakeup/waking.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wakeup {

struct DispatchLimits {
    Rates rates;
    Backoff backoff;
    std::size_t at_once = 200;                   ///< devices asked at the same time; a quarter of them for people alone
    std::size_t waiting = 10'000;                ///< devices being woken; for people a tenth more
    std::chrono::milliseconds longest{300'000};  ///< that anybody waits for one device
    std::chrono::milliseconds request{15'000};   ///< of one method, for one request
    std::chrono::milliseconds inform{30'000};    ///< until the Inform after a request (TR-069 3.2.2.2: 30 s)
    std::chrono::milliseconds fall_over{5'000};  ///< the same, when there is another method
    std::chrono::milliseconds busy_pause{1'000};  ///< before a device in a session is asked again
    std::chrono::milliseconds poll{250};          ///< between two looks whose Informs came
};

/// What the dispatcher needs. All references must outlive it and the thread of `home`.
struct DispatcherParts {
    domain::Inventory& inventory;
    domain::ReachabilityStore& store;
    domain::LiveDevices const& live;
    base::Clock const& clock;
    base::Metrics& metrics;
    base::Executor home;                           ///< where it works
    Timers& timers;                                ///< of that thread
    std::vector<WakeMethod*> methods;              ///< in the order in which they are tried when nothing is known
    std::shared_ptr<net::ExpectedPeers> expected;  ///< told the addresses of devices that are asked; may be null
};

/// Wakes devices: who is asked when, by which method, what is tried next, and whether the device came. It is the only
/// place that paces wake-ups. All its state belongs to one thread; wake() and picture() may be called from any.
class Dispatcher final : public domain::Waker, public domain::ReachabilityView {
public:
    Dispatcher(DispatcherParts parts, DispatchLimits limits);
    ~Dispatcher() override;

    base::Awaitable<domain::WakeOutcome> wake(domain::DeviceKey device, domain::WakeWish wish) override;
    base::Awaitable<std::optional<Picture>> picture(domain::DeviceKey device) override;

private:
    using Shared = std::shared_ptr<Waking>;
    using ResultCounters = std::array<base::Counter*, domain::wake_results>;

    // dispatcher.cpp: who is woken, and when
    base::Awaitable<domain::WakeOutcome> wake_at_home(domain::DeviceKey device, domain::WakeWish wish);
    base::Awaitable<void> await_end(Shared waking, Moment patience);
    [[nodiscard]] bool is_full(domain::Priority priority) const;
    [[nodiscard]] Shared begin(domain::DeviceKey device);
    void join(Waking& waking, domain::WakeWish const& wish, Moment patience);
    base::Awaitable<void> run(Shared waking);
    base::Awaitable<bool> turn(Shared waking);
    void admit();
    base::Awaitable<void> tick();
    void release(Waking& waking);

    // attempts.cpp: one device
    base::Awaitable<domain::WakeOutcome> attempt(Shared waking);
    base::Awaitable<void> ask_all(Shared waking);
    base::Awaitable<void> ask(Shared waking, WakeMethod* method, bool is_last);
    base::Awaitable<Asked> ask_until_free(Shared waking, WakeMethod* method, bool is_last);
    base::Awaitable<bool> turn_again(Shared waking, Moment end);
    base::Awaitable<bool> session_ends(Shared waking);
    base::Awaitable<void> inform(Shared waking, Moment until);
    [[nodiscard]] domain::WakeOutcome finish(Waking& waking);

    // informs.cpp: whether they came
    base::Awaitable<void> watch();
    base::Awaitable<void> look(std::vector<domain::DeviceKey> devices);
    void watch_for(Waking& waking);

    DispatcherParts parts_;
    DispatchLimits limits_;
    Pace pace_;
    Line line_;
    std::unordered_map<std::int64_t, Shared> wakings_;  ///< by device
    std::size_t asking_ = 0;                            ///< of them with a place
    bool is_ticking_ = false;
    bool is_watching_ = false;
    std::map<std::string, ResultCounters, std::less<>> counters_;
    base::Gauge& open_;
    base::Gauge& in_line_;
};

}  // namespace wakeup
