// Any bytes are a PROXY header, none, or refused; what is read does not depend on the bytes behind the header.
#include "net/proxy_protocol.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    using State = net::ProxyHeader::State;
    std::string_view const bytes{reinterpret_cast<char const*>(data), size};
    for (auto const mode : {net::ProxyProtocol::v1, net::ProxyProtocol::v2, net::ProxyProtocol::automatic}) {
        auto const header = net::parse_proxy_header(bytes, mode);
        if (header.state != State::complete)
            continue;
        if (header.size == 0 || header.size > size || header.size > net::longest_proxy_header)
            std::abort();
        auto const exact = net::parse_proxy_header(bytes.substr(0, header.size), mode);
        if (exact.state != State::complete || exact.source != header.source)
            std::abort();
        if (net::parse_proxy_header(bytes.substr(0, header.size - 1), mode).state != State::need_more)
            std::abort();
    }
    return 0;
}
