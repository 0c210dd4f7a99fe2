#include "session/rule_evaluation.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <exception>
#include <utility>

namespace session {

base::Awaitable<std::shared_ptr<RuleEvaluation>>
RuleEvaluation::start(domain::DeviceRules& rules, domain::DeviceKey device, std::vector<std::string> events)
{
    auto const executor = co_await boost::asio::this_coro::executor;
    auto evaluation = std::make_shared<RuleEvaluation>();
    boost::asio::co_spawn(executor, run(evaluation, rules, device, std::move(events)), boost::asio::detached);
    co_return evaluation;
}

base::Awaitable<void> RuleEvaluation::run(std::shared_ptr<RuleEvaluation> self, domain::DeviceRules& rules,
                                          domain::DeviceKey device, std::vector<std::string> events)
{
    try {
        self->verdict_ = co_await rules.evaluate(device, std::move(events));
    } catch (std::exception const& failure) {
        base::log::warning("session.rules_failed", {{"device", device.value()}, {"cause", failure.what()}});
    }
    self->is_finished_ = true;
    if (self->waiter_ != nullptr)
        self->waiter_->cancel();
}

base::Awaitable<std::optional<domain::RuleVerdict>> RuleEvaluation::wait(std::chrono::milliseconds most)
{
    if (!is_finished_) {
        Timer timer{co_await boost::asio::this_coro::executor, most};
        waiter_ = &timer;
        static_cast<void>(co_await timer.async_wait(base::as_tuple));
        waiter_ = nullptr;
    }
    co_return std::exchange(verdict_, std::nullopt);
}

}  // namespace session
