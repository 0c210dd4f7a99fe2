#pragma once

#include "domain/sessions.hpp"
#include "storage/database.hpp"

#include <string>
#include <vector>

namespace storage {

/// The table `open_session`: what nodes tell each other. Used from one coroutine at a time for telling.
class PgOpenSessions final : public domain::OpenSessionStore {
public:
    /// `writes` must outlive this. `node`: the name of this one.
    PgOpenSessions(Database& writes, std::string node) : writes_{writes}, node_{std::move(node)} {}

    base::Awaitable<void> tell(std::vector<domain::OpenSession> sessions) override;
    base::Awaitable<std::vector<domain::OpenSession>> of_others(domain::SessionQuery query) override;

private:
    Database& writes_;
    std::string node_;
    bool has_told_ = true;  ///< the table may hold something of this node; at first of the one before it
};

}  // namespace storage
