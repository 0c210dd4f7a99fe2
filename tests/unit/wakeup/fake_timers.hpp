#pragma once

#include "wakeup/timer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>
#include <vector>

namespace test {

/// Time that passes when nothing else happens: to the next moment that anybody waits for, at once.
class FakeTimers final : public wakeup::Timers {
public:
    explicit FakeTimers(boost::asio::io_context& context) : context_{context} {}

    [[nodiscard]] wakeup::Moment now() const override { return now_; }
    [[nodiscard]] std::unique_ptr<wakeup::Timer> make() override { return std::make_unique<FakeTimer>(*this); }

    /// Whether something happened; time passes only when nothing else does.
    bool step()
    {
        context_.restart();
        if (context_.poll() > 0)
            return true;
        auto const first = std::ranges::min_element(waiting_, {}, &FakeTimer::until_);
        if (first == waiting_.end())
            return false;
        now_ = std::max(now_, (*first)->until_);
        (*first)->ring();
        return true;
    }
    /// Lets time pass until the coroutine has ended; gives its value.
    template <class T>
    T run(base::Awaitable<T> work)
    {
        auto const ended = start(std::move(work));
        while (!ended->is_over)
            if (!step())
                throw std::logic_error{"the coroutine waits for something that never comes"};
        if (ended->failure)
            std::rethrow_exception(ended->failure);
        return std::move(*ended->value);
    }
    template <class T>
    struct Ended {
        bool is_over = false;
        std::optional<T> value;
        std::exception_ptr failure;
    };
    /// Begins a coroutine.
    template <class T>
    std::shared_ptr<Ended<T>> start(base::Awaitable<T> work)
    {
        auto ended = std::make_shared<Ended<T>>();
        boost::asio::co_spawn(context_.get_executor(), std::move(work), [ended](std::exception_ptr failure, T value) {
            ended->failure = failure;
            ended->value = std::move(value);
            ended->is_over = true;
        });
        return ended;
    }
    /// Lets everything happen that happens before `time` has passed.
    void pass(std::chrono::milliseconds time)
    {
        auto const until = now_ + time;
        for (;;) {
            context_.restart();
            if (context_.poll() > 0)
                continue;
            auto const first = std::ranges::min_element(waiting_, {}, &FakeTimer::until_);
            if (first == waiting_.end() || (*first)->until_ > until)
                break;
            now_ = std::max(now_, (*first)->until_);
            (*first)->ring();
        }
        now_ = until;
    }

private:
    class FakeTimer final : public wakeup::Timer {
    public:
        explicit FakeTimer(FakeTimers& all) : all_{all}, timer_{all.context_.get_executor()} {}

        base::Awaitable<void> wait_until(wakeup::Moment moment) override
        {
            until_ = moment;
            all_.waiting_.push_back(this);
            timer_.expires_at(wakeup::Moment::max());
            co_await timer_.async_wait(base::as_tuple);
            std::erase(all_.waiting_, this);
        }
        void ring() override
        {
            std::erase(all_.waiting_, this);
            timer_.cancel();
        }

        wakeup::Moment until_;

    private:
        FakeTimers& all_;
        boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                          boost::asio::wait_traits<std::chrono::steady_clock>, base::Executor>
            timer_;
    };

    boost::asio::io_context& context_;
    wakeup::Moment now_{std::chrono::hours{1}};
    std::vector<FakeTimer*> waiting_;
};

}  // namespace test
