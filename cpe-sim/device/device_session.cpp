#include "device/device.hpp"

#include "base/time_text.hpp"
#include "cwmp/path.hpp"
#include "datamodel/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sim {

namespace event = cwmp::event_code;
namespace fault = cwmp::fault_code;

bool Device::wants_session(base::TimePoint now) const
{
    return !events_.empty() && !restart_ && now >= not_before_;
}

cwmp::Inform Device::inform(base::TimePoint now) const
{
    cwmp::Inform inform;
    inform.device_id = device_id();
    inform.event = events_.for_inform();
    inform.current_time = base::to_rfc3339(std::chrono::floor<std::chrono::seconds>(now));
    inform.retry_count = retry_count_;
    inform.parameter_list = inform_parameters(now);
    return inform;
}

std::vector<cwmp::ParameterValue> Device::inform_parameters(base::TimePoint now) const
{
    auto paths = persona_.inform_paths();
    for (auto const& change : parameters_.changes())
        paths.push_back(change.first);
    add_inform_parameter_table(paths, now);
    std::vector<cwmp::ParameterValue> values;
    for (auto const& path : paths) {
        auto const is_there = std::ranges::find(values, path, &cwmp::ParameterValue::name) != values.end();
        if (!is_there && parameters_.exists(path))
            values.push_back(parameters_.shown(path, now));
    }
    return values;
}

/// ManagementServer.InformParameter.{i}.: more parameters for Informs with certain events (never for 4 VALUE CHANGE).
void Device::add_inform_parameter_table(std::vector<std::string>& paths, base::TimePoint now) const
{
    auto const& tree = parameters_.tree();
    auto const table = persona_.root_path() + "ManagementServer.InformParameter.";
    for (auto const number : tree.instances(table)) {
        auto const row = fmt::format("{}{}.", table, number);
        auto const events = "," + tree.value(row + "EventList", now) + ",";
        auto const waiting = events_.for_inform();
        auto const is_wanted = std::ranges::any_of(waiting, [&](cwmp::Event const& raised) {
            return raised.code != event::value_change &&
                   (events == ",," || events.find("," + raised.code + ",") != events.npos);
        });
        auto const name = tree.value(row + "ParameterName", now);
        if (!is_wanted || name.empty() || tree.value(row + "Enable", now) != "1")
            continue;
        if (!cwmp::is_partial(name))
            paths.push_back(name);
        else
            tree.walk(name, false, [&](Node const& node) {
                if (node.parameter != nullptr)
                    paths.emplace_back(node.path);
            });
    }
}

void Device::inform_answered(cwmp::Inform const& inform)
{
    events_.inform_answered(inform.event);
    // What changed while the ACS read the Inform is still to be told.
    std::vector<std::string> untold;
    for (auto const& [path, is_active] : parameters_.changes()) {
        auto const told = std::ranges::find(inform.parameter_list, path, &cwmp::ParameterValue::name);
        if (told == inform.parameter_list.end() || told->value != parameters_.shown(path, facts_.booted).value)
            untold.push_back(path);
    }
    parameters_.changes_reported();
    for (auto const& path : untold)
        parameters_.note_change(path);
}

std::optional<cwmp::Message> Device::next_request() const
{
    if (auto const* result = transfers_.next_result())
        return result->complete;
    if (!modules_.reports().empty())
        return modules_.reports().front();
    return std::nullopt;
}

void Device::request_answered()
{
    if (auto const* result = transfers_.next_result()) {
        events_.reported(event_of(result->cause), result->complete.command_key);
        transfers_.result_delivered();
        if (transfers_.next_result() == nullptr)
            events_.reported(event::transfer_complete);
        return;
    }
    if (modules_.reports().empty())
        return;
    events_.reported(event::m_change_du_state, modules_.reports().front().command_key.value_or(""));
    modules_.report_delivered();
    if (modules_.reports().empty())
        events_.reported(event::du_state_change_complete);
}

void Device::session_ended(bool succeeded, base::TimePoint now)
{
    if (std::exchange(has_new_acs_, false)) {
        events_.bootstrapped();
        parameters_.reset_attributes();
    }
    if (has_new_schedule_)
        configure_schedule(now);
    diagnostics_.session_ended(now);
    modules_.session_ended(now);
    if (succeeded) {
        retry_count_ = 0;
        not_before_ = last_success_ = now;
    } else {
        events_.session_failed();
        ++retry_count_;
        auto const minimum = datamodel::to_integer(management("CWMPRetryMinimumWaitInterval", now)).value_or(5);
        auto const multiplier = datamodel::to_integer(management("CWMPRetryIntervalMultiplier", now)).value_or(2000);
        auto const bounds =
            retry_bounds(retry_count_, static_cast<std::uint32_t>(minimum), static_cast<std::uint32_t>(multiplier));
        not_before_ = now + draw_wait(bounds, dice_);
    }
    advance(now);
}

// ---- methods ---------------------------------------------------------------------------------------------------

namespace {

struct Method {
    std::string_view name;
    unsigned since_minor;  ///< n of the first CWMP 1.n that has it
};

constexpr std::array known_methods{
    Method{"GetRPCMethods", 0},
    Method{"SetParameterValues", 0},
    Method{"GetParameterValues", 0},
    Method{"GetParameterNames", 0},
    Method{"SetParameterAttributes", 0},
    Method{"GetParameterAttributes", 0},
    Method{"AddObject", 0},
    Method{"DeleteObject", 0},
    Method{"Download", 0},
    Method{"Reboot", 0},
    Method{"GetQueuedTransfers", 0},
    Method{"ScheduleInform", 0},
    Method{"SetVouchers", 0},
    Method{"GetOptions", 0},
    Method{"Upload", 0},
    Method{"FactoryReset", 0},
    Method{"GetAllQueuedTransfers", 1},
    Method{"ScheduleDownload", 2},
    Method{"CancelTransfer", 2},
    Method{"ChangeDUState", 2},
};

}  // namespace

std::vector<std::string> Device::methods() const
{
    std::vector<std::string> names;
    for (auto const& method : known_methods)
        if (method.since_minor <= settings_.cwmp_minor && (method.name != "ChangeDUState" || modules_.exist()))
            names.emplace_back(method.name);
    return names;
}

/// One overload per method that the ACS may call.
struct Device::Answering {
    Device& device;
    base::TimePoint now;

    cwmp::Message operator()(cwmp::GetRPCMethods const&) { return cwmp::GetRPCMethodsResponse{device.methods()}; }
    cwmp::Message operator()(cwmp::SetParameterValues const& request) { return device.parameters_.set_values(request); }
    cwmp::Message operator()(cwmp::GetParameterValues const& request)
    {
        return device.parameters_.get_values(request, now);
    }
    cwmp::Message operator()(cwmp::GetParameterNames const& request) { return device.parameters_.get_names(request); }
    cwmp::Message operator()(cwmp::SetParameterAttributes const& request)
    {
        return device.parameters_.set_attributes(request);
    }
    cwmp::Message operator()(cwmp::GetParameterAttributes const& request)
    {
        return device.parameters_.get_attributes(request);
    }
    cwmp::Message operator()(cwmp::AddObject const& request) { return device.parameters_.add_object(request); }
    cwmp::Message operator()(cwmp::DeleteObject const& request) { return device.parameters_.delete_object(request); }
    cwmp::Message operator()(cwmp::Download const& request) { return device.transfers_.download(request, now); }
    cwmp::Message operator()(cwmp::Upload const& request) { return device.transfers_.upload(request, now); }
    cwmp::Message operator()(cwmp::ScheduleDownload const& request)
    {
        return device.transfers_.schedule_download(request, now);
    }
    cwmp::Message operator()(cwmp::CancelTransfer const& request) { return device.transfers_.cancel(request); }
    cwmp::Message operator()(cwmp::GetQueuedTransfers const&) { return device.transfers_.queued(); }
    cwmp::Message operator()(cwmp::GetAllQueuedTransfers const&) { return device.transfers_.all_queued(); }
    cwmp::Message operator()(cwmp::ChangeDUState const& request) { return device.modules_.change(request); }
    cwmp::Message operator()(cwmp::SetVouchers const& request) { return device.options_.set_vouchers(request); }
    cwmp::Message operator()(cwmp::GetOptions const& request) { return device.options_.get(request); }

    cwmp::Message operator()(cwmp::Reboot const& request)
    {
        if (request.command_key.size() > 32)
            return cwmp::make_fault(fault::invalid_arguments);
        device.restart_ = Restart{.command_key = request.command_key};
        return cwmp::RebootResponse{};
    }
    cwmp::Message operator()(cwmp::FactoryReset const&)
    {
        device.restart_ = Restart{.to_factory_defaults = true};
        return cwmp::FactoryResetResponse{};
    }
    cwmp::Message operator()(cwmp::ScheduleInform const& request)
    {
        if (request.delay_seconds == 0 || request.command_key.size() > 32)
            return cwmp::make_fault(fault::invalid_arguments, "DelaySeconds must be more than 0");
        device.schedule_.schedule(now + std::chrono::seconds{request.delay_seconds}, request.command_key);
        return cwmp::ScheduleInformResponse{};
    }
    template <class Other>
    cwmp::Message operator()(Other const&)
    {
        return cwmp::make_fault(fault::method_not_supported);
    }
};

cwmp::Message Device::answer(cwmp::Message const& request, base::TimePoint now)
{
    auto const known = methods();
    if (std::ranges::find(known, cwmp::method_name(request)) == known.end())
        return cwmp::make_fault(fault::method_not_supported);
    return std::visit(Answering{*this, now}, request);
}

}  // namespace sim
