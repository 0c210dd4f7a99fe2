#pragma once

#include <chrono>
#include <cstdint>

namespace net {

/// What one client may ask of a listener; every limit is finite.
struct HttpLimits {
    std::uint32_t header_bytes = 16 * 1024;       ///< request line and header fields together; more: 431
    std::uint64_t body_bytes = 32 * 1024 * 1024;  ///< a body, as sent and inflated; more: 413
    std::uint32_t inflate_ratio = 200;            ///< inflated / sent bytes, checked beyond 1 MiB inflated; more: 413
    std::uint64_t discard_bytes = 256 * 1024;     ///< read and thrown away to keep a connection after a refusal
    std::uint64_t requests = 10'000;              ///< on one connection, then it is closed
    std::chrono::seconds handshake{20};           ///< TLS handshake and PROXY header together
    std::chrono::seconds header{20};              ///< from a request's first byte to the end of its header
    std::chrono::seconds idle{60};                ///< between two requests; Connection::set_idle changes it
    std::chrono::seconds stall{30};               ///< without one byte of progress while a body is read or sent
    std::uint32_t bytes_per_second = 512;         ///< a body's mean rate, in or out, checked after `stall`
    std::chrono::seconds exchange{600};           ///< from a request's last byte to the start of its answer
};

}  // namespace net
