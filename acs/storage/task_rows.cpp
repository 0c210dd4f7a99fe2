#include "storage/task_rows.hpp"

#include "base/log.hpp"
#include "storage/array_text.hpp"
#include "storage/sealed_json.hpp"
#include "storage/task_columns.hpp"

#include <pqxx/pqxx>

#include <stdexcept>

namespace storage {

std::optional<std::string> text_or_null(std::optional<base::TimePoint> const& time)
{
    if (!time)
        return std::nullopt;
    return time_text(*time);
}

std::optional<std::string> window_text(std::optional<domain::TaskWindow> const& window,
                                       std::chrono::minutes domain::TaskWindow::* end)
{
    if (!window)
        return std::nullopt;
    return domain::time_of_day_text((*window).*end);
}

domain::TaskRow task_row_of(pqxx::row const& row)
{
    constexpr int after = task_column_count;
    domain::TaskRow found;
    found.task = read_shown_task(row, 0);
    found.result = masked_text({row[after].c_str(), row[after].size()});
    if (!row[after + 1].is_null())
        found.fault_code = row[after + 1].as<unsigned>();
    found.fault_text = row[after + 2].c_str();
    found.updated = parse_time({row[after + 3].c_str(), row[after + 3].size()});
    found.identity = {row[after + 4].c_str(), row[after + 5].c_str(), row[after + 6].c_str(), row[after + 7].c_str()};
    return found;
}

std::vector<domain::TaskRow> readable_tasks(pqxx::result const& rows)
{
    std::vector<domain::TaskRow> tasks;
    for (auto const& row : rows) {
        try {
            tasks.push_back(task_row_of(row));
        } catch (std::runtime_error const& problem) {
            base::log::error("storage.task", {{"reason", problem.what()}});
        }
    }
    return tasks;
}

}  // namespace storage
