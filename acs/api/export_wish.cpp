#include "api/export_wish.hpp"

#include "api/query.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace api {

namespace {

constexpr std::size_t most_columns = 100;

/// What is said in the URL. Other words than these are the endpoint's to know.
ListForm form_of(std::string_view text)
{
    if (text == "csv")
        return ListForm::csv;
    return text == "ndjson" ? ListForm::ndjson : ListForm::json;
}

std::string_view trimmed(std::string_view text)
{
    auto const first = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// The first type in Accept that we have.
ListForm accepted_form(net::Headers const& headers)
{
    for (auto list : headers.all("Accept"))
        while (!list.empty()) {
            auto const each = list.substr(0, list.find(','));
            list.remove_prefix(std::min(each.size() + 1, list.size()));
            auto const type = trimmed(each.substr(0, each.find(';')));
            if (net::equal_ignoring_case(type, "text/csv"))
                return ListForm::csv;
            if (net::equal_ignoring_case(type, "application/x-ndjson"))
                return ListForm::ndjson;
            if (net::equal_ignoring_case(type, "application/json") || type == "*/*" || type == "application/*")
                return ListForm::json;
        }
    return ListForm::json;
}

/// Takes one column and the comma behind it.
std::optional<ExportColumn> take_column(std::string_view& text)
{
    constexpr std::string_view opening = "value('", closing = "')";
    text = trimmed(text);
    ExportColumn column;
    if (text.starts_with(opening)) {
        text.remove_prefix(opening.size());
        auto const end = text.find(closing);
        if (end == text.npos || end == 0)
            return std::nullopt;
        column = {"values", std::string{text.substr(0, end)}};
        text.remove_prefix(end + closing.size());
        text = trimmed(text);
    } else {
        column.member = trimmed(text.substr(0, text.find(',')));
        text.remove_prefix(std::min(text.find(','), text.size()));
    }
    bool const is_over = text.empty();
    if (!is_over && !text.starts_with(','))
        return std::nullopt;
    text.remove_prefix(is_over ? 0 : 1);
    auto const is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    if (column.member.empty() || !std::ranges::all_of(column.member, is_letter) || (!is_over && text.empty()))
        return std::nullopt;
    return column;
}

/// The fields of a query but those named, as they were sent.
std::string without(std::string_view query, std::initializer_list<std::string_view> names)
{
    std::string rest;
    while (!query.empty()) {
        auto const field = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(field.size() + 1, query.size()));
        if (!field.empty() && std::ranges::find(names, field.substr(0, field.find('='))) == names.end())
            rest += fmt::format("{}{}", rest.empty() ? "" : "&", field);
    }
    return rest;
}

/// The paths of the parameters among the columns, for the list to give.
std::string values_field(std::vector<ExportColumn> const& columns)
{
    std::string paths;
    for (auto const& column : columns)
        if (!column.path.empty())
            paths += (paths.empty() ? "" : ",") + column.path;
    return paths.empty() ? paths : fmt::format("&values={}", net::percent_encoded(paths));
}

}  // namespace

std::optional<std::vector<ExportColumn>> parse_columns(std::string_view text)
{
    std::vector<ExportColumn> columns;
    do {
        auto column = take_column(text);
        if (!column || columns.size() == most_columns)
            return std::nullopt;
        columns.push_back(*std::move(column));
    } while (!text.empty());
    return columns;
}

Outcome<ExportWish> read_export_wish(net::RequestHead const& head)
{
    Query query{head.query()};
    auto const format = query.text("format");
    ExportWish wish;
    wish.is_insistent = format.has_value();
    wish.form = format ? form_of(*format) : accepted_form(head.headers);
    if (wish.form == ListForm::json)
        return wish;
    wish.query = without(head.query(), {"format", "columns"});
    std::vector<FieldError> errors;
    auto const columns = query.text("columns");
    auto parsed = columns ? parse_columns(*columns) : std::vector<ExportColumn>{};
    if (!parsed)
        errors.push_back({"columns", "must be names and parameters such as id,model_name,value('Device.X.Y')."});
    for (auto const* const name : {"limit", "after"})
        if (wish.query != without(wish.query, {name}))
            errors.push_back({name, "is not for csv and ndjson: those give the whole list."});
    if (!errors.empty())
        return bad_request(fmt::format("{} {}", errors[0].field, errors[0].reason), errors);
    wish.columns = *std::move(parsed);
    wish.query += values_field(wish.columns);
    return wish;
}

}  // namespace api
