// Stored files, by their names.
#include "api/file_keeping.hpp"
#include "api/genieacs/document_list.hpp"
#include "api/genieacs/endpoints.hpp"
#include "api/genieacs/moments.hpp"
#include "api/query.hpp"
#include "domain/file.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <utility>

namespace api::genieacs {

namespace json = boost::json;

namespace {

constexpr unsigned page_files = 1'000;

json::object document_of(domain::File const& file)
{
    return {
        {"_id", file.name},
        {"filename", file.name},
        {"length", file.size},
        {"uploadDate", to_iso(file.created)},
        {"sha256", file.sha256},
        {"metadata", {{"fileType", file.file_type}, {"productClass", file.product_class}, {"version", file.version}}}};
}

/// What the name in the path and the header fields say of a file. The field `oui` is not kept.
Outcome<domain::File> read_description(net::RequestHead const& head, std::string_view segment)
{
    domain::File file;
    file.name = net::percent_decoded(segment);
    std::vector<FieldError> errors;
    if (auto const checked = check_file_name(file.name); !checked)
        errors.push_back({"name", checked.error().what});
    for (auto const& [field, place] : {std::pair{"fileType", &domain::File::file_type},
                                       {"productClass", &domain::File::product_class},
                                       {"version", &domain::File::version}}) {
        file.*place = head.headers.get(field);
        if (auto const checked = check_file_text(file.*place); !checked)
            errors.push_back({field, checked.error().what});
    }
    if (file.file_type.empty())
        file.file_type = "1 Firmware Upgrade Image";
    if (errors.empty())
        return file;
    auto detail = fmt::format("{} {}", errors.front().field, errors.front().reason);
    return bad_request(std::move(detail), std::move(errors));
}

/// Removes every file of that name that is older than `kept`, which may itself have been replaced meanwhile; how many
/// there were. Without `kept`: all of them.
base::Awaitable<std::size_t> drop_files(Call const& call, std::string name, std::optional<domain::FileId> kept)
{
    std::size_t dropped = 0;
    std::int64_t after = 0;
    for (bool is_last = false; !is_last;) {
        auto const page = co_await call.context.services.files.list(after, page_files);
        is_last = page.size() < page_files;
        for (auto const& file : page) {
            after = file.id.value();
            if (file.name != name || (kept && file.id >= *kept))
                continue;
            bool const is_dropped = co_await drop_file(call, file);
            dropped += is_dropped ? 1 : 0;
        }
    }
    co_return dropped;
}

}  // namespace

Answer list_files(Call call)
{
    auto const wanted = read_list_query(call);
    if (!wanted)
        co_return std::unexpected{wanted.error()};
    auto const filter = filter_of(*wanted);
    if (!filter)
        co_return std::unexpected{filter.error()};
    std::vector<json::object> documents;
    std::int64_t after = 0;
    for (bool is_last = false; !is_last;) {
        auto const page = co_await call.context.services.files.list(after, page_files);
        is_last = page.size() < page_files;
        for (auto const& file : page) {
            after = file.id.value();
            documents.push_back(document_of(file));
        }
        if (documents.size() > most_documents)
            co_return too_many_documents("list them with GET /api/v1/files");
    }
    co_return answer_list(*wanted, *filter, std::move(documents));
}

Outcome<net::BodyPolicy> receive_file(Context const& context, net::RequestHead const& head, std::string_view name)
{
    if (auto description = read_description(head, name); !description)
        return std::unexpected{std::move(description).error()};
    return open_upload(context);
}

Answer put_file(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto description = read_description(call.request, call.argument);
    if (!description)
        co_return std::unexpected{std::move(description).error()};
    auto const file = co_await keep_upload(call, *std::move(description));
    if (!file)
        co_return std::unexpected{file.error()};
    co_await drop_files(call, file->name, file->id);
    net::Response response;
    response.status = 201;
    co_return response;
}

Answer remove_file(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const name = net::percent_decoded(call.argument);
    auto const dropped = co_await drop_files(call, name, std::nullopt);
    if (dropped == 0)
        co_return not_found("file", name);
    co_return net::Response{};
}

}  // namespace api::genieacs
