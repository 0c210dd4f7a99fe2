#include "api/event_stream.hpp"

#include "base/unavailable.hpp"
#include "domain/event_json.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <utility>

namespace api {

std::string framed(domain::EventRecord const& event)
{
    return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", domain::to_text(event.position), event.kind,
                       boost::json::serialize(domain::to_json(event)));
}

std::string quiet_frame(domain::EventPosition reached)
{
    return fmt::format(": nothing new\nid: {}\n\n", domain::to_text(reached));
}

EventStream::EventStream(EventSources sources, std::string reader, domain::EventSelection selection,
                         std::optional<domain::EventPosition> after, EventStreamSettings settings)
    : sources_{sources},
      selection_{std::move(selection)},
      place_{after},
      settings_{settings},
      follower_{sources.tail, std::move(reader)},
      ends_{std::chrono::steady_clock::now() + settings.life}
{
}

base::Awaitable<std::optional<std::string>> EventStream::next()
{
    auto const quiet_until = std::chrono::steady_clock::now() + settings_.keep_alive;
    while (!is_cancelled_ && std::chrono::steady_clock::now() < ends_) {
        auto frames = co_await read();
        if (frames && !frames->empty())
            co_return frames;
        if (std::chrono::steady_clock::now() >= quiet_until)
            co_return place_ ? quiet_frame(*place_) : ": the database is away\n\n";
        if (!has_more_)
            co_await wait(frames ? settings_.poll : settings_.outage);
    }
    co_return std::nullopt;
}

void EventStream::cancel() noexcept
{
    is_cancelled_ = true;
    if (timer_)
        timer_->cancel();
}

base::Awaitable<std::optional<std::string>> EventStream::read()
{
    try {
        if (!place_)
            place_ = co_await sources_.log.newest();
        auto found = co_await page();
        has_more_ = found.events.size() == settings_.page;
        auto const wanted = co_await domain::selected(sources_.inventory, selection_, std::move(found.events));
        place_ = found.reached;
        std::string frames;
        for (auto const& event : wanted)
            frames += framed(event);
        co_return frames;
    } catch (base::Unavailable const&) {  // told by whoever noticed; the stream goes on when it is back
        has_more_ = false;
    }
    co_return std::nullopt;
}

base::Awaitable<domain::EventPage> EventStream::page()
{
    auto kept = sources_.tail.behind(*place_, settings_.page);
    if (kept)
        co_return *std::move(kept);
    co_return co_await sources_.log.read_on(*place_, settings_.page);
}

base::Awaitable<void> EventStream::wait(std::chrono::milliseconds time)
{
    if (!timer_)
        timer_.emplace(co_await boost::asio::this_coro::executor);
    timer_->expires_after(time);
    co_await timer_->async_wait(base::as_tuple);
}

}  // namespace api
