#include "device/parameters.hpp"

#include "cwmp/path.hpp"
#include "device/value_check.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace sim {

namespace fault = cwmp::fault_code;

Parameters::Parameters(Persona const& persona, Identity const& identity, DeviceFacts& facts)
    : tree_{persona, identity, facts}, facts_{facts}
{
}

bool Parameters::for_each_parameter(std::string_view path, std::function<void(Node const&)> const& visit) const
{
    if (!cwmp::is_partial(path)) {
        auto const parameter = tree_.find_parameter(path);
        if (parameter)
            visit({path, &*parameter, parameter->spec->is_writable});
        return parameter.has_value();
    }
    return tree_.walk(path, false, [&](Node const& node) {
        if (node.parameter != nullptr)
            visit(node);
    });
}

std::string Parameters::readable(Parameter const& parameter, std::string_view path, base::TimePoint now) const
{
    if (!parameter.spec->is_secret)
        return tree_.value(parameter, path, now);
    // A number must stay one: the empty text is none.
    auto const is_text = parameter.spec->type == cwmp::ValueType::string ||
                         parameter.spec->type == cwmp::ValueType::base64 ||
                         parameter.spec->type == cwmp::ValueType::hex_binary;
    return is_text ? "" : "0";
}

cwmp::Message Parameters::get_values(cwmp::GetParameterValues const& request, base::TimePoint now) const
{
    if (request.parameter_names.empty())
        return cwmp::make_fault(fault::invalid_arguments, "no parameter is named");
    cwmp::GetParameterValuesResponse response;
    for (auto const& name : request.parameter_names) {
        auto const found = for_each_parameter(name, [&](Node const& node) {
            auto const& spec = *node.parameter->spec;
            auto value = readable(*node.parameter, node.path, now);
            response.parameter_list.push_back({std::string{node.path}, std::move(value), spec.type});
        });
        if (!found)
            return cwmp::make_fault(fault::invalid_parameter_name);
    }
    return response;
}

namespace {

bool is_state(std::string_view path)
{
    return cwmp::last_segment(path) == "DiagnosticsState";
}

/// True for a DiagnosticsState that only the device itself writes.
bool is_result_state(cwmp::ParameterValue const& wanted)
{
    return is_state(wanted.name) && wanted.value != "Requested" && wanted.value != "Canceled" && wanted.value != "None";
}

}  // namespace

std::vector<cwmp::SetParameterValuesFault> Parameters::judge(cwmp::SetParameterValues const& request) const
{
    std::vector<cwmp::SetParameterValuesFault> faults;
    for (auto const& wanted : request.parameter_list) {
        auto const parameter = tree_.find_parameter(wanted.name);
        ValueVerdict verdict;
        if (!parameter)
            verdict = {fault::invalid_parameter_name, {}};
        else if (!parameter->spec->is_writable)
            verdict = {fault::parameter_not_writable, {}};
        else
            verdict = check_value(*parameter->spec, wanted.value, wanted.type);
        if (verdict.fault_code == 0 && is_result_state(wanted))
            verdict = {fault::invalid_parameter_value, "only Requested, Canceled and None may be written"};
        if (verdict.fault_code != 0) {
            auto text = verdict.what.empty() ? std::string{cwmp::fault_text(verdict.fault_code)} : verdict.what;
            faults.push_back({wanted.name, verdict.fault_code, std::move(text)});
        }
    }
    return faults;
}

cwmp::Message Parameters::set_values(cwmp::SetParameterValues const& request)
{
    std::set<std::string_view> names;
    for (auto const& wanted : request.parameter_list)
        if (!names.insert(wanted.name).second)
            return cwmp::make_fault(fault::invalid_arguments, "a parameter is named twice");
    if (request.parameter_key.size() > 32)
        return cwmp::make_fault(fault::invalid_arguments, "the ParameterKey is longer than 32 characters");
    if (auto faults = judge(request); !faults.empty()) {
        auto refused = cwmp::make_fault(fault::invalid_arguments);
        refused.set_parameter_values_faults = std::move(faults);
        return refused;
    }
    cwmp::SetParameterValuesResponse response;
    for (auto const& wanted : request.parameter_list) {
        auto const& spec = *tree_.find_parameter(wanted.name)->spec;
        auto value = kept_value(spec, wanted.value);
        tree_.set(wanted.name, std::move(value));
        response.status = response.status != 0 || spec.is_applied_later ? 1 : 0;
    }
    facts_.parameter_key = request.parameter_key;
    // A test begins when all its arguments are there, whatever their order.
    for (auto const states : {false, true})
        for (auto const& wanted : request.parameter_list)
            if (on_set_ && is_state(wanted.name) == states)
                on_set_(wanted.name, wanted.value);
    return response;
}

cwmp::Message Parameters::get_names(cwmp::GetParameterNames const& request) const
{
    cwmp::GetParameterNamesResponse response;
    auto const& path = request.parameter_path;
    if (!cwmp::is_partial(path)) {
        auto const parameter = tree_.find_parameter(path);
        if (!parameter)
            return cwmp::make_fault(fault::invalid_parameter_name);
        if (request.next_level)
            return cwmp::make_fault(fault::invalid_arguments, "NextLevel must be false for a parameter");
        response.parameter_list.push_back({path, parameter->spec->is_writable});
        return response;
    }
    auto const found = tree_.walk(path, request.next_level, [&](Node const& node) {
        response.parameter_list.push_back({std::string{node.path}, node.is_writable});
    });
    if (!found)
        return cwmp::make_fault(fault::invalid_parameter_name);
    return response;
}

cwmp::Message Parameters::get_attributes(cwmp::GetParameterAttributes const& request) const
{
    if (request.parameter_names.empty())
        return cwmp::make_fault(fault::invalid_arguments, "no parameter is named");
    cwmp::GetParameterAttributesResponse response;
    for (auto const& name : request.parameter_names) {
        auto const found = for_each_parameter(name, [&](Node const& node) {
            response.parameter_list.push_back({std::string{node.path},
                                               attributes_.notification(*node.parameter->spec, node.path),
                                               attributes_.access_list(node.path)});
        });
        if (!found)
            return cwmp::make_fault(fault::invalid_parameter_name);
    }
    return response;
}

unsigned Parameters::judge_attributes(cwmp::SetParameterAttributesStruct const& wanted) const
{
    if (wanted.notification < 0 || wanted.notification > 6)
        return fault::invalid_arguments;
    bool is_denied = false;
    auto const wants_active = wanted.notification_change && wanted.notification % 2 == 0 && wanted.notification != 0;
    auto const found = for_each_parameter(wanted.name, [&](Node const& node) {
        is_denied = is_denied || (wants_active && node.parameter->spec->notify == NotifyRule::can_deny);
    });
    return !found ? fault::invalid_parameter_name : is_denied ? fault::notification_refused : 0;
}

cwmp::Message Parameters::set_attributes(cwmp::SetParameterAttributes const& request)
{
    for (auto const& wanted : request.parameter_list)
        if (auto const code = judge_attributes(wanted))
            return cwmp::make_fault(code);
    for (auto const& wanted : request.parameter_list)
        attributes_.set(wanted.name, wanted.notification_change ? std::optional{wanted.notification} : std::nullopt,
                        wanted.access_list_change ? std::optional{wanted.access_list} : std::nullopt);
    return cwmp::SetParameterAttributesResponse{};
}

cwmp::Message Parameters::add_object(cwmp::AddObject const& request)
{
    auto const table = tree_.find_object(request.object_name);
    if (!table || !table->is_table || !table->spec->can_add)
        return cwmp::make_fault(fault::invalid_parameter_name);
    constexpr std::size_t most_instances = 256;
    if (tree_.instances(request.object_name).size() >= most_instances)
        return cwmp::make_fault(fault::resources_exceeded);
    auto const number = tree_.add_instance(request.object_name);
    facts_.parameter_key = request.parameter_key;
    return cwmp::AddObjectResponse{number, 0};
}

cwmp::Message Parameters::delete_object(cwmp::DeleteObject const& request)
{
    auto const row = tree_.find_object(request.object_name);
    if (!row || row->is_table || !row->spec->is_table || !row->spec->can_add || !cwmp::is_instance(request.object_name))
        return cwmp::make_fault(fault::invalid_parameter_name);
    tree_.remove_instance(request.object_name);
    std::erase_if(changes_, [&](auto const& change) { return change.first.starts_with(request.object_name); });
    facts_.parameter_key = request.parameter_key;
    return cwmp::DeleteObjectResponse{};
}

bool Parameters::change(std::string_view path, std::string_view value)
{
    auto const parameter = tree_.find_parameter(path);
    if (!parameter || check_value(*parameter->spec, value, parameter->spec->type).fault_code != 0)
        return false;
    tree_.set(path, kept_value(*parameter->spec, value));
    note_change(path);
    return true;
}

void Parameters::note_change(std::string_view path)
{
    auto const parameter = tree_.find_parameter(path);
    auto const notification = parameter ? attributes_.notification(*parameter->spec, path) : 0;
    // 1 and 2 report by Inform; 4 and 6 add a lightweight message to them, 3 and 5 are only that.
    if (notification == 1 || notification == 2 || notification == 4 || notification == 6) {
        auto& is_active = changes_[std::string{path}];
        is_active = is_active || notification == 2 || notification == 6;
    }
}

std::map<std::string, std::string> Parameters::notified_values(base::TimePoint now) const
{
    std::map<std::string, std::string> values;
    auto const take = [&](std::string_view path) {
        static_cast<void>(for_each_parameter(path, [&](Node const& node) {
            if (attributes_.notification(*node.parameter->spec, node.path) != 0)
                values.emplace(node.path, tree_.value(*node.parameter, node.path, now));
        }));
    };
    std::ranges::for_each(tree_.persona().notified_paths(), take);
    std::ranges::for_each(attributes_.notified(), take);
    return values;
}

bool Parameters::has_active_change() const noexcept
{
    return std::ranges::any_of(changes_, [](auto const& change) { return change.second; });
}

cwmp::ParameterValue Parameters::shown(std::string_view path, base::TimePoint now) const
{
    auto const parameter = tree_.find_parameter(path);
    if (!parameter)
        return {std::string{path}, {}, cwmp::ValueType::string};
    return {std::string{path}, readable(*parameter, path, now), parameter->spec->type};
}

void Parameters::reset()
{
    tree_.reset();
    attributes_.clear();
    changes_.clear();
}

}  // namespace sim
