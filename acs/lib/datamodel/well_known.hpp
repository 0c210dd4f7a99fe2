#pragma once

#include "cwmp/path.hpp"

#include <string_view>

/// Names that every ACS must know by heart, for both roots (TR-098 and TR-181 issue 2). Where a root has no such
/// parameter, and for Root::none, the result is "".
namespace datamodel::well_known {

[[nodiscard]] std::string_view software_version(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view hardware_version(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view provisioning_code(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view manufacturer(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view model_name(cwmp::Root root) noexcept;

[[nodiscard]] std::string_view acs_url(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view acs_username(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view acs_password(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view parameter_key(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view periodic_inform_interval(cwmp::Root root) noexcept;  ///< seconds
[[nodiscard]] std::string_view connection_request_url(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view connection_request_username(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view connection_request_password(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view stun_username(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view stun_password(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view udp_connection_request_address(cwmp::Root root) noexcept;
[[nodiscard]] std::string_view nat_detected(cwmp::Root root) noexcept;

/// The IPPing diagnostic: its object and the names of its parameters below it, the same in both roots.
namespace ip_ping {

[[nodiscard]] std::string_view object(cwmp::Root root) noexcept;  ///< with its dot

inline constexpr std::string_view state = "DiagnosticsState";
inline constexpr std::string_view interface = "Interface";
inline constexpr std::string_view host = "Host";
inline constexpr std::string_view repetitions = "NumberOfRepetitions";
inline constexpr std::string_view timeout = "Timeout";           ///< milliseconds
inline constexpr std::string_view block_size = "DataBlockSize";  ///< bytes
inline constexpr std::string_view dscp = "DSCP";
inline constexpr std::string_view success_count = "SuccessCount";
inline constexpr std::string_view failure_count = "FailureCount";
inline constexpr std::string_view average_time = "AverageResponseTime";  ///< milliseconds
inline constexpr std::string_view minimum_time = "MinimumResponseTime";  ///< milliseconds
inline constexpr std::string_view maximum_time = "MaximumResponseTime";  ///< milliseconds

}  // namespace ip_ping

/// What to write into DiagnosticsState to start a test.
inline constexpr std::string_view diagnostics_requested = "Requested";

/// Where a diagnostic stands by its DiagnosticsState.
enum class DiagnosticsProgress : unsigned char {
    none,      ///< "None", "" or "Canceled": not asked for, or undone because an argument was written
    running,   ///< "Requested" (also "InProgress", as some agents say)
    complete,  ///< "Complete" or "Completed"; agents mix the two freely
    failed,    ///< "Error_..." and everything else
};
[[nodiscard]] DiagnosticsProgress diagnostics_progress(std::string_view state) noexcept;

}  // namespace datamodel::well_known
