#pragma once

#include "base/counters.hpp"
#include "base/result.hpp"
#include "net/expected_peers.hpp"
#include "net/http.hpp"
#include "net/limits.hpp"
#include "net/threads.hpp"
#include "net/tls.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace net {

/// Whether connections begin with a PROXY header (HAProxy's proxy-protocol.txt).
enum class ProxyProtocol {
    off,
    v1,         ///< must begin with the text form
    v2,         ///< must begin with the binary form
    automatic,  ///< either form, or none
};

/// One address that the server listens on, and how it treats those who come.
struct Listener {
    std::string name;                       ///< in logs and metrics
    std::string address = "::";             ///< "::" serves both families
    std::uint16_t port = 0;                 ///< 0: any free one, see Server::local_port
    std::shared_ptr<TlsServerContext> tls;  ///< null: plain HTTP
    HttpLimits limits;
    ProxyProtocol proxy_protocol = ProxyProtocol::off;
    /// Address ranges whose PROXY headers and X-Forwarded-* are believed. With a PROXY protocol and an empty
    /// list every client is believed; X-Forwarded-* from others than these is ignored.
    std::vector<std::string> trusted_proxies;
    bool shared_connections = false;        ///< see Connection::is_shared
    std::size_t max_connections = 100'000;  ///< at once, in the whole process; more are closed (plain: after a 503)
    std::size_t max_handshakes = 20'000;    ///< clients that wait for their TLS handshake; the rest is in the backlog
    std::uint64_t body_memory = 1024ull * 1024 * 1024;  ///< bytes of bodies in memory at once; more: 503
    int backlog = 4096;                                 ///< of each thread's socket, bounded by net.core.somaxconn
    std::shared_ptr<ExpectedPeers const> expected;      ///< whose handshakes go first; null: nobody's
    /// At once, of one IPv4 address or one IPv6 /64; more are closed like those beyond max_connections. Trusted proxies
    /// are not counted, but the clients that they tell of in a PROXY header are.
    std::size_t max_connections_per_source = 1'000;
};

/// An HTTP/1.1 server on all threads: each listens for itself (SO_REUSEPORT) and serves what it accepted.
class Server {
public:
    /// Both must outlive the server.
    Server(Threads& threads, base::Metrics& metrics);
    /// Stops. When the threads do not run any more, what is left is destroyed with their contexts.
    ~Server();

    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    /// Starts listening; `handler` must outlive the server. Fails naming the listener and the reason (the address is
    /// taken, a trusted proxy is no address ...). Not from an I/O thread.
    [[nodiscard]] base::Result<void> listen(Listener listener, Handler& handler);

    /// The port that the listener of that name has; 0 when there is none of that name.
    [[nodiscard]] std::uint16_t local_port(std::string_view name) const;

    /// Connections that are open now.
    [[nodiscard]] std::size_t connections() const noexcept;

    /// Graceful shutdown: stops accepting, lets running exchanges finish, and closes each connection as soon as its
    /// handler says may_close(). Returns when none is left (true) or after `deadline` (false). Not from an I/O thread.
    [[nodiscard]] bool drain(std::chrono::milliseconds deadline);

    /// Stops accepting and closes every connection at once. Not from an I/O thread.
    void stop();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace net
