#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace api {

/// A value that costs much to find out and may be some seconds old. Safe on all I/O threads: while one caller finds it
/// out anew, the others get the last one.
template <class T>
class Cached {
public:
    struct Entry {
        T value;
        base::TimePoint at;  ///< when it was found out
    };

    explicit Cached(std::chrono::seconds life) : life_{life} {}

    /// The value, at most `life` old when nobody else is finding it out. Throws what `find_out` throws.
    base::Awaitable<std::shared_ptr<Entry const>> get(base::Clock const& clock,
                                                      std::function<base::Awaitable<T>()> find_out)
    {
        if (auto known = current(clock.now()))
            co_return known;
        struct Turn {
            Cached& cached;
            ~Turn() { cached.end_turn(); }
        } const turn{*this};
        auto value = co_await find_out();
        auto fresh = std::make_shared<Entry const>(std::move(value), clock.now());
        std::lock_guard const lock{mutex_};
        entry_ = fresh;
        co_return fresh;
    }

private:
    /// None when the caller is to find it out.
    std::shared_ptr<Entry const> current(base::TimePoint now)
    {
        std::lock_guard const lock{mutex_};
        bool const is_fresh = entry_ && now - entry_->at < life_ && now >= entry_->at;
        if (is_fresh || (entry_ && finding_ > 0))
            return entry_;
        ++finding_;
        return nullptr;
    }
    void end_turn()
    {
        std::lock_guard const lock{mutex_};
        --finding_;
    }

    std::chrono::seconds life_;
    std::mutex mutex_;
    std::shared_ptr<Entry const> entry_;
    unsigned finding_ = 0;
};

}  // namespace api
