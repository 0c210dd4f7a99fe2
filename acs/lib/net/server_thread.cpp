#include "net/server_thread.hpp"

#include "net/server_connection.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/chrono.h>

#include <sys/socket.h>

#include <ctime>

namespace net {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds accept_pause{100};  ///< after accept failed, mostly for want of descriptors
constexpr std::chrono::seconds source_pause{10};        ///< between two lines about sources with too many
constexpr std::string_view too_many =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// IMF-fixdate (RFC 9110 5.6.7).
std::string http_date()
{
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

base::Counter& refusals(base::Metrics& metrics, std::string const& listener, std::string_view reason)
{
    return metrics.counter("acs_http_refused_total", "Connections and requests refused, by reason.",
                           fmt::format(R"(listener="{}",reason="{}")", listener, reason));
}

std::string label(std::string const& listener)
{
    return fmt::format(R"(listener="{}")", listener);
}

void log_escaped(std::exception_ptr const& exception)
{
    base::log::escaped("net.connection_failed", exception);
}

}  // namespace

ListenerCounters::ListenerCounters(base::Metrics& metrics, std::string const& listener)
    : connections{metrics.gauge("acs_http_connections", "Connections open now.", label(listener))},
      accepted{metrics.counter("acs_http_accepted_total", "Connections accepted.", label(listener))},
      requests{metrics.counter("acs_http_requests_total", "Requests answered.", label(listener))},
      handshakes{metrics.counter("acs_http_tls_handshakes_total", "TLS handshakes completed.", label(listener))},
      handshakes_resumed{
          metrics.counter("acs_http_tls_resumed_total", "TLS handshakes that resumed a session.", label(listener))},
      refused_connections{refusals(metrics, listener, "connections")},
      refused_sources{refusals(metrics, listener, "source")},
      failed_handshakes{refusals(metrics, listener, "handshake")},
      bad_proxy_headers{refusals(metrics, listener, "proxy_header")},
      bad_requests{refusals(metrics, listener, "request")},
      timeouts{refusals(metrics, listener, "timeout")},
      failures{
          metrics.counter("acs_http_handler_failures_total", "Requests that ended in an exception.", label(listener))}
{
}

SharedListener::SharedListener(Listener listener, Handler& h, Networks networks, base::Metrics& metrics)
    : config{std::move(listener)},
      handler{h},
      trusted{std::move(networks)},
      counters{metrics, config.name},
      sources{config.max_connections_per_source},
      bodies{config.body_memory}
{
}

void SharedListener::refuse_source(boost::asio::ip::address const& source)
{
    counters.refused_sources.add();
    auto const now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
    auto last = source_told.load(std::memory_order_relaxed);
    if (now - last < source_pause.count() || !source_told.compare_exchange_strong(last, now))
        return;
    base::log::warning(
        "net.source_full",
        {{"listener", config.name}, {"peer", source.to_string()}, {"connections", config.max_connections_per_source}});
}

void Population::leave()
{
    if (count.fetch_sub(1) == 1) {
        std::lock_guard const lock{mutex};
        gone.notify_all();
    }
}

struct ServerThread::Members {
    boost::intrusive::list<ServerConnection, boost::intrusive::constant_time_size<false>> list;
};

ServerThread::ServerThread(asio::io_context& context, std::size_t index, std::shared_ptr<Population> population)
    : context_{context},
      index_{index},
      population_{std::move(population)},
      members_{std::make_unique<Members>()},
      ticker_{context},
      date_{http_date()}
{
}

ServerThread::~ServerThread() = default;

void ServerThread::enter(ServerConnection& connection)
{
    members_->list.push_back(connection);
    population_->count.fetch_add(1);
}

void ServerThread::leave(ServerConnection& connection) noexcept
{
    members_->list.erase(members_->list.iterator_to(connection));
    population_->leave();
}

void ServerThread::adopt(std::shared_ptr<SharedListener> listener, int descriptor, bool is_v6,
                         std::size_t max_handshakes)
{
    auto port = std::make_shared<Port>(context_, std::move(listener), max_handshakes);
    port->acceptor.assign(is_v6 ? Tcp::v6() : Tcp::v4(), descriptor);
    ports_.push_back(port);
    asio::co_spawn(context_, accept_all(shared_from_this(), port), log_escaped);
    start_ticking();
}

void ServerThread::start_ticking()
{
    if (std::exchange(ticking_, true))
        return;
    asio::co_spawn(context_, tick(shared_from_this()), log_escaped);
}

base::Awaitable<bool> ServerThread::may_accept(Port& port)
{
    while (port.handshakes->is_full() && port.acceptor.is_open())
        co_await port.handshakes->wait_for_place();
    co_return port.acceptor.is_open();
}

base::Awaitable<void> ServerThread::accept_all(std::shared_ptr<ServerThread> self, std::shared_ptr<Port> port)
{
    for (;;) {
        bool const is_open = co_await may_accept(*port);
        if (!is_open)
            co_return;
        Tcp::endpoint peer;
        auto [error, socket] = co_await port->acceptor.async_accept(peer, base::as_tuple);
        if (!port->acceptor.is_open())
            co_return;
        if (!error) {
            begin(port, std::move(socket), peer);
            continue;
        }
        base::log::warning("net.accept_failed",
                           {{"listener", port->listener->config.name}, {"error", error.message()}});
        Timer pause{context_, accept_pause};
        static_cast<void>(co_await pause.async_wait(base::as_tuple));
    }
}

bool ServerThread::has_place(SharedListener& listener, Socket& socket, Tcp::endpoint const& peer,
                             std::optional<SourceCounts::Place>& place)
{
    bool has_room = listener.connections.fetch_add(1, std::memory_order_relaxed) < listener.config.max_connections;
    if (!has_room)
        listener.counters.refused_connections.add();
    auto const address = unmapped(peer.address());
    bool const speaks_for_others = listener.trusted.contains(address) ||
                                   (listener.config.proxy_protocol != ProxyProtocol::off && listener.trusted.empty());
    if (has_room && !speaks_for_others) {
        place = listener.sources.enter(address);
        has_room = place.has_value();
        if (!has_room)
            listener.refuse_source(address);
    }
    if (has_room)
        return true;
    listener.connections.fetch_sub(1, std::memory_order_relaxed);
    if (!listener.config.tls)
        static_cast<void>(
            ::send(socket.native_handle(), too_many.data(), too_many.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    return false;
}

void ServerThread::begin(std::shared_ptr<Port> const& port, Socket socket, Tcp::endpoint const& peer)
{
    std::optional<SourceCounts::Place> place;
    if (!has_place(*port->listener, socket, peer, place))
        return;
    auto connection = std::make_unique<ServerConnection>(shared_from_this(), port, std::move(socket), peer);
    connection->take_place(std::move(place));
    asio::co_spawn(context_, ServerConnection::serve(std::move(connection)), log_escaped);
}

base::Awaitable<void> ServerThread::tick(std::shared_ptr<ServerThread> self)
{
    auto next = std::chrono::steady_clock::now();
    while (ticking_) {
        next += std::chrono::seconds{1};
        ticker_.expires_at(next);
        static_cast<void>(co_await ticker_.async_wait(base::as_tuple));
        ++seconds_;
        date_ = http_date();
        for (auto& connection : members_->list) {
            connection.check_deadline(seconds_);
            if (draining_)
                connection.close_if_idle();
        }
    }
}

void ServerThread::stop_accepting() noexcept
{
    for (auto& port : ports_) {
        boost::system::error_code ignored;
        port->acceptor.close(ignored);
        port->handshakes->release();
    }
    ports_.clear();
}

void ServerThread::begin_drain()
{
    stop_accepting();
    draining_ = true;
    for (auto& connection : members_->list)
        connection.close_if_idle();
}

void ServerThread::abandon() noexcept
{
    for (auto& connection : members_->list)
        connection.forget_handler();
}

void ServerThread::abort_all() noexcept
{
    stop_accepting();
    draining_ = true;
    for (auto& connection : members_->list)
        connection.abort();
    ticking_ = false;
    ticker_.cancel();
}

}  // namespace net
