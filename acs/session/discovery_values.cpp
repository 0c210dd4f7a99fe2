#include "session/discovery.hpp"

#include "cwmp/path.hpp"
#include "session/tasks/move.hpp"

#include <algorithm>

namespace session {

namespace code = cwmp::fault_code;

ReadingRules Discovery::rules(Desk const& desk) const
{
    ReadingRules rules{.by_subtree = desk.model.values_by_subtree, .per_request = 1, .skip = {}};
    // An answer to a partial path costs the CPE less than one to as many names.
    std::size_t const learnt = std::size_t{desk.model.values_per_request} * (rules.by_subtree ? 2 : 1);
    rules.per_request = std::clamp<std::size_t>(learnt, 1, desk.limits.parameters_per_request);
    rules.skip.insert(desk.model.skip.begin(), desk.model.skip.end());
    for (auto const& entry : skipped_)
        rules.skip.emplace(entry.key());
    for (auto const& suspect : suspects_)
        rules.skip.insert(suspect.paths.begin(), suspect.paths.end());
    return rules;
}

void Discovery::plan_values(Desk& desk)
{
    if (!named_)
        return;  // everything was asked for directly
    auto const how = rules(desk);
    auto const add = [&](std::string_view path) {
        for (auto& reading : plan_readings(desk.tree, path, how))
            readings_.push_back(std::move(reading));
    };
    if (is_whole())
        add("");
    for (auto const& path : paths_)
        add(path);
}

void Discovery::take_values(Reading const& asked, cwmp::GetParameterValuesResponse const& answer, Desk& desk)
{
    bool const partial = std::ranges::any_of(asked.paths, [](auto const& path) { return cwmp::is_partial(path); });
    if (answer.parameter_list.empty() && partial && named_ && !subtree_worked_ && asked.expected > 4)
        return by_name(desk);  // partial paths are answered, but with nothing
    subtree_worked_ = subtree_worked_ || partial;
    if (asked.exact)
        return desk.replace_values(asked.paths.front(), answer.parameter_list);
    desk.take_values(answer.parameter_list);
    // What was asked for and not told would be asked for again and again.
    for (auto const& path : asked.paths)
        for (auto const node : desk.tree.subtree(path))
            if (!node.is_object() && (!node.value || (node.marks & datamodel::doubtful) != 0))
                skip(std::string{node.path}, "asked for, but not in the answer");
}

void Discovery::values_refused(Reading const& asked, cwmp::Fault const& fault, Desk& desk)
{
    switch (fault.code) {
        case code::method_not_supported: return stop("the device has no GetParameterValues");
        case code::invalid_parameter_name: return unknown_name(asked, fault, desk);
        case code::internal_error:
        case code::resources_exceeded:
            if (asked.expected > 1) {
                auto const half = static_cast<std::uint32_t>(std::max<std::size_t>(1, asked.expected / 2));
                desk.model.values_per_request = std::min(desk.model.values_per_request, half);
                desk.learnt = true;
                readings_.clear();  // planned anew in the smaller size
            }
            break;
        default: break;
    }
    split(asked, desk, failed_by(fault).text);
}

void Discovery::unknown_name(Reading const& asked, cwmp::Fault const& fault, Desk& desk)
{
    auto const& path = asked.paths.front();
    if (asked.paths.size() > 1)
        return split(asked, desk, "unknown name");
    if (!cwmp::is_partial(path)) {
        bool const in_table = cwmp::is_instance(cwmp::parent(path));
        return in_table ? desk.forget(path) : skip(path, failed_by(fault).text);
    }
    if (cwmp::is_instance(path))
        return desk.forget(path);  // it vanished between the names and the values
    if (!subtree_worked_ && desk.model.values_by_subtree)
        return by_name(desk);
    split(asked, desk, failed_by(fault).text);
}

void Discovery::split(Reading const& asked, Desk& desk, std::string_view reason)
{
    auto parts = halves(desk.tree, asked, rules(desk));
    if (parts.empty()) {
        for (auto const& path : asked.paths)
            skip(path, reason);
        return;
    }
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
        readings_.push_front(std::move(*part));
}

void Discovery::by_name(Desk& desk)
{
    desk.model.values_by_subtree = false;
    desk.learnt = true;
    readings_.clear();
    if (!named_) {  // the parts were asked for directly: their names are needed first
        stage_ = Stage::names;
        for (auto const& path : paths_)
            namings_.push_back({path, !desk.model.names_at_once, 0});
    }
}

}  // namespace session
