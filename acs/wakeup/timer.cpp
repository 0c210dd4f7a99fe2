#include "wakeup/timer.hpp"

#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace wakeup {

namespace {

class SteadyTimer final : public Timer {
public:
    explicit SteadyTimer(base::Executor executor) : timer_{std::move(executor)} {}

    base::Awaitable<void> wait_until(Moment moment) override
    {
        timer_.expires_at(moment);
        co_await timer_.async_wait(base::as_tuple);
    }
    void ring() override { timer_.cancel(); }

private:
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      base::Executor>
        timer_;
};

}  // namespace

std::unique_ptr<Timer> SteadyTimers::make()
{
    return std::make_unique<SteadyTimer>(executor_);
}

}  // namespace wakeup
