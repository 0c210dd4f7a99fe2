#pragma once

#include "base/result.hpp"
#include "base/sealer.hpp"
#include "storage/connection.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace storage {

/// Notes that this program seals with the first key of the file. Fails when the file lacks a key that the database
/// needs: then it is not the file that belongs to the database, or a key was taken out too early. Throws what libpqxx
/// throws.
[[nodiscard]] base::Result<void> register_sealing_key(ConnectionSettings const& database, base::Sealer const& sealer);

/// The same without noting anything.
[[nodiscard]] base::Result<void> check_sealing_keys(ConnectionSettings const& database, base::Sealer const& sealer);

struct RekeySettings {
    unsigned rows = 200;  ///< looked up by one statement
    unsigned passes = 5;  ///< over all tables, until one finds nothing to do
};

/// What sealing anew came to.
struct RekeyReport {
    std::uint64_t values = 0;       ///< sealed anew
    std::uint64_t not_secrets = 0;  ///< texts that look sealed and that none of the keys opens: left as they are
    std::vector<std::string> keys;  ///< that nothing in the database needs any more: their lines may be taken out
};

/// Seals all secrets that other keys of the file sealed with its first one, row by row, each in a transaction of its
/// own, while nodes serve; what was done already is not done again, so it may be ended at any time and begun anew.
/// Afterwards the other keys are no longer needed by the database. Fails when a node that lives seals with another key,
/// or when keys are missing in the file. `told` gets the name of each table when it is begun. Throws when the database
/// is away for long.
[[nodiscard]] base::Result<RekeyReport> rekey(ConnectionSettings const& database, base::Sealer const& sealer,
                                              std::function<void(std::string_view)> const& told,
                                              RekeySettings const& settings = {});

/// Gives a key up that is lost: what it sealed cannot be read any more. True when the database needed it.
[[nodiscard]] bool forget_sealing_key(ConnectionSettings const& database, std::string const& name);

}  // namespace storage
