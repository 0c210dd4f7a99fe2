#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sim {

/// What a ledger is worth against a database.
struct Verdict {
    std::uint64_t devices = 0;    ///< that have lines in the ledger
    std::uint64_t informs = 0;    ///< acknowledged, as listed
    std::uint64_t periodic = 0;   ///< acknowledged with 2 PERIODIC alone, as counted
    std::uint64_t rpcs = 0;       ///< answered
    std::uint64_t downloads = 0;  ///< made
    std::uint64_t restarts = 0;
    std::uint64_t redelivered = 0;  ///< event rows that are marked

    std::uint64_t missing = 0;          ///< acknowledged, and not in the database
    std::uint64_t unmarked = 0;         ///< redelivered, and not marked
    std::uint64_t repeated = 0;         ///< unsafe, and done more often than it was ordered
    std::vector<std::string> problems;  ///< the first of them, a sentence each

    [[nodiscard]] bool is_good() const noexcept { return missing + unmarked + repeated == 0; }
};

/// Holds a ledger against PostgreSQL: that every acknowledged event, result and report is there, that events that came
/// twice are marked, and that Reboot, Download, Upload, FactoryReset, AddObject ... were done at most once for each
/// task. Run it when the ACS has come to rest. Fails when either cannot be read.
[[nodiscard]] base::Result<Verdict> verify_ledger(std::string const& ledger_file, std::string const& database_url);

/// One JSON object on one line.
[[nodiscard]] std::string to_json(Verdict const& verdict);

}  // namespace sim
