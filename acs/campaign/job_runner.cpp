#include "campaign/job_runner.hpp"

#include "base/log.hpp"
#include "base/steps.hpp"
#include "base/unavailable.hpp"
#include "domain/condition_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

namespace campaign {

namespace {

constexpr std::string_view expired_text = "it expired before every device had its turn";

/// False for devices that no task can reach any more.
bool is_reachable(domain::DeviceState state)
{
    return state != domain::DeviceState::retired && state != domain::DeviceState::rejected;
}

domain::JobStep step_over(domain::FleetPage const& page)
{
    domain::JobStep step;
    for (auto const& device : page.devices)
        if (is_reachable(device.state))
            step.devices.push_back(device.key);
        else
            ++step.skipped;
    step.position = page.position;
    step.is_last = page.is_last;
    return step;
}

}  // namespace

JobRunner::JobRunner(JobParts parts, JobSettings settings)
    : parts_{parts},
      settings_{settings},
      ordered_{parts.metrics.counter("acs_job_devices_total", "Devices that jobs did something to.")},
      skipped_{parts.metrics.counter("acs_job_skipped_total", "Devices that jobs passed over.")},
      stopped_{parts.metrics.counter("acs_jobs_stopped_total", "Jobs that stopped by themselves.")},
      woken_{parts.metrics.counter("acs_job_wakes_total", "Devices that jobs woke, reached or not.")}
{
}

base::Awaitable<void> JobRunner::run(std::chrono::milliseconds interval)
{
    co_await base::take_steps(*this, interval, "campaign.job");
}

base::Awaitable<void> JobRunner::step()
{
    for (auto const& turn : co_await parts_.jobs.turns(settings_.node))
        co_await take_or_stop(turn);
    co_await wake_waiting();
    co_await end_cancelled();
    co_await review();
    co_await note_wakes();
}

std::size_t JobRunner::room() const noexcept
{
    return settings_.wakes_waiting - std::min(settings_.wakes_waiting, waiting_.size());
}

/// A job that cannot go on, whatever the reason, is tried again for a while and then stops, alone: the others have
/// their turns.
base::Awaitable<void> JobRunner::take_or_stop(domain::JobTurn turn)
{
    auto const id = turn.id;
    std::string why;
    try {
        co_await take(std::move(turn));
    } catch (base::Unavailable const&) {
        throw;
    } catch (std::exception const& failure) {
        why = failure.what();
    }
    if (why.empty()) {
        failures_.erase(id);
    } else if (++failures_[id] >= settings_.most_failures) {
        failures_.erase(id);
        co_await stop(id, std::move(why));
    } else {
        base::log::warning("campaign.job_failed", {{"job", id}, {"reason", why}});
    }
}

base::Awaitable<void> JobRunner::stop(std::int64_t job, std::string why)
{
    base::log::warning("campaign.job_stopped", {{"job", job}, {"reason", why}});
    stopped_.add();
    co_await parts_.jobs.stop(job, std::move(why));
}

base::Awaitable<void> JobRunner::take(domain::JobTurn turn)
{
    domain::JobStep step{.position = turn.position, .is_last = true, .stopped = std::string{expired_text}};
    if (!turn.has_expired) {
        if (turn.wakes)
            turn.devices = static_cast<std::uint32_t>(std::min<std::size_t>(turn.devices, room()));
        if (turn.devices == 0)
            co_return;
        auto const page = co_await devices_of(turn);
        if (!page) {
            co_await stop(turn.id, page.error().what);
            co_return;
        }
        step = step_over(*page);
    }
    auto const id = turn.id;
    auto const skipped = step.skipped;
    auto const progress = co_await parts_.jobs.advance(std::move(turn), std::move(step), settings_.node);
    if (!progress.is_taken)
        co_return;
    ordered_.add(progress.ordered);
    skipped_.add(skipped + progress.full);
    for (auto const device : progress.to_wake)
        waiting_.push_back({id, device});
}

base::Awaitable<base::Result<domain::FleetPage>> JobRunner::devices_of(domain::JobTurn const& turn)
{
    if (turn.is_list)
        co_return co_await named_devices(turn);
    co_return co_await domain::next_page(parts_.fleet, parts_.guard, domain::both_conditions(turn.part, turn.where),
                                         turn.position, turn.devices);
}

/// Those that were named and still belong to the part of the fleet that whoever named them may see.
base::Awaitable<base::Result<domain::FleetPage>> JobRunner::named_devices(domain::JobTurn const& turn)
{
    domain::FleetPage page;
    page.devices = co_await parts_.jobs.named(turn.id, turn.position, turn.devices);
    page.position = turn.position;
    page.is_last = page.devices.size() < turn.devices;
    if (page.devices.empty())
        co_return page;
    page.position = page.devices.back().key;
    if (turn.part.empty())
        co_return page;
    auto const part = parts_.guard.check(turn.part);
    if (!part)
        co_return base::fail(part.error().what);
    std::vector<domain::DeviceKey> keys;
    for (auto const& device : page.devices)
        keys.push_back(device.key);
    auto const seen = co_await parts_.inventory.matching(std::move(keys), *part);
    std::set<domain::DeviceKey> const known{seen.begin(), seen.end()};
    std::erase_if(page.devices, [&](domain::FleetDevice const& device) { return !known.contains(device.key); });
    co_return page;
}

base::Awaitable<void> JobRunner::end_cancelled()
{
    for (unsigned round = 0; round < settings_.cancelling; ++round) {
        auto const cancelled = co_await parts_.jobs.cancel_tasks(settings_.cancelled_at_once);
        if (cancelled < settings_.cancelled_at_once)
            co_return;
    }
}

base::Awaitable<void> JobRunner::review()
{
    for (auto const& each : co_await parts_.jobs.reviews()) {
        if (domain::is_over(each)) {
            co_await parts_.jobs.finish(each.id);
            base::log::info("campaign.job_over", {{"job", each.id}, {"state", domain::to_text(each.state)}});
        } else if (auto const why = domain::why_to_stop(each);
                   each.state == domain::JobState::running && !why.empty()) {
            co_await stop(each.id, why);
        }
    }
}

base::Awaitable<void> JobRunner::note_wakes()
{
    for (auto const& [job, reached] : std::exchange(reached_, {}))
        co_await parts_.jobs.note_wakes(job, reached.yes, reached.no);
}

base::Awaitable<void> JobRunner::wake_waiting()
{
    auto const executor = co_await boost::asio::this_coro::executor;
    while (!waiting_.empty() && in_flight_ < settings_.wakes_at_once) {
        auto const next = waiting_.front();
        waiting_.pop_front();
        ++in_flight_;
        boost::asio::co_spawn(executor, wake(next), boost::asio::detached);
    }
}

/// Wakes one device, then whoever waits next.
base::Awaitable<void> JobRunner::wake(Wake next)
{
    auto const executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor,
                               base::use_awaitable);  // not within whoever spawns it: that may be one of these
    bool is_reached = false;
    try {
        auto const outcome =
            co_await parts_.waker.wake(next.device, {.most = settings_.wake_time, .priority = domain::Priority::bulk});
        is_reached = outcome.reached || outcome.is_busy;  // who is in a session has come
    } catch (std::exception const& failure) {
        base::log::warning("campaign.wake", {{"reason", failure.what()}});
    }
    woken_.add();
    auto& reached = reached_[next.job];
    ++(is_reached ? reached.yes : reached.no);
    --in_flight_;
    co_await wake_waiting();
}

}  // namespace campaign
