#pragma once

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "domain/stranger.hpp"
#include "storage/database.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <tuple>

namespace storage {

/// How many strangers are kept.
struct StrangerLimits {
    std::uint32_t in_all = 10'000;
    std::uint32_t per_network = 100;  ///< of one /24 or /48
};

/// The table `stranger`: notes are merged in memory and written by flush(), which somebody calls every few seconds.
class PgStrangers final : public domain::Strangers, public domain::StrangerList {
public:
    static constexpr std::size_t most_at_once = 1'000;  ///< different ones between two calls of flush; more are lost

    /// All must outlive this.
    PgStrangers(Database& writes, base::Clock const& clock, base::Metrics& metrics, StrangerLimits limits = {});

    void note(domain::Stranger stranger) noexcept override;
    base::Awaitable<std::vector<domain::Stranger>> list(domain::StrangerQuery query) override;
    base::Awaitable<std::optional<domain::Stranger>> find(std::int64_t id) override;
    base::Awaitable<bool> remove(std::int64_t id) override;

    /// Writes what was noted, on the calling thread, and forgets the oldest beyond the limits. Throws
    /// base::Unavailable; what was noted is lost then: strangers come again.
    void flush();

private:
    using Key = std::tuple<std::string, std::string, std::string>;  // serial number, OUI, ProductClass

    Database& writes_;
    base::Clock const& clock_;
    base::Counter& noted_;
    StrangerLimits const limits_;
    std::mutex mutex_;
    std::map<Key, domain::Stranger> waiting_;
};

}  // namespace storage
