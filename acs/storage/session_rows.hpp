#pragma once

#include "domain/sessions.hpp"
#include "storage/array_text.hpp"
#include "storage/database.hpp"
#include "storage/session_parts.hpp"

#include <pqxx/pqxx>

#include <utility>

/// The columns that the tables of open sessions and of those that are over have in common, as pieces of statements.
#define ACS_SESSION_COLUMNS                                                                                            \
    "session_id, device_id, started, node, address, is_tls, events, rpcs, requests, faults, tasks, bytes_in, "         \
    "bytes_out"
// Events are one text with commas: elements of an array that are arrays would have to be of one length.
#define ACS_SESSION_VALUES                                                                                             \
    "id, device, began, node, address, is_tls, string_to_array(events, ','), rpcs, requests, faults, tasks, "          \
    "bytes_in, bytes_out"
#define ACS_SESSION_ARRAYS                                                                                             \
    "$1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::boolean[], $7::text[],"                \
    " $8::integer[], $9::integer[], $10::integer[], $11::integer[], $12::bigint[], $13::bigint[]"
#define ACS_SESSION_NAMES                                                                                              \
    "id, device, began, node, address, is_tls, events, rpcs, requests, faults, tasks, bytes_in, bytes_out"
#define ACS_SESSION_READ                                                                                               \
    "s.session_id, s.device_id, s.started, s.node, s.address, s.is_tls, s.events, s.rpcs, s.requests, s.faults, "      \
    "s.tasks, s.bytes_in, s.bytes_out, coalesce(d.manufacturer, ''), coalesce(d.oui, ''), "                            \
    "coalesce(d.product_class, ''), coalesce(d.serial_number, '')"
#define ACS_SESSION_DEVICE " LEFT JOIN device d ON d.device_id = s.device_id"

namespace storage {

inline constexpr std::size_t longest_events = 500;  ///< bytes of all event codes of one session
inline constexpr std::size_t longest_method = 100;  ///< bytes

/// Sessions as the arrays $1 to $13 of a statement.
class SessionColumns {
public:
    void add(domain::SessionFacts const& facts);

    /// Runs a statement once, with further parameters from $14 on.
    template <class... More>
    void exec(Transaction& transaction, Statement const& statement, More&&... more)
    {
        transaction.exec(statement, ids_.finish(), devices_.finish(), started_.finish(), nodes_.finish(),
                         addresses_.finish(), tls_.finish(), events_.finish(), rpcs_.finish(), requests_.finish(),
                         faults_.finish(), tasks_.finish(), bytes_in_.finish(), bytes_out_.finish(),
                         std::forward<More>(more)...);
    }

private:
    ArrayText ids_, devices_, started_, nodes_, addresses_, tls_, events_, rpcs_, requests_, faults_, tasks_, bytes_in_,
        bytes_out_;
};

inline constexpr int session_columns = 17;  ///< of ACS_SESSION_READ
/// Reads ACS_SESSION_READ at the begin of a row.
[[nodiscard]] domain::SessionFacts session_facts(pqxx::row const& row);

}  // namespace storage
