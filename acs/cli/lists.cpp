#include "cli/lists.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace cli {

namespace json = boost::json;

namespace {

constexpr unsigned page = 1000;

struct Page {
    std::vector<json::object> items;
    std::string next;
};

Reply<Page> read_page(Session& session, std::string const& target, unsigned limit, std::string const& after)
{
    auto url = fmt::format("{}&limit={}", target, limit);
    if (!after.empty())
        url += fmt::format("&after={}", after);
    auto answer = session.client.get(url);
    if (!answer)
        return std::unexpected{std::move(answer).error()};
    Page result;
    if (auto* const items = answer->if_contains("items"); items != nullptr && items->is_array())
        for (auto& item : items->get_array())
            if (item.is_object())
                result.items.push_back(std::move(item.get_object()));
    result.next = text_of(*answer, "next");
    return result;
}

/// The whole list as CSV or NDJSON, in the columns that are wanted.
int print_export(Session& session, std::string const& target)
{
    auto url = fmt::format("{}&format={}", target, session.asked.format);
    if (!session.asked.columns.empty())
        url += fmt::format("&columns={}", encoded(session.asked.columns));
    auto const copied = session.client.copy(url, session.terminal.out);
    return copied ? done : complain(session, copied.error());
}

}  // namespace

int print_list(Session session, std::string const& target, std::vector<Column> const& columns)
{
    if (!session.asked.format.empty())
        return print_export(session, target);
    std::vector<json::object> rows;
    std::size_t count = 0;
    std::string after;
    auto const limit = session.asked.limit == 0 ? SIZE_MAX : session.asked.limit;
    do {
        auto const wanted = static_cast<unsigned>(std::min<std::size_t>(page, limit - count));
        auto found = read_page(session, target, wanted, after);
        if (!found)
            return complain(session, found.error());
        count += found->items.size();
        after = std::move(found->next);
        for (auto& item : found->items) {
            if (session.asked.json)
                print_json(session, item);
            else
                rows.push_back(std::move(item));
        }
    } while (!after.empty() && count < limit);
    if (!session.asked.json)
        session.terminal.out << table(rows, columns, session.terminal.width);
    if (!after.empty())
        session.terminal.error << fmt::format("acsctl: there are more than {}; see --limit\n", count);
    return done;
}

}  // namespace cli
