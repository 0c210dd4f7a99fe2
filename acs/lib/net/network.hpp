#pragma once

#include "base/result.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace net {

/// One end of a TCP connection. An IPv4 address mapped into IPv6 is always kept as IPv4.
struct Endpoint {
    boost::asio::ip::address address;
    std::uint16_t port = 0;

    /// "192.0.2.1:7547", "[2001:db8::1]:7547".
    [[nodiscard]] std::string to_string() const;
    friend bool operator==(Endpoint const&, Endpoint const&) = default;
};

/// A set of address ranges, of both families.
class Networks {
public:
    Networks() = default;

    /// Reads "10.0.0.0/8", "2001:db8::/32" or single addresses. Fails naming the text that is none.
    [[nodiscard]] static base::Result<Networks> parse(std::vector<std::string> const& ranges);

    [[nodiscard]] bool contains(boost::asio::ip::address const& address) const noexcept;
    [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }

private:
    struct Range {
        boost::asio::ip::address_v6 base;  // IPv4 as ::ffff:a.b.c.d
        unsigned bits;
    };
    std::vector<Range> ranges_;
};

/// The address without the mapping of IPv4 into IPv6.
[[nodiscard]] boost::asio::ip::address unmapped(boost::asio::ip::address const& address);

}  // namespace net
