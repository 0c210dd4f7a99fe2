#pragma once

#include "domain/stranger.hpp"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace support {

/// Keeps strangers, one by one.
class FakeStrangers final : public domain::Strangers, public domain::StrangerList {
public:
    ~FakeStrangers() override;
    void note(domain::Stranger stranger) noexcept override
    {
        std::scoped_lock const lock{mutex_};
        stranger.id = ++last_id_;
        strangers_.push_back(std::move(stranger));
    }
    base::Awaitable<std::vector<domain::Stranger>> list(domain::StrangerQuery query) override
    {
        std::vector<domain::Stranger> found;
        auto all = noted();
        std::ranges::reverse(all);
        for (auto& one : all) {
            bool const is_meant = (query.serial_number.empty() || query.serial_number == one.identity.serial_number) &&
                                  (query.address.empty() || query.address == one.address) &&
                                  (query.before == 0 || one.id < query.before);
            if (is_meant && found.size() < query.limit)
                found.push_back(std::move(one));
        }
        co_return found;
    }
    base::Awaitable<std::optional<domain::Stranger>> find(std::int64_t id) override
    {
        for (auto const& one : noted())
            if (one.id == id)
                co_return one;
        co_return std::nullopt;
    }
    base::Awaitable<bool> remove(std::int64_t id) override
    {
        std::scoped_lock const lock{mutex_};
        co_return std::erase_if(strangers_, [id](auto const& one) { return one.id == id; }) > 0;
    }

    [[nodiscard]] std::vector<domain::Stranger> noted() const
    {
        std::scoped_lock const lock{mutex_};
        return strangers_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<domain::Stranger> strangers_;
    std::int64_t last_id_ = 0;
};

}  // namespace support
