#include "net/server_connection.hpp"

#include "net/client_certificate.hpp"
#include "net/proxy_protocol.hpp"

#include "base/log.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace net {

namespace {

constexpr std::chrono::seconds linger_time{5};
constexpr std::chrono::seconds longest_queue{60};  ///< for a turn to shake hands
constexpr std::size_t linger_bytes = 4 * 1024 * 1024;

Endpoint endpoint(Tcp::endpoint const& native)
{
    return {unmapped(native.address()), native.port()};
}

/// False when the peer has closed its side, even if it sent something before.
bool is_peer_there(int descriptor)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    return ::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_state == TCP_ESTABLISHED;
}

}  // namespace

ServerConnection::ServerConnection(std::shared_ptr<ServerThread> thread, std::shared_ptr<ServerThread::Port> port,
                                   Socket socket, Tcp::endpoint const& peer)
    : home_{std::move(thread)}, port_{std::move(port)}, stream_{std::move(socket)}, idle_{limits().idle}
{
    auto const& config = port_->listener->config;
    id_ = home_->next_id();
    thread_ = home_->index();
    listener_ = config.name;
    is_tls_ = config.tls != nullptr;
    is_shared_ = config.shared_connections;
    peer_ = endpoint(peer);
    boost::system::error_code ignored;
    local_ = endpoint(stream_.socket().local_endpoint(ignored));
    trusted_ = port_->listener->trusted.contains(peer_.address);
    counters().accepted.add();
    counters().connections.add(1);
    home_->enter(*this);
}

ServerConnection::~ServerConnection()
{
    forget_handler();
    counters().connections.add(-1);
    port_->listener->connections.fetch_sub(1, std::memory_order_relaxed);
    home_->leave(*this);
}

void ServerConnection::forget_handler() noexcept
{
    for (auto& hook : std::exchange(close_hooks_, {}))
        hook();
    state.reset();
}

base::Awaitable<void> ServerConnection::serve(std::unique_ptr<ServerConnection> connection)
{
    auto& self = *connection;
    bool goes_on = co_await self.greet();
    while (goes_on)
        goes_on = co_await self.exchange();
    if (self.stream_.was_aborted())
        co_return;
    self.stream_.say_goodbye();
    if (self.unread_)
        co_await self.linger();
}

void ServerConnection::expect_within(std::chrono::seconds time) noexcept
{
    // One more, because the present second is already running.
    deadline_ = home_->now() + static_cast<std::uint64_t>(time.count()) + 1;
}

void ServerConnection::check_deadline(std::uint64_t now) noexcept
{
    if (now < deadline_)
        return;
    counters().timeouts.add();
    abort();
}

void ServerConnection::close_if_idle() noexcept
{
    if (resting_ && port_->listener->handler.may_close(*this))
        stream_.cancel();
}

void ServerConnection::abort() noexcept
{
    if (pushes_)
        pushes_->cancel();
    stream_.abort();
}

bool ServerConnection::must_close() noexcept
{
    return requests_ >= limits().requests || stream_.was_aborted() ||
           (home_->draining() && port_->listener->handler.may_close(*this));
}

base::Awaitable<bool> ServerConnection::greet()
{
    expect_within(limits().handshake);
    if (port_->listener->config.proxy_protocol != ProxyProtocol::off) {
        bool const is_good = co_await read_proxy_header();
        if (!is_good) {
            counters().bad_proxy_headers.add();
            co_return false;
        }
    }
    if (!is_tls_)
        co_return true;
    bool const is_secure = co_await shake_hands();
    co_return is_secure;
}

base::Awaitable<bool> ServerConnection::read_proxy_header()
{
    auto const& listener = *port_->listener;
    auto const mode = listener.config.proxy_protocol;
    if (!listener.trusted.empty() && !trusted_)
        co_return mode == ProxyProtocol::automatic;  // a client of its own: whatever it sends is taken as HTTP
    trusted_ = true;
    // Peeked and then taken off byte by byte: what follows may be TLS, which OpenSSL reads from the descriptor.
    for (std::string header;;) {
        auto const peeked = ::recv(stream_.descriptor(), scratch(), longest_proxy_header - header.size(), MSG_PEEK);
        if (peeked == 0 || (peeked < 0 && errno != EAGAIN && errno != EINTR))
            co_return false;
        if (peeked < 0) {
            bool const is_ready = co_await stream_.wait(Stream::Step::wants_read);
            if (!is_ready)
                co_return false;
            continue;
        }
        auto const known = header.size();
        header.append(scratch(), static_cast<std::size_t>(peeked));
        auto const parsed = parse_proxy_header(header, mode);
        if (parsed.state == ProxyHeader::State::malformed)
            co_return false;
        if (parsed.state == ProxyHeader::State::absent) {
            carry_ = header.substr(0, known);
            co_return (carry_.empty() || !is_tls_) && enter_as(peer_);
        }
        bool const is_whole = parsed.state == ProxyHeader::State::complete;
        auto const wanted = (is_whole ? parsed.size : header.size()) - known;
        static_cast<void>(::recv(stream_.descriptor(), scratch(), wanted, 0));
        if (!is_whole && header.size() < longest_proxy_header)
            continue;
        peer_ = parsed.source.value_or(peer_);
        local_ = parsed.destination.value_or(local_);
        https_at_proxy_ = parsed.is_tls;
        if (is_whole && parsed.source && !enter_as(*parsed.source))
            co_return false;
        // The proxy has told whom it speaks for; what that client itself says of others is another matter.
        if (parsed.source)
            trusted_ = listener.trusted.contains(peer_.address);
        co_return is_whole;
    }
}

bool ServerConnection::enter_as(Endpoint const& source)
{
    auto& listener = *port_->listener;
    if (place_ && source == peer_)
        return true;
    if (listener.trusted.contains(source.address))
        return true;
    place_ = listener.sources.enter(source.address);
    if (!place_)
        listener.refuse_source(source.address);
    return place_.has_value();
}

bool ServerConnection::is_expected() const
{
    auto const& expected = port_->listener->config.expected;
    return expected && expected->contains(peer_.address);
}

base::Awaitable<bool> ServerConnection::shake_hands()
{
    bool const is_ready = co_await stream_.wait(Stream::Step::wants_read);
    if (!is_ready) {
        counters().failed_handshakes.add();
        co_return false;
    }
    expect_within(longest_queue + limits().handshake);
    co_await port_->handshakes->turn(is_expected());
    if (!is_peer_there(stream_.descriptor())) {  // it lost its patience: its handshake would be work for nobody
        counters().failed_handshakes.add();
        co_return false;
    }
    expect_within(limits().handshake);
    auto const context = port_->listener->config.tls->native();
    SslPointer ssl{SSL_new(context.get())};
    if (ssl)
        SSL_set_accept_state(ssl.get());
    bool const is_done = co_await stream_.handshake(std::move(ssl));
    if (!is_done) {
        counters().failed_handshakes.add();
        if (base::log::enabled(base::log::Level::debug))
            base::log::debug("net.tls_handshake_failed",
                             {{"listener", listener_}, {"peer", peer_.to_string()}, {"reason", stream_.tls_error()}});
        co_return false;
    }
    counters().handshakes.add();
    if (SSL_session_reused(stream_.ssl()) == 1)
        counters().handshakes_resumed.add();
    tls_version_ = SSL_get_version(stream_.ssl());
    if (port_->listener->config.tls->asks_clients())
        certificate_ = client_certificate(stream_.ssl());
    co_return true;
}

base::Awaitable<void> ServerConnection::linger()
{
    // Closing while the client still sends makes the kernel reset the connection, and the answer may be lost.
    expect_within(linger_time);
    std::size_t seen = 0;
    while (seen < linger_bytes) {
        auto const bytes = ::recv(stream_.descriptor(), scratch(), scratch_bytes, 0);
        if (bytes > 0) {
            seen += static_cast<std::size_t>(bytes);
            continue;
        }
        if (bytes == 0 || errno != EAGAIN)
            co_return;
        bool const is_ready = co_await stream_.wait(Stream::Step::wants_read);
        if (!is_ready)
            co_return;
    }
}

}  // namespace net
