#include "session/certificate_name.hpp"
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

std::vector<std::string> values_of(net::ClientCertificate const& certificate, std::string_view attribute)
{
    if (attribute == "DNS")
        return certificate.dns_names;
    if (attribute == "URI")
        return certificate.uris;
    return subject_values(certificate.subject, attribute);
}

}  // namespace

bool names_device(net::ClientCertificate const& certificate, cwmp::DeviceId const& device, std::string_view pattern)
{
    if (!pattern.empty()) {
        auto const equals = std::min(pattern.find('='), pattern.size() - 1);
        auto const names = expand_name(pattern.substr(equals + 1), device);
        return std::ranges::any_of(values_of(certificate, pattern.substr(0, equals)), [&names](auto const& value) {
            return std::ranges::find(names, value) != names.end();
        });
    }
    auto const names = names_of(device);
    auto const is_named = [&names](std::string const& text) { return std::ranges::find(names, text) != names.end(); };
    return is_named(certificate.common_name) || std::ranges::any_of(certificate.dns_names, is_named) ||
           std::ranges::any_of(certificate.uris, is_named);
}

}  // namespace session
