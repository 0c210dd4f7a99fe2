#pragma once

#include "domain/fleet_list.hpp"
#include "support/fake_inventory.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace support {

/// Lists of the devices of a FakeInventory.
class FakeFleetList final : public domain::FleetList {
public:
    ~FakeFleetList() override;
    explicit FakeFleetList(FakeInventory& inventory) : inventory_{inventory} {}

    std::map<std::int64_t, base::TimePoint> bootstraps;  ///< by key

    base::Awaitable<base::Result<std::vector<domain::DeviceKey>>> pick(domain::FleetQuery query) override
    {
        auto found = co_await all(std::move(query.where));
        if (!found)
            co_return std::unexpected{found.error()};
        std::ranges::sort(*found, [&query](domain::DeviceRow const& a, domain::DeviceRow const& b) {
            for (auto const& [column, is_descending] : query.order)
                if (value(a, column) != value(b, column))
                    return (value(a, column) < value(b, column)) != is_descending;
            return a.key < b.key;
        });
        std::vector<domain::DeviceKey> keys;
        for (std::size_t i = query.skip; i < found->size() && keys.size() < query.limit; ++i)
            keys.push_back((*found)[i].key);
        co_return keys;
    }
    base::Awaitable<std::vector<domain::DeviceRow>> devices(std::vector<domain::DeviceKey> keys) override
    {
        std::vector<domain::DeviceRow> found;
        for (auto const key : keys) {
            auto device = co_await inventory_.find(key);
            if (device)
                found.push_back(*std::move(device));
        }
        co_return found;
    }
    base::Awaitable<std::vector<std::pair<domain::DeviceKey, base::TimePoint>>>
    last_bootstraps(std::vector<domain::DeviceKey> keys) override
    {
        std::vector<std::pair<domain::DeviceKey, base::TimePoint>> found;
        for (auto const key : keys)
            if (auto const at = bootstraps.find(key.value()); at != bootstraps.end())
                found.emplace_back(key, at->second);
        co_return found;
    }

private:
    using Value = std::pair<std::string, std::optional<base::TimePoint>>;

    static Value value(domain::DeviceRow const& device, domain::FleetColumn column)
    {
        using enum domain::FleetColumn;
        switch (column) {
            case manufacturer: return {device.identity.manufacturer, {}};
            case oui: return {device.identity.oui, {}};
            case product_class: return {device.identity.product_class, {}};
            case serial_number: return {device.identity.serial_number, {}};
            case first_seen: return {{}, device.first_seen};
            case last_boot: return {{}, device.last_boot};
            case last_inform: break;
        }
        return {{}, device.last_inform};
    }

    base::Awaitable<base::Result<std::vector<domain::DeviceRow>>> all(std::optional<domain::Condition> where)
    {
        return inventory_.search(std::move(where), domain::DeviceKey{0}, 1'000'000);
    }

    FakeInventory& inventory_;
};

}  // namespace support
