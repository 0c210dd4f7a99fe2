#include "cwmp/fault.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cwmp {
namespace {

using namespace fault_code;

struct KnownFault {
    unsigned code;
    bool blames_sender;  ///< faultcode Client
    std::string_view text;
};

constexpr std::array known_faults{
    KnownFault{acs_method_not_supported, false, "Method not supported"},
    KnownFault{acs_request_denied, false, "Request denied"},
    KnownFault{acs_internal_error, false, "Internal error"},
    KnownFault{acs_invalid_arguments, true, "Invalid arguments"},
    KnownFault{acs_resources_exceeded, false, "Resources exceeded"},
    KnownFault{acs_retry_request, false, "Retry request"},
    KnownFault{acs_version_incompatible, false, "ACS version incompatible with CPE"},
    KnownFault{method_not_supported, false, "Method not supported"},
    KnownFault{request_denied, false, "Request denied"},
    KnownFault{internal_error, false, "Internal error"},
    KnownFault{invalid_arguments, true, "Invalid arguments"},
    KnownFault{resources_exceeded, false, "Resources exceeded"},
    KnownFault{invalid_parameter_name, true, "Invalid parameter name"},
    KnownFault{invalid_parameter_type, true, "Invalid parameter type"},
    KnownFault{invalid_parameter_value, true, "Invalid parameter value"},
    KnownFault{parameter_not_writable, true, "Attempt to set a non-writable parameter"},
    KnownFault{notification_refused, false, "Notification request rejected"},
    KnownFault{transfer_failure, false, "File transfer failure"},
    KnownFault{upload_failure, false, "Upload failure"},
    KnownFault{file_server_authentication_failure, false, "File transfer server authentication failure"},
    KnownFault{transfer_protocol_not_supported, false, "Unsupported protocol for file transfer"},
    KnownFault{cannot_join_multicast_group, false, "File transfer failure: unable to join multicast group"},
    KnownFault{cannot_contact_file_server, false, "File transfer failure: unable to contact file server"},
    KnownFault{cannot_access_file, false, "File transfer failure: unable to access file"},
    KnownFault{cannot_complete_download, false, "File transfer failure: unable to complete download"},
    KnownFault{file_corrupted, false, "File transfer failure: file corrupted"},
    KnownFault{file_authentication_failure, false, "File transfer failure: file authentication failure"},
    KnownFault{not_within_time_windows, false, "File transfer failure: not completed within the time windows"},
    KnownFault{cancel_not_permitted, true, "Cancelation of file transfer not permitted in current transfer state"},
    KnownFault{invalid_uuid, true, "Invalid UUID format"},
    KnownFault{unknown_execution_environment, true, "Unknown execution environment"},
    KnownFault{disabled_execution_environment, true, "Disabled execution environment"},
    KnownFault{execution_environment_mismatch, true, "Deployment unit does not fit the execution environment"},
    KnownFault{duplicate_deployment_unit, true, "Duplicate deployment unit"},
    KnownFault{system_resources_exceeded, true, "System resources exceeded"},
    KnownFault{unknown_deployment_unit, true, "Unknown deployment unit"},
    KnownFault{invalid_deployment_unit_state, true, "Invalid deployment unit state"},
    KnownFault{downgrade_not_permitted, true, "Invalid deployment unit update: downgrade not permitted"},
    KnownFault{version_not_specified, true, "Invalid deployment unit update: version not specified"},
    KnownFault{version_already_exists, true, "Invalid deployment unit update: version already exists"},
};

KnownFault const* find_fault(unsigned code)
{
    auto const found = std::ranges::find(known_faults, code, &KnownFault::code);
    return found == known_faults.end() ? nullptr : &*found;
}

bool is_vendors(unsigned code)
{
    return (code >= 8800 && code <= 8899) || (code >= 9800 && code <= 9899);
}

}  // namespace

std::string_view fault_text(unsigned code) noexcept
{
    if (auto const* fault = find_fault(code))
        return fault->text;
    return is_vendors(code) ? "Vendor-defined fault" : "Unknown fault";
}

std::string_view soap_code_for(unsigned code) noexcept
{
    auto const* fault = find_fault(code);
    return fault != nullptr && fault->blames_sender ? "Client" : "Server";
}

Fault make_fault(unsigned code, std::string text)
{
    if (text.empty())
        text = fault_text(code);
    return {code, std::move(text), std::string{soap_code_for(code)}, {}};
}

}  // namespace cwmp
