#include "api/genieacs/condition.hpp"

#include "api/genieacs/identity.hpp"
#include "api/genieacs/moments.hpp"
#include "api/views.hpp"
#include "base/time_text.hpp"
#include "base/utf8.hpp"
#include "cwmp/path.hpp"
#include "net/url.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace api::genieacs {

namespace json = boost::json;

namespace {

using Kind = Filter::Kind;
using Comparison = Filter::Comparison;
using Text = Outcome<std::string>;

/// How the values behind a path are compared.
enum class Nature {
    text,       ///< a column
    oui,        ///< a column that is kept in upper case
    time,       ///< a column
    tags,       ///< an array of texts
    identity,   ///< three columns
    parameter,  ///< what devices told: always text
};

struct Field {
    std::string_view path;  ///< in queries
    std::string_view sql;
    Nature nature;
};

constexpr auto fields = std::to_array<Field>({
    {"_id", "", Nature::identity},
    {"_tags", "tags", Nature::tags},
    {"_lastInform", "last_inform", Nature::time},
    {"_lastBoot", "last_boot", Nature::time},
    {"_registered", "first_seen", Nature::time},
    {"_deviceId._Manufacturer", "manufacturer", Nature::text},
    {"_deviceId._OUI", "oui", Nature::oui},
    {"_deviceId._ProductClass", "product_class", Nature::text},
    {"_deviceId._SerialNumber", "serial_number", Nature::text},
});

/// The _id with its escapes resolved: what is compared with it is resolved too.
constexpr std::string_view id_sql = "(oui || '-' || CASE WHEN product_class = '' THEN '' ELSE product_class || '-' END"
                                    " || serial_number)";

std::string_view view(json::string_view text)
{
    return {text.data(), text.size()};
}

std::string sql_text(std::string_view text)
{
    std::string literal{"'"};
    for (char const c : text)
        literal += c == '\'' ? std::string{"''"} : std::string{c};
    return literal += '\'';
}

/// A LIKE pattern in which every '*' stands for any text.
std::string pattern_of(std::string_view wildcards)
{
    std::string pattern;
    for (char const c : wildcards) {
        if (c == '%' || c == '_' || c == '\\')
            pattern += '\\';
        pattern += c == '*' ? '%' : c;
    }
    return sql_text(pattern);
}

/// False for what an escape may stand for and no device is called: bytes that are no text.
bool is_text(std::string_view text)
{
    return base::is_utf8(text) && !text.contains('\0');
}

/// A regular expression over an _id: what is escaped in an _id stands for itself.
std::string expression_over_id(std::string_view expression)
{
    std::string result;
    for (std::size_t i = 0; i < expression.size(); ++i) {
        auto const escape = expression.substr(i, 3);
        auto const resolved = escape.starts_with('%') ? net::percent_decoded(escape) : std::string{};
        if (resolved.size() != 1) {
            result += expression[i];
            continue;
        }
        auto const byte = static_cast<unsigned char>(resolved[0]);
        bool const is_sign = byte < 0x80 && std::isalnum(byte) == 0;
        result += is_sign ? '\\' + resolved : resolved;
        i += 2;
    }
    return result;
}

/// "/expression/i", as scripts write a regular expression in JSON.
std::optional<std::pair<std::string_view, bool>> slashed(std::string_view text)
{
    auto const end = text.rfind('/');
    if (!text.starts_with('/') || end == 0)
        return std::nullopt;
    auto const flags = text.substr(end + 1);
    if (!flags.empty() && flags != "i")
        return std::nullopt;
    return std::pair{text.substr(1, end - 1), !flags.empty()};
}

std::string matching(std::string_view what, std::string_view expression, bool ignores_case)
{
    return fmt::format("{} {} {}", what, ignores_case ? "~*" : "~", sql_text(expression));
}

std::string number_text(json::value const& value)
{
    return json::serialize(value);
}

bool is_number(std::string_view text)
{
    double number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && std::isfinite(number);
}

std::string_view sign_of(Comparison comparison)
{
    switch (comparison) {
        case Comparison::greater: return ">";
        case Comparison::at_least: return ">=";
        case Comparison::less: return "<";
        case Comparison::at_most: return "<=";
        default: return "=";
    }
}

/// Writes one comparison.
class Writer {
public:
    Writer(Filter const& filter, Field const& field) : filter_{filter}, field_{field} {}

    [[nodiscard]] Text write() const
    {
        switch (filter_.comparison) {
            case Comparison::equal: return equal(filter_.value);
            case Comparison::one_of: return one_of();
            case Comparison::exists: return exists();
            case Comparison::matches: return matches();
            default: return ordered();
        }
    }

private:
    [[nodiscard]] std::unexpected<Problem> refuse(std::string_view reason) const
    {
        return bad_query(filter_.path, reason);
    }

    [[nodiscard]] Text equal(json::value const& value) const
    {
        if (value.is_null())
            return absent();
        switch (field_.nature) {
            case Nature::time: return moment("=", value);
            case Nature::identity: return identity(value);
            case Nature::tags: return tag(value);
            case Nature::parameter:
                if (value.is_bool())
                    return fmt::format("{} IN ({})", field_.sql, value.get_bool() ? "'true', '1'" : "'false', '0'");
                if (value.is_number())
                    return fmt::format("acs.number({}) = {}", field_.sql, number_text(value));
                break;
            case Nature::text:
            case Nature::oui: break;
        }
        return value.is_string() ? text_equal(view(value.get_string())) : text_equal(number_text(value));
    }

    /// Wildcards and /expressions/ are taken as GenieACS takes them.
    [[nodiscard]] std::string text_equal(std::string_view text) const
    {
        if (auto const expression = slashed(text))
            return matching(field_.sql, expression->first, expression->second);
        if (text.contains('*'))
            return fmt::format("{} LIKE {}", field_.sql, pattern_of(text));
        if (field_.nature != Nature::oui)
            return fmt::format("{} = {}", field_.sql, sql_text(text));
        auto const normal = cwmp::normalized({{}, std::string{text}, {}, "any"});
        return fmt::format("{} = {}", field_.sql, sql_text(normal ? normal->oui : text));
    }

    [[nodiscard]] Text one_of() const
    {
        std::string choice;
        for (auto const& value : filter_.value.get_array()) {
            auto each = equal(value);
            if (!each)
                return each;
            choice += fmt::format("{}({})", choice.empty() ? "" : " OR ", *each);
        }
        return choice.empty() ? "false" : choice;
    }

    [[nodiscard]] Text absent() const
    {
        if (field_.nature == Nature::tags)
            return "cardinality(tags) = 0";
        if (field_.nature == Nature::identity)
            return "false";
        return fmt::format("{} IS NULL", field_.sql);
    }

    [[nodiscard]] Text exists() const
    {
        auto none = absent();
        if (!none || !filter_.value.get_bool())
            return none;
        return fmt::format("NOT ({})", *none);
    }

    [[nodiscard]] Text identity(json::value const& value) const
    {
        auto const text = value.is_string() ? view(value.get_string()) : std::string_view{};
        if (auto const expression = slashed(text))
            return identity_matching(expression->first, expression->second);
        if (text.contains('*')) {
            auto const resolved = net::percent_decoded(text);
            return is_text(resolved) ? fmt::format("{} LIKE {}", id_sql, pattern_of(resolved)) : "false";
        }
        auto const id = identity_of(text);
        if (!id || !is_text(id->oui + id->product_class + id->serial_number))
            return "false";
        return fmt::format("oui = {} AND product_class = {} AND serial_number = {}", sql_text(id->oui),
                           sql_text(id->product_class), sql_text(id->serial_number));
    }

    static std::string identity_matching(std::string_view expression, bool ignores_case)
    {
        auto const resolved = expression_over_id(expression);
        return is_text(resolved) ? matching(id_sql, resolved, ignores_case) : "false";
    }

    [[nodiscard]] Text tag(json::value const& value) const
    {
        if (!value.is_string())
            return refuse("holds texts only");
        auto const text = view(value.get_string());
        if (text.contains('*') || slashed(text))
            return refuse("is compared with whole tags only");
        return fmt::format("{} = ANY(tags)", sql_text(text));
    }

    [[nodiscard]] Text moment(std::string_view sign, json::value const& value) const
    {
        auto const time = read_moment(value);
        if (!time)
            return refuse(
                R"(is compared with moments only, such as "2026-03-01T12:00:00Z" or milliseconds since 1970)");
        return fmt::format("{} {} '{}'", field_.sql, sign, base::to_rfc3339(*time));
    }

    [[nodiscard]] Text ordered() const
    {
        auto const sign = sign_of(filter_.comparison);
        auto const& value = filter_.value;
        if (field_.nature == Nature::time)
            return moment(sign, value);
        if (field_.nature == Nature::identity || field_.nature == Nature::tags)
            return refuse("has no order that could be asked for; go through a list with skip and limit");
        if (value.is_null() || value.is_bool())
            return refuse("has an order for texts and numbers only");
        if (field_.nature != Nature::parameter)
            return fmt::format(
                "{} {} {}", field_.sql, sign,
                sql_text(value.is_string() ? std::string{view(value.get_string())} : number_text(value)));
        if (value.is_number() || is_number(view(value.get_string())))
            return fmt::format("acs.number({}) {} {}", field_.sql, sign,
                               value.is_number() ? number_text(value) : sql_text(view(value.get_string())));
        auto const text = view(value.get_string());
        if (auto const time = read_moment(text))
            return fmt::format("acs.time({}) {} '{}'", field_.sql, sign, base::to_rfc3339(*time));
        return fmt::format("{} {} {}", field_.sql, sign, sql_text(text));
    }

    [[nodiscard]] Text matches() const
    {
        if (field_.nature == Nature::time || field_.nature == Nature::tags)
            return refuse("cannot be matched with a regular expression");
        auto const expression = view(filter_.value.get_string());
        if (field_.nature == Nature::identity)
            return identity_matching(expression, filter_.ignores_case);
        return matching(field_.sql, expression, filter_.ignores_case);
    }

    Filter const& filter_;
    Field const& field_;
};

/// What a path of a query is of no use for, and why.
std::string_view reason_against(std::string_view path)
{
    if (path.starts_with("VirtualParameters."))
        return "cannot be asked for: there are no virtual parameters here; write the expression into a rule, or use "
               "GET /api/v1/devices?where=";
    if (path == "_lastBootstrap")
        return "cannot be searched for; it is only shown";
    return "is not known here; there are _id, _tags, _lastInform, _lastBoot, _registered, _deviceId._Manufacturer, "
           "_deviceId._OUI, _deviceId._ProductClass, _deviceId._SerialNumber and parameters with their whole path, "
           "such "
           "as InternetGatewayDevice.DeviceInfo.SoftwareVersion";
}

Text compare(Filter const& filter)
{
    std::string_view path = filter.path;
    if (auto const* const known = std::ranges::find(fields, path, &Field::path); known != fields.end())
        return Writer{filter, *known}.write();
    constexpr std::string_view value_suffix = "._value";
    if (path.ends_with(value_suffix))
        path.remove_suffix(value_suffix.size());
    if (cwmp::root_of(path) == cwmp::Root::none || path.contains("._"))
        return bad_query(filter.path, reason_against(filter.path));
    if (auto const checked = cwmp::check_path(path, {.partial = false, .wildcards = false, .aliases = false}); !checked)
        return bad_query("", checked.error().what);
    auto const sql = fmt::format("value({})", sql_text(path));
    Field const field{path, sql, Nature::parameter};
    return Writer{filter, field}.write();
}

/// "(...) AND (...)".
Text joined(std::vector<Filter> const& parts, std::string_view word, std::string_view nothing)
{
    std::string sql;
    for (auto const& part : parts) {
        auto each = condition_of(part);
        if (!each)
            return each;
        sql += fmt::format("{}({})", sql.empty() ? std::string{} : fmt::format(" {} ", word), *each);
    }
    return sql.empty() ? std::string{nothing} : sql;
}

}  // namespace

Outcome<std::string> condition_of(Filter const& filter)
{
    switch (filter.kind) {
        case Kind::all: return joined(filter.parts, "AND", "true");
        case Kind::any: return joined(filter.parts, "OR", "false");
        case Kind::none: {
            auto some = joined(filter.parts, "OR", "false");
            if (!some)
                return some;
            return fmt::format("NOT coalesce({}, false)", *some);  // what a device does not have is not equal
        }
        case Kind::comparison: break;
    }
    return compare(filter);
}

}  // namespace api::genieacs
