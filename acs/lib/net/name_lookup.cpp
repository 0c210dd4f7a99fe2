#include "net/name_lookup.hpp"

#include "net/stream.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace net {

namespace asio = boost::asio;

namespace {

NameLookup::Found look_up(std::string const& host)
{
    asio::io_context context;
    asio::ip::tcp::resolver resolver{context};
    boost::system::error_code error;
    auto const results = resolver.resolve(host, "", error);
    if (error)
        return std::unexpected{"the name does not resolve: " + error.message()};
    std::vector<asio::ip::address> found;
    for (auto const& result : results)
        found.push_back(result.endpoint().address());
    return found;
}

/// What the one who waits and the thread that looks share. With the waiter goes all that belongs to its io_context: the
/// thread may be the last to let go of this.
class Wait {
public:
    explicit Wait(base::Executor home) : timer_{std::in_place, home}, guard_{asio::make_work_guard(home)} {}

    /// From the thread that looks.
    static void finish(std::shared_ptr<Wait> const& self, NameLookup::Found found)
    {
        std::lock_guard const lock{self->mutex_};
        if (self->guard_)
            asio::post(self->guard_->get_executor(), [self, found = std::move(found)]() mutable {
                self->found_ = std::move(found);
                if (self->timer_)
                    self->timer_->cancel();
            });
    }

    base::Awaitable<NameLookup::Found> result(std::chrono::milliseconds patience)
    {
        timer_->expires_after(patience);
        co_await timer_->async_wait(base::as_tuple);
        co_return found_ ? *std::move(found_) : std::unexpected{"the name did not resolve in time"};
    }

    /// From the one who waits: nobody does any more.
    void leave()
    {
        timer_.reset();
        std::lock_guard const lock{mutex_};
        guard_.reset();
    }

private:
    std::optional<Timer> timer_;  ///< this and what was found: on the waiter's thread only
    std::optional<NameLookup::Found> found_;
    std::mutex mutex_;
    std::optional<asio::executor_work_guard<base::Executor>> guard_;
};

struct Leaving {
    Wait& wait;
    ~Leaving() { wait.leave(); }
};

}  // namespace

NameLookup::NameLookup(unsigned threads, unsigned most) : NameLookup{threads, most, look_up} {}

NameLookup::NameLookup(unsigned threads, unsigned most, Look look)
    : most_{most}, look_{std::move(look)}, threads_{threads}
{
}

base::Awaitable<NameLookup::Found> NameLookup::find(std::string host, std::chrono::milliseconds patience)
{
    if (running_.fetch_add(1) >= most_) {
        --running_;
        co_return std::unexpected{fmt::format("{} other names are being looked for", most_)};
    }
    auto const wait = std::make_shared<Wait>(co_await asio::this_coro::executor);
    Leaving const leaving{*wait};
    asio::post(threads_, [this, wait, host = std::move(host)] {
        auto found = look_(host);
        --running_;
        Wait::finish(wait, std::move(found));
    });
    co_return co_await wait->result(patience);
}

}  // namespace net
