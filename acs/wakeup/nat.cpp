#include "wakeup/nat.hpp"

#include "net/network.hpp"
#include "net/url.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

namespace wakeup {

namespace asio = boost::asio;

std::string sign_of_nat(domain::DeviceRow const& device)
{
    auto const url = net::parse_url(device.connection_request_url);
    return url ? sign_of_nat(url->host, device.ip_address) : std::string{};
}

std::string sign_of_nat(std::string_view url_host, std::string_view inform_address)
{
    static auto const inside =
        net::Networks::parse({"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"}).value();
    boost::system::error_code not_numeric;
    auto const host = net::unmapped(asio::ip::make_address(std::string{url_host}, not_numeric));
    if (not_numeric)
        return {};
    auto const source = net::unmapped(asio::ip::make_address(std::string{inform_address}, not_numeric));
    bool const is_inside = inside.contains(host);
    // A device with both families may inform by one and be asked by the other.
    if (not_numeric || host == source || (!is_inside && host.is_v4() != source.is_v4()))
        return {};
    return fmt::format("its ConnectionRequestURL names {}{}, but its Inform came from {}",
                       is_inside ? "the private address " : "", host.to_string(), source.to_string());
}

}  // namespace wakeup
