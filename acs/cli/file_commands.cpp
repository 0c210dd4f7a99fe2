#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"
#include "cli/task_bodies.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

namespace cli {

namespace json = boost::json;

namespace {

bool is_local_file(std::string const& path)
{
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

bool is_id(std::string_view text)
{
    return !text.empty() && text.size() <= 19 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Reply<json::object> upload(Session const& session, std::string const& path)
{
    auto const& asked = session.asked;
    auto const name = asked.name.empty() ? std::filesystem::path{path}.filename().string() : asked.name;
    auto target = fmt::format("/files?name={}&type={}", encoded(name), encoded(download_type(asked.type)));
    if (!asked.version.empty())
        target += fmt::format("&version={}", encoded(asked.version));
    if (!asked.product_class.empty())
        target += fmt::format("&product_class={}", encoded(asked.product_class));
    return session.client.upload(target, path);
}

/// A stored file by its id, else by its name.
Reply<json::object> stored_file(Session const& session, std::string const& text)
{
    if (is_id(text)) {
        auto file = session.client.get(fmt::format("/files/{}", text));
        if (file || file.error().status != 404)
            return file;
    }
    auto page = session.client.get(fmt::format("/files?name={}", encoded(text)));
    if (!page)
        return page;
    auto* const items = page->if_contains("items");
    if (items != nullptr && items->is_array() && !items->get_array().empty() && items->get_array()[0].is_object())
        return std::move(items->get_array()[0].get_object());
    return std::unexpected{Refusal{
        404, fmt::format("\"{}\" is neither a local file nor the id or name of a stored one; see acsctl files", text)}};
}

}  // namespace

Reply<json::object> file_for_download(Session const& session)
{
    auto const& operand = session.asked.operands[0];
    return is_local_file(operand) ? upload(session, operand) : stored_file(session, operand);
}

int list_files(Session session)
{
    return print_list(session, "/files?",
                      {{"FILE", "id"},
                       {"NAME", "name"},
                       {"TYPE", "file_type"},
                       {"VERSION", "version"},
                       {"PRODUCT CLASS", "product_class"},
                       {"SIZE", "size"},
                       {"CREATED", "created"}});
}

int add_file(Session session)
{
    auto const file = upload(session, session.asked.operands[0]);
    if (!file)
        return complain(session, file.error());
    if (session.asked.json)
        print_json(session, *file);
    else
        session.terminal.out << fmt::format("file {} stored: {} bytes, sha256 {}\n", text_of(*file, "id"),
                                            text_of(*file, "size"), text_of(*file, "sha256"));
    return done;
}

int delete_file(Session session)
{
    auto const file = stored_file(session, session.asked.operands[0]);
    if (!file)
        return complain(session, file.error());
    auto const gone = session.client.remove(fmt::format("/files/{}", encoded(text_of(*file, "id"))));
    if (!gone)
        return complain(session, gone.error());
    if (session.asked.json)
        print_json(session, *file);
    else
        session.terminal.out << fmt::format("file {} deleted\n", text_of(*file, "id"));
    return done;
}

}  // namespace cli
