#include "datamodel/value.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace datamodel {
namespace {

/// inet_pton wants a terminated string; longer texts are no addresses.
bool parses(int family, std::string_view value) noexcept
{
    std::array<char, INET6_ADDRSTRLEN + 1> text{};
    std::array<unsigned char, sizeof(in6_addr)> address{};
    if (value.empty() || value.size() >= text.size() || value.find('\0') != value.npos)
        return false;
    std::ranges::copy(value, text.begin());
    return inet_pton(family, text.data(), address.data()) == 1;
}

bool is_hex(char c) noexcept
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

bool is_ipv4_address(std::string_view value) noexcept
{
    return parses(AF_INET, value);
}

bool is_ipv6_address(std::string_view value) noexcept
{
    return parses(AF_INET6, value);
}

bool is_mac_address(std::string_view value) noexcept
{
    constexpr std::size_t size = std::string_view{"00:11:22:33:44:55"}.size();
    if (value.size() != size)
        return false;
    for (std::size_t at = 0; at < size; ++at)
        if (at % 3 == 2 ? value[at] != ':' : !is_hex(value[at]))
            return false;
    return true;
}

}  // namespace datamodel
