#include "session/tasks/desk.hpp"

#include "session/tasks/move.hpp"

#include <algorithm>

namespace session {

std::int32_t Desk::seconds() const noexcept
{
    auto const since_1970 = base::seconds_since_1970(now);
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(since_1970, 0, INT32_MAX));
}

void Desk::take_values(std::vector<cwmp::ParameterValue> const& values)
{
    take(tree.set_values(updates_below("", values), seconds()));
}

void Desk::replace_values(std::string_view object, std::vector<cwmp::ParameterValue> const& values)
{
    take(tree.replace_values(object, updates_below(object, values), seconds()));
    read.emplace_back(object);
}

void Desk::learn_unsupported(std::string_view method)
{
    if (is_unsupported(method))
        return;
    model.unsupported.emplace_back(method);
    learnt = true;
}

bool Desk::is_unsupported(std::string_view method) const
{
    return std::ranges::find(model.unsupported, method) != model.unsupported.end();
}

std::vector<datamodel::ValueUpdate> updates_below(std::string_view path,
                                                  std::vector<cwmp::ParameterValue> const& values)
{
    std::vector<datamodel::ValueUpdate> updates;
    updates.reserve(values.size());
    for (auto const& value : values) {
        auto const name = cwmp::trim_path(value.name);
        if (!name.empty() && !cwmp::is_partial(name) && cwmp::covers(path, name))
            updates.push_back({name, value.value, value.type});
    }
    return updates;
}

Failed failed_by(cwmp::Fault const& fault)
{
    std::string text = fault.string.empty() ? std::string{cwmp::fault_text(fault.code)} : fault.string;
    for (auto const& detail : fault.set_parameter_values_faults) {
        text += "; " + detail.parameter_name + ": " + std::to_string(detail.code) + ' ' +
                (detail.string.empty() ? std::string{cwmp::fault_text(detail.code)} : detail.string);
        if (text.size() > 2'000)
            break;
    }
    return {fault.code, std::move(text)};
}

}  // namespace session
