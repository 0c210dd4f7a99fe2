#pragma once

#include "base/clock.hpp"
#include "storage/database.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace storage {

/// What an inventory made for measurements holds. Serial numbers are `serial_prefix` and the device's number with
/// `serial_digits` digits, as the fleets of `cpe-sim load` count theirs.
struct SeedSettings {
    std::int64_t devices = 0;
    std::int64_t trees = 0;  ///< how many of them, the first ones, have a tree
    std::int64_t first = 1;  ///< number of the first device
    unsigned serial_digits = 8;
    std::string oui = "00D09E";
    std::string product_class = "HG-1000";
    std::string manufacturer = "Example";
    std::string serial_prefix = "SEED";
    std::string software_version = "1.0.0";
    std::uint32_t parameters = 1'000;  ///< of a tree
    std::uint32_t promoted = 35;       ///< of them; their names are promoted in the database
};

struct SeedReport {
    std::int64_t devices = 0, trees = 0;
    std::int64_t tree_bytes = 0;       ///< of device_tree with its TOAST table and index, of the whole table
    std::int64_t parameter_bytes = 0;  ///< of device_parameter likewise
    std::int64_t all_bytes = 0;        ///< of all tables of devices
};

/// Fills the inventory with devices that have informed once, by COPY. Only for measurements: refuses a database that
/// holds devices which were not made so. Devices that are there already are left alone when they have the same numbers.
/// Throws what libpqxx throws, base::Unavailable, or std::invalid_argument. `tell` hears how many devices are made.
SeedReport seed(Database& database, base::Clock const& clock, SeedSettings const& settings,
                std::function<void(std::int64_t)> const& tell);

}  // namespace storage
