#pragma once

#include "base/awaitable.hpp"
#include "net/client_login.hpp"
#include "net/http.hpp"
#include "net/tls.hpp"
#include "net/url.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace net {

class NameLookup;

struct ClientLimits {
    std::chrono::milliseconds connect{5'000};              ///< name look-up, TCP and TLS together
    std::chrono::milliseconds exchange{60'000};            ///< from sending the request to the end of the answer
    std::chrono::milliseconds stall{30'000};               ///< without one byte of progress
    std::uint32_t header_bytes = 64 * 1024;                ///< of the answer
    std::uint64_t body_bytes = 32 * 1024 * 1024;           ///< of the answer, inflated; without a sink
    std::uint64_t sink_bytes = 4ull * 1024 * 1024 * 1024;  ///< of an answer that goes to a sink
};

struct ClientSettings {
    ClientLimits limits;
    std::shared_ptr<TlsClientContext> tls;           ///< needed for https
    std::optional<boost::asio::ip::address> source;  ///< local address to connect from
    /// When given, is asked for each address that a name resolves to before connecting; false refuses it.
    std::function<bool(boost::asio::ip::address const&)> allow_address;
    /// Finds the host's name, for hosts that others choose. Null: the resolver of the io_context, one name at a time.
    std::shared_ptr<NameLookup> names;
};

enum class ClientErrc {
    not_found = 1,  ///< the host's name does not resolve
    not_allowed,    ///< ClientSettings::allow_address said no
    refused,        ///< nobody listens there
    unreachable,    ///< any other failure to connect
    connect_timeout,
    tls,          ///< the handshake failed; `what` tells why (for instance the certificate's fault)
    timeout,      ///< connected, but the answer did not come in time
    closed,       ///< the connection ended before a whole answer had come
    malformed,    ///< not an HTTP answer
    too_large,    ///< beyond ClientLimits
    sink,         ///< the sink refused to take more
    bad_request,  ///< the request itself cannot be sent (an upload's file is shorter than announced ...)
};

struct ClientFailure {
    ClientErrc code;
    std::string what;           ///< a sentence that names the server
    bool answer_began = false;  ///< some byte of an answer had come; false on a reused connection: it had gone stale
};

struct ClientRequest {
    std::string method = "GET";
    std::string target = "/";  ///< for the request line
    Headers headers;           ///< beside Host, Content-Length, Connection
    std::variant<std::string, FileBody> body;
    bool has_body = false;  ///< write Content-Length even when the body is empty (an empty POST); true if there is one
    bool gzip = false;      ///< send a body in memory gzipped, with Content-Encoding
    bool close = false;     ///< say Connection: close
    bool accept_gzip = false;  ///< say Accept-Encoding: gzip and inflate the answer
    int version = 11;          ///< 10: speak HTTP/1.0
};

struct ClientResponse {
    unsigned status = 0;
    int version = 11;
    std::string reason;
    Headers headers;
    std::string body;               ///< empty when a sink took it
    std::uint64_t body_bytes = 0;   ///< as given to the body or the sink
    bool connection_alive = false;  ///< the next request may use the same connection
};

using ClientResult = std::expected<ClientResponse, ClientFailure>;

/// One connection to one server, kept alive between exchanges as long as the server lets it. Tolerates HTTP/1.0,
/// answers without Content-Length that end with the connection, header lines that end in LF alone, answers that come
/// before the request was read whole, and RST after an answer. Follows no redirects: the caller reads Location. On one
/// thread; one exchange at a time. Closes when destroyed.
class ClientConnection {
public:
    ClientConnection(Url const& server, ClientSettings settings);
    ~ClientConnection();
    ClientConnection(ClientConnection&&) noexcept;
    ClientConnection& operator=(ClientConnection&&) noexcept;

    /// Sends `request` and reads the answer, connecting first when there is no living connection. A body with a 2xx
    /// status goes to `sink` when one is given (it must outlive the coroutine). Never throws for what the network does.
    base::Awaitable<ClientResult> exchange(ClientRequest request, BodySink* sink = nullptr);

    /// The same; with a login, sends its Authorization and answers one 401 challenge (two with stale=true).
    base::Awaitable<ClientResult> exchange(ClientRequest request, ClientLogin& login, BodySink* sink = nullptr);

    [[nodiscard]] bool is_open() const noexcept;
    /// How many connections it has made so far: a changed number says that an exchange began on a new one.
    [[nodiscard]] std::uint64_t connects() const noexcept;
    /// The local end of the living connection.
    [[nodiscard]] std::optional<Endpoint> local() const;
    /// True when the living connection resumed a TLS session.
    [[nodiscard]] bool tls_resumed() const noexcept;
    /// "TLSv1.3", or empty.
    [[nodiscard]] std::string_view tls_version() const noexcept;
    void close() noexcept;
    /// Makes a running exchange fail with ClientErrc::closed. From the same thread.
    void cancel() noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// One request on a connection of its own. `headers`, `login` and `sink` as in ClientConnection.
base::Awaitable<ClientResult> fetch(Url url, ClientRequest request, ClientSettings settings, BodySink* sink = nullptr);

}  // namespace net
