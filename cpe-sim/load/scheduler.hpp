#pragma once

#include "base/awaitable.hpp"
#include "load/load_context.hpp"
#include "load/plan.hpp"
#include "load/timer_wheel.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace sim {

class WholeDevice;

/// Which device does what, and when. A device that has nothing of its own costs eight bytes here; one that the ACS
/// wants something of becomes a WholeDevice. All on the run's one I/O thread.
class Scheduler {
public:
    /// `context` must outlive it.
    explicit Scheduler(LoadContext& context);
    ~Scheduler();
    Scheduler(Scheduler const&) = delete;
    Scheduler& operator=(Scheduler const&) = delete;

    /// Starts the clock. Call tick() about every millisecond from now on.
    void start(base::Executor executor);
    void tick();
    /// All phases are over, and nothing is left to be delivered.
    [[nodiscard]] bool is_idle() const;
    /// All phases are over.
    [[nodiscard]] bool is_planned_out() const;
    /// Time since start().
    [[nodiscard]] std::chrono::milliseconds elapsed() const;

    /// Why a device is to inform, as bits of `reason`; it does as soon as it can.
    void raise(std::uint32_t device, std::uint8_t reasons);
    /// Somebody asked for a session; false when the device is busy.
    [[nodiscard]] bool request_connection(std::uint32_t device);

    // ---- for sessions -------------------------------------------------------------------------------------------
    /// The ACS has these events of a device.
    void delivered(std::uint32_t device, std::uint8_t reasons);
    /// The device with its tree, made when it has none: it was started long ago and has told everything.
    [[nodiscard]] WholeDevice& whole(std::uint32_t device);
    /// null when it has none.
    [[nodiscard]] WholeDevice* find_whole(std::uint32_t device);
    /// A whole device has something to do at `time`.
    void wake(std::uint32_t device, base::TimePoint time);
    /// Ends running exchanges soon and begins none any more.
    void stop() noexcept;
    /// Sessions and other doings that run.
    [[nodiscard]] std::uint32_t active() const noexcept { return active_; }
    /// Devices with a tree.
    [[nodiscard]] std::size_t whole_count() const noexcept { return whole_.size(); }
    /// Devices that have something to tell that the ACS does not have.
    [[nodiscard]] std::uint64_t undelivered() const;

    /// How a session ended.
    struct Ending {
        bool succeeded = false;
        std::optional<std::chrono::seconds> hold_off;  ///< what a 503 asked for
    };

private:
    using SteadyTime = std::chrono::steady_clock::time_point;
    enum Timer : std::uint8_t { arrival, retry, wake_up };
    enum Flag : std::uint8_t { in_session = 1, queued = 2 };
    /// A device without a tree.
    struct State {
        std::uint8_t pending = 0;
        std::uint8_t retry_count = 0;
        std::uint8_t flags = 0;
        std::uint8_t generation = 0;  ///< counts retries that were planned: an old timer knows that it is not meant
        std::uint32_t sessions = 0;
    };
    struct Running {
        explicit Running(PhasePlan p) : plan{p} {}
        PhasePlan plan;
        std::uint64_t next = 0;  ///< session number
        std::uint32_t in_flight = 0;
        bool has_started = false;
        bool has_ended = false;
    };
    static constexpr std::size_t no_phase = ~std::size_t{0};

    void run_phase(std::size_t number);
    void start_phase(Running& running, std::size_t number);
    void fill_loop(std::size_t number);
    void fire(TimerEntry const& entry);
    void arrive(std::uint32_t device, std::uint8_t reasons, SteadyTime due, std::size_t phase = no_phase);
    void try_begin(std::uint32_t device, SteadyTime due, std::size_t phase = no_phase);
    void begin(std::uint32_t device, SteadyTime due, std::size_t phase);
    void begin_queued();
    void set_pending(State& state, std::uint8_t pending);
    void ended(std::uint32_t device, std::size_t phase, Ending ending);
    void settle_whole(std::uint32_t device);
    void plan_retry(std::uint32_t device, Ending const& ending);
    [[nodiscard]] base::Awaitable<void> hold(std::uint32_t device, std::size_t phase);
    void add_timer(std::uint32_t device, Timer kind, std::chrono::microseconds time, std::size_t phase = 0,
                   std::uint32_t round = 0);

    LoadContext& context_;
    std::optional<base::Executor> executor_;
    std::vector<State> states_;
    std::unordered_map<std::uint32_t, std::unique_ptr<WholeDevice>> whole_;
    std::vector<Running> phases_;
    TimerWheel wheel_;
    std::deque<std::pair<std::uint32_t, SteadyTime>> queue_;  ///< each device once at most, and since when
    std::uint64_t pending_devices_ = 0;                       ///< with something to tell, without a tree
    std::uint32_t active_ = 0;                                ///< coroutines
    SteadyTime started_;
    base::TimePoint started_at_{};
};

}  // namespace sim
