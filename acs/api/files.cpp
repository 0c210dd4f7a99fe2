#include "api/endpoints.hpp"
#include "api/file_keeping.hpp"
#include "api/query.hpp"
#include "api/views.hpp"

#include <fmt/format.h>

namespace api {

namespace {

constexpr char files_cursor = 'f';

std::string read_text(Query& query, std::string_view name, std::string_view fallback)
{
    auto text = query.text(name).value_or(std::string{fallback});
    if (auto const checked = check_file_text(text); !checked)
        query.add_error(name, checked.error().what);
    return text;
}

/// TR-069 A.3.2.8: a number and a name, or "X", an OUI and a vendor's own.
std::string read_type(Query& query)
{
    auto type = read_text(query, "type", "1 Firmware Upgrade Image");
    auto const is_standard = !type.empty() && type[0] >= '1' && type[0] <= '9' && type.contains(' ');
    if (!is_standard && !type.starts_with("X "))
        query.add_error("type",
                        "must be a file type of TR-069 such as \"1 Firmware Upgrade Image\" or \"X OUI NAME\".");
    return type;
}

/// All that an upload's query says of the file.
Outcome<domain::File> read_description(std::string_view text)
{
    Query query{text};
    domain::File file;
    auto const name = query.text("name");
    if (!name)
        query.add_error("name", "is missing: send ?name=FILE.");
    else if (auto const checked = check_file_name(*name); !checked)
        query.add_error("name", checked.error().what);
    file.name = name.value_or("");
    file.file_type = read_type(query);
    file.version = read_text(query, "version", "");
    file.product_class = read_text(query, "product_class", "");
    if (auto checked = query.problem(); !checked)
        return std::unexpected{std::move(checked).error()};
    return file;
}

base::Awaitable<std::optional<domain::File>> find_file(Context const& context, std::string_view argument)
{
    auto const id = parse_id(argument);
    if (!id)
        co_return std::nullopt;
    co_return co_await context.services.files.find(domain::FileId{*id});
}

/// The page of a list, or the newest file of one name.
base::Awaitable<std::vector<domain::File>> read_files(Context const& context, std::optional<std::string> name,
                                                      std::int64_t after, unsigned limit)
{
    if (!name)
        co_return co_await context.services.files.list(after, limit);
    auto found = co_await context.services.files.find_by_name(*std::move(name));
    std::vector<domain::File> files;
    if (found)
        files.push_back(*std::move(found));
    co_return files;
}

}  // namespace

Outcome<net::BodyPolicy> receive_file(Context const& context, net::RequestHead const& head)
{
    if (auto description = read_description(head.query()); !description)
        return std::unexpected{std::move(description).error()};
    return open_upload(context);
}

Answer add_file(Call call)
{
    auto description = read_description(call.request.query());
    if (!description)
        co_return std::unexpected{std::move(description).error()};
    auto const file = co_await keep_upload(call, *std::move(description));
    if (!file)
        co_return std::unexpected{file.error()};
    auto response = json_response(201, view_of(*file));
    response.headers.set("Location", fmt::format("/api/v1/files/{}", file->id.value()));
    co_return response;
}

Answer list_files(Call call)
{
    Query query{call.request.query()};
    auto name = query.text("name");
    auto const limit = query.limit();
    auto const after = query.after_number(files_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto files = co_await read_files(call.context, std::move(name), after, limit + 1);
    std::optional<std::string> next;
    if (files.size() > limit) {
        files.resize(limit);
        next = make_cursor(files_cursor, std::to_string(files.back().id.value()));
    }
    boost::json::array items;
    for (auto const& file : files)
        items.push_back(view_of(file));
    co_return list_response(std::move(items), next);
}

Answer get_file(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const file = co_await find_file(call.context, call.argument);
    if (!file)
        co_return not_found("file", call.argument);
    co_return json_response(200, view_of(*file));
}

Answer remove_file(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const file = co_await find_file(call.context, call.argument);
    if (!file)
        co_return not_found("file", call.argument);
    bool const is_dropped = co_await drop_file(call, *file);
    if (!is_dropped)
        co_return not_found("file", call.argument);
    net::Response response;
    response.status = 204;
    co_return response;
}

}  // namespace api
