#include "xmpp/courier.hpp"

#include <utility>

namespace xmpp {

void Courier::call(std::function<void()> what)
{
    {
        std::scoped_lock const lock{mutex_};
        calls_.push_back(std::move(what));
    }
    wake_.notify_one();
}

void Courier::stop()
{
    {
        std::scoped_lock const lock{mutex_};
        is_stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable())
        thread_.join();
}

void Courier::run()
{
    std::unique_lock lock{mutex_};
    for (;;) {
        wake_.wait(lock, [this] { return is_stopping_ || !calls_.empty(); });
        if (calls_.empty())
            return;
        auto const next = std::move(calls_.front());
        calls_.pop_front();
        lock.unlock();
        next();
        lock.lock();
    }
}

}  // namespace xmpp
