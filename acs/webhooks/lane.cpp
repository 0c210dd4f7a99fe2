#include "webhooks/lane.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

namespace webhooks {

Lane::Lane(LaneServices services, LaneSettings settings, domain::Webhook webhook, domain::EventSelection selection,
           unsigned number, domain::EventPosition place)
    : services_{services},
      settings_{std::move(settings)},
      webhook_{std::move(webhook)},
      selection_{std::move(selection)},
      number_{number},
      channel_{settings_.sender, services.clock},
      attempts_{settings_.retry, webhook_.batch},
      read_{place},
      noted_{place},
      noted_at_{std::chrono::steady_clock::now()}
{
}

void Lane::stop() noexcept
{
    is_stopped_ = true;
    channel_.cancel();
    if (timer_)
        timer_->cancel();
}

base::Awaitable<void> Lane::run()
{
    bool goes_on = true;
    std::string trouble;
    while (goes_on && !is_stopped_) {
        auto const before = std::exchange(trouble, {});
        try {
            goes_on = co_await step();
        } catch (std::exception const& problem) {  // the database is away, as a rule
            trouble = problem.what();
        }
        if (!before.empty() && progress_.problem == before)
            progress_.problem.clear();  // that is over
        if (trouble.empty())
            continue;
        progress_.problem = trouble;
        co_await wait(settings_.outage);
    }
    has_ended_ = true;
}

base::Awaitable<bool> Lane::step()
{
    bool const has_work = co_await fill();
    if (!has_work) {
        co_await wait(settings_.poll);
        co_return true;
    }
    if (waiting_.empty())
        co_return true;
    co_await wait(pause());
    if (is_stopped_)
        co_return false;
    co_return co_await attempt();
}

base::Awaitable<bool> Lane::fill()
{
    // Until it is written down what was delivered, nothing is sent: it would come again and again.
    if (bool const is_ours = co_await note(); !is_ours) {
        stop();
        co_return false;
    }
    if (!waiting_.empty())
        co_return true;
    auto page = co_await read();
    bool const is_new = !page.events.empty();
    std::erase_if(page.events, [this](auto const& event) { return domain::lane_of(event.device) != number_; });
    auto mine = co_await domain::selected(services_.inventory, selection_, std::move(page.events));
    read_ = page.reached;
    waiting_.assign(std::make_move_iterator(mine.begin()), std::make_move_iterator(mine.end()));
    progress_.waiting_since = waiting_.empty() ? std::nullopt : std::optional{waiting_.front().at};
    if (waiting_.empty() && std::chrono::steady_clock::now() - noted_at_ >= settings_.note_place)
        unnoted_ = read_;
    co_return is_new;
}

base::Awaitable<domain::EventPage> Lane::read()
{
    auto kept = services_.tail.behind(read_, settings_.page);
    if (kept)
        co_return *std::move(kept);
    co_return co_await services_.log.read_on(read_, settings_.page);
}

/// Where the lane is when so many of what waits are dealt with.
domain::EventPosition Lane::reached_after(std::size_t events) const
{
    return events == waiting_.size() ? read_ : waiting_[events - 1].position;
}

base::Awaitable<bool> Lane::attempt()
{
    auto const count = std::min<std::size_t>(attempts_.batch(), waiting_.size());
    std::vector<domain::EventRecord> events{waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count)};
    auto answer = co_await channel_.send(webhook_, std::move(events));
    if (is_stopped_ && !answer.is_taken)
        co_return false;
    if (!answer.is_taken)
        co_return co_await fail(std::move(answer), count);
    unnoted_ = reached_after(count);
    attempts_.taken();
    services_.delivered.add(count);
    progress_.delivered_at = services_.clock.now();
    progress_.problem.clear();
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    progress_.waiting_since = waiting_.empty() ? std::nullopt : std::optional{waiting_.front().at};
    co_return co_await note();
}

base::Awaitable<bool> Lane::fail(domain::WebhookAnswer answer, std::size_t events)
{
    services_.failed.add();
    progress_.problem = answer.problem;
    auto const verdict = attempts_.failed(answer, events, std::chrono::steady_clock::now());
    if (verdict == Attempts::Verdict::give_up)
        co_return co_await bury();
    co_return true;
}

base::Awaitable<bool> Lane::bury()
{
    domain::DeadLetter letter{.event = waiting_.front(),
                              .attempts = attempts_.made(),
                              .problem = progress_.problem,
                              .died_at = services_.clock.now()};
    base::log::warning("webhooks.dead_letter", {{"webhook", webhook_.name},
                                                {"event", domain::to_text(letter.event.position)},
                                                {"kind", letter.event.kind},
                                                {"attempts", letter.attempts},
                                                {"reason", letter.problem}});
    bool const is_ours = co_await services_.queue.bury(webhook_.id, number_, noted_, std::move(letter));
    if (!is_ours)
        co_return false;
    services_.buried.add();
    attempts_.gave_up();
    noted_ = waiting_.front().position;
    waiting_.pop_front();
    progress_.waiting_since = waiting_.empty() ? std::nullopt : std::optional{waiting_.front().at};
    co_return true;
}

/// Writes down how far the lane has come, if that is not done yet. False: the lease is lost.
base::Awaitable<bool> Lane::note()
{
    if (!unnoted_)
        co_return true;
    bool const is_ours = co_await services_.queue.advance(webhook_.id, number_, noted_, *unnoted_);
    if (is_ours) {
        noted_ = *std::exchange(unnoted_, std::nullopt);
        noted_at_ = std::chrono::steady_clock::now();
    }
    co_return is_ours;
}

base::Awaitable<void> Lane::wait(std::chrono::milliseconds time)
{
    if (is_stopped_ || time.count() == 0)
        co_return;
    if (!timer_)
        timer_.emplace(co_await boost::asio::this_coro::executor);
    timer_->expires_after(time);
    co_await timer_->async_wait(base::as_tuple);
}

double Lane::chance() const
{
    thread_local std::minstd_rand generator{std::random_device{}()};
    return std::uniform_real_distribution<double>{0, 1}(generator);
}

}  // namespace webhooks
