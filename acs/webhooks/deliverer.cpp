#include "webhooks/deliverer.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace webhooks {

namespace {

base::Awaitable<void> run_lane(std::shared_ptr<Lane> lane)
{
    co_await lane->run();
}

/// What several lanes tell of one webhook.
void join(domain::WebhookProgress& all, domain::WebhookProgress const& one)
{
    all.delivered_at = std::max(all.delivered_at, one.delivered_at);
    if (one.waiting_since && (!all.waiting_since || *one.waiting_since < *all.waiting_since))
        all.waiting_since = one.waiting_since;
    if (!one.problem.empty())
        all.problem = one.problem;
}

}  // namespace

Deliverer::Deliverer(DelivererServices services, DelivererSettings settings)
    : services_{services},
      settings_{std::move(settings)},
      lane_services_{services.log,
                     services.tail,
                     services.inventory,
                     services.queue,
                     services.clock,
                     services.metrics.counter("acs_webhook_events_total", "Events by what became of them at webhooks",
                                              "outcome=\"delivered\""),
                     services.metrics.counter("acs_webhook_failures_total",
                                              "Requests to webhooks that were not answered with 2xx"),
                     services.metrics.counter("acs_webhook_events_total", "Events by what became of them at webhooks",
                                              "outcome=\"dead\"")},
      missed_{
          services.metrics.counter("acs_webhook_missed_total",
                                   "Webhooks that were so far behind that events were dropped before it came to them")}
{
}

base::Awaitable<void> Deliverer::run()
{
    net::Timer timer{co_await boost::asio::this_coro::executor};
    std::string told;
    while (!is_leaving_) {
        std::string problem;
        try {
            co_await step();
        } catch (std::exception const& exception) {
            problem = exception.what();
        }
        if (problem != told && !problem.empty())
            base::log::warning("webhooks.failed", {{"reason", problem}});
        told = std::move(problem);
        timer.expires_after(settings_.step);
        if (auto const [failure] = co_await timer.async_wait(base::as_tuple); failure)
            co_return;
    }
}

base::Awaitable<void> Deliverer::step()
{
    auto const executor = co_await boost::asio::this_coro::executor;
    auto leases = co_await services_.queue.lease(settings_.lease, notes());
    bool const one_begins =
        std::ranges::any_of(leases, [this](auto const& lease) { return !work_.contains(lease.webhook.id); });
    auto const kept_since = co_await oldest_kept(one_begins);
    if (is_leaving_)
        co_return;
    std::set<domain::WebhookId> ours;
    for (auto const& lease : leases)
        ours.insert(lease.webhook.id);
    drop_all_but(ours);
    if (ours.empty())
        follower_.reset();
    else if (!follower_)
        follower_ = std::make_unique<domain::EventTail::Follower>(services_.tail);
    for (auto& lease : leases)
        adopt(std::move(lease), executor);
    if (kept_since)
        look_back(*kept_since);
}

/// Since when events are kept, when it is time to look whether some are gone before they were delivered: once in a
/// while, and before the lanes of a webhook begin, for they leave the place where they were.
base::Awaitable<std::optional<base::TimePoint>> Deliverer::oldest_kept(bool one_begins)
{
    auto const now = std::chrono::steady_clock::now();
    if (!one_begins && (now < next_look_ || work_.empty()))
        co_return std::nullopt;
    auto const kept_since = co_await services_.queue.kept_since();
    next_look_ = now + settings_.look_back;
    co_return kept_since;
}

/// Ends the lanes of webhooks that are no longer ours. They are known until they have ended, so that none begins beside
/// them when they are ours again.
void Deliverer::drop_all_but(std::set<domain::WebhookId> const& ours)
{
    for (auto& [id, work] : work_)
        if (!ours.contains(id)) {
            stop(work);
            work.lag->set(0);
        }
    std::erase_if(work_, [&](auto const& entry) {
        return !ours.contains(entry.first) && std::ranges::all_of(entry.second.lanes, &Lane::has_ended);
    });
    std::erase_if(found_, [&](auto const& entry) { return !work_.contains(entry.first); });
}

/// Starts the lanes of a webhook that is new here, or was changed; those before have ended by then.
void Deliverer::adopt(domain::WebhookLease lease, base::Executor executor)
{
    auto& work = work_[lease.webhook.id];
    work.name = lease.webhook.name;
    if (work.lag == nullptr)
        work.lag =
            &services_.metrics.gauge("acs_webhook_lag_seconds", "How long the oldest event waits for its webhook",
                                     fmt::format("webhook=\"{}\"", lease.webhook.name));
    measure(work);
    if (work.revision == lease.webhook.revision && !std::ranges::any_of(work.lanes, &Lane::has_ended))
        return;
    stop(work);
    bool const are_over = std::ranges::all_of(work.lanes, &Lane::has_ended);
    if (are_over)  // else at the next step: two lanes must not deliver the same
        start(work, std::move(lease), executor);
}

void Deliverer::start(Work& work, domain::WebhookLease lease, base::Executor executor)
{
    work.lanes.clear();
    work.revision = lease.webhook.revision;
    auto const selection = selection_of(lease.webhook);
    if (!selection)
        return;
    for (unsigned number = 0; number < domain::webhook_lanes; ++number) {
        work.lanes.push_back(std::make_shared<Lane>(lane_services_, settings_.lane, lease.webhook, *selection, number,
                                                    lease.lanes[number]));
        boost::asio::co_spawn(executor, run_lane(work.lanes.back()), boost::asio::detached);
    }
}

/// None when its condition is no longer one: then nothing is delivered until somebody changes it.
std::optional<domain::EventSelection> Deliverer::selection_of(domain::Webhook const& webhook)
{
    domain::EventSelection selection{domain::KindFilter{webhook.kinds}, {}, {}};
    found_[webhook.id].problem.clear();
    if (webhook.where.empty())
        return selection;
    auto condition = services_.guard.check(webhook.where);
    if (condition) {
        selection.devices = *std::move(condition);
        return selection;
    }
    found_[webhook.id].problem = "where: " + condition.error().what;
    base::log::warning("webhooks.condition", {{"webhook", webhook.name}, {"reason", condition.error().what}});
    return std::nullopt;
}

void Deliverer::stop(Work& work)
{
    for (auto const& lane : work.lanes)
        lane->stop();
}

std::vector<domain::WebhookNote> Deliverer::notes() const
{
    std::vector<domain::WebhookNote> notes;
    for (auto const& [id, work] : work_) {
        auto const found = found_.find(id);
        auto progress = found == found_.end() ? domain::WebhookProgress{} : found->second;
        for (auto const& lane : work.lanes)
            join(progress, lane->progress());
        notes.push_back({id, std::move(progress)});
    }
    return notes;
}

void Deliverer::measure(Work const& work)
{
    domain::WebhookProgress all;
    for (auto const& lane : work.lanes)
        join(all, lane->progress());
    auto const lag = all.waiting_since ? services_.clock.now() - *all.waiting_since : base::TimePoint::duration{0};
    work.lag->set(std::chrono::duration_cast<std::chrono::seconds>(lag).count());
}

/// A lane whose place is older than the oldest day that is kept may have missed something.
void Deliverer::look_back(base::TimePoint kept_since)
{
    for (auto& [id, work] : work_) {
        bool const is_behind = std::ranges::any_of(
            work.lanes, [&](auto const& lane) { return domain::time_of(lane->place()) < kept_since; });
        if (is_behind && !std::exchange(work.has_missed, true)) {
            missed_.add();
            found_[id].missed_before = kept_since;
            base::log::error("webhooks.missed", {{"webhook", work.name}, {"kept_since", base::to_rfc3339(kept_since)}});
        }
        work.has_missed = is_behind;
    }
}

base::Awaitable<void> Deliverer::leave(std::function<void()> left)
{
    is_leaving_ = true;
    for (auto& [id, work] : work_)
        stop(work);
    net::Timer timer{co_await boost::asio::this_coro::executor};
    constexpr std::chrono::milliseconds look{20};
    for (int i = 0; i < 100; ++i) {
        bool const are_over = std::ranges::all_of(
            work_, [](auto const& entry) { return std::ranges::all_of(entry.second.lanes, &Lane::has_ended); });
        if (are_over)
            break;
        timer.expires_after(look);
        co_await timer.async_wait(base::as_tuple);
    }
    co_await services_.queue.release();
    left();
}

}  // namespace webhooks
