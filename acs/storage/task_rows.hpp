#pragma once

#include "domain/inventory.hpp"

#include <pqxx/result>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

// read_task's columns, then the outcome and the identity of the device.
#define ACS_TASK_ROW                                                                                                   \
    "SELECT t.device_id, t.task_id, t.kind, t.state, t.priority, t.created, t.not_before, t.expires_at, t.deadline,"   \
    " t.sent_at, t.attempts, t.command_key, t.progress, t.origin, t.arguments,"                                        \
    " t.window_start, t.window_end,"                                                                                   \
    " coalesce(t.result::text, ''), t.fault_code, t.fault_text, t.updated,"                                            \
    " coalesce(d.manufacturer, ''), coalesce(d.oui, ''), coalesce(d.product_class, ''), coalesce(d.serial_number, '')"
#define ACS_TASK_TABLES " LEFT JOIN device d ON d.device_id = t.device_id"

namespace storage {

/// A row of ACS_TASK_ROW, for people: secrets read "********".
[[nodiscard]] domain::TaskRow task_row_of(pqxx::row const& row);

/// All of them; one that cannot be read is told in the log and hides no other.
[[nodiscard]] std::vector<domain::TaskRow> readable_tasks(pqxx::result const& rows);

/// A parameter for a column of type timestamptz, or one of the two of a window.
[[nodiscard]] std::optional<std::string> text_or_null(std::optional<base::TimePoint> const& time);
[[nodiscard]] std::optional<std::string> window_text(std::optional<domain::TaskWindow> const& window,
                                                     std::chrono::minutes domain::TaskWindow::* end);

}  // namespace storage
