#pragma once

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "net/headers.hpp"
#include "net/network.hpp"

#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace net {

/// What a verified TLS client certificate says of its holder.
struct ClientCertificate {
    std::string subject;                 ///< RFC 2253: "CN=00D09E-1234,O=..."
    std::string common_name;             ///< the last CN of the subject, or empty
    std::vector<std::string> dns_names;  ///< subjectAltName
    std::vector<std::string> addresses;  ///< subjectAltName, IP addresses as text
    std::vector<std::string> uris;       ///< subjectAltName
    std::string fingerprint;             ///< SHA-256 of the certificate, hexadecimal
};

/// One accepted connection, as handlers see it. It lives until the connection is closed and is touched only on the
/// thread `thread()`: a handler that hands a request over to another thread must not take this along.
class Connection {
public:
    virtual ~Connection() = default;

    /// Unique in this process.
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    /// Index of the I/O thread that serves it.
    [[nodiscard]] std::size_t thread() const noexcept { return thread_; }
    /// Name of the listener that accepted it.
    [[nodiscard]] std::string_view listener() const noexcept { return listener_; }
    [[nodiscard]] bool is_tls() const noexcept { return is_tls_; }
    /// "TLSv1.3", or empty.
    [[nodiscard]] std::string_view tls_version() const noexcept { return tls_version_; }
    /// True when the listener's clients are proxies that mix several CPEs on one connection: nothing may be
    /// concluded from two requests having come over it.
    [[nodiscard]] bool is_shared() const noexcept { return is_shared_; }
    /// The other end after the PROXY protocol, before X-Forwarded-For (that is Request::peer).
    [[nodiscard]] Endpoint const& peer() const noexcept { return peer_; }
    [[nodiscard]] Endpoint const& local() const noexcept { return local_; }
    /// Null unless the client showed a certificate that was verified.
    [[nodiscard]] ClientCertificate const* certificate() const noexcept { return certificate_.get(); }
    /// How many requests came over it, the present one included.
    [[nodiscard]] std::uint64_t requests() const noexcept { return requests_; }

    /// For the handler; destroyed when the connection is closed, after the close hooks.
    std::any state;

    /// Calls `hook` on this thread once when the connection is closed, whatever the cause. It must not throw.
    void on_close(std::function<void()> hook) { close_hooks_.push_back(std::move(hook)); }

    /// How long the connection may wait for its next request, until changed again.
    virtual void set_idle(std::chrono::seconds time) = 0;

protected:
    std::uint64_t id_ = 0;
    std::uint64_t requests_ = 0;
    std::size_t thread_ = 0;
    std::string_view listener_;
    std::string_view tls_version_;
    Endpoint peer_;
    Endpoint local_;
    std::unique_ptr<ClientCertificate const> certificate_;
    std::vector<std::function<void()>> close_hooks_;
    bool is_tls_ = false;
    bool is_shared_ = false;
};

/// A request before its body was read.
struct RequestHead {
    std::string method;  ///< as sent: "POST"
    std::string target;  ///< as sent: "/path?query", or an absolute URL
    int version = 11;    ///< 10 or 11
    Headers headers;
    Endpoint peer;                     ///< the client, seen through trusted proxies (PROXY protocol, X-Forwarded-For)
    bool via_trusted_proxy = false;    ///< the connection comes from one: its forwarding headers may be believed
    bool is_https = false;             ///< TLS here, or at the trusted proxy (X-Forwarded-Proto)
    Connection* connection = nullptr;  ///< never null in a handler

    /// The target's path, without scheme, authority and query; "/" when it is empty. Not percent-decoded.
    [[nodiscard]] std::string_view path() const noexcept;
    /// What follows '?', or empty. Not percent-decoded.
    [[nodiscard]] std::string_view query() const noexcept;
};

/// Takes a body piece by piece instead of memory, for instance into a file.
class BodySink {
public:
    virtual ~BodySink() = default;
    /// Takes the next piece, on the connection's thread; must not block for long. A failure ends the request with
    /// status 500 (base::Error is logged).
    [[nodiscard]] virtual base::Result<void> write(std::string_view piece) = 0;
};

/// A request with its body.
struct Request : RequestHead {
    std::string body;                ///< inflated; empty when a sink took it
    std::unique_ptr<BodySink> sink;  ///< the one that on_head gave, given back
    std::uint64_t body_bytes = 0;    ///< size of the body after inflation
    bool was_compressed = false;     ///< it came with a Content-Encoding

    /// True when an answer may be sent gzipped: Accept-Encoding allows it, or the request itself came compressed.
    [[nodiscard]] bool accepts_gzip() const noexcept;
};

/// A part of an open file, sent in pieces. Owns the descriptor.
class FileBody {
public:
    /// Opens a regular file; fails naming the file and the reason.
    [[nodiscard]] static base::Result<FileBody> open(std::string const& path);
    /// Takes ownership of `descriptor`, whose file has `size` bytes.
    FileBody(int descriptor, std::uint64_t size) : descriptor_{descriptor}, size_{size}, length{size} {}
    FileBody(FileBody&& other) noexcept;
    FileBody& operator=(FileBody&& other) noexcept;
    ~FileBody();

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

private:
    int descriptor_;
    std::uint64_t size_;

public:
    std::uint64_t offset = 0;  ///< first byte to send
    std::uint64_t length;      ///< bytes to send
};

/// An answer whose pieces come over time (an event stream); sent chunked to HTTP/1.1, until close to HTTP/1.0.
/// Called on the connection's thread only.
class PushStream {
public:
    virtual ~PushStream() = default;
    /// Waits for the next piece; none ends the answer. Should give something at least every 15 s (a comment line), or
    /// a client that has gone is not noticed.
    virtual base::Awaitable<std::optional<std::string>> next() = 0;
    /// Must make a waiting next() return none soon: the server is stopping or the client has gone.
    virtual void cancel() noexcept = 0;
};

/// An answer. Content-Length, Connection, Date (unless given) and Transfer-Encoding are written by the server.
struct Response {
    unsigned status = 200;
    std::string reason{};  ///< instead of the status' standard phrase, for clients that read it; one line
    Headers headers;
    std::variant<std::string, FileBody, std::unique_ptr<PushStream>> body;
    bool close = false;     ///< close the connection after this answer
    bool compress = false;  ///< gzip a body in memory if Request::accepts_gzip() and it is worth it
};

/// An answer of plain text.
[[nodiscard]] Response text_response(unsigned status, std::string_view text);
/// The standard phrase of a status code: "Not Found"; "Unknown" for those without one.
[[nodiscard]] std::string_view status_phrase(unsigned status) noexcept;

/// What to do with the body of a request whose header has been read.
struct BodyPolicy {
    /// Bytes the body may have after inflation; the listener's HttpLimits::body_bytes bounds it where there is no sink.
    /// None: the listener's limit.
    std::optional<std::uint64_t> limit;
    /// Where the body goes instead of Request::body.
    std::unique_ptr<BodySink> sink;
    /// An answer at once (401, 404, 413 ...): the body is thrown away (HttpLimits::discard_bytes) and handle() is not
    /// called.
    std::optional<Response> answer;
    /// False leaves a compressed body as it was sent.
    bool inflate = true;
};

/// What answers the requests of a listener. Called on every I/O thread; must outlive the server's connections.
class Handler {
public:
    virtual ~Handler() = default;

    /// Called when the header has been read, before the body.
    [[nodiscard]] virtual BodyPolicy on_head(RequestHead const& head);

    /// Answers one request; `request` lives until the coroutine has ended and may be moved from. base::Unavailable
    /// becomes 503 with Retry-After, any other exception 500, both logged and without details for the client.
    virtual base::Awaitable<Response> handle(Request& request) = 0;

    /// While the server drains: true when `connection` may be closed between two requests. On its thread.
    [[nodiscard]] virtual bool may_close(Connection const& connection) noexcept;
};

}  // namespace net
