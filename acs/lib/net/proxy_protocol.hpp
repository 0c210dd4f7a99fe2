#pragma once

#include "net/network.hpp"
#include "net/server.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace net {

/// What the first bytes of a connection say of whom a proxy speaks for (proxy-protocol.txt 2.1 and 2.2).
struct ProxyHeader {
    enum class State {
        need_more,  ///< a header, not yet whole: all bytes given belong to it
        complete,   ///< the header is `size` bytes
        absent,     ///< something else begins here (only ProxyProtocol::automatic)
        malformed,
    };
    State state = State::need_more;
    std::size_t size = 0;
    std::optional<Endpoint> source;  ///< none: the proxy speaks for itself (LOCAL, UNKNOWN)
    std::optional<Endpoint> destination;
    bool is_tls = false;  ///< the client spoke TLS to the proxy (v2, PP2_TYPE_SSL)
};

inline constexpr std::size_t longest_proxy_header = 4'096;  ///< bytes; v1 allows 107

/// Reads the header at the start of `bytes` in a form that `mode` allows. Pure.
[[nodiscard]] ProxyHeader parse_proxy_header(std::string_view bytes, ProxyProtocol mode);

}  // namespace net
