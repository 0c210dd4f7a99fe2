#include "storage/outcome_json.hpp"

#include "domain/json_read.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace storage {

namespace json = boost::json;
using domain::flag_in;
using domain::number_in;
using domain::text_in;

namespace {

json::value parsed(std::string_view text)
{
    boost::system::error_code error;
    auto value = json::parse({text.data(), text.size()}, error);
    return error ? json::value(nullptr) : value;
}

domain::RuleAttempt read_attempt(json::object const& object)
{
    return {.what = text_in(object, "what"),
            .wanted = text_in(object, "password"),
            .rule = text_in(object, "rule"),
            .times = static_cast<unsigned>(number_in(object, "times")),
            .last = base::TimePoint{std::chrono::seconds{number_in(object, "last")}},
            .confirmed = flag_in(object, "confirmed"),
            .told = text_in(object, "told")};
}

}  // namespace

std::string attempts_text(std::vector<domain::RuleAttempt> const& attempts)
{
    json::array list;
    for (auto const& attempt : attempts) {
        list.push_back({{"what", attempt.what},
                        {"password", attempt.wanted},  // by this name it is sealed
                        {"rule", attempt.rule},
                        {"times", attempt.times},
                        {"last", base::seconds_since_1970(attempt.last)},
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
    for (auto const& [key, at] : domain::object_of(text))
        if (at.is_int64())
            done.emplace(std::string{key}, at.get_int64());
    return done;
}

}  // namespace storage
