#include "load/scheduler.hpp"

#include "load/whole_device.hpp"

#include <algorithm>
#include <utility>

namespace sim {
namespace {

std::uint8_t reasons_of(PhaseKind kind)
{
    switch (kind) {
        case PhaseKind::boot: return reason::boot;
        case PhaseKind::first_contact: return reason::bootstrap | reason::boot;
        case PhaseKind::value_change: return reason::value_change;
        case PhaseKind::periodic: break;
    }
    return reason::periodic;
}

/// What a boot makes a device forget (TR-069 3.7.1.5).
constexpr std::uint8_t until_boot = reason::value_change | reason::connection_request;

}  // namespace

Scheduler::Scheduler(LoadContext& context) : context_{context}, states_(context.scenario.devices())
{
    for (std::size_t number = 0; number < context.scenario.phases.size(); ++number)
        phases_.emplace_back(PhasePlan{context.scenario, number});
}

Scheduler::~Scheduler() = default;

void Scheduler::start(base::Executor executor)
{
    executor_ = executor;
    started_ = std::chrono::steady_clock::now();
    started_at_ = context_.now();
}

std::chrono::milliseconds Scheduler::elapsed() const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
}

void Scheduler::tick()
{
    if (context_.stopping)
        return;
    for (std::size_t number = 0; number < phases_.size(); ++number)
        if (!phases_[number].has_ended)
            run_phase(number);
    wheel_.advance(static_cast<std::uint64_t>(elapsed().count()), [this](TimerEntry const& entry) { fire(entry); });
}

bool Scheduler::is_planned_out() const
{
    return std::ranges::all_of(phases_, &Running::has_ended);
}

bool Scheduler::is_idle() const
{
    return is_planned_out() && active_ == 0 && queue_.empty() && pending_devices_ == 0 && undelivered() == 0;
}

std::uint64_t Scheduler::undelivered() const
{
    auto const whole = std::ranges::count_if(whole_, [](auto const& entry) { return entry.second->has_work(); });
    return pending_devices_ + static_cast<std::uint64_t>(whole);
}

void Scheduler::add_timer(std::uint32_t device, Timer kind, std::chrono::microseconds time, std::size_t phase,
                          std::uint32_t round)
{
    auto const due = std::chrono::ceil<std::chrono::milliseconds>(std::max(time, std::chrono::microseconds{0}));
    wheel_.add({static_cast<std::uint64_t>(due.count()), device, kind, static_cast<std::uint8_t>(phase),
                static_cast<std::uint16_t>(round)});
}

// ---- phases ----------------------------------------------------------------------------------------------------

void Scheduler::run_phase(std::size_t number)
{
    auto& running = phases_[number];
    auto const& phase = running.plan.phase();
    auto const now = std::chrono::steady_clock::now() - started_;
    if (now < phase.start)
        return;
    if (!std::exchange(running.has_started, true))
        start_phase(running, number);
    if (phase.pacing == Pacing::rate)
        for (auto due = running.plan.time_at_rate(running.next); due && *due <= now;
             due = running.plan.time_at_rate(running.next))
            arrive(running.plan.device(running.next++), reasons_of(phase.kind), started_ + *due);
    if (phase.pacing == Pacing::in_flight && phase.sessions > 0)
        running.has_ended = running.next >= phase.sessions && running.in_flight == 0;
    if (now > phase.end() && (phase.pacing != Pacing::in_flight || phase.sessions == 0))
        running.has_ended = true;
}

void Scheduler::start_phase(Running& running, std::size_t number)
{
    auto const& plan = running.plan;
    auto const pacing = plan.phase().pacing;
    if (pacing == Pacing::in_flight)
        return fill_loop(number);
    if (pacing == Pacing::rate)
        return;
    for (std::uint32_t place = 0; place < plan.devices(); ++place)
        if (auto const time = pacing == Pacing::over ? plan.time_over(place) : plan.time_in_round(place, 0))
            add_timer(plan.device(place), arrival, *time, number);
}

/// Closed loop: begins sessions until as many run as are wanted.
void Scheduler::fill_loop(std::size_t number)
{
    auto& running = phases_[number];
    auto const& phase = running.plan.phase();
    auto const is_over = [&] {
        return context_.stopping || running.has_ended ||
               (phase.sessions > 0 ? running.next >= phase.sessions
                                   : std::chrono::steady_clock::now() - started_ > phase.end());
    };
    for (std::uint32_t busy = 0; running.in_flight < phase.in_flight && busy < running.plan.devices() && !is_over();) {
        auto const device = running.plan.device(running.next);
        auto const is_busy = (states_[device].flags & (in_session | queued)) != 0;
        ++running.next;
        busy += is_busy;
        if (!is_busy)
            arrive(device, reasons_of(phase.kind), std::chrono::steady_clock::now(), number);
    }
}

void Scheduler::fire(TimerEntry const& entry)
{
    auto const due = started_ + std::chrono::milliseconds{entry.due};
    auto& state = states_[entry.device];
    switch (static_cast<Timer>(entry.kind)) {
        case arrival: {
            auto const& plan = phases_[entry.phase].plan;
            if (plan.phase().pacing == Pacing::interval)
                if (auto const again = plan.time_in_round(plan.place(entry.device), entry.round + 1U))
                    add_timer(entry.device, arrival, *again, entry.phase, entry.round + 1U);
            return arrive(entry.device, reasons_of(plan.phase().kind), due);
        }
        case retry:
            if (state.generation == entry.round % 256 && state.pending != 0)
                try_begin(entry.device, due);
            return;
        case wake_up:
            if (auto* const device = find_whole(entry.device); device != nullptr && (state.flags & in_session) == 0)
                if (device->wake_up())
                    try_begin(entry.device, due);
            return;
    }
}

// ---- reasons to inform -----------------------------------------------------------------------------------------

void Scheduler::set_pending(State& state, std::uint8_t pending)
{
    pending_devices_ += static_cast<std::uint64_t>(pending != 0) - static_cast<std::uint64_t>(state.pending != 0);
    state.pending = pending;
}

void Scheduler::arrive(std::uint32_t device, std::uint8_t reasons, SteadyTime due, std::size_t phase)
{
    auto& state = states_[device];
    if (context_.scenario.group_of(device).is_whole || find_whole(device) != nullptr) {
        whole(device).raise(reasons);
    } else {
        auto pending = state.pending;
        if ((reasons & (reason::boot | reason::bootstrap)) != 0) {
            pending &= static_cast<std::uint8_t>(~until_boot);
            state.retry_count = 0;
        }
        set_pending(state, pending | reasons);
    }
    try_begin(device, due, phase);
}

void Scheduler::raise(std::uint32_t device, std::uint8_t reasons)
{
    arrive(device, reasons, std::chrono::steady_clock::now());
}

bool Scheduler::request_connection(std::uint32_t device)
{
    if (context_.stopping || (states_[device].flags & in_session) != 0)
        return false;
    ++context_.statistics.connection_requests;
    raise(device, reason::connection_request);
    return true;
}

void Scheduler::delivered(std::uint32_t device, std::uint8_t reasons)
{
    auto& state = states_[device];
    set_pending(state, state.pending & static_cast<std::uint8_t>(~reasons));
}

WholeDevice* Scheduler::find_whole(std::uint32_t device)
{
    auto const found = whole_.find(device);
    return found == whole_.end() ? nullptr : found->second.get();
}

WholeDevice& Scheduler::whole(std::uint32_t device)
{
    auto& slot = whole_[device];
    if (!slot) {
        slot = std::make_unique<WholeDevice>(context_, *this, device);
        if (!context_.scenario.group_of(device).is_whole)
            slot->be_settled();
    }
    return *slot;
}

void Scheduler::wake(std::uint32_t device, base::TimePoint time)
{
    add_timer(device, wake_up, std::chrono::duration_cast<std::chrono::microseconds>(time - started_at_));
}

void Scheduler::stop() noexcept
{
    for (auto const& [number, device] : whole_)
        device->stop();
    context_.check_watched();
}

}  // namespace sim
