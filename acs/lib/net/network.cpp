#include "net/network.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace net {

namespace ip = boost::asio::ip;

namespace {

ip::address_v6 widened(ip::address const& address)
{
    return address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4());
}

std::optional<unsigned> number(std::string_view text)
{
    unsigned value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

bool same_prefix(ip::address_v6 const& a, ip::address_v6 const& b, unsigned bits) noexcept
{
    auto const x = a.to_bytes();
    auto const y = b.to_bytes();
    for (std::size_t i = 0; i < x.size() && bits > 0; ++i) {
        unsigned const taken = bits < 8 ? bits : 8;
        if (((x[i] ^ y[i]) >> (8 - taken)) != 0)
            return false;
        bits -= taken;
    }
    return true;
}

}  // namespace

std::string Endpoint::to_string() const
{
    if (address.is_v6())
        return fmt::format("[{}]:{}", address.to_string(), port);
    return fmt::format("{}:{}", address.to_string(), port);
}

ip::address unmapped(ip::address const& address)
{
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

base::Result<Networks> Networks::parse(std::vector<std::string> const& ranges)
{
    Networks networks;
    for (auto const& text : ranges) {
        auto const slash = text.find('/');
        boost::system::error_code error;
        auto const address = ip::make_address(text.substr(0, slash), error);
        if (error)
            return base::fail(fmt::format("'{}' is no address range: write 192.0.2.0/24 or 2001:db8::/32", text));
        unsigned const widest = address.is_v4() ? 32 : 128;
        auto const bits = slash == std::string::npos ? widest : number(std::string_view{text}.substr(slash + 1));
        if (!bits || *bits > widest)
            return base::fail(fmt::format("'{}' is no address range: the prefix must be 0 to {} bits", text, widest));
        networks.ranges_.push_back({widened(address), *bits + 128 - widest});
    }
    return networks;
}

bool Networks::contains(ip::address const& address) const noexcept
{
    auto const wide = widened(address);
    for (auto const& range : ranges_)
        if (same_prefix(range.base, wide, range.bits))
            return true;
    return false;
}

}  // namespace net
