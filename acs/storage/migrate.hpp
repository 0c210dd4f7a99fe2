#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/connection.hpp"

#include <string>
#include <vector>

namespace storage {

/// One step of the schema, from sql/migrations; carried by the program.
struct Migration {
    int version = 0;
    char const* name = "";
    char const* sql = "";
};

/// All steps, ascending.
[[nodiscard]] std::vector<Migration> const& migrations();

/// The version that this program works with: that of the last step.
[[nodiscard]] int schema_version();

/// The version that a database has; 0 for one that was never migrated. Throws what libpqxx throws.
[[nodiscard]] int version_of(ConnectionSettings const& database);

/// What `migrate` did.
struct MigrationReport {
    int before = 0, after = 0;         ///< versions
    std::vector<std::string> applied;  ///< names of the steps
    int partitions = 0;                ///< daily partitions that were made
};

/// Applies the steps that are missing, each in a transaction of its own, its version written last, and makes the daily
/// partitions from yesterday on, `days_ahead` beyond today (UTC). Programs that do it at once wait for each other.
/// Fails when the database is newer than the program, or when a step was refused, naming it. Throws when the database
/// is away.
[[nodiscard]] base::Result<MigrationReport> migrate(ConnectionSettings database, base::TimePoint now,
                                                    int days_ahead = 8);

/// Fails, naming both versions and what to do, when the database's schema is not the one this program works with.
[[nodiscard]] base::Result<void> check_version(ConnectionSettings const& database);

}  // namespace storage
