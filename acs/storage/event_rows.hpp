#pragma once

#include "domain/event_log.hpp"
#include "storage/connection.hpp"

namespace storage {

/// What is selected of a row `e` of event and its device `d`.
#define ACS_EVENT_ROW                                                                                                  \
    "e.tx, e.event_id, e.at, e.device_id, coalesce(d.oui, ''), coalesce(d.product_class, ''),"                         \
    " coalesce(d.serial_number, ''), e.kind, coalesce(e.codes, '{}'), coalesce(e.keys, '{}'),"                         \
    " coalesce(e.retry_count, 0), e.redelivered, coalesce(host(e.address), ''), coalesce(e.detail::text, '')"

inline constexpr int event_column_count = 14;

[[nodiscard]] domain::EventRecord event_of(pqxx::row const& row);

/// What is behind `after` in the order of commits, at most `limit`: see domain::EventLog.
[[nodiscard]] domain::EventPage read_events(pqxx::transaction_base& transaction, domain::EventPosition after,
                                            unsigned limit);
/// The place behind all that is committed with everything before it.
[[nodiscard]] domain::EventPosition newest_event(pqxx::transaction_base& transaction);

/// From when on rows are looked at for what is behind a place, as a parameter for timestamptz: partitions before it are
/// not touched. Times of rows are those of the nodes' clocks.
[[nodiscard]] std::string earliest_behind(domain::EventPosition after);

}  // namespace storage
