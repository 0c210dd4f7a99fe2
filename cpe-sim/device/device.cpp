#include "device/device.hpp"

#include "base/time_text.hpp"
#include "cwmp/path.hpp"
#include "datamodel/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim {

namespace event = cwmp::event_code;

Device::Device(Persona const& persona, DeviceSettings settings)
    : persona_{persona},
      settings_{std::move(settings)},
      identity_{persona.manufacturer, settings_.oui.empty() ? persona.oui : settings_.oui, persona.product_class,
                settings_.serial_number, settings_.seed},
      facts_{.model_name = persona.model_name,
             .hardware_version = persona.hardware_version,
             .software_version = persona.software_version,
             .parameter_key = {},
             .acs_url = settings_.acs_url,
             .acs_username = settings_.acs_username,
             .acs_password = settings_.acs_password,
             .connection_request_url = settings_.connection_request_url,
             .connection_request_username = settings_.connection_request_username,
             .connection_request_password = settings_.connection_request_password,
             .inform_interval = settings_.inform_interval},
      parameters_{persona, identity_, facts_},
      diagnostics_{parameters_},
      modules_{parameters_},
      dice_{mixed(settings_.seed, text_hash(settings_.serial_number))}
{
    parameters_.on_set([this](std::string_view path, std::string_view value) { on_set(path, value); });
}

cwmp::DeviceId Device::device_id() const
{
    return {identity_.manufacturer, identity_.oui, identity_.product_class, identity_.serial_number};
}

std::string Device::management(std::string_view name, base::TimePoint now) const
{
    return parameters_.tree().value(persona_.root_path() + "ManagementServer." + std::string{name}, now);
}

// ---- life ------------------------------------------------------------------------------------------------------

void Device::forget_everything()
{
    parameters_.reset();
    events_.clear();
    transfers_.clear();
    modules_.clear();
    options_.clear();
    schedule_.clear_scheduled();
    facts_.parameter_key.clear();
    is_new_ = true;
}

void Device::start(base::TimePoint now)
{
    auto const restart = std::exchange(restart_, std::nullopt).value_or(Restart{});
    if (restart.to_factory_defaults)
        forget_everything();
    auto const before = is_new_ ? std::map<std::string, std::string>{} : parameters_.notified_values(now);
    facts_.boots += is_new_ ? 0 : 1;
    facts_.booted = now;
    if (restart.new_version)
        facts_.software_version = *restart.new_version;
    events_.rebooted();
    diagnostics_.restarted();
    transfers_.restarted(now);
    if (is_new_)
        events_.bootstrapped();
    events_.raise(event::boot);
    if (restart.command_key)
        events_.raise(event::m_reboot, *restart.command_key);
    for (auto const& [path, value] : before)
        if (parameters_.exists(path) && parameters_.tree().value(path, now) != value)
            parameters_.note_change(path);
    is_new_ = false;
    retry_count_ = 0;
    not_before_ = now;
    configure_schedule(now);
    advance(now);
}

void Device::configure_schedule(base::TimePoint now)
{
    PeriodicSettings settings;
    settings.enabled = management("PeriodicInformEnable", now) == "1";
    settings.interval =
        std::chrono::seconds{datamodel::to_integer(management("PeriodicInformInterval", now)).value_or(3600)};
    auto const phase = base::parse_rfc3339(management("PeriodicInformTime", now));
    if (phase && *phase > base::TimePoint{std::chrono::sys_days{std::chrono::year{1970} / 1 / 1}})
        settings.phase = phase;
    schedule_.configure(settings, now, dice_);
    has_new_schedule_ = false;
}

bool Device::may_notify(base::TimePoint now) const
{
    auto const throttle = datamodel::to_integer(management("DefaultActiveNotificationThrottle", now)).value_or(0);
    return now >= last_success_ + std::chrono::seconds{throttle};
}

void Device::advance(base::TimePoint now)
{
    if (schedule_.take_periodic(now))
        events_.raise(event::periodic);
    for (auto const& key : schedule_.take_scheduled(now)) {
        events_.raise(event::scheduled);
        events_.raise(event::m_schedule_inform, key);
    }
    if (diagnostics_.finish(now))
        events_.raise(event::diagnostics_complete);
    transfers_.expire(now);
    for (auto const& result : transfers_.results())
        if (result.is_told) {
            events_.raise(event::transfer_complete);
            events_.raise(event_of(result.cause), result.complete.command_key);
        }
    for (auto const& report : modules_.reports()) {
        events_.raise(event::du_state_change_complete);
        events_.raise(event::m_change_du_state, report.command_key.value_or(""));
    }
    // A changed value in an Inform needs its event; only an active one is a reason for a session of its own.
    if ((parameters_.has_active_change() && may_notify(now)) || (!parameters_.changes().empty() && !events_.empty()))
        events_.raise(event::value_change);
}

std::optional<base::TimePoint> Device::next(base::TimePoint now) const
{
    std::optional<base::TimePoint> first;
    auto const consider = [&](std::optional<base::TimePoint> time) {
        if (time && (!first || *time < *first))
            first = time;
    };
    if (!events_.empty())
        consider(not_before_);
    consider(schedule_.next());
    consider(diagnostics_.next());
    consider(transfers_.next());
    if (parameters_.has_active_change() && !events_.has(event::value_change)) {
        auto const throttle = datamodel::to_integer(management("DefaultActiveNotificationThrottle", now)).value_or(0);
        consider(last_success_ + std::chrono::seconds{throttle});
    }
    return first;
}

bool Device::change_at_home()
{
    auto const& paths = persona_.home_paths();
    if (paths.empty())
        return false;
    auto const& path = paths[dice_.below(paths.size())];
    auto const parameter = parameters_.tree().find_parameter(path);
    if (!parameter)
        return false;
    auto const& facets = parameter->spec->facets;
    auto const value =
        !facets.enumeration.empty() ? facets.enumeration[dice_.below(facets.enumeration.size())]
        : parameter->spec->type == cwmp::ValueType::string
            ? fmt::format("home-{:04x}", dice_.below(65536)).substr(0, facets.max_length)
            : fmt::to_string(std::max<std::int64_t>(facets.least, 0) + static_cast<std::int64_t>(dice_.below(50)));
    return parameters_.change(path, value);
}

bool Device::change_management(std::string_view name, std::string_view value)
{
    auto const path = persona_.root_path() + "ManagementServer." + std::string{name};
    return parameters_.tree().value(path, {}) != value && change(path, value);
}

void Device::on_set(std::string_view path, std::string_view value)
{
    diagnostics_.on_set(path, value);
    auto const management = persona_.root_path() + "ManagementServer.";
    if (!path.starts_with(management))
        return;
    auto const name = path.substr(management.size());
    has_new_acs_ = has_new_acs_ || name == "URL";
    has_new_schedule_ = has_new_schedule_ || name.starts_with("PeriodicInform");
}

// ---- files -----------------------------------------------------------------------------------------------------

std::optional<TransferJob> Device::start_transfer(base::TimePoint now)
{
    return restart_ ? std::nullopt : transfers_.start_due(now);
}

void Device::apply_settings(TransferOutcome& outcome)
{
    for (auto const& [path, value] : outcome.settings)
        if (!parameters_.change(path, value)) {
            outcome.fault_code = cwmp::fault_code::file_corrupted;
            outcome.fault_string = fmt::format("the configuration sets {} to a value that it cannot have", path);
            return;
        }
}

void Device::transfer_done(TransferJob const& job, TransferOutcome outcome, base::TimePoint now)
{
    apply_settings(outcome);
    auto& result = transfers_.finish(job.number, outcome.fault_code, outcome.fault_string, outcome.started, now);
    if (outcome.fault_code == 0 && job.is_firmware()) {
        // New software takes a restart; the ACS is told after it.
        result.is_told = false;
        restart_ = Restart{.command_key = {}, .new_version = outcome.new_version};
    }
    advance(now);
}

std::string Device::file_to_upload(std::string_view file_type, base::TimePoint now) const
{
    if (file_type.starts_with("2 ") || file_type.starts_with("4 "))
        return fmt::format("{} start of software {}\n{} the line is up\n{} log sent to the management server\n",
                           base::to_rfc3339(facts_.booted), facts_.software_version,
                           base::to_rfc3339(facts_.booted + std::chrono::seconds{38}), base::to_rfc3339(now));
    std::string text =
        fmt::format("# {} {} software {}\n", persona_.model_name, identity_.serial_number, facts_.software_version);
    for (auto const& [path, value] : parameters_.tree().changes()) {
        auto const parameter = parameters_.tree().find_parameter(path);
        if (parameter && parameter->spec->is_writable && !parameter->spec->is_secret &&
            value.find('\n') == value.npos && cwmp::last_segment(path) != "DiagnosticsState")
            text += fmt::format("{}={}\n", path, value);
    }
    return text;
}

}  // namespace sim
