#include "cli/lists.hpp"

#include "cli/text.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <streambuf>

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

/// Writes lines on, made harmless for the terminal that they are seen on.
class HarmlessLines final : public std::streambuf {
public:
    explicit HarmlessLines(std::ostream& out) : out_{out} {}
    ~HarmlessLines() override { out_ << harmless_lines(line_); }

protected:
    std::streamsize xsputn(char const* text, std::streamsize size) override
    {
        line_.append(text, static_cast<std::size_t>(size));
        for (auto end = line_.find('\n'); end != line_.npos; end = line_.find('\n')) {
            auto const has_return = end > 0 && line_[end - 1] == '\r';
            out_ << harmless_lines(std::string_view{line_}.substr(0, end - (has_return ? 1 : 0))) << '\n';
            line_.erase(0, end + 1);
        }
        return out_ ? size : 0;
    }

private:
    std::ostream& out_;
    std::string line_;  ///< that is not whole yet
};

/// The whole list as CSV or NDJSON, in the columns that are wanted.
int print_export(Session& session, std::string const& target)
{
    auto url = fmt::format("{}&format={}", target, session.asked.format);
    if (!session.asked.columns.empty())
        url += fmt::format("&columns={}", encoded(session.asked.columns));
    HarmlessLines lines{session.terminal.out};
    std::ostream shown{&lines};
    auto const copied = session.client.copy(url, session.terminal.width > 0 ? shown : session.terminal.out);
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
