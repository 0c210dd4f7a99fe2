#include "device/software_modules.hpp"

#include "base/crypto.hpp"
#include "base/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace sim {

namespace fault = cwmp::fault_code;

namespace {

std::string time_text(base::TimePoint time)
{
    return base::to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

/// "energy-meter" and "1.4" of "http://apps.example/energy-meter-1.4.ipk".
std::pair<std::string, std::string> name_and_version(std::string_view url)
{
    auto file = url.substr(url.rfind('/') + 1);
    file = file.substr(0, file.find('?'));
    auto const digit = file.find('-');
    auto cut = file.size();
    for (auto at = digit; at != file.npos; at = file.find('-', at + 1))
        if (at + 1 < file.size() && file[at + 1] >= '0' && file[at + 1] <= '9') {
            cut = at;
            break;
        }
    auto version = cut < file.size() ? file.substr(cut + 1) : std::string_view{"1.0"};
    auto const end = version.find_last_of("0123456789");
    auto const extension = version.find_first_not_of("0123456789.");
    version = version.substr(0, std::min(end + 1, extension));
    while (version.ends_with('.'))
        version.remove_suffix(1);
    auto name = file.substr(0, cut);
    return {std::string{name.substr(0, std::min<std::size_t>(name.find('.'), 32))}, std::string{version.substr(0, 32)}};
}

/// A name-based UUID in the form of RFC 4122 version 5.
std::string uuid_for(std::string_view name)
{
    auto digits = base::to_hex(base::sha1(name)).substr(0, 32);
    digits[12] = '5';
    digits[16] = "89ab"[static_cast<unsigned char>(digits[16]) & 3];
    return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 4),
                       digits.substr(16, 4), digits.substr(20, 12));
}

bool is_uuid(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        auto const c = static_cast<unsigned char>(text[i]);
        if (is_dash ? c != '-' : std::isxdigit(c) == 0)
            return false;
    }
    return text.size() == 36;
}

cwmp::OpResultStruct failed(unsigned code, std::string uuid, base::TimePoint now)
{
    cwmp::OpResultStruct result;
    result.uuid = std::move(uuid);
    result.current_state = "Failed";
    result.start_time = result.complete_time = time_text(now);
    result.fault = {code, std::string{cwmp::fault_text(code)}};
    return result;
}

}  // namespace

SoftwareModules::SoftwareModules(Parameters& parameters) : parameters_{parameters}
{
    auto const path = parameters.tree().persona().root_path() + "SoftwareModules.";
    if (parameters.tree().find_object(path))
        base_ = path;
}

cwmp::Message SoftwareModules::change(cwmp::ChangeDUState const& request)
{
    constexpr std::size_t most_operations = 16;
    if (request.operations.empty())
        return cwmp::make_fault(fault::invalid_arguments, "no operation is given");
    if (request.operations.size() > most_operations || waiting_.size() >= 4)
        return cwmp::make_fault(fault::resources_exceeded);
    waiting_.push_back(request);
    return cwmp::ChangeDUStateResponse{};
}

std::vector<SoftwareModules::Unit> SoftwareModules::units(base::TimePoint now) const
{
    std::vector<Unit> found;
    auto const& tree = parameters_.tree();
    for (auto const number : tree.instances(base_ + "DeploymentUnit.")) {
        auto const path = fmt::format("{}DeploymentUnit.{}.", base_, number);
        found.push_back({path, tree.value(path + "UUID", now), tree.value(path + "Version", now),
                         tree.value(path + "ExecutionEnvRef", now)});
    }
    return found;
}

/// The path of an execution environment and 0, or a fault code.
std::optional<std::pair<std::string, unsigned>> SoftwareModules::environment(std::string reference,
                                                                             base::TimePoint now) const
{
    while (reference.ends_with('.'))
        reference.pop_back();
    if (reference.empty())
        reference = base_ + "ExecEnv.1";
    auto const& tree = parameters_.tree();
    if (!reference.starts_with(base_ + "ExecEnv.") || !tree.find_object(reference + "."))
        return std::pair{std::string{}, fault::unknown_execution_environment};
    auto const is_up = tree.value(reference + ".Enable", now) == "1";
    return std::pair{reference, is_up ? 0U : fault::disabled_execution_environment};
}

cwmp::OpResultStruct SoftwareModules::described(Unit const& unit, std::string state, base::TimePoint now) const
{
    cwmp::OpResultStruct result;
    result.uuid = unit.uuid;
    result.deployment_unit_ref = unit.path.substr(0, unit.path.size() - 1);
    result.version = unit.version;
    result.current_state = std::move(state);
    result.resolved = result.current_state == "Installed";
    result.execution_unit_ref_list = parameters_.tree().value(unit.path + "ExecutionUnitList", now);
    result.start_time = result.complete_time = time_text(now);
    return result;
}

cwmp::OpResultStruct SoftwareModules::install(cwmp::InstallOpStruct const& operation, base::TimePoint now)
{
    auto const uuid = operation.uuid.value_or("").empty() ? uuid_for(operation.url) : *operation.uuid;
    if (!is_uuid(uuid))
        return failed(fault::invalid_uuid, uuid, now);
    if (!operation.url.starts_with("http://") && !operation.url.starts_with("https://"))
        return failed(fault::transfer_protocol_not_supported, uuid, now);
    auto const [where, code] = *environment(operation.execution_env_ref.value_or(""), now);
    if (code != 0)
        return failed(code, uuid, now);
    auto const [name, version] = name_and_version(operation.url);
    for (auto const& unit : units(now))
        if (unit.uuid == uuid && unit.environment == where)
            return failed(unit.version == version ? fault::version_already_exists : fault::duplicate_deployment_unit,
                          uuid, now);
    auto& tree = parameters_.tree();
    auto const number = tree.add_instance(base_ + "DeploymentUnit.");
    auto const runs = fmt::format("{}ExecutionUnit.{}", base_, tree.add_instance(base_ + "ExecutionUnit."));
    auto const unit = fmt::format("{}DeploymentUnit.{}.", base_, number);
    put(unit + "UUID", uuid);
    put(unit + "DUID", fmt::to_string(number));
    put(unit + "Name", name);
    put(unit + "Status", "Installed");
    put(unit + "Resolved", "1");
    put(unit + "URL", operation.url);
    put(unit + "Version", version);
    put(unit + "ExecutionUnitList", runs);
    put(unit + "ExecutionEnvRef", where);
    put(runs + ".EUID", fmt::format("{}-1", number));
    put(runs + ".Name", name);
    put(runs + ".Version", version);
    put(runs + ".Status", "Active");
    put(runs + ".ExecutionFaultCode", "NoFault");
    put(runs + ".ExecutionEnvRef", where);
    return described({unit, uuid, version, where}, "Installed", now);
}

cwmp::OpResultStruct SoftwareModules::update_unit(Unit const& unit, cwmp::UpdateOpStruct const& operation,
                                                  base::TimePoint now)
{
    auto const url =
        operation.url.value_or("").empty() ? parameters_.tree().value(unit.path + "URL", now) : *operation.url;
    auto const version = operation.url.value_or("").empty() && operation.version.value_or("").empty()
                             ? unit.version
                             : operation.version.value_or(name_and_version(url).second);
    if (operation.url && version == unit.version)
        return failed(fault::version_already_exists, unit.uuid, now);
    put(unit.path + "URL", url);
    put(unit.path + "Version", version);
    put(parameters_.tree().value(unit.path + "ExecutionUnitList", now) + ".Version", version);
    return described({unit.path, unit.uuid, version, unit.environment}, "Installed", now);
}

void SoftwareModules::update(cwmp::UpdateOpStruct const& operation, base::TimePoint now,
                             std::vector<cwmp::OpResultStruct>& results)
{
    auto const before = results.size();
    auto const uuid = operation.uuid.value_or("");
    for (auto const& unit : units(now)) {
        auto const is_meant = !uuid.empty() ? unit.uuid == uuid
                              : operation.url.value_or("").empty()
                                  ? true
                                  : parameters_.tree().value(unit.path + "URL", now) == *operation.url;
        if (is_meant)
            results.push_back(update_unit(unit, operation, now));
    }
    if (results.size() == before)
        results.push_back(failed(fault::unknown_deployment_unit, uuid, now));
}

void SoftwareModules::uninstall(cwmp::UninstallOpStruct const& operation, base::TimePoint now,
                                std::vector<cwmp::OpResultStruct>& results)
{
    auto const before = results.size();
    for (auto const& unit : units(now)) {
        auto const wants_version = operation.version.value_or("");
        if (unit.uuid != operation.uuid || (!wants_version.empty() && wants_version != unit.version))
            continue;
        results.push_back(described(unit, "Uninstalled", now));
        auto const runs = results.back().execution_unit_ref_list;
        if (parameters_.tree().find_object(runs + "."))
            parameters_.tree().remove_instance(runs + ".");
        parameters_.tree().remove_instance(unit.path);
    }
    if (results.size() == before)
        results.push_back(failed(fault::unknown_deployment_unit, operation.uuid, now));
}

bool SoftwareModules::session_ended(base::TimePoint now)
{
    if (waiting_.empty())
        return false;
    for (auto const& request : std::exchange(waiting_, {})) {
        cwmp::DUStateChangeComplete report{{}, request.command_key.value_or("")};
        for (auto const& operation : request.operations) {
            if (auto const* in = std::get_if<cwmp::InstallOpStruct>(&operation))
                report.results.push_back(install(*in, now));
            else if (auto const* up = std::get_if<cwmp::UpdateOpStruct>(&operation))
                update(*up, now, report.results);
            else
                uninstall(std::get<cwmp::UninstallOpStruct>(operation), now, report.results);
        }
        reports_.push_back(std::move(report));
    }
    return true;
}

void SoftwareModules::clear()
{
    waiting_.clear();
    reports_.clear();
}

}  // namespace sim
