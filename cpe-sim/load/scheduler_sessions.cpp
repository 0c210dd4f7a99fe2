// How the scheduler begins and ends sessions, and what follows from their end.
#include "device/inform_schedule.hpp"
#include "load/minimal_session.hpp"
#include "load/scheduler.hpp"
#include "load/whole_device.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>

namespace sim {
namespace {

constexpr std::uint64_t retry_salt = 0x7265747279;

}  // namespace

void Scheduler::try_begin(std::uint32_t device, SteadyTime due, std::size_t phase)
{
    auto& state = states_[device];
    if (context_.stopping || (state.flags & (in_session | queued)) != 0)
        return;
    if (active_ < context_.scenario.max_connections)
        return begin(device, due, phase);
    state.flags |= queued;
    queue_.emplace_back(device, due);
}

void Scheduler::begin(std::uint32_t device, SteadyTime due, std::size_t phase)
{
    auto& state = states_[device];
    state.flags = static_cast<std::uint8_t>((state.flags | in_session) & ~queued);
    ++state.generation;
    ++state.sessions;
    ++active_;
    if (phase != no_phase)
        ++phases_[phase].in_flight;
    context_.statistics.time(Timed::start_delay, std::chrono::steady_clock::now() - due);
    boost::asio::co_spawn(*executor_, hold(device, phase), [this](std::exception_ptr failure) {
        if (!failure)
            return;
        --active_;
        try {
            std::rethrow_exception(failure);
        } catch (std::exception const& error) {
            context_.failure = error.what();
        }
    });
}

void Scheduler::begin_queued()
{
    while (!queue_.empty() && !context_.stopping && active_ < context_.scenario.max_connections) {
        auto const [device, due] = queue_.front();
        queue_.pop_front();
        begin(device, due, no_phase);
    }
}

base::Awaitable<void> Scheduler::hold(std::uint32_t device, std::size_t phase)
{
    Ending ending{.succeeded = true};
    if (auto* const known = find_whole(device)) {
        co_await known->live();
    } else if (auto const& state = states_[device]; state.pending != 0) {
        MinimalSession const session{device, state.pending, state.retry_count, state.sessions};
        ending = co_await hold_minimal_session(context_, *this, session);
    }
    ended(device, phase, ending);
}

/// A device that became whole stays so while there is a use for it; what it had to tell goes over to its whole self.
void Scheduler::settle_whole(std::uint32_t device)
{
    auto* const known = find_whole(device);
    auto& state = states_[device];
    if (known == nullptr)
        return;
    if (!known->is_needed()) {
        whole_.erase(device);
        return;
    }
    if (state.pending != 0) {
        known->raise(state.pending);
        set_pending(state, 0);
    }
    if (known->is_due() && !context_.stopping)
        try_begin(device, std::chrono::steady_clock::now());
    else
        known->plan();
}

void Scheduler::ended(std::uint32_t device, std::size_t phase, Ending ending)
{
    auto& state = states_[device];
    state.flags &= static_cast<std::uint8_t>(~in_session);
    --active_;
    settle_whole(device);
    if (ending.succeeded)
        state.retry_count = 0;
    else if (state.retry_count < 255)
        ++state.retry_count;
    if (!ending.succeeded && state.pending != 0)
        plan_retry(device, ending);
    else if (state.pending != 0)
        try_begin(device, std::chrono::steady_clock::now());
    begin_queued();
    if (phase != no_phase) {
        --phases_[phase].in_flight;
        fill_loop(phase);
    }
}

/// Table 3 of TR-069 3.2.1.1; a 503 may ask for more.
void Scheduler::plan_retry(std::uint32_t device, Ending const& ending)
{
    auto& state = states_[device];
    set_pending(state, state.pending & static_cast<std::uint8_t>(~reason::connection_request));  // tried only once
    if (!context_.scenario.retry)
        set_pending(state, 0);
    if (state.pending == 0)
        return;
    auto const bounds =
        retry_bounds(state.retry_count, context_.scenario.retry_minimum_wait, context_.scenario.retry_multiplier);
    Dice dice{mixed(mixed(mixed(context_.scenario.seed, retry_salt), device), state.sessions)};
    auto wait = draw_wait(bounds, dice);
    if (ending.hold_off)
        wait = std::max<std::chrono::microseconds>(wait, *ending.hold_off);
    auto const now = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started_);
    add_timer(device, retry, now + wait, 0, state.generation);
}

}  // namespace sim
