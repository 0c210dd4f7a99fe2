#pragma once

#include "api/problem.hpp"
#include "net/http.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace api {

/// A column of an export.
struct ExportColumn {
    std::string member;  ///< of the items; "values" for that of a parameter
    std::string path;    ///< of a parameter; or empty
    [[nodiscard]] std::string const& heading() const noexcept { return path.empty() ? member : path; }
    friend bool operator==(ExportColumn const&, ExportColumn const&) = default;
};

enum class ListForm { json, csv, ndjson };

/// In which form a list is wanted, and what of it.
struct ExportWish {
    ListForm form = ListForm::json;
    // Of csv and ndjson only:
    bool is_insistent = false;          ///< it was said in the URL: what is no list is refused
    std::vector<ExportColumn> columns;  ///< none: every member
    std::string query;                  ///< what is left of the URL's query, for the list itself
};

/// Reads `format` and `columns` from the URL and Accept from the header. Fails with 400 and every bad field.
[[nodiscard]] Outcome<ExportWish> read_export_wish(net::RequestHead const& head);

/// "id,software_version,value('Device.DeviceInfo.UpTime')"; none when it is not written like that.
[[nodiscard]] std::optional<std::vector<ExportColumn>> parse_columns(std::string_view text);

}  // namespace api
