#pragma once

#include "domain/rotations.hpp"
#include "storage/database.hpp"
#include "storage/id_source.hpp"

namespace storage {

/// domain::Rotations over the pool for rare work.
class PgRotations final : public domain::Rotations {
public:
    /// Both must outlive this.
    PgRotations(Database& writes, IdSource& ids) : writes_{writes}, ids_{ids} {}

    base::Awaitable<domain::Rotation> add(std::string where, std::uint32_t per_minute, std::string by) override;
    base::Awaitable<std::vector<domain::Rotation>> list() override;
    base::Awaitable<std::optional<domain::Rotation>> find(std::int64_t id) override;
    base::Awaitable<std::optional<domain::Rotation>> change(std::int64_t id, domain::RotationState state,
                                                            std::string problem) override;
    base::Awaitable<std::vector<domain::RotationTurn>> turns() override;
    base::Awaitable<void> advance(domain::RotationTurn turn, std::vector<domain::DeviceKey> devices,
                                  domain::DeviceKey position, bool is_last) override;

private:
    Database& writes_;
    IdSource& ids_;
};

}  // namespace storage
