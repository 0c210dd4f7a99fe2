#pragma once

#include "base/awaitable.hpp"
#include "net/stream.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <deque>
#include <memory>

namespace net {

/// Whose TLS handshake is next on one thread. A handshake is nearly the whole cost of a session: in a storm one is
/// begun in each turn of the event loop, so that the sessions that live go on between two of them, and peers that are
/// expected go first. Used on its thread only.
class HandshakeQueue : public std::enable_shared_from_this<HandshakeQueue> {
public:
    HandshakeQueue(boost::asio::io_context& context, std::size_t most) : context_{context}, freed_{context}, most_{most}
    {
        freed_.expires_at(Timer::time_point::max());
    }

    /// Waits for a turn; call it when the client's first bytes are there.
    base::Awaitable<void> turn(bool is_expected);

    [[nodiscard]] bool is_full() const noexcept { return waiting() >= most_; }
    /// Waits until a place may have become free, or until release().
    base::Awaitable<void> wait_for_place();
    /// Lets those who wait for a place look again.
    void release() noexcept { freed_.cancel(); }

private:
    [[nodiscard]] std::size_t waiting() const noexcept { return expected_.size() + others_.size(); }
    void pump();

    boost::asio::io_context& context_;
    Timer freed_;  ///< never expires
    std::size_t most_;
    std::deque<Timer*> expected_, others_;  ///< of coroutines that wait for their turn
    bool pumping_ = false;
};

}  // namespace net
