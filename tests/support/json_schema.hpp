#pragma once

#include "base/time_text.hpp"
#include "base/utf8.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace support {

namespace json = boost::json;

inline std::string_view view(json::string_view text)
{
    return {text.data(), text.size()};
}

/// Holds JSON values against the part of JSON Schema 2020-12 that our contract uses. A keyword that it does not know is
/// an error, never passed over.
class JsonSchema {
public:
    /// `root` is the document that $ref points into; it must outlive this.
    explicit JsonSchema(json::value const& root) : root_{root} {}

    /// What is wrong with `value`, each with its place; empty when it fits.
    [[nodiscard]] std::vector<std::string> check(json::value const& schema, json::value const& value) const
    {
        std::vector<std::string> errors;
        check(schema, value, "$", errors);
        return errors;
    }

    /// What a "$ref" such as "#/components/schemas/Task" stands for.
    [[nodiscard]] json::value const& resolve(std::string_view reference) const
    {
        if (!reference.starts_with("#/"))
            throw std::runtime_error{fmt::format("cannot follow $ref {}", reference)};
        return root_.at_pointer(reference.substr(1));
    }

private:
    using Errors = std::vector<std::string>;

    void check(json::value const& schema_value, json::value const& value, std::string const& place,
               Errors& errors) const
    {
        auto const& schema = schema_value.as_object();
        for (auto const& keyword : schema)
            check_keyword(view(keyword.key()), keyword.value(), schema, value, place, errors);
    }

    void check_keyword(std::string_view name, json::value const& rule, json::object const& schema,
                       json::value const& value, std::string const& place, Errors& errors) const
    {
        static constexpr std::array annotations{"description", "default", "title", "examples"};
        auto complain = [&](std::string const& what) { errors.push_back(fmt::format("{}: {}", place, what)); };
        if (name == "$ref")
            check(resolve(view(rule.as_string())), value, place, errors);
        else if (name == "type")
            has_type(rule, value)
                ? void()
                : complain(fmt::format("{} is not of type {}", json::serialize(value), json::serialize(rule)));
        else if (name == "enum")
            std::ranges::find(rule.as_array(), value) != rule.as_array().end()
                ? void()
                : complain(fmt::format("{} is not in {}", json::serialize(value), json::serialize(rule)));
        else if (name == "const")
            value == rule ? void()
                          : complain(fmt::format("{} is not {}", json::serialize(value), json::serialize(rule)));
        else if (name == "oneOf")
            check_one_of(rule.as_array(), value, place, errors);
        else if (std::ranges::find(annotations, name) != annotations.end())
            return;
        else if (!check_typed(name, rule, schema, value, place, errors))
            complain(fmt::format("the validator does not know the keyword {}", name));
    }

    /// Keywords that apply to one type of value only. False for an unknown keyword.
    bool check_typed(std::string_view name, json::value const& rule, json::object const& schema,
                     json::value const& value, std::string const& place, Errors& errors) const
    {
        if (name == "required" || name == "properties" || name == "additionalProperties") {
            if (auto const* const object = value.if_object())
                check_object(name, rule, schema, *object, place, errors);
            return true;
        }
        if (name == "items" || name == "minItems") {
            if (auto const* const array = value.if_array())
                check_array(name, rule, *array, place, errors);
            return true;
        }
        if (name == "minimum" || name == "maximum") {
            if (value.is_number())
                check_number(name, rule, value, place, errors);
            return true;
        }
        if (name == "pattern" || name == "minLength" || name == "maxLength" || name == "format") {
            if (auto const* const text = value.if_string())
                check_text(name, rule, view(*text), place, errors);
            return true;
        }
        return false;
    }

    static bool has_type(json::value const& rule, json::value const& value)
    {
        if (auto const* const several = rule.if_array())
            return std::ranges::any_of(*several, [&](json::value const& one) { return has_type(one, value); });
        auto const type = view(rule.as_string());
        return (type == "null" && value.is_null()) || (type == "boolean" && value.is_bool()) ||
               (type == "string" && value.is_string()) || (type == "object" && value.is_object()) ||
               (type == "array" && value.is_array()) || (type == "number" && value.is_number()) ||
               (type == "integer" && (value.is_int64() || value.is_uint64()));
    }

    void check_one_of(json::array const& schemas, json::value const& value, std::string const& place,
                      Errors& errors) const
    {
        std::size_t fitting = 0;
        std::string reasons;
        for (auto const& schema : schemas) {
            auto const found = check(schema, value);
            fitting += found.empty() ? 1 : 0;
            for (auto const& reason : found)
                reasons += "\n    " + reason;
        }
        if (fitting != 1)
            errors.push_back(fmt::format("{}: fits {} of oneOf instead of one:{}", place, fitting, reasons));
    }

    void check_object(std::string_view name, json::value const& rule, json::object const& schema,
                      json::object const& object, std::string const& place, Errors& errors) const
    {
        if (name == "required") {
            for (auto const& member : rule.as_array())
                if (!object.contains(member.as_string()))
                    errors.push_back(fmt::format("{}: {} is missing", place, view(member.as_string())));
            return;
        }
        auto const* const properties = schema.if_contains("properties");
        for (auto const& member : object) {
            auto const* const known =
                properties == nullptr ? nullptr : properties->as_object().if_contains(member.key());
            auto const below = fmt::format("{}.{}", place, view(member.key()));
            if (name == "properties" && known != nullptr)
                check(*known, member.value(), below, errors);
            else if (name == "additionalProperties" && known == nullptr && rule.is_object())
                check(rule, member.value(), below, errors);
            else if (name == "additionalProperties" && known == nullptr && !rule.as_bool())
                errors.push_back(fmt::format("{}: is not in the contract", below));
        }
    }

    void check_array(std::string_view name, json::value const& rule, json::array const& array, std::string const& place,
                     Errors& errors) const
    {
        if (name == "minItems" && array.size() < rule.to_number<std::size_t>())
            errors.push_back(
                fmt::format("{}: has {} items, fewer than {}", place, array.size(), rule.to_number<std::size_t>()));
        for (std::size_t i = 0; name == "items" && i < array.size(); ++i)
            check(rule, array[i], fmt::format("{}[{}]", place, i), errors);
    }

    static void check_number(std::string_view name, json::value const& rule, json::value const& value,
                             std::string const& place, Errors& errors)
    {
        auto const number = value.to_number<double>();
        auto const bound = rule.to_number<double>();
        if (name == "minimum" ? number < bound : number > bound)
            errors.push_back(fmt::format("{}: {} is beyond the {} {}", place, number, name, bound));
    }

    static void check_text(std::string_view name, json::value const& rule, std::string_view text,
                           std::string const& place, Errors& errors)
    {
        if (name == "pattern" && !std::regex_search(std::string{text}, std::regex{std::string{view(rule.as_string())}}))
            errors.push_back(fmt::format("{}: \"{}\" does not match {}", place, text, view(rule.as_string())));
        if (name == "minLength" && characters(text) < rule.to_number<std::size_t>())
            errors.push_back(fmt::format("{}: \"{}\" is too short", place, text));
        if (name == "maxLength" && characters(text) > rule.to_number<std::size_t>())
            errors.push_back(fmt::format("{}: \"{}\" is too long", place, text));
        if (name == "format" && rule.as_string() != "date-time")
            errors.push_back(
                fmt::format("{}: the validator does not know the format {}", place, view(rule.as_string())));
        if (name == "format" && !(text.contains('T') && text.ends_with('Z') && base::parse_rfc3339(text)))
            errors.push_back(fmt::format("{}: \"{}\" is not an RFC 3339 time in UTC", place, text));
    }

    static std::size_t characters(std::string_view text)
    {
        std::size_t count = 0;
        for (; !text.empty(); ++count)
            text.remove_prefix(base::first_character(text).bytes);
        return count;
    }

    json::value const& root_;
};

}  // namespace support
