#pragma once

#include "domain/device_life.hpp"
#include "domain/rotations.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// Notes what was decided, and refuses as told. One thread.
class FakeDeviceLife final : public domain::DeviceLife {
public:
    ~FakeDeviceLife() override;
    domain::DeviceLogins kept;
    std::vector<std::pair<domain::DeviceKey, base::TimePoint>> re_enrolments;
    std::vector<std::pair<domain::DeviceKey, domain::Retirement>> retirements;
    std::vector<domain::DeviceKey> purges;
    std::vector<domain::AuditEntry> written;  ///< with the purges
    std::string refusal;                      ///< of everything, when not empty

    base::Awaitable<domain::DeviceLogins> logins(domain::DeviceKey) override { co_return kept; }
    base::Awaitable<base::Result<void>> re_enrol(domain::DeviceKey device, base::TimePoint until) override
    {
        if (!refusal.empty())
            co_return base::fail(refusal);
        re_enrolments.emplace_back(device, until);
        co_return base::Result<void>{};
    }
    base::Awaitable<base::Result<std::optional<domain::TaskId>>> retire(domain::DeviceKey device,
                                                                        domain::Retirement retirement) override
    {
        if (!refusal.empty())
            co_return base::fail(refusal);
        retirements.emplace_back(device, retirement);
        co_return retirement.factory_reset ? std::optional{domain::TaskId{7}} : std::nullopt;
    }
    base::Awaitable<base::Result<domain::Purged>> purge(domain::DeviceKey device, domain::AuditEntry entry) override
    {
        if (!refusal.empty())
            co_return base::fail(refusal);
        written.push_back(std::move(entry));
        purges.push_back(device);
        co_return domain::Purged{12, {}};
    }
};

/// Rotations in memory that never move. One thread.
class FakeRotations final : public domain::Rotations {
public:
    ~FakeRotations() override;
    std::map<std::int64_t, domain::Rotation> all;

    base::Awaitable<domain::Rotation> add(std::string where, std::uint32_t per_minute, std::string by) override
    {
        domain::Rotation rotation;
        rotation.id = static_cast<std::int64_t>(all.size()) + 1;
        rotation.where = std::move(where);
        rotation.per_minute = per_minute;
        rotation.made_by = std::move(by);
        co_return all[rotation.id] = rotation;
    }
    base::Awaitable<std::vector<domain::Rotation>> list() override
    {
        std::vector<domain::Rotation> found;
        for (auto const& [id, rotation] : all)
            found.push_back(rotation);
        co_return found;
    }
    base::Awaitable<std::optional<domain::Rotation>> find(std::int64_t id) override
    {
        auto const place = all.find(id);
        co_return place == all.end() ? std::nullopt : std::optional{place->second};
    }
    base::Awaitable<std::optional<domain::Rotation>> change(std::int64_t id, domain::RotationState state,
                                                            std::string problem) override
    {
        using enum domain::RotationState;
        auto const place = all.find(id);
        if (place == all.end())
            co_return std::nullopt;
        auto& rotation = place->second;
        if (rotation.state == running || rotation.state == paused) {
            rotation.state = state;
            rotation.problem = std::move(problem);
        }
        co_return rotation;
    }
    base::Awaitable<std::vector<domain::RotationTurn>> turns() override
    {
        co_return std::vector<domain::RotationTurn>{};
    }
    base::Awaitable<void> advance(domain::RotationTurn, std::vector<domain::DeviceKey>, domain::DeviceKey,
                                  bool) override
    {
        co_return;
    }
};

}  // namespace support
