#pragma once

#include "net/request_reader.hpp"
#include "net/server_thread.hpp"
#include "net/stream.hpp"

#include <boost/intrusive/list_hook.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace net {

/// One accepted connection: proxy header, TLS, then one exchange after another. Between two exchanges it holds no
/// buffer. Ends with its coroutine; lives on one thread.
class ServerConnection final : public Connection, public boost::intrusive::list_base_hook<> {
public:
    ServerConnection(std::shared_ptr<ServerThread> thread, std::shared_ptr<ServerThread::Port> port, Socket socket,
                     Tcp::endpoint const& peer);
    ~ServerConnection() override;

    /// The whole life of `connection`.
    static base::Awaitable<void> serve(std::unique_ptr<ServerConnection> connection);

    void set_idle(std::chrono::seconds time) override { idle_ = time; }
    /// The place among the connections of its source, until it ends.
    void take_place(std::optional<SourceCounts::Place> place) noexcept { place_ = std::move(place); }

    /// Called every second: ends it when its time is over.
    void check_deadline(std::uint64_t now) noexcept;
    /// While the server drains: ends it when it rests and the handler agrees.
    void close_if_idle() noexcept;
    void abort() noexcept;
    /// Runs the close hooks and drops what the handler keeps here; once.
    void forget_handler() noexcept;

private:
    struct Exchange;

    base::Awaitable<bool> greet();
    base::Awaitable<bool> read_proxy_header();
    /// Counts the client that a proxy told of; false when it is one too many.
    [[nodiscard]] bool enter_as(Endpoint const& source);
    base::Awaitable<bool> shake_hands();
    [[nodiscard]] bool is_expected() const;

    base::Awaitable<bool> exchange();
    base::Awaitable<bool> read_request(Exchange& exchange);
    void consume(Exchange& exchange, std::string_view input);
    /// Gives `input` to the reader and takes off what it used; stops where the header asks for a decision.
    void feed(Exchange& exchange, std::string_view& input);
    /// With the header read: whom it comes from, and what becomes of the body.
    void admit(Exchange& exchange);
    [[nodiscard]] BodyReceiver::Settings choose_body(Exchange& exchange);
    /// True when the early answer goes out at once and the body is never read (RFC 9110 10.1.1): the client waits for
    /// our word before it sends, or means to send more than is worth throwing away.
    [[nodiscard]] bool refuses_unread(Exchange& exchange, bool body_began);
    void note_progress(Exchange& exchange, std::size_t bytes);
    base::Awaitable<Response> ask(Request& request);
    [[nodiscard]] Response bad_request(Exchange& exchange);
    base::Awaitable<bool> answer(Exchange& exchange);

    base::Awaitable<bool> send(Response response, Request const& request, bool keep);
    base::Awaitable<bool> send_bytes(std::string_view bytes);
    base::Awaitable<bool> send_file(FileBody file);
    base::Awaitable<bool> send_pushes(std::unique_ptr<PushStream> pushes, bool chunked);
    base::Awaitable<void> linger();

    [[nodiscard]] bool must_close() noexcept;
    [[nodiscard]] HttpLimits const& limits() const noexcept { return port_->listener->config.limits; }
    [[nodiscard]] ListenerCounters& counters() const noexcept { return port_->listener->counters; }
    void expect_within(std::chrono::seconds time) noexcept;
    void expect_nothing() noexcept { deadline_ = never; }

    static constexpr std::uint64_t never = ~std::uint64_t{0};

    std::shared_ptr<ServerThread> home_;
    std::shared_ptr<ServerThread::Port> port_;
    std::optional<SourceCounts::Place> place_;
    Stream stream_;
    std::string carry_;  ///< bytes read and not yet used: a header cut in two, a pipelined request
    PushStream* pushes_ = nullptr;
    std::chrono::seconds idle_;
    std::uint64_t deadline_ = never;
    bool trusted_ = false;  ///< the TCP peer may speak for others
    bool https_at_proxy_ = false;
    bool resting_ = false;
    bool unread_ = false;  ///< the client may still be sending: linger before closing
};

}  // namespace net
