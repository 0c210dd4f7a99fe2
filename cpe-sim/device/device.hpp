#pragma once

#include "base/clock.hpp"
#include "cwmp/device_id.hpp"
#include "cwmp/message.hpp"
#include "device/diagnostics.hpp"
#include "device/dice.hpp"
#include "device/events.hpp"
#include "device/inform_schedule.hpp"
#include "device/options.hpp"
#include "device/parameters.hpp"
#include "device/software_modules.hpp"
#include "device/transfers.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// What makes one device of a persona.
struct DeviceSettings {
    std::string serial_number;
    std::string oui;  ///< empty: the persona's
    std::uint64_t seed = 1;
    std::string acs_url;
    std::string acs_username;
    std::string acs_password;
    std::string connection_request_url;
    std::string connection_request_username;
    std::string connection_request_password;
    std::uint32_t inform_interval = 3600;  ///< seconds
    unsigned cwmp_minor = 4;               ///< n of CWMP 1.n; later methods are unknown to it
};

/// A restart that the device is about to make.
struct Restart {
    std::optional<std::string> command_key;  ///< of the Reboot that caused it
    std::optional<std::string> new_version;  ///< of the software that starts
    bool to_factory_defaults = false;
};

/// How a file transfer went, told to the device by whoever moved the bytes.
struct TransferOutcome {
    unsigned fault_code = 0;
    std::string fault_string;
    std::string new_version;                                    ///< of downloaded firmware; empty: not firmware
    std::vector<std::pair<std::string, std::string>> settings;  ///< of a downloaded configuration: path and value
    base::TimePoint started{};
};

/// One simulated CPE: its parameters, its methods, its events. Does no I/O and has no clock: everything happens because
/// it is called, at the time that it is told. Not for several threads at once.
class Device {
public:
    Device(Persona const& persona, DeviceSettings settings);
    Device(Device const&) = delete;
    Device& operator=(Device const&) = delete;

    // ---- life ----------------------------------------------------------------------------------------------
    /// Starts the device: for the first time, after a reboot, with new software or from factory defaults.
    void start(base::TimePoint now);
    /// Raises what has become due.
    void advance(base::TimePoint now);
    /// When advance() or a waiting session has something to do next; none: never.
    [[nodiscard]] std::optional<base::TimePoint> next(base::TimePoint now) const;
    /// Somebody asked for a session (TR-069 3.2.2).
    void connection_requested() { events_.raise(cwmp::event_code::connection_request); }
    /// A person at home changes something that the persona says people change. False when it has nothing of that kind.
    bool change_at_home();
    /// Somebody other than the ACS sets a parameter; false when it is not there or does not take the value.
    bool change(std::string_view path, std::string_view value) { return parameters_.change(path, value); }
    /// The same for a parameter below "ManagementServer."; false, too, when it has this value already.
    bool change_management(std::string_view name, std::string_view value);

    // ---- sessions ------------------------------------------------------------------------------------------
    /// True when there is a reason to inform and the retry policy allows it now.
    [[nodiscard]] bool wants_session(base::TimePoint now) const;
    [[nodiscard]] cwmp::Inform inform(base::TimePoint now) const;
    /// The ACS answered this Inform: its events and changes are delivered.
    void inform_answered(cwmp::Inform const& inform);
    /// The next request that the device has for the ACS in this session; none when there is none (left).
    [[nodiscard]] std::optional<cwmp::Message> next_request() const;
    /// The ACS answered what next_request() gave: it is settled.
    void request_answered();
    /// Answers a request of the ACS: its response, or a Fault.
    [[nodiscard]] cwmp::Message answer(cwmp::Message const& request, base::TimePoint now);
    /// The session is over; `succeeded` when it came to its proper end.
    void session_ended(bool succeeded, base::TimePoint now);
    /// No session before `time` whatever the retry policy allows: the ACS asked for that (503 with Retry-After).
    void hold_off_until(base::TimePoint time) noexcept { not_before_ = std::max(not_before_, time); }
    /// Failed sessions since the last good one.
    [[nodiscard]] unsigned retry_count() const noexcept { return retry_count_; }

    // ---- what happens between sessions ---------------------------------------------------------------------
    /// The restart that is to be made now that no session runs; it is over with start().
    [[nodiscard]] std::optional<Restart> const& restart() const noexcept { return restart_; }
    /// A file to be moved now; report with transfer_done().
    [[nodiscard]] std::optional<TransferJob> start_transfer(base::TimePoint now);
    void transfer_done(TransferJob const& job, TransferOutcome outcome, base::TimePoint now);
    /// The text of the configuration file or log that an Upload of this type sends.
    [[nodiscard]] std::string file_to_upload(std::string_view file_type, base::TimePoint now) const;

    // ---- what others ask -----------------------------------------------------------------------------------
    [[nodiscard]] Persona const& persona() const noexcept { return persona_; }
    [[nodiscard]] Identity const& identity() const noexcept { return identity_; }
    [[nodiscard]] cwmp::DeviceId device_id() const;
    [[nodiscard]] DeviceFacts const& facts() const noexcept { return facts_; }
    /// The live copy, for whoever learns the connection-request URL late.
    [[nodiscard]] DeviceFacts& facts() noexcept { return facts_; }
    [[nodiscard]] Parameters& parameters() noexcept { return parameters_; }
    [[nodiscard]] EventQueue& events() noexcept { return events_; }
    [[nodiscard]] bool has_events() const noexcept { return !events_.empty(); }
    /// True when it differs in anything that lasts from another device of its persona that was just switched on.
    [[nodiscard]] bool is_changed() const noexcept
    {
        return !parameters_.are_as_from_factory() || !facts_.parameter_key.empty() || facts_.boots > 1 ||
               facts_.software_version != persona_.software_version;
    }
    [[nodiscard]] Transfers const& transfers() const noexcept { return transfers_; }
    [[nodiscard]] Dice& dice() noexcept { return dice_; }
    [[nodiscard]] unsigned cwmp_minor() const noexcept { return settings_.cwmp_minor; }
    /// The ACS does not know this version (fault 8006): the next one before it from now on.
    void use_older_version() noexcept { settings_.cwmp_minor -= settings_.cwmp_minor > 0 ? 1 : 0; }
    /// A parameter below "ManagementServer.", secrets too.
    [[nodiscard]] std::string management(std::string_view name, base::TimePoint now) const;
    /// The methods that GetRPCMethods lists.
    [[nodiscard]] std::vector<std::string> methods() const;

private:
    struct Answering;
    [[nodiscard]] std::vector<cwmp::ParameterValue> inform_parameters(base::TimePoint now) const;
    void add_inform_parameter_table(std::vector<std::string>& paths, base::TimePoint now) const;
    void on_set(std::string_view path, std::string_view value);
    void forget_everything();
    void configure_schedule(base::TimePoint now);
    void apply_settings(TransferOutcome& outcome);
    [[nodiscard]] bool may_notify(base::TimePoint now) const;

    Persona const& persona_;
    DeviceSettings settings_;
    Identity identity_;
    DeviceFacts facts_;
    Parameters parameters_;
    EventQueue events_;
    Transfers transfers_;
    Diagnostics diagnostics_;
    SoftwareModules modules_;
    Options options_;
    InformSchedule schedule_;
    Dice dice_;
    std::optional<Restart> restart_;
    bool is_new_ = true;             ///< never started, or reset
    bool has_new_acs_ = false;       ///< ManagementServer.URL was set in this session
    bool has_new_schedule_ = false;  ///< a periodic setting was set in this session
    unsigned retry_count_ = 0;
    base::TimePoint not_before_{};    ///< the retry policy's
    base::TimePoint last_success_{};  ///< end of the last good session
};

}  // namespace sim
