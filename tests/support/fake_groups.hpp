#pragma once

#include "domain/groups.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// Groups in memory. One thread.
class FakeGroups final : public domain::Groups {
public:
    ~FakeGroups() override;
    std::map<std::string, domain::DeviceGroup> all;

    base::Awaitable<std::vector<domain::DeviceGroup>> list(std::string after, unsigned limit) override
    {
        std::vector<domain::DeviceGroup> found;
        for (auto each = all.upper_bound(after); each != all.end() && found.size() < limit; ++each)
            found.push_back(each->second);
        co_return found;
    }
    base::Awaitable<std::optional<domain::DeviceGroup>> find(std::string name) override
    {
        auto const found = all.find(name);
        co_return found == all.end() ? std::nullopt : std::optional{found->second};
    }
    base::Awaitable<std::optional<domain::DeviceGroup>> add(domain::DeviceGroup group) override
    {
        group.made_at = group.changed_at = base::SystemClock{}.now();
        auto const [place, is_new] = all.emplace(group.name, group);
        co_return is_new ? std::optional{place->second} : std::nullopt;
    }
    base::Awaitable<std::optional<domain::DeviceGroup>> change(std::string name, std::optional<std::string> description,
                                                               std::optional<std::string> condition) override
    {
        auto const found = all.find(name);
        if (found == all.end())
            co_return std::nullopt;
        auto& group = found->second;
        group.description = description.value_or(group.description);
        group.condition = condition.value_or(group.condition);
        co_return group;
    }
    base::Awaitable<bool> remove(std::string name) override { co_return all.erase(name) > 0; }
};

}  // namespace support
