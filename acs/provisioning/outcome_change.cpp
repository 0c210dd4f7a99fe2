#include "provisioning/outcome_change.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace provisioning {

namespace {

/// Wishes with one key overrule each other; the others are one thing with their value.
std::string thing_of(domain::RuleAction const& action)
{
    bool const is_contested = action.kind == "set" || action.kind == "notify";
    return fmt::format("{} {} {}", action.kind, action.path, is_contested ? "" : action.value);
}

std::string version_in(boost::json::value const& entry)
{
    auto const* const object = entry.if_object();
    auto const* const version = object ? object->if_contains("v") : nullptr;
    return version ? boost::json::serialize(*version) : std::string{};
}

}  // namespace

OutcomeChange::OutcomeChange(Outcomes const& before, Outcomes const& after)
    : before_{claims_of(before)}, after_{claims_of(after)}
{
}

OutcomeChange::ByThing OutcomeChange::claims_of(Outcomes const& outcomes)
{
    ByThing things;
    for (auto const& [rule, entry] : outcomes)
        for (auto const& action : actions_of(entry)) {
            auto& thing = things[thing_of(action)];
            thing.values.insert(action.value);
            thing.claims.insert(
                fmt::format("{} {} {}", std::string_view{rule.data(), rule.size()}, version_in(entry), action.value));
        }
    return things;
}

bool OutcomeChange::is_any() const noexcept
{
    return !std::ranges::equal(before_, after_, [](auto const& one, auto const& other) {
        return one.first == other.first && one.second.values == other.second.values;
    });
}

/// Where several rules have a say, which one counts may have changed with any of them.
bool OutcomeChange::is_new(domain::RuleAction const& level) const
{
    auto const thing = thing_of(level);
    auto const before = before_.find(thing);
    auto const after = after_.find(thing);
    if (before == before_.end() || after == after_.end())
        return true;
    bool const is_contested = before->second.values.size() > 1 || after->second.values.size() > 1;
    return is_contested ? before->second != after->second : before->second.values != after->second.values;
}

}  // namespace provisioning
