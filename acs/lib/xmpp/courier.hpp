#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace xmpp {

/// Calls functions in order on a thread of its own, which has the process's file descriptors: the loop's thread has
/// not, and who is called may have to wake an io_context, which is done by writing to one.
class Courier {
public:
    Courier() : thread_{[this] { run(); }} {}
    ~Courier() { stop(); }
    Courier(Courier const&) = delete;
    Courier& operator=(Courier const&) = delete;

    /// From any thread.
    void call(std::function<void()> what);
    /// Returns when all that was given has been called.
    void stop();

private:
    void run();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> calls_;
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace xmpp
