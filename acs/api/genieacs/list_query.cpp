#include "api/genieacs/list_query.hpp"

#include "api/query.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <charconv>

namespace api::genieacs {

namespace json = boost::json;

namespace {

constexpr std::uint64_t most = 1'000'000'000;  // of what is skipped or listed

std::uint64_t read_number(Query& query, std::string_view name)
{
    auto const text = query.text(name).value_or("0");
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number > most)
        query.add_error(name, fmt::format("must be a number from 0 to {}.", most));
    return number;
}

std::unexpected<Problem> bad_sort(std::string_view reason)
{
    return bad_request(fmt::format("sort {}", reason), {{"sort", std::string{reason}}});
}

}  // namespace

Outcome<ListQuery> read_list_query(Call const& call)
{
    Query query{call.request.query()};
    ListQuery wanted{query.text("query").value_or(""), query.text("projection").value_or(""),
                     query.text("sort").value_or(""), read_number(query, "skip"), read_number(query, "limit")};
    if (auto checked = query.problem(); !checked)
        return std::unexpected{std::move(checked).error()};
    return wanted;
}

Outcome<std::vector<std::pair<std::string, bool>>> read_sort(std::string const& text, std::size_t most_members)
{
    std::vector<std::pair<std::string, bool>> members;
    if (text.empty())
        return members;
    boost::system::error_code error;
    auto const value = json::parse(text, error);
    if (error || !value.is_object())
        return bad_sort(R"(must be a JSON object such as {"_lastInform":-1}.)");
    if (value.get_object().size() > most_members)
        return bad_sort(fmt::format("has more than {} members.", most_members));
    for (auto const& member : value.get_object()) {
        bool const is_ascending = member.value() == json::value(1);
        if (!is_ascending && member.value() != json::value(-1))
            return bad_sort("takes 1 for ascending and -1 for descending.");
        members.emplace_back(std::string_view{member.key().data(), member.key().size()}, !is_ascending);
    }
    return members;
}

net::Response list_head(std::uint64_t total)
{
    net::Response response;
    response.headers.set("Content-Type", "application/json");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("total", std::to_string(total));
    response.compress = true;
    return response;
}

}  // namespace api::genieacs
