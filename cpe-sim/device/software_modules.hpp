#pragma once

#include "device/parameters.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sim {

/// Deployment and execution units of a device whose persona has "SoftwareModules." (TR-157, TR-069 A.4.1.10):
/// installed, updated and removed in its tables. Nothing is fetched: name and version come from the URL's last segment
/// ("energy-meter-1.4.ipk").
class SoftwareModules {
public:
    explicit SoftwareModules(Parameters& parameters);

    /// True when the persona has software modules.
    [[nodiscard]] bool exist() const noexcept { return !base_.empty(); }

    /// Takes operations; they are done after the session.
    [[nodiscard]] cwmp::Message change(cwmp::ChangeDUState const& request);

    /// Does what was asked for in the session that has ended; true when there was something.
    bool session_ended(base::TimePoint now);

    /// Reports that the ACS does not know yet, oldest first.
    [[nodiscard]] std::vector<cwmp::DUStateChangeComplete> const& reports() const noexcept { return reports_; }
    void report_delivered() { reports_.erase(reports_.begin()); }
    void clear();

private:
    struct Unit {
        std::string path;  ///< "....DeploymentUnit.3."
        std::string uuid;
        std::string version;
        std::string environment;
    };
    [[nodiscard]] std::vector<Unit> units(base::TimePoint now) const;
    [[nodiscard]] std::optional<std::pair<std::string, unsigned>> environment(std::string reference,
                                                                              base::TimePoint now) const;
    cwmp::OpResultStruct install(cwmp::InstallOpStruct const& operation, base::TimePoint now);
    void update(cwmp::UpdateOpStruct const& operation, base::TimePoint now, std::vector<cwmp::OpResultStruct>& results);
    cwmp::OpResultStruct update_unit(Unit const& unit, cwmp::UpdateOpStruct const& operation, base::TimePoint now);
    void uninstall(cwmp::UninstallOpStruct const& operation, base::TimePoint now,
                   std::vector<cwmp::OpResultStruct>& results);
    [[nodiscard]] cwmp::OpResultStruct described(Unit const& unit, std::string state, base::TimePoint now) const;
    void put(std::string const& path, std::string value) { parameters_.tree().set(path, std::move(value)); }

    Parameters& parameters_;
    std::string base_;  ///< "Device.SoftwareModules.", or empty
    std::vector<cwmp::ChangeDUState> waiting_;
    std::vector<cwmp::DUStateChangeComplete> reports_;
};

}  // namespace sim
