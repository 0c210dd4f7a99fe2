#include "datamodel/well_known.hpp"

#include "datamodel/text.hpp"

namespace datamodel::well_known {
namespace {

using cwmp::Root;

constexpr std::string_view pick(Root root, std::string_view tr098, std::string_view tr181) noexcept
{
    switch (root) {
        case Root::internet_gateway_device: return tr098;
        case Root::device: return tr181;
        case Root::none: break;
    }
    return {};
}

}  // namespace

std::string_view software_version(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.DeviceInfo.SoftwareVersion", "Device.DeviceInfo.SoftwareVersion");
}

std::string_view hardware_version(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.DeviceInfo.HardwareVersion", "Device.DeviceInfo.HardwareVersion");
}

std::string_view provisioning_code(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.DeviceInfo.ProvisioningCode", "Device.DeviceInfo.ProvisioningCode");
}

std::string_view manufacturer(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.DeviceInfo.Manufacturer", "Device.DeviceInfo.Manufacturer");
}

std::string_view model_name(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.DeviceInfo.ModelName", "Device.DeviceInfo.ModelName");
}

std::string_view acs_url(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.URL", "Device.ManagementServer.URL");
}

std::string_view acs_username(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.Username", "Device.ManagementServer.Username");
}

std::string_view acs_password(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.Password", "Device.ManagementServer.Password");
}

std::string_view parameter_key(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.ParameterKey", "Device.ManagementServer.ParameterKey");
}

std::string_view periodic_inform_interval(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.PeriodicInformInterval",
                "Device.ManagementServer.PeriodicInformInterval");
}

std::string_view connection_request_url(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.ConnectionRequestURL",
                "Device.ManagementServer.ConnectionRequestURL");
}

std::string_view connection_request_username(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.ConnectionRequestUsername",
                "Device.ManagementServer.ConnectionRequestUsername");
}

std::string_view connection_request_password(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.ConnectionRequestPassword",
                "Device.ManagementServer.ConnectionRequestPassword");
}

std::string_view stun_username(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.STUNUsername", "Device.ManagementServer.STUNUsername");
}

std::string_view stun_password(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.STUNPassword", "Device.ManagementServer.STUNPassword");
}

std::string_view udp_connection_request_address(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.UDPConnectionRequestAddress",
                "Device.ManagementServer.UDPConnectionRequestAddress");
}

std::string_view nat_detected(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.ManagementServer.NATDetected", "Device.ManagementServer.NATDetected");
}

std::string_view ip_ping::object(Root root) noexcept
{
    return pick(root, "InternetGatewayDevice.IPPingDiagnostics.", "Device.IP.Diagnostics.IPPing.");
}

DiagnosticsProgress diagnostics_progress(std::string_view state) noexcept
{
    auto const word = trimmed(state);
    auto const is = [word](std::string_view wanted) { return same_letters(word, wanted); };
    if (word.empty() || is("None") || is("Canceled") || is("Cancelled"))
        return DiagnosticsProgress::none;
    if (is("Requested") || is("InProgress"))
        return DiagnosticsProgress::running;
    if (is("Complete") || is("Completed"))
        return DiagnosticsProgress::complete;
    return DiagnosticsProgress::failed;
}

}  // namespace datamodel::well_known
