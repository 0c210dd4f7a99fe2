#include "storage/outcome_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace storage {

namespace json = boost::json;

namespace {

json::value parsed(std::string_view text)
{
    boost::system::error_code error;
    auto value = json::parse({text.data(), text.size()}, error);
    return error ? json::value(nullptr) : value;
}

std::string text_in(json::object const& object, char const* name)
{
    auto const* const value = object.if_contains(name);
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}

std::int64_t number_in(json::object const& object, char const* name)
{
    auto const* const value = object.if_contains(name);
    return value && value->is_int64() ? value->get_int64() : 0;
}

domain::RuleAttempt read_attempt(json::object const& object)
{
    auto const* const confirmed = object.if_contains("confirmed");
    return {.what = text_in(object, "what"),
            .wanted = text_in(object, "password"),
            .rule = text_in(object, "rule"),
            .times = static_cast<unsigned>(number_in(object, "times")),
            .last = base::TimePoint{std::chrono::seconds{number_in(object, "last")}},
            .confirmed = confirmed && confirmed->is_bool() && confirmed->get_bool(),
            .told = text_in(object, "told")};
}

}  // namespace

std::string attempts_text(std::vector<domain::RuleAttempt> const& attempts)
{
    json::array list;
    for (auto const& attempt : attempts) {
        auto const last = std::chrono::duration_cast<std::chrono::seconds>(attempt.last.time_since_epoch()).count();
        list.push_back({{"what", attempt.what},
                        {"password", attempt.wanted},  // by this name it is sealed
                        {"rule", attempt.rule},
                        {"times", attempt.times},
                        {"last", last},
                        {"confirmed", attempt.confirmed},
                        {"told", attempt.told}});
    }
    return json::serialize(list);
}

std::vector<domain::RuleAttempt> read_attempts(std::string_view text)
{
    std::vector<domain::RuleAttempt> attempts;
    auto const value = parsed(text);
    if (auto const* const list = value.if_array())
        for (auto const& each : *list)
            if (auto const* const object = each.if_object())
                attempts.push_back(read_attempt(*object));
    return attempts;
}

std::string done_text(domain::DoneOnce const& done)
{
    json::object object;
    for (auto const& [key, at] : done)
        object[key] = at;
    return json::serialize(object);
}

domain::DoneOnce read_done(std::string_view text)
{
    domain::DoneOnce done;
    auto const value = parsed(text);
    if (auto const* const object = value.if_object())
        for (auto const& [key, at] : *object)
            if (at.is_int64())
                done.emplace(std::string{key}, at.get_int64());
    return done;
}

}  // namespace storage
