#include "wakeup/target_rules.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace wakeup {

namespace asio = boost::asio;

namespace {

bool is_link_local(asio::ip::address const& address)
{
    if (address.is_v4())
        return (address.to_v4().to_uint() >> 16) == 0xa9fe;  // 169.254/16
    return address.to_v6().is_link_local();
}

bool is_this_network(asio::ip::address const& address)
{
    return address.is_v4() ? (address.to_v4().to_uint() >> 24) == 0 : address.is_unspecified();
}

bool is_broadcast(asio::ip::address const& address)
{
    return address.is_v4() && address.to_v4() == asio::ip::address_v4::broadcast();
}

}  // namespace

std::vector<std::string> own_addresses()
{
    std::vector<std::string> found;
    ifaddrs* interfaces = nullptr;
    if (::getifaddrs(&interfaces) != 0)
        return found;
    for (auto const* at = interfaces; at != nullptr; at = at->ifa_next) {
        char text[INET6_ADDRSTRLEN];
        if (at->ifa_addr == nullptr)
            continue;
        auto const family = at->ifa_addr->sa_family;
        void const* const bytes =
            family == AF_INET ? static_cast<void const*>(&reinterpret_cast<sockaddr_in const*>(at->ifa_addr)->sin_addr)
            : family == AF_INET6
                ? static_cast<void const*>(&reinterpret_cast<sockaddr_in6 const*>(at->ifa_addr)->sin6_addr)
                : nullptr;
        if (bytes != nullptr && ::inet_ntop(family, bytes, text, sizeof text) != nullptr)
            found.emplace_back(text);
    }
    ::freeifaddrs(interfaces);
    return found;
}

bool TargetRules::allows(asio::ip::address const& given) const
{
    auto const address = net::unmapped(given);
    if (allowed_.contains(address))
        return true;
    return !denied_.contains(address) && !address.is_loopback() && !address.is_multicast() && !is_link_local(address) &&
           !is_this_network(address) && !is_broadcast(address);
}

base::Result<net::Url> TargetRules::check(std::string_view text) const
{
    if (text.empty())
        return base::fail("the device has told no ConnectionRequestURL (HTTPConnectionRequestEnable may be false)");
    auto url = net::parse_url(text);
    if (!url)
        return base::fail("the device's ConnectionRequestURL is no URL: " + url.error().what);
    if (url->is_https)
        return base::fail("the device's ConnectionRequestURL is https; TR-069 allows http only");
    if (!url->username.empty() || !url->password.empty())
        return base::fail("the device's ConnectionRequestURL carries a login, which is not followed");
    boost::system::error_code not_numeric;
    auto const address = asio::ip::make_address(url->host, not_numeric);
    if (!not_numeric && !allows(address))
        return base::fail(fmt::format("the device's ConnectionRequestURL points to {}, which is not allowed "
                                      "(wakeup.allowed_networks)",
                                      url->host));
    return url;
}

}  // namespace wakeup
