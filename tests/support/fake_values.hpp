#pragma once

#include "domain/parameter_values.hpp"
#include "support/fake_inventory.hpp"

#include <utility>

namespace support {

/// The values that the fake inventory knows.
class FakeParameterValues final : public domain::ParameterValues {
public:
    ~FakeParameterValues() override;
    explicit FakeParameterValues(FakeInventory& inventory) : inventory_{inventory} {}

    base::Awaitable<std::vector<std::vector<std::optional<std::string>>>> of(std::vector<domain::DeviceKey> devices,
                                                                             std::vector<std::string> paths) override
    {
        std::vector<std::vector<std::optional<std::string>>> values;
        for (auto const device : devices) {
            auto& row = values.emplace_back();
            for (auto const& path : paths) {
                auto const found = co_await inventory_.parameters(device, path, "", 1, domain::Secrets::withheld);
                row.push_back(found.empty() ? std::nullopt : found.front().value);
            }
        }
        co_return values;
    }

private:
    FakeInventory& inventory_;
};

}  // namespace support
