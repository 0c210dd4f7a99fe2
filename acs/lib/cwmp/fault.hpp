#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace cwmp {

/// Fault codes of TR-069 A.5: 8xxx come from the ACS, 9xxx from the CPE. 8800-8899 and 9800-9899 are a vendor's.
namespace fault_code {
inline constexpr unsigned acs_method_not_supported = 8000;
inline constexpr unsigned acs_request_denied = 8001;
inline constexpr unsigned acs_internal_error = 8002;
inline constexpr unsigned acs_invalid_arguments = 8003;
inline constexpr unsigned acs_resources_exceeded = 8004;
inline constexpr unsigned acs_retry_request = 8005;
inline constexpr unsigned acs_version_incompatible = 8006;
inline constexpr unsigned method_not_supported = 9000;
inline constexpr unsigned request_denied = 9001;
inline constexpr unsigned internal_error = 9002;
inline constexpr unsigned invalid_arguments = 9003;
inline constexpr unsigned resources_exceeded = 9004;
inline constexpr unsigned invalid_parameter_name = 9005;
inline constexpr unsigned invalid_parameter_type = 9006;
inline constexpr unsigned invalid_parameter_value = 9007;
inline constexpr unsigned parameter_not_writable = 9008;
inline constexpr unsigned notification_refused = 9009;
inline constexpr unsigned transfer_failure = 9010;
inline constexpr unsigned upload_failure = 9011;
inline constexpr unsigned file_server_authentication_failure = 9012;
inline constexpr unsigned transfer_protocol_not_supported = 9013;
inline constexpr unsigned cannot_join_multicast_group = 9014;
inline constexpr unsigned cannot_contact_file_server = 9015;
inline constexpr unsigned cannot_access_file = 9016;
inline constexpr unsigned cannot_complete_download = 9017;
inline constexpr unsigned file_corrupted = 9018;
inline constexpr unsigned file_authentication_failure = 9019;
inline constexpr unsigned not_within_time_windows = 9020;
inline constexpr unsigned cancel_not_permitted = 9021;
inline constexpr unsigned invalid_uuid = 9022;
inline constexpr unsigned unknown_execution_environment = 9023;
inline constexpr unsigned disabled_execution_environment = 9024;
inline constexpr unsigned execution_environment_mismatch = 9025;
inline constexpr unsigned duplicate_deployment_unit = 9026;
inline constexpr unsigned system_resources_exceeded = 9027;
inline constexpr unsigned unknown_deployment_unit = 9028;
inline constexpr unsigned invalid_deployment_unit_state = 9029;
inline constexpr unsigned downgrade_not_permitted = 9030;
inline constexpr unsigned version_not_specified = 9031;
inline constexpr unsigned version_already_exists = 9032;
}  // namespace fault_code

/// Why one parameter of a SetParameterValues was refused (TR-069 A.3.2.1).
struct SetParameterValuesFault {
    std::string parameter_name;
    unsigned code = 0;   ///< 9001, 9002, 9005-9008 or a vendor's
    std::string string;  ///< free text, may be empty

    friend auto operator<=>(SetParameterValuesFault const&, SetParameterValuesFault const&) = default;
};

/// The answer "no" to a request, in either direction (TR-069 3.5 and A.5).
struct Fault {
    unsigned code = 0;
    std::string string;     ///< free text for a person, may be empty
    std::string soap_code;  ///< "Client": the sender was wrong; "Server": the answering side. Without a prefix
    std::vector<SetParameterValuesFault> set_parameter_values_faults;  ///< only in answer to SetParameterValues

    friend auto operator<=>(Fault const&, Fault const&) = default;
};

/// What a code means, in a few words; "Vendor-defined fault" or "Unknown fault" for codes without a name.
[[nodiscard]] std::string_view fault_text(unsigned code) noexcept;

/// "Client" for codes that blame the sender of the request, else "Server" (TR-069 A.5.1, A.5.2).
[[nodiscard]] std::string_view soap_code_for(unsigned code) noexcept;

/// A fault with the usual text and SOAP code for `code`; `text` replaces the usual text when it is not empty.
[[nodiscard]] Fault make_fault(unsigned code, std::string text = {});

}  // namespace cwmp
