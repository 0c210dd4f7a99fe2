#pragma once

#include "base/sealer.hpp"
#include "domain/file.hpp"
#include "storage/database.hpp"

namespace storage {

/// Files and transfers in PostgreSQL. Passwords of transfers are sealed, tokens are kept as hashes only.
class PgFileStore final : public domain::FileStore {
public:
    /// Both must outlive the store.
    PgFileStore(Database& database, base::Sealer const& sealer) : database_{database}, sealer_{sealer} {}

    base::Awaitable<domain::File> add(domain::File file) override;
    base::Awaitable<std::optional<domain::File>> find(domain::FileId id) override;
    base::Awaitable<std::optional<domain::File>> find_by_name(std::string name) override;
    base::Awaitable<std::vector<domain::File>> list(std::int64_t after, unsigned limit) override;
    base::Awaitable<bool> remove(domain::FileId id) override;

    base::Awaitable<void> grant(domain::Transfer transfer) override;
    base::Awaitable<std::optional<domain::Transfer>> find_transfer(std::string token) override;
    base::Awaitable<std::optional<domain::FileId>>
    note_transfer(std::string token, std::uint64_t bytes, unsigned status, std::optional<domain::FileId> file) override;

private:
    Database& database_;
    base::Sealer const& sealer_;
};

}  // namespace storage
