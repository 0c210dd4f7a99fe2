#include "session/endpoint_state.hpp"

#include <algorithm>

namespace session {
namespace {

/// The identity's parts joined as a CPE may write them in its certificate: as they are, or percent-encoded.
std::vector<std::string> names_of(cwmp::DeviceId const& device)
{
    std::vector<std::string> names{device.oui + '-' + device.serial_number,
                                   device.oui + '-' + device.product_class + '-' + device.serial_number,
                                   cwmp::external_id(device)};
    return names;
}

}  // namespace

bool names_device(net::ClientCertificate const& certificate, cwmp::DeviceId const& device)
{
    auto const names = names_of(device);
    auto const is_named = [&names](std::string const& text) { return std::ranges::find(names, text) != names.end(); };
    return is_named(certificate.common_name) || std::ranges::any_of(certificate.dns_names, is_named) ||
           std::ranges::any_of(certificate.uris, is_named);
}

}  // namespace session
