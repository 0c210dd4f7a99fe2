#pragma once

#include <compare>
#include <span>
#include <string>
#include <string_view>

namespace cwmp {

/// One reason why a CPE opened a session (TR-069 A.3.3.1, EventStruct).
struct Event {
    std::string code;         ///< one of `event_code`, or a vendor's "X OUI text"
    std::string command_key;  ///< of the RPC that caused it; empty unless the code begins with "M "

    friend auto operator<=>(Event const&, Event const&) = default;
};

/// The event codes of TR-069 3.7.1.5 (through Amendment 6).
namespace event_code {
inline constexpr std::string_view bootstrap = "0 BOOTSTRAP";
inline constexpr std::string_view boot = "1 BOOT";
inline constexpr std::string_view periodic = "2 PERIODIC";
inline constexpr std::string_view scheduled = "3 SCHEDULED";
inline constexpr std::string_view value_change = "4 VALUE CHANGE";
inline constexpr std::string_view kicked = "5 KICKED";
inline constexpr std::string_view connection_request = "6 CONNECTION REQUEST";
inline constexpr std::string_view transfer_complete = "7 TRANSFER COMPLETE";
inline constexpr std::string_view diagnostics_complete = "8 DIAGNOSTICS COMPLETE";
inline constexpr std::string_view request_download = "9 REQUEST DOWNLOAD";
inline constexpr std::string_view autonomous_transfer_complete = "10 AUTONOMOUS TRANSFER COMPLETE";
inline constexpr std::string_view du_state_change_complete = "11 DU STATE CHANGE COMPLETE";
inline constexpr std::string_view autonomous_du_state_change_complete = "12 AUTONOMOUS DU STATE CHANGE COMPLETE";
inline constexpr std::string_view wakeup = "13 WAKEUP";
inline constexpr std::string_view heartbeat = "14 HEARTBEAT";
inline constexpr std::string_view m_reboot = "M Reboot";
inline constexpr std::string_view m_schedule_inform = "M ScheduleInform";
inline constexpr std::string_view m_download = "M Download";
inline constexpr std::string_view m_schedule_download = "M ScheduleDownload";
inline constexpr std::string_view m_upload = "M Upload";
inline constexpr std::string_view m_change_du_state = "M ChangeDUState";
}  // namespace event_code

/// The code as the specification spells it: "2" and "2 periodic" become "2 PERIODIC", "m reboot" becomes "M Reboot".
/// What is not a code of the specification (a vendor's) is returned as sent, without blanks around it.
[[nodiscard]] std::string canonical_event_code(std::string_view code);

/// True when `events` has one with exactly this code.
[[nodiscard]] bool has_event(std::span<Event const> events, std::string_view code) noexcept;

/// True when `events` tell that the CPE was started anew: 0 BOOTSTRAP, 1 BOOT, or M Reboot, which some send alone.
[[nodiscard]] bool has_booted(std::span<Event const> events) noexcept;

/// The first of `events` with this code and command key, or null.
[[nodiscard]] Event const* find_event(std::span<Event const> events, std::string_view code,
                                      std::string_view command_key) noexcept;

}  // namespace cwmp
