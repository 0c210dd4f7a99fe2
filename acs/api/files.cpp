#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "api/upload.hpp"
#include "api/views.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace api {

namespace {

constexpr char files_cursor = 'f';
constexpr std::size_t max_name_bytes = 128;  ///< so that a file's URL stays below the 256 characters that CPEs take
constexpr std::size_t max_text_bytes = 128;

/// Fails for what cannot be the last segment of a URL that CPEs read.
base::Result<void> check_name(std::string_view name)
{
    auto const is_odd = [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '/' || c == '\\';
    };
    if (name.empty() || name == "." || name == "..")
        return base::fail("must be the file's name, for instance \"firmware-2.1.bin\".");
    if (name.size() > max_name_bytes)
        return base::fail(fmt::format("must have at most {} bytes.", max_name_bytes));
    if (std::ranges::any_of(name, is_odd))
        return base::fail("must not hold blanks, control characters or slashes.");
    return {};
}

std::string read_text(Query& query, std::string_view name, std::string_view fallback)
{
    auto text = query.text(name).value_or(std::string{fallback});
    if (text.size() > max_text_bytes)
        query.add_error(name, fmt::format("must have at most {} bytes.", max_text_bytes));
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }))
        query.add_error(name, "must not hold control characters.");
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
    else if (auto const checked = check_name(*name); !checked)
        query.add_error("name", checked.error().what);
    file.name = name.value_or("");
    file.file_type = read_type(query);
    file.version = read_text(query, "version", "");
    file.product_class = read_text(query, "product_class", "");
    if (auto checked = query.problem(); !checked)
        return std::unexpected{std::move(checked).error()};
    return file;
}

std::unexpected<Problem> no_room(std::string_view why)
{
    base::log::error("api.file_refused", {{"reason", why}});
    return problem(507, "insufficient_storage", fmt::format("The file could not be kept: {}", why));
}

base::Awaitable<std::optional<domain::File>> find_file(Context const& context, std::string_view argument)
{
    auto const id = parse_id(argument);
    if (!id)
        co_return std::nullopt;
    co_return co_await context.services.files.find(domain::FileId{*id});
}

/// Enters a received file. When that fails its bytes are deleted again.
base::Awaitable<domain::File> enter(Context const& context, domain::File file)
{
    auto const stored_as = file.stored_as;
    std::exception_ptr failure;
    try {
        co_return co_await context.services.files.add(std::move(file));
    } catch (...) {
        failure = std::current_exception();
    }
    if (auto const removed = co_await context.services.directory.remove(stored_as); !removed)
        base::log::warning("api.file_left_behind", {{"stored_as", stored_as}, {"reason", removed.error().what}});
    std::rethrow_exception(failure);
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
    auto receiver = context.services.directory.receive();
    if (!receiver)
        return no_room(receiver.error().what);
    net::BodyPolicy policy;
    policy.limit = context.settings.file_bytes;
    policy.sink = std::make_unique<Upload>(*std::move(receiver));
    return policy;
}

Answer add_file(Call call)
{
    auto description = read_description(call.request.query());
    if (!description)
        co_return std::unexpected{std::move(description).error()};
    auto* const upload = dynamic_cast<Upload*>(call.request.sink.get());
    if (upload == nullptr || upload->is_empty())
        co_return bad_request("An upload needs a body: the bytes of the file.");
    auto stored = co_await upload->commit();
    if (!stored)
        co_return no_room(stored.error().what);

    auto file = *std::move(description);
    file.size = stored->size;
    file.sha256 = stored->sha256;
    file.stored_as = stored->stored_as;
    file.created = call.context.services.clock.now();
    file = co_await enter(call.context, std::move(file));
    base::log::info("api.file_stored",
                    {{"file", file.id.value()}, {"name", file.name}, {"size", file.size}, {"by", call.caller.name}});
    co_await audit(call, "file.stored", fmt::format("file {}", file.id.value()), nullptr, view_of(file));
    auto response = json_response(201, view_of(file));
    response.headers.set("Location", fmt::format("/api/v1/files/{}", file.id.value()));
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
    if (!file || !co_await call.context.services.files.remove(file->id))
        co_return not_found("file", call.argument);
    auto const removed = co_await call.context.services.directory.remove(file->stored_as);
    if (!removed)
        base::log::warning("api.file_left_behind", {{"stored_as", file->stored_as}, {"reason", removed.error().what}});
    base::log::info("api.file_removed", {{"file", file->id.value()}, {"name", file->name}, {"by", call.caller.name}});
    co_await audit(call, "file.removed", fmt::format("file {}", file->id.value()), view_of(*file), nullptr);
    net::Response response;
    response.status = 204;
    co_return response;
}

}  // namespace api
