#include "api/genieacs/document_list.hpp"

#include "api/genieacs/filter_match.hpp"
#include "api/genieacs/projection.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace api::genieacs {

namespace json = boost::json;

namespace {

constexpr std::size_t most_sort_keys = 4;

/// Texts and numbers have an order; what is missing comes first.
bool is_less(json::value const* a, json::value const* b)
{
    if (a == nullptr || b == nullptr)
        return a == nullptr && b != nullptr;
    if (a->is_number() && b->is_number())
        return a->to_number<double>() < b->to_number<double>();
    return a->is_string() && b->is_string() && a->get_string() < b->get_string();
}

Outcome<void> sort(std::vector<json::object>& documents, std::string const& text)
{
    auto const keys = read_sort(text, most_sort_keys);
    if (!keys)
        return std::unexpected{keys.error()};
    std::ranges::stable_sort(documents, [&keys](json::object const& a, json::object const& b) {
        for (auto const& [name, is_descending] : *keys) {
            auto const* const left = (is_descending ? b : a).if_contains(name);
            auto const* const right = (is_descending ? a : b).if_contains(name);
            if (is_less(left, right) || is_less(right, left))
                return is_less(left, right);
        }
        return false;
    });
    return {};
}

json::object projected(json::object document, Projection const& projection)
{
    json::object kept;
    for (auto& member : document)
        if (member.key() == "_id" || projection.wants_some_of({member.key().data(), member.key().size()}))
            kept[member.key()] = std::move(member.value());
    return kept;
}

/// The array as GenieACS lays it out.
std::string text_of(json::array const& documents)
{
    std::string text = "[\n";
    for (auto const& document : documents)
        text += (text.size() > 2 ? ",\n" : "") + json::serialize(document);
    return text += "\n]\n";
}

}  // namespace

std::unexpected<Problem> too_many_documents(std::string_view advice)
{
    return bad_request(fmt::format("There are more than {} of them: {}.", most_documents, advice));
}

Outcome<Filter> filter_of(ListQuery const& wanted)
{
    return wanted.query.empty() ? Filter{} : read_filter(wanted.query);
}

Outcome<net::Response> answer_list(ListQuery const& wanted, Filter const& filter, std::vector<json::object> documents)
{
    auto const projection = Projection::read(wanted.projection);
    if (!projection)
        return std::unexpected{projection.error()};
    std::vector<json::object> met;
    for (auto& document : documents) {
        auto const is_met = matches(document, filter);
        if (!is_met)
            return std::unexpected{is_met.error()};
        if (*is_met)
            met.push_back(std::move(document));
    }
    if (auto sorted = sort(met, wanted.sort); !sorted)
        return std::unexpected{std::move(sorted).error()};
    auto response = list_head(met.size());
    json::array given;
    for (auto i = wanted.skip; i < met.size() && (wanted.limit == 0 || given.size() < wanted.limit); ++i)
        given.emplace_back(projected(std::move(met[i]), *projection));
    response.body = text_of(given);
    return response;
}

}  // namespace api::genieacs
