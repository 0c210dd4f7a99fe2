#pragma once

#include "base/result.hpp"
#include "provisioning/guard.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace provisioning {

/// What one rule's body may ask of us; every limit is finite.
struct BodyLimits {
    std::size_t text_bytes = 64 * 1024;
    std::size_t tokens = 8'000;
    std::size_t nesting = 100;                   ///< expressions and sub-selects within each other
    std::size_t relations = 32;                  ///< tables and sub-selects of one FROM
    std::size_t columns = 20;                    ///< actions side by side, the device's id not counted
    std::size_t number_characters = 40;          ///< of one numeric constant
    std::size_t growth = 16;                     ///< how many times replace() and regexp_replace() may lengthen a text
    std::size_t stack_bytes = 64 * 1024 * 1024;  ///< of the thread that parses
};

/// True for a table that rules may read; the name is "schema.table" as PostgreSQL folds it.
using TablePredicate = std::function<bool(std::string_view table)>;

/// One SELECT that is safe to run as a sub-select of a statement of our own.
struct GuardedBody {
    std::string sql;                   ///< as it was written; put it between "(\n" and "\n)"
    std::vector<std::string> tables;   ///< "schema.table", sorted, each once
    std::vector<std::string> actions;  ///< the functions of schema acs that it calls, without "acs.", sorted
    std::size_t columns = 0;           ///< of its result; the first is the device's id
    bool reads_clock = false;          ///< its outcome may change while nothing else does
};

/// Reads the body of a rule, such as
///     SELECT device.id, acs.set_value('Device.WiFi.SSID.1.SSID', s.ssid)
///       FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number
/// and proves with PostgreSQL's own parser that it is one SELECT that only reads what `may_read` allows: every node,
/// function, operator and type in it is on a list of harmless ones, every table has its schema, every relation of a
/// FROM is joined to the others by a condition column = column. Column 1 is a plain column, as `device.id`; whether
/// it is a bigint and the others are actions is for PostgreSQL to say.
/// Pure; threads as `guard_condition`. Throws base::Unavailable when no thread can be started.
[[nodiscard]] base::Result<GuardedBody, GuardError> guard_body(std::string_view text, TablePredicate const& may_read,
                                                               BodyLimits const& limits = {});

}  // namespace provisioning
