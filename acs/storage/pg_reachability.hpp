#pragma once

#include "domain/reachability.hpp"
#include "storage/database.hpp"

#include <cstddef>
#include <mutex>
#include <vector>

namespace storage {

/// The tables `device_reachability` and `model_reachability`. Notes are gathered in memory and written by flush(),
/// which somebody calls every few seconds.
class PgReachability final : public domain::ReachabilityStore {
public:
    static constexpr std::size_t most_notes = 10'000;  ///< that wait to be written; more are dropped

    /// Both must outlive this.
    PgReachability(Database& writes, Database& searches) : writes_{writes}, searches_{searches} {}

    base::Awaitable<domain::WakeFacts> facts(domain::DeviceKey device) override;
    base::Awaitable<std::vector<std::pair<domain::DeviceKey, base::TimePoint>>>
    last_informs(std::vector<domain::DeviceKey> devices) override;
    void note(domain::WakeNote note) noexcept override;

    /// Writes what was noted, on the calling thread. Throws base::Unavailable; nothing is lost then.
    void flush();

private:
    Database& writes_;
    Database& searches_;
    std::mutex mutex_;
    std::vector<domain::WakeNote> notes_;
};

}  // namespace storage
