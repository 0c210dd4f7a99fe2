#include "identity/rotation_runner.hpp"

#include "base/log.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <string>
#include <utility>

namespace identity {

base::Awaitable<void> RotationRunner::run(std::chrono::milliseconds interval)
{
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
    std::string told;
    for (;;) {
        timer.expires_after(interval);
        if (auto const [failure] = co_await timer.async_wait(base::as_tuple); failure)
            co_return;
        std::string problem;
        try {
            co_await step();
        } catch (std::exception const& exception) {
            problem = exception.what();
        }
        if (problem != told && !problem.empty())
            base::log::warning("identity.rotation", {{"reason", problem}});
        told = std::move(problem);
    }
}

base::Awaitable<void> RotationRunner::step()
{
    for (auto const& turn : co_await rotations_.turns())
        co_await take(turn);
}

/// A page of devices; those that are not in service are passed over.
base::Awaitable<void> RotationRunner::take(domain::RotationTurn turn)
{
    std::optional<domain::Condition> where;
    std::string problem;
    if (!turn.where.empty()) {
        if (auto checked = guard_.check(turn.where))
            where = *std::move(checked);
        else
            problem = checked.error().what;
    }
    base::Result<std::vector<domain::DeviceRow>> found = std::vector<domain::DeviceRow>{};
    if (problem.empty())
        found = co_await inventory_.search(std::move(where), turn.position, turn.devices);
    if (!found)
        problem = found.error().what;
    if (!problem.empty()) {
        base::log::warning("identity.rotation", {{"rotation", turn.id}, {"reason", problem}});
        co_await rotations_.change(turn.id, domain::RotationState::paused, std::move(problem));
        co_return;
    }
    std::vector<domain::DeviceKey> devices;
    auto position = turn.position;
    for (auto const& row : *found) {
        position = row.key;
        if (row.state == domain::DeviceState::active)
            devices.push_back(row.key);
    }
    bool const is_last = found->size() < turn.devices;
    co_await rotations_.advance(std::move(turn), std::move(devices), position, is_last);
}

}  // namespace identity
