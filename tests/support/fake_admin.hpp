#pragma once

#include "domain/device_admin.hpp"
#include "domain/promotions.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// Notes what was decided, and refuses as told. One thread.
class FakeDeviceAdmin final : public domain::DeviceAdmin {
public:
    ~FakeDeviceAdmin() override;
    std::vector<std::pair<domain::DeviceKey, domain::DeviceChange>> changes;
    std::vector<std::pair<domain::DeviceKey, domain::DeviceKey>> merges;  ///< from, into
    std::vector<cwmp::DeviceId> proposals;
    std::string refusal;  ///< of every change and merge, when not empty

    /// What every device was before a change.
    domain::DeviceChange former{.state = domain::DeviceState::active,
                                .time_zone = "",
                                .tags = std::vector<std::string>{"old"},
                                .subscriber = "",
                                .access_node = "",
                                .attributes = "{}"};
    domain::DeviceNotes noted;

    base::Awaitable<base::Result<domain::DeviceChange>> change(domain::DeviceKey device,
                                                               domain::DeviceChange change) override
    {
        if (!refusal.empty())
            co_return base::fail(refusal);
        changes.emplace_back(device, std::move(change));
        co_return former;
    }
    base::Awaitable<domain::DeviceNotes> notes(domain::DeviceKey) override { co_return noted; }
    base::Awaitable<std::vector<cwmp::DeviceId>> merge_proposals(domain::DeviceKey) override { co_return proposals; }
    base::Awaitable<base::Result<void>> merge(domain::DeviceKey from, domain::DeviceKey into) override
    {
        if (!refusal.empty())
            co_return base::fail(refusal);
        merges.emplace_back(from, into);
        co_return base::Result<void>{};
    }
};

/// Patterns in memory. One thread.
class FakePromotions final : public domain::Promotions {
public:
    ~FakePromotions() override;
    std::map<std::string, domain::Promotion> patterns;

    base::Awaitable<std::vector<domain::Promotion>> list() override
    {
        std::vector<domain::Promotion> all;
        for (auto const& [pattern, promotion] : patterns)
            all.push_back(promotion);
        co_return all;
    }
    base::Awaitable<domain::Promotion> add(std::string pattern, std::string reason) override
    {
        co_return patterns[pattern] = {pattern, std::move(reason), base::TimePoint{}, false};
    }
    base::Awaitable<bool> remove(std::string pattern) override { co_return patterns.erase(pattern) > 0; }
};

}  // namespace support
