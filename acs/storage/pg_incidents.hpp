#pragma once

#include "base/counters.hpp"
#include "domain/incidents.hpp"
#include "storage/database.hpp"
#include "storage/minute_notes.hpp"

namespace storage {

/// The table `incident`: notes are merged in memory and written by flush(), which somebody calls every few seconds.
class PgIncidents final : public domain::Incidents, public domain::IncidentLog {
public:
    static constexpr std::size_t most_per_minute = 1'000;  ///< different ones, noted by one node

    /// All must outlive this.
    PgIncidents(Database& writes, base::Clock const& clock, base::Metrics& metrics);

    void note(domain::Incident incident) noexcept override;
    base::Awaitable<std::vector<domain::IncidentRecord>> list(domain::IncidentQuery query) override;

    /// Writes what was noted, on the calling thread. Throws base::Unavailable; nothing is lost then but what is beyond
    /// `most_per_minute`.
    void flush();

private:
    Database& writes_;
    base::Clock const& clock_;
    base::Counter& noted_;
    MinuteNotes notes_{most_per_minute};
};

}  // namespace storage
