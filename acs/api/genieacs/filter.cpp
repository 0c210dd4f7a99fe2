#include "api/genieacs/filter.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace api::genieacs {

namespace json = boost::json;

namespace {

using Kind = Filter::Kind;
using Comparison = Filter::Comparison;

std::string_view view(json::string_view text)
{
    return {text.data(), text.size()};
}

bool is_plain(json::value const& value)
{
    return value.is_null() || value.is_bool() || value.is_number() || value.is_string();
}

/// PostgreSQL keeps no text with NUL in it.
bool has_nul(json::value const& value)
{
    return value.is_string() && view(value.get_string()).contains('\0');
}

/// Reads one query, counting what it holds.
class Reader {
public:
    explicit Reader(FilterLimits const& limits) : limits_{limits} {}

    Outcome<Filter> document(json::object const& object)
    {
        Filter filter;
        for (auto const& member : object) {
            auto const key = view(member.key());
            auto part = key.starts_with('$') ? logic(key, member.value()) : field(std::string{key}, member.value());
            if (!part)
                return std::unexpected{std::move(part).error()};
            filter.parts.push_back(*std::move(part));
        }
        return filter;
    }

private:
    struct Deeper {
        std::size_t& depth;
        explicit Deeper(std::size_t& where) : depth{where} { ++depth; }
        ~Deeper() { --depth; }
    };

    Outcome<Filter> logic(std::string_view name, json::value const& value)
    {
        Deeper const deeper{depth_};
        if (depth_ > limits_.depth)
            return bad_query(name, fmt::format("stands deeper than {} operators", limits_.depth));
        Filter filter;
        if (name == "$or")
            filter.kind = Kind::any;
        else if (name == "$nor")
            filter.kind = Kind::none;
        else if (name != "$and")
            return bad_query(name, "is not an operator that is answered here; there are $and, $or and $nor");
        auto const* const array = value.if_array();
        if (array == nullptr || array->empty())
            return bad_query(name, "must be a list of queries that is not empty");
        for (auto const& each : *array) {
            auto const* const object = each.if_object();
            if (object == nullptr)
                return bad_query(name, "must be a list of objects");
            auto part = document(*object);
            if (!part)
                return part;
            filter.parts.push_back(*std::move(part));
        }
        return filter;
    }

    /// {"PATH": value} or {"PATH": {"$operator": value, ...}}.
    Outcome<Filter> field(std::string const& path, json::value const& value)
    {
        Deeper const deeper{depth_};
        if (depth_ > limits_.depth)
            return bad_query(path, fmt::format("stands deeper than {} operators", limits_.depth));
        auto const* const object = value.if_object();
        if (object == nullptr)
            return compare(path, Comparison::equal, value);
        Filter filter;
        for (auto const& member : *object) {
            if (member.key() == "$options")
                continue;  // read with its $regex
            auto part = operation(path, view(member.key()), member.value(), *object);
            if (!part)
                return part;
            filter.parts.push_back(*std::move(part));
        }
        if (filter.parts.empty())
            return bad_query(path, "must be compared with a value, or with an object of operators such as $gt");
        return filter;
    }

    Outcome<Filter> operation(std::string const& path, std::string_view name, json::value const& value,
                              json::object const& all)
    {
        struct Named {
            std::string_view name;
            Comparison comparison;
        };
        constexpr auto plain = std::to_array<Named>({{"$eq", Comparison::equal},
                                                     {"$gt", Comparison::greater},
                                                     {"$gte", Comparison::at_least},
                                                     {"$lt", Comparison::less},
                                                     {"$lte", Comparison::at_most},
                                                     {"$in", Comparison::one_of},
                                                     {"$exists", Comparison::exists}});
        if (auto const* const found = std::ranges::find(plain, name, &Named::name); found != plain.end())
            return compare(path, found->comparison, value);
        if (name == "$ne")
            return negated(compare(path, Comparison::equal, value));
        if (name == "$nin")
            return negated(compare(path, Comparison::one_of, value));
        if (name == "$not")
            return negated(field(path, value));
        if (name == "$regex")
            return expression(path, value, all);
        return bad_query(path,
                         fmt::format("{} is not an operator that is answered here; there are $eq, $ne, $gt, $gte, "
                                     "$lt, $lte, $in, $nin, $exists, $regex and $not",
                                     name));
    }

    Outcome<Filter> compare(std::string const& path, Comparison comparison, json::value const& value)
    {
        bool const is_list = comparison == Comparison::one_of;
        if (is_list && (!value.is_array() || !std::ranges::all_of(value.get_array(), is_plain)))
            return bad_query(path, "$in and $nin take a list of texts, numbers, truth values or null");
        if (!is_list && !is_plain(value))
            return bad_query(path, "is compared with texts, numbers, truth values and null only");
        if (has_nul(value) || (is_list && std::ranges::any_of(value.get_array(), has_nul)))
            return bad_query(path, "is compared with a text that holds the character NUL");
        comparisons_ += is_list ? value.get_array().size() : 1;
        if (comparisons_ > limits_.comparisons)
            return bad_query(path,
                             fmt::format("is one comparison too many; a query has at most {}", limits_.comparisons));
        Filter filter;
        filter.kind = Kind::comparison;
        filter.path = path;
        filter.comparison = comparison;
        filter.value = value;
        if (comparison == Comparison::exists)  // 0 and 1 stand for truth values in many scripts
            filter.value = value.is_bool() ? value.get_bool() : !(value.is_null() || value == json::value(0));
        return filter;
    }

    Outcome<Filter> expression(std::string const& path, json::value const& value, json::object const& all)
    {
        if (!value.is_string())
            return bad_query(path, "$regex takes a text");
        auto filter = compare(path, Comparison::matches, value);
        auto const* const options = all.if_contains("$options");
        if (!filter || options == nullptr)
            return filter;
        if (!options->is_string() || (!options->get_string().empty() && options->get_string() != "i"))
            return bad_query(path, R"($options may be "i" only)");
        filter->ignores_case = !options->get_string().empty();
        return filter;
    }

    static Outcome<Filter> negated(Outcome<Filter> part)
    {
        if (!part)
            return part;
        Filter filter;
        filter.kind = Kind::none;
        filter.parts.push_back(*std::move(part));
        return filter;
    }

    FilterLimits const& limits_;
    std::size_t depth_ = 0;
    std::size_t comparisons_ = 0;
};

}  // namespace

std::unexpected<Problem> bad_query(std::string_view path, std::string_view reason)
{
    auto sentence = path.empty() ? fmt::format("{}.", reason) : fmt::format("{} {}.", path, reason);
    return bad_request(fmt::format("query: {}", sentence), {{"query", sentence}});
}

Outcome<Filter> read_filter(std::string_view text, FilterLimits const& limits)
{
    if (text.size() > limits.bytes)
        return bad_query("", fmt::format("It has {} bytes, at most {} are read", text.size(), limits.bytes));
    boost::system::error_code error;
    auto const value = json::parse(text, error);
    if (error)
        return bad_query("", fmt::format("It is not JSON: {}", error.message()));
    auto const* const object = value.if_object();
    if (object == nullptr)
        return bad_query("", R"(It must be an object such as {"_tags":"residential"})");
    return Reader{limits}.document(*object);
}

}  // namespace api::genieacs
