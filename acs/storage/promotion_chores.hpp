#pragma once

#include "storage/connection.hpp"

#include <chrono>
#include <string>

namespace storage {

struct PromotionSettings {
    std::chrono::seconds settle{
        150};                        ///< after a change, and all nodes know of it: copies are made and deleted for good
    unsigned devices_at_once = 500;  ///< in one transaction
    unsigned batches = 40;           ///< transactions in one round
    unsigned rows_at_once = 20'000;  ///< deleted by one statement
};

/// Makes the copies of newly promoted parameters for what was known before, some devices at a time, and deletes those
/// of patterns that were given up. Goes on in the next round where this one stops. Throws what libpqxx throws.
void tend_promotions(pqxx::connection& connection, PromotionSettings const& settings);

/// Changes whenever the list of patterns does.
[[nodiscard]] std::string promotions_fingerprint(pqxx::connection& connection);

}  // namespace storage
