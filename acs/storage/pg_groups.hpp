#pragma once

#include "domain/groups.hpp"
#include "storage/database.hpp"

namespace storage {

/// domain::Groups over the pool for rare work.
class PgGroups final : public domain::Groups {
public:
    /// Must outlive this.
    explicit PgGroups(Database& writes) : writes_{writes} {}

    base::Awaitable<std::vector<domain::DeviceGroup>> list(std::string after, unsigned limit) override;
    base::Awaitable<std::optional<domain::DeviceGroup>> find(std::string name) override;
    base::Awaitable<std::optional<domain::DeviceGroup>> add(domain::DeviceGroup group) override;
    base::Awaitable<std::optional<domain::DeviceGroup>> change(std::string name, std::optional<std::string> description,
                                                               std::optional<std::string> condition) override;
    base::Awaitable<bool> remove(std::string name) override;

private:
    Database& writes_;
};

}  // namespace storage
