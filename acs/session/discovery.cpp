#include "session/discovery.hpp"

#include "cwmp/path.hpp"
#include "datamodel/well_known.hpp"
#include "session/tasks/runner.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace session {
namespace {

namespace code = cwmp::fault_code;
namespace json = boost::json;

constexpr std::size_t most_namings = 20'000;
constexpr std::size_t most_skipped = 200;

/// The names of an answer below `asked`, trimmed and in order; objects that were sent without their dot get it, in
/// `dotted`.
std::vector<datamodel::NameUpdate>
names_below(std::string_view asked, std::vector<cwmp::ParameterInfoStruct> const& list, std::deque<std::string>& dotted)
{
    std::vector<datamodel::NameUpdate> names;
    names.reserve(list.size());
    for (auto const& entry : list) {
        auto const name = cwmp::trim_path(entry.name);
        if (cwmp::covers(asked, name) && name != asked)
            names.push_back({name, entry.writable});
    }
    std::ranges::sort(names, {}, &datamodel::NameUpdate::path);
    for (std::size_t at = 0; at + 1 < names.size(); ++at) {
        auto& name = names[at].path;
        auto const next = names[at + 1].path;
        if (!name.ends_with('.') && next.size() > name.size() && next.starts_with(name) && next[name.size()] == '.')
            name = dotted.emplace_back(std::string{name} + '.');
    }
    return names;
}

bool is_child(std::string_view object, std::string_view name)
{
    return cwmp::parent(name) == object;
}

}  // namespace

Discovery::Discovery(std::vector<std::string> paths, json::object const& saved) : paths_{std::move(paths)}
{
    stage_ = static_cast<Stage>(std::clamp<std::int64_t>(number_in(saved, "stage"), 0, 4));
    named_ = number_in(saved, "named") != 0;
    if (auto const* list = saved.if_contains("names"); list != nullptr && list->is_array())
        for (auto const& item : list->get_array())
            if (item.is_object())
                namings_.push_back({text_in(item.get_object(), "path"), number_in(item.get_object(), "next") != 0,
                                    static_cast<std::uint32_t>(number_in(item.get_object(), "deaths"))});
    if (auto const* list = saved.if_contains("suspects"); list != nullptr && list->is_array())
        for (auto const& item : list->get_array())
            if (item.is_object())
                suspects_.push_back({texts_in(item.get_object(), "paths"),
                                     static_cast<std::size_t>(number_in(item.get_object(), "expected")),
                                     static_cast<std::uint32_t>(number_in(item.get_object(), "deaths")), false});
    if (auto const* skipped = saved.if_contains("skipped"); skipped != nullptr && skipped->is_object())
        skipped_ = skipped->get_object();
    if (auto const* asking = saved.if_contains("asking"); asking != nullptr && asking->is_string()) {
        // The front of the list is what was outstanding when it was saved.
        if (asking->get_string() == "names" && !namings_.empty()) {
            naming_ = std::move(namings_.front());
            namings_.pop_front();
        } else if (asking->get_string() == "values" && !suspects_.empty()) {
            reading_ = std::move(suspects_.front());
            suspects_.pop_front();
        }
    }
}

void Discovery::save(json::object& progress, bool asking) const
{
    auto const naming = [](Naming const& job) {
        return json::object{{"path", job.path}, {"next", job.next_level ? 1 : 0}, {"deaths", job.deaths}};
    };
    auto const reading = [](Reading const& job) {
        return json::object{{"paths", json::array(job.paths.begin(), job.paths.end())},
                            {"expected", static_cast<std::int64_t>(job.expected)},
                            {"deaths", job.deaths}};
    };
    // Asking for the methods is simply begun again, unless a death is to be blamed on it.
    auto const stage = stage_ == Stage::methods && !asking ? Stage::fresh : stage_;
    progress["stage"] = static_cast<std::int64_t>(stage);
    progress["named"] = named_ ? 1 : 0;
    json::array names, suspects;
    if (naming_)
        names.push_back(naming(*naming_));
    if (reading_ && (asking || reading_->deaths > 0))
        suspects.push_back(reading(*reading_));
    for (auto const& job : namings_)
        if (stage != Stage::fresh)
            names.push_back(naming(job));
    for (auto const& job : suspects_)
        suspects.push_back(reading(job));
    if (!names.empty())
        progress["names"] = std::move(names);
    if (!suspects.empty())
        progress["suspects"] = std::move(suspects);
    if (asking && (naming_ || reading_))
        progress["asking"] = naming_ ? "names" : "values";
    if (!skipped_.empty())
        progress["skipped"] = skipped_;
}

std::optional<cwmp::Message> Discovery::next(Desk& desk)
{
    if (stage_ == Stage::fresh)
        begin(desk);
    if (stage_ == Stage::methods)
        return cwmp::GetRPCMethods{};
    if (stage_ == Stage::names && !namings_.empty()) {
        naming_ = std::move(namings_.front());
        namings_.pop_front();
        return cwmp::GetParameterNames{naming_->path, naming_->next_level};
    }
    if (stage_ == Stage::names) {
        stage_ = Stage::values;
        named_ = true;
    }
    if (stage_ == Stage::values && readings_.empty() && suspects_.empty())
        plan_values(desk);
    auto& list = suspects_.empty() ? readings_ : suspects_;
    if (stage_ == Stage::done || list.empty()) {
        stage_ = Stage::done;
        return std::nullopt;
    }
    reading_ = std::move(list.front());
    list.pop_front();
    return cwmp::GetParameterValues{reading_->paths};
}

void Discovery::begin(Desk& desk)
{
    if (is_whole() && desk.model.discovery == domain::DiscoveryProfile::off) {
        stage_ = Stage::done;
        return;
    }
    if (is_whole())
        return begin_whole(desk);
    stage_ = Stage::names;
    for (auto const& path : paths_)
        begin_part(path, desk);
}

void Discovery::begin_whole(Desk& desk)
{
    if (desk.model.discovery == domain::DiscoveryProfile::lean) {
        stage_ = Stage::values;
        for (auto const root : desk.roots)
            for (auto const object : {"DeviceInfo.", "ManagementServer."})
                readings_.push_back({{std::string{cwmp::root_name(root)} + object}, 1, 0, true});
        return;
    }
    // Everything known so far is from before: to be read again, shown as doubtful until then.
    desk.tree_changed = desk.tree.mark("", datamodel::doubtful, true) > 0 || desk.tree_changed;
    bool const ask_methods = desk.model.methods.empty() && !desk.is_unsupported("GetRPCMethods");
    stage_ = ask_methods ? Stage::methods : Stage::names;
    if (desk.model.names_at_once && !desk.model.root_by_name)
        namings_.push_back({"", false, 0});
    else
        ask_roots(desk, !desk.model.names_at_once);
}

void Discovery::begin_part(std::string const& path, Desk& desk)
{
    desk.tree_changed = desk.tree.mark(path, datamodel::doubtful, true) > 0 || desk.tree_changed;
    auto const known = desk.tree.subtree(path).size();
    bool const is_leaf = !cwmp::is_partial(path);
    bool const at_once = desk.model.values_by_subtree && known > 0 && known <= rules(desk).per_request;
    if (is_leaf || at_once)
        readings_.push_back({{path}, std::max<std::size_t>(1, known), 0, !is_leaf});
    else
        namings_.push_back({path, !desk.model.names_at_once, 0});
}

void Discovery::ask_roots(Desk const& desk, bool next_level)
{
    for (auto const root : desk.roots)
        namings_.push_back({std::string{cwmp::root_name(root)}, next_level, 0});
}

void Discovery::take(cwmp::Message const& answer, Desk& desk)
{
    if (stage_ == Stage::methods)
        return take_methods(answer, desk);
    auto const* fault = std::get_if<cwmp::Fault>(&answer);
    if (auto const asked = std::exchange(naming_, std::nullopt)) {
        if (fault != nullptr)
            names_refused(*asked, *fault, desk);
        else
            take_names(*asked, std::get<cwmp::GetParameterNamesResponse>(answer), desk);
    } else if (auto const read = std::exchange(reading_, std::nullopt)) {
        if (fault != nullptr)
            values_refused(*read, *fault, desk);
        else
            take_values(*read, std::get<cwmp::GetParameterValuesResponse>(answer), desk);
    }
}

void Discovery::take_methods(cwmp::Message const& answer, Desk& desk)
{
    if (auto const* methods = std::get_if<cwmp::GetRPCMethodsResponse>(&answer)) {
        auto const most = std::min<std::size_t>(methods->method_list.size(), 100);
        desk.model.methods.assign(methods->method_list.begin(), methods->method_list.begin() + most);
        desk.learnt = !desk.model.methods.empty() || desk.learnt;
    } else {
        desk.learn_unsupported("GetRPCMethods");
    }
    stage_ = Stage::names;
}

void Discovery::take_names(Naming const& asked, cwmp::GetParameterNamesResponse const& answer, Desk& desk)
{
    std::deque<std::string> dotted;
    auto const names = names_below(asked.path, answer.parameter_list, dotted);
    bool const is_root = asked.path.empty() || cwmp::root_name(cwmp::root_of(asked.path)) == asked.path;
    if (names.empty() && asked.path.empty()) {  // the root is answered empty: ask for it by its name
        desk.model.root_by_name = desk.learnt = true;
        return ask_roots(desk, asked.next_level);
    }
    bool const only_children =
        std::ranges::all_of(names, [&](auto const& name) { return is_child(asked.path, name.path); });
    bool const has_objects = std::ranges::any_of(names, [](auto const& name) { return cwmp::is_partial(name.path); });
    // Some give one level whatever is asked for, some give everything.
    bool const is_level = only_children && (asked.next_level || (is_root && has_objects));
    if (is_level && !asked.next_level && desk.model.names_at_once) {
        desk.model.names_at_once = false;
        desk.learnt = true;
    }
    desk.take(is_level ? desk.tree.replace_children(asked.path, names) : desk.tree.replace_names(asked.path, names));
    if (!is_level)
        return;
    for (auto const& [name, writable] : names) {
        bool const usable = name.ends_with('.') && cwmp::form_of(name) == cwmp::PathForm::sound;
        bool const forbidden = std::ranges::find(desk.model.skip, name) != desk.model.skip.end();
        if (usable && !forbidden && namings_.size() < most_namings)
            namings_.push_back({std::string{name}, true, 0});
    }
}

void Discovery::names_refused(Naming const& asked, cwmp::Fault const& fault, Desk& desk)
{
    if (fault.code == code::method_not_supported) {
        desk.learn_unsupported("GetParameterNames");
        namings_.clear();
        stage_ = Stage::values;
        for (auto const root : desk.roots)
            readings_.push_back({{std::string{cwmp::root_name(root)}}, 1, 0, true});
        return;
    }
    if (asked.path.empty()) {
        desk.model.root_by_name = desk.learnt = true;
        return ask_roots(desk, asked.next_level);
    }
    if (fault.code == code::invalid_parameter_name)
        return desk.forget(asked.path);
    if (asked.next_level)
        return skip(asked.path, "its names: " + failed_by(fault).text);
    desk.learnt = std::exchange(desk.model.names_at_once, false) || desk.learnt;
    namings_.push_back({asked.path, true, asked.deaths});
}

void Discovery::lost(Desk& desk)
{
    if (stage_ == Stage::methods) {
        desk.learn_unsupported("GetRPCMethods");
        stage_ = Stage::names;
        return;
    }
    if (auto asked = std::exchange(naming_, std::nullopt)) {
        ++asked->deaths;
        if (!asked->next_level) {  // the whole tree at once was too much
            desk.learnt = std::exchange(desk.model.names_at_once, false) || desk.learnt;
            if (asked->path.empty())
                return ask_roots(desk, true);
            namings_.push_front({asked->path, true, 0});
        } else if (asked->deaths >= desk.limits.deaths_per_path) {
            fatal(asked->path, desk);
        } else {
            namings_.push_back(std::move(*asked));
        }
    } else if (auto read = std::exchange(reading_, std::nullopt)) {
        ++read->deaths;
        if (read->deaths >= desk.limits.deaths_per_path) {
            for (auto const& path : read->paths)
                fatal(path, desk);
            return;
        }
        auto parts = halves(desk.tree, *read, rules(desk));
        if (parts.empty())
            parts.push_back(std::move(*read));
        for (auto& part : parts)
            suspects_.push_back(std::move(part));
    }
}

void Discovery::skip(std::string const& path, std::string_view reason)
{
    if (skipped_.size() < most_skipped)
        skipped_[path] = reason;
}

void Discovery::fatal(std::string const& path, Desk& desk)
{
    desk.model.skip.push_back(path);
    desk.learnt = true;
    desk.tree_changed = desk.tree.mark(path, datamodel::dangerous, true) > 0 || desk.tree_changed;
    skip(path, "the device died twice while it was read");
}

void Discovery::stop(std::string_view reason)
{
    skip("", reason);
    readings_.clear();
    suspects_.clear();
    stage_ = Stage::done;
}

}  // namespace session
