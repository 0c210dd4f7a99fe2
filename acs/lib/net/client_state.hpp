#pragma once

#include "net/http_client.hpp"
#include "net/response_reader.hpp"
#include "net/stream.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace net {

/// What a ClientConnection is inside. Shared only with its timer's handler, which may come late.
struct ClientConnection::State : std::enable_shared_from_this<State> {
    using Clock = std::chrono::steady_clock;

    State(Url s, ClientSettings c) : server{std::move(s)}, settings{std::move(c)} {}

    Url server;
    ClientSettings settings;
    std::unique_ptr<Stream> stream;
    std::optional<Timer> timer;
    Clock::time_point deadline;  ///< of the connect or the exchange
    Clock::time_point last_progress;
    std::chrono::milliseconds stall{};
    std::uint64_t connects = 0;
    unsigned watch = 0;  ///< counts watches, so that a late handler knows it is not meant
    bool resumed = false;
    bool timed_out = false;
    bool cancelled = false;

    base::Awaitable<std::expected<void, ClientFailure>> open();
    base::Awaitable<std::expected<std::vector<Endpoint>, ClientFailure>> find();
    base::Awaitable<std::expected<void, ClientFailure>> connect(Endpoint to);
    base::Awaitable<std::expected<void, ClientFailure>> secure();
    base::Awaitable<ClientResult> once(ClientRequest const& request, std::string authorization, BodySink* sink);
    base::Awaitable<ClientResult> talk(ClientRequest const& request, std::string authorization, BodySink* sink);
    base::Awaitable<std::expected<void, ClientFailure>> send(ClientRequest const& request, std::string authorization);
    base::Awaitable<bool> send_file(FileBody const& file);
    base::Awaitable<bool> send_bytes(std::string_view bytes);
    base::Awaitable<ClientResult> receive(ClientRequest const& request, BodySink* sink);

    struct Reception;  // client_receive.cpp
    /// The connection has ended: well, when the answer was to end so.
    [[nodiscard]] std::expected<void, ClientFailure> end(Reception& reception, bool is_broken) const;
    [[nodiscard]] std::expected<void, ClientFailure> take(Reception& reception, std::string_view input) const;
    [[nodiscard]] std::expected<void, ClientFailure> choose_body(Reception& reception) const;

    /// From now on a wait fails at `end` or after `quiet` without progress, until the next call or unwatch().
    void start_watch(Clock::duration end, std::chrono::milliseconds quiet);
    void wait_on_watch();
    void unwatch() noexcept;
    void progress() noexcept { last_progress = Clock::now(); }
    void close() noexcept;
    void keep_tls_session();

    [[nodiscard]] std::string session_name() const { return server.host + ':' + std::to_string(server.port); }
    [[nodiscard]] std::unexpected<ClientFailure> failure(ClientErrc code, std::string_view what,
                                                         bool answer_began = false) const;
    /// For a wait that failed: why.
    [[nodiscard]] std::unexpected<ClientFailure> broken(ClientErrc otherwise, std::string_view what,
                                                        bool answer_began) const;
};

}  // namespace net
