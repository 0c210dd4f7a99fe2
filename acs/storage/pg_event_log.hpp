#pragma once

#include "domain/event_log.hpp"
#include "storage/database.hpp"

namespace storage {

/// The table `event`.
class PgEventLog final : public domain::EventLog {
public:
    explicit PgEventLog(Database& searches) : searches_{searches} {}

    base::Awaitable<base::Result<std::vector<domain::EventRecord>>> list(domain::EventQuery query) override;
    base::Awaitable<domain::EventPage> read_on(domain::EventPosition after, unsigned limit) override;
    base::Awaitable<domain::EventPosition> newest() override;

private:
    template <class Work>
    base::Awaitable<std::invoke_result_t<Work&, Transaction&>> read(Work work);

    Database& searches_;
};

}  // namespace storage
