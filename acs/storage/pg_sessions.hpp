#pragma once

#include "base/counters.hpp"
#include "domain/sessions.hpp"
#include "storage/database.hpp"
#include "storage/id_source.hpp"

#include <mutex>
#include <vector>

namespace storage {

/// The table `session`: what is noted waits in memory until flush() writes it, which somebody calls every few seconds.
class PgSessions final : public domain::SessionJournal, public domain::PastSessions {
public:
    static constexpr std::size_t most_waiting = 50'000;  ///< sessions; what is noted beyond is lost
    static constexpr std::size_t at_once = 5'000;        ///< written by one statement

    /// All must outlive this.
    PgSessions(Database& writes, IdSource& ids, base::Metrics& metrics);

    [[nodiscard]] domain::SessionId next_id() noexcept override { return domain::SessionId{ids_.next()}; }
    void note(domain::PastSession session) noexcept override;
    base::Awaitable<std::vector<domain::PastSession>> list(domain::SessionQuery query) override;
    base::Awaitable<std::optional<domain::PastSession>> find(domain::SessionId id) override;

    /// Writes what was noted, on the calling thread. Throws base::Unavailable, which loses nothing, and what libpqxx
    /// throws when it refuses the statement: then those of the statement are lost.
    void flush();

private:
    [[nodiscard]] std::vector<domain::PastSession> take();
    void give_back(std::vector<domain::PastSession> sessions);

    Database& writes_;
    IdSource& ids_;
    base::Counter& noted_;
    base::Counter& lost_;
    std::mutex mutex_;
    std::vector<domain::PastSession> waiting_;
};

}  // namespace storage
