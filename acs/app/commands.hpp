#pragma once

#include "app/config.hpp"
#include "storage/seed.hpp"

#include <span>
#include <string>

namespace app {

/// The commands of the program `acs`. Each gives the exit code: 0 done, 1 failed, 2 wrong configuration; what is wrong
/// goes to standard error.

/// `acs serve`: until SIGTERM or SIGINT, then lets sessions end (a second signal: at once). SIGHUP reads certificates
/// and data models again.
int serve(Config const& config);

/// `acs migrate`: brings the database to this program's schema.
int migrate(Config const& config);

/// `acs migrate --harden`: takes built-ins that rules have no need of from everybody; `database` is used instead of the
/// configured URL unless it is empty.
int harden(Config const& config, std::string const& database);

/// `acs rekey`: seals all secrets in the database with the first key of the key file, so that the others may be taken
/// out. With `forget` instead: gives the key of that name up, which is lost.
int rekey(Config const& config, std::string const& forget);

/// `acs check`: configuration, key, certificates, database and its schema; says what it found.
int check(Config const& config);

/// `acs datamodel import FILE...`: reads Broadband Forum data models and keeps them in the database.
int import_datamodels(Config const& config, std::span<std::string const> files);

/// `acs seed`: fills a database that is kept for measurements with devices; says what it stored as one JSON object.
int seed(Config const& config, storage::SeedSettings const& settings);

}  // namespace app
