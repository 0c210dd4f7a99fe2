#include "domain/model_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace domain {

namespace json = boost::json;

namespace {

using namespace std::string_view_literals;

constexpr std::array profiles{std::pair{DiscoveryProfile::full, "full"sv}, std::pair{DiscoveryProfile::lean, "lean"sv},
                              std::pair{DiscoveryProfile::off, "off"sv}};

/// The members of ModelKnowledge by type, each with its name.
constexpr std::array flags{std::pair{"names_at_once"sv, &ModelKnowledge::names_at_once},
                           std::pair{"root_by_name"sv, &ModelKnowledge::root_by_name},
                           std::pair{"values_by_subtree"sv, &ModelKnowledge::values_by_subtree}};
constexpr std::array numbers{std::pair{"values_per_request"sv, &ModelKnowledge::values_per_request},
                             std::pair{"settings_per_request"sv, &ModelKnowledge::settings_per_request}};
constexpr std::array lists{std::pair{"methods"sv, &ModelKnowledge::methods},
                           std::pair{"unsupported"sv, &ModelKnowledge::unsupported},
                           std::pair{"skip"sv, &ModelKnowledge::skip}};
constexpr std::array texts{std::pair{"dialect"sv, &ModelKnowledge::dialect},
                           std::pair{"file_scheme"sv, &ModelKnowledge::file_scheme}};
constexpr std::int64_t most_per_request = 100'000;

std::vector<std::string> strings_of(json::array const& array)
{
    std::vector<std::string> strings;
    for (auto const& element : array)
        if (auto const* const text = element.if_string())
            strings.emplace_back(text->data(), text->size());
    return strings;
}

}  // namespace

json::object to_json(ModelKnowledge const& knowledge)
{
    ModelKnowledge const defaults;
    json::object object;
    for (auto const& [profile, name] : profiles)
        if (knowledge.discovery == profile && knowledge.discovery != defaults.discovery)
            object["discovery"] = name;
    for (auto const& [name, member] : flags)
        if (knowledge.*member != defaults.*member)
            object[name] = knowledge.*member;
    for (auto const& [name, member] : numbers)
        if (knowledge.*member != defaults.*member)
            object[name] = knowledge.*member;
    for (auto const& [name, member] : lists)
        if (!(knowledge.*member).empty()) {
            json::array array;
            for (auto const& text : knowledge.*member)
                array.emplace_back(text);
            object[name] = std::move(array);
        }
    for (auto const& [name, member] : texts)
        if (!(knowledge.*member).empty())
            object[name] = knowledge.*member;
    return object;
}

void apply_json(json::object const& given, ModelKnowledge& knowledge)
{
    auto const find = [&](std::string_view name) { return given.if_contains(name); };
    if (auto const* const value = find("discovery"); value != nullptr && value->is_string())
        for (auto const& [profile, name] : profiles)
            if (name == std::string_view{value->get_string().data(), value->get_string().size()})
                knowledge.discovery = profile;
    for (auto const& [name, member] : flags)
        if (auto const* const value = find(name); value != nullptr && value->is_bool())
            knowledge.*member = value->get_bool();
    for (auto const& [name, member] : numbers)
        if (auto const* const value = find(name); value != nullptr && value->is_number()) {
            boost::system::error_code none;
            if (auto const number = value->to_number<std::int64_t>(none); !none)
                knowledge.*member = static_cast<std::uint32_t>(std::clamp<std::int64_t>(number, 1, most_per_request));
        }
    for (auto const& [name, member] : lists)
        if (auto const* const value = find(name); value != nullptr && value->is_array())
            knowledge.*member = strings_of(value->get_array());
    for (auto const& [name, member] : texts)
        if (auto const* const value = find(name); value != nullptr && value->is_string())
            knowledge.*member = std::string{value->get_string().data(), value->get_string().size()};
}

}  // namespace domain
