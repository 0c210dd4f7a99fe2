#pragma once

#include "domain/edit_locks.hpp"
#include "storage/database.hpp"
#include "storage/id_source.hpp"

namespace storage {

/// The table `edit_lock`, which is unlogged: its commits wait for no disk, and a crash of the database frees all.
class PgEditLocks final : public domain::EditLocks {
public:
    /// Both must outlive this.
    PgEditLocks(Database& writes, IdSource& ids) : writes_{writes}, ids_{ids} {}

    base::Awaitable<std::optional<std::int64_t>> try_lock(std::string thing, std::chrono::seconds most) override;
    base::Awaitable<void> unlock(std::string thing, std::int64_t holder) override;

private:
    Database& writes_;
    IdSource& ids_;
};

}  // namespace storage
