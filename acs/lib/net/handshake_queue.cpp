#include "net/handshake_queue.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace net {

base::Awaitable<void> HandshakeQueue::turn(bool is_expected)
{
    Timer mine{context_, Timer::time_point::max()};
    (is_expected ? expected_ : others_).push_back(&mine);
    if (!std::exchange(pumping_, true))
        boost::asio::post(context_, [self = shared_from_this()] { self->pump(); });
    static_cast<void>(co_await mine.async_wait(base::as_tuple));
}

base::Awaitable<void> HandshakeQueue::wait_for_place()
{
    static_cast<void>(co_await freed_.async_wait(base::as_tuple));
}

void HandshakeQueue::pump()
{
    auto& next = expected_.empty() ? others_ : expected_;
    if (next.empty()) {
        pumping_ = false;
        return;
    }
    bool const was_full = is_full();
    next.front()->cancel();
    next.pop_front();
    if (was_full)
        release();
    boost::asio::post(context_, [self = shared_from_this()] { self->pump(); });
}

}  // namespace net
