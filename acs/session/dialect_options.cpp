#include "session/dialect_options.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

namespace session {
namespace {

namespace json = boost::json;

template <class E, std::size_t N>
using Names = std::array<std::pair<std::string_view, E>, N>;

constexpr Names<cwmp::BooleanSpelling, 2> booleans{
    {{"digits", cwmp::BooleanSpelling::digits}, {"words", cwmp::BooleanSpelling::words}}};
constexpr Names<cwmp::ArrayStyle, 3> arrays{{{"array_type", cwmp::ArrayStyle::array_type},
                                             {"array_type_and_xsi_type", cwmp::ArrayStyle::array_type_and_xsi_type},
                                             {"none", cwmp::ArrayStyle::none}}};
constexpr Names<cwmp::Base64Spelling, 3> base64s{{{"xsd_base64_binary", cwmp::Base64Spelling::xsd_base64_binary},
                                                  {"soap_encoding_base64", cwmp::Base64Spelling::soap_encoding_base64},
                                                  {"xsd_base64", cwmp::Base64Spelling::xsd_base64}}};

template <class E, std::size_t N>
bool choose(Names<E, N> const& names, json::value const& value, E& choice)
{
    for (auto const& [name, meaning] : names)
        if (value.is_string() && std::string_view{value.get_string()} == name) {
            choice = meaning;
            return true;
        }
    return false;
}

template <class E, std::size_t N>
std::string_view name_of(Names<E, N> const& names, E choice)
{
    for (auto const& [name, meaning] : names)
        if (meaning == choice)
            return name;
    return "";
}

bool take(json::value const& value, bool& flag)
{
    if (value.is_bool())
        flag = value.get_bool();
    return value.is_bool();
}

/// A prefix goes into every message: only letters, digits, '-' and '_' after a letter.
bool take(json::value const& value, std::string& prefix)
{
    if (!value.is_string() || value.get_string().empty() || value.get_string().size() > 32)
        return false;
    auto const is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    auto const is_digit = [](char c) { return (c >= '0' && c <= '9') || c == '-'; };
    std::string_view const text = value.get_string();
    for (auto const c : text)
        if (!is_letter(c) && !is_digit(c))
            return false;
    if (!is_letter(text.front()))
        return false;
    prefix = text;
    return true;
}

bool take(json::value const& value, unsigned& digit)
{
    if (!value.is_int64() || value.get_int64() < 0 || value.get_int64() > 9)
        return false;
    digit = static_cast<unsigned>(value.get_int64());
    return true;
}

bool apply_one(std::string_view name, json::value const& value, cwmp::Dialect& dialect)
{
    if (name == "namespace_digit")
        return take(value, dialect.namespace_digit);
    if (name == "soap_prefix")
        return take(value, dialect.soap_prefix);
    if (name == "encoding_prefix")
        return take(value, dialect.encoding_prefix);
    if (name == "cwmp_prefix")
        return take(value, dialect.cwmp_prefix);
    if (name == "xml_declaration")
        return take(value, dialect.xml_declaration);
    if (name == "must_understand")
        return take(value, dialect.must_understand);
    if (name == "boolean_spelling")
        return choose(booleans, value, dialect.boolean_spelling);
    if (name == "array_style")
        return choose(arrays, value, dialect.array_style);
    if (name == "base64_spelling")
        return choose(base64s, value, dialect.base64_spelling);
    return false;
}

}  // namespace

base::Result<void> apply_options(std::string_view options, cwmp::Dialect& dialect)
{
    if (options.empty())
        return {};
    boost::system::error_code failure;
    auto const parsed = json::parse(options, failure);
    if (failure || !parsed.is_object())
        return base::fail("The wire options are not a JSON object.");
    for (auto const& [name, value] : parsed.get_object())
        if (!apply_one(name, value, dialect))
            return base::fail(
                fmt::format("The wire option '{}' is unknown or has a wrong value.", std::string_view{name}));
    return {};
}

std::string options_of(cwmp::Dialect const& dialect)
{
    return json::serialize(json::object{{"namespace_digit", dialect.namespace_digit},
                                        {"soap_prefix", dialect.soap_prefix},
                                        {"encoding_prefix", dialect.encoding_prefix},
                                        {"cwmp_prefix", dialect.cwmp_prefix},
                                        {"xml_declaration", dialect.xml_declaration},
                                        {"must_understand", dialect.must_understand},
                                        {"boolean_spelling", name_of(booleans, dialect.boolean_spelling)},
                                        {"array_style", name_of(arrays, dialect.array_style)},
                                        {"base64_spelling", name_of(base64s, dialect.base64_spelling)}});
}

}  // namespace session
