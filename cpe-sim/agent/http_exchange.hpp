#pragma once

#include "agent/quirks.hpp"
#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "cwmp/dialect.hpp"
#include "cwmp/envelope.hpp"
#include "net/client_login.hpp"
#include "net/http_client.hpp"
#include "net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim {

/// How a CPE reaches its ACS.
struct HttpSettings {
    std::shared_ptr<net::TlsClientContext> tls;  ///< needed for https
    net::ClientLimits limits{};
    Quirks quirks;
    unsigned cwmp_minor = 4;
    bool gzip = false;                               ///< compress messages (ManagementServer.HTTPCompression)
    std::optional<boost::asio::ip::address> source;  ///< local address to connect from
};

/// One word for a failure, for counting: "refused", "timeout", "tls" and so on.
[[nodiscard]] std::string_view to_text(net::ClientErrc code) noexcept;

/// The seconds that an answer's Retry-After asks for (RFC 9110 10.2.3), at most a day; none when it has none or a date.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(std::string_view field) noexcept;

/// The cookies that an ACS gave, as the CPE sends them back.
class Cookies {
public:
    /// Takes the Set-Cookie fields of an answer.
    void take(net::Headers const& answer);
    /// The value for a Cookie field; empty when there is none. `with_attributes` adds "; Path=/" and the like.
    [[nodiscard]] std::string header(bool with_attributes = false) const;
    void clear() noexcept { cookies_.clear(); }
    [[nodiscard]] bool empty() const noexcept { return cookies_.empty(); }

private:
    struct Cookie {
        std::string name, value, attributes;
    };
    std::vector<Cookie> cookies_;
};

/// One session's way to the ACS over HTTP (TR-069 3.1, 3.4): cookies, Basic and Digest, redirects 302 and 307, a
/// connection that is kept alive and made anew when it was closed. On one thread.
class HttpExchange {
public:
    /// Fails when the URL is none. `old_cookies` are those of the session before, for the quirk that sends them.
    [[nodiscard]] static base::Result<HttpExchange> create(std::string const& url, net::Credentials credentials,
                                                           HttpSettings settings, Cookies old_cookies = {});

    /// Says `envelope` and gives the ACS's answer; fails for any status but 200 and 204, after 401 and redirects.
    base::Awaitable<base::Result<cwmp::Envelope>> exchange(cwmp::Envelope envelope);

    /// Makes a running exchange fail. From the same thread.
    void cancel() noexcept { connection_->cancel(); }

    [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }
    [[nodiscard]] std::uint64_t bytes_received() const noexcept { return bytes_received_; }
    [[nodiscard]] Cookies const& cookies() const noexcept { return cookies_; }
    /// Why the last exchange failed, in one word: to_text() of a ClientErrc, "http.503", "unreadable"; empty: it did
    /// not.
    [[nodiscard]] std::string const& failure_kind() const noexcept { return failure_kind_; }
    /// What the last refusal with 503 asked for.
    [[nodiscard]] std::optional<std::chrono::seconds> hold_off() const noexcept { return hold_off_; }

private:
    HttpExchange(net::Url url, net::Credentials credentials, HttpSettings settings, Cookies old_cookies);

    [[nodiscard]] bool has(Quirk quirk) const { return settings_.quirks.has(quirk); }
    void connect();
    [[nodiscard]] net::ClientRequest request(std::string const& body, bool is_inform, bool with_login);
    [[nodiscard]] bool learn(net::Headers const& answer);
    base::Awaitable<net::ClientResult> post(std::string body, bool is_inform);
    base::Awaitable<net::ClientResult> send(std::string body, bool is_inform, bool with_login);
    [[nodiscard]] base::Result<void> follow(net::ClientResponse const& answer);

    net::Url url_;
    HttpSettings settings_;
    net::Credentials credentials_;
    net::ClientLogin login_;
    cwmp::Dialect dialect_;
    Cookies cookies_;
    Cookies old_cookies_;
    std::unique_ptr<net::ClientConnection> connection_;
    bool has_adopted_ = false;  ///< the namespace of the ACS
    std::uint64_t bytes_sent_ = 0;
    std::uint64_t bytes_received_ = 0;
    std::string failure_kind_;
    std::optional<std::chrono::seconds> hold_off_;
};

}  // namespace sim
