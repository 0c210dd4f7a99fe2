// The part of ClientConnection that finds, connects to and secures a server.
#include "net/client_state.hpp"
#include "net/name_lookup.hpp"

#include <boost/asio/ip/basic_resolver.hpp>
#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <cerrno>

namespace net {

namespace asio = boost::asio;

using Resolver = asio::ip::basic_resolver<Tcp, base::Executor>;

std::unexpected<ClientFailure> ClientConnection::State::failure(ClientErrc code, std::string_view what,
                                                                bool answer_began) const
{
    return std::unexpected{ClientFailure{code, fmt::format("{}: {}", server.authority(), what), answer_began}};
}

std::unexpected<ClientFailure> ClientConnection::State::broken(ClientErrc otherwise, std::string_view what,
                                                               bool answer_began) const
{
    if (cancelled)
        return failure(ClientErrc::closed, "the exchange was cancelled", answer_began);
    if (timed_out)
        return failure(ClientErrc::timeout, "no answer in time", answer_began);
    return failure(otherwise, what, answer_began);
}

namespace {

base::Awaitable<NameLookup::Found> addresses_of(std::string host, ClientSettings const& settings)
{
    boost::system::error_code error;
    auto const literal = asio::ip::make_address(host, error);
    if (!error)
        co_return std::vector{literal};
    if (settings.names)
        co_return co_await settings.names->find(std::move(host), settings.limits.connect);
    Resolver resolver{co_await asio::this_coro::executor};
    auto const [failed, results] = co_await resolver.async_resolve(host, "", base::as_tuple);
    if (failed)
        co_return std::unexpected{"the name does not resolve: " + failed.message()};
    std::vector<asio::ip::address> found;
    for (auto const& result : results)
        found.push_back(result.endpoint().address());
    co_return found;
}

}  // namespace

base::Awaitable<std::expected<std::vector<Endpoint>, ClientFailure>> ClientConnection::State::find()
{
    auto const addresses = co_await addresses_of(server.host, settings);
    if (!addresses)
        co_return failure(ClientErrc::not_found, addresses.error());
    std::vector<Endpoint> found;
    for (auto const& address : *addresses)
        found.push_back({unmapped(address), server.port});
    if (settings.allow_address)
        std::erase_if(found, [this](Endpoint const& one) { return !settings.allow_address(one.address); });
    if (found.empty())
        co_return failure(ClientErrc::not_allowed, "connecting to its address is not allowed");
    co_return found;
}

base::Awaitable<std::expected<void, ClientFailure>> ClientConnection::State::connect(Endpoint to)
{
    Socket socket{co_await asio::this_coro::executor};
    Tcp::endpoint const where{to.address, to.port};
    boost::system::error_code error;
    socket.open(where.protocol(), error);
    if (!error && settings.source && settings.source->is_v6() == to.address.is_v6())
        socket.bind({*settings.source, 0}, error);
    if (error)
        co_return failure(ClientErrc::unreachable, "cannot connect from the source address: " + error.message());
    stream = std::make_unique<Stream>(std::move(socket));
    auto const [failed] = co_await stream->socket().async_connect(where, base::as_tuple);
    if (!failed)
        co_return std::expected<void, ClientFailure>{};
    stream.reset();
    if (timed_out)
        co_return failure(ClientErrc::connect_timeout, "no connection in time");
    co_return broken(failed == asio::error::connection_refused ? ClientErrc::refused : ClientErrc::unreachable,
                     "cannot connect: " + failed.message(), false);
}

namespace {

/// Whom the certificate must name, and which name to ask for (RFC 6066 3 has no addresses).
void expect_server(SSL* ssl, std::string const& host, bool insecure)
{
    boost::system::error_code error;
    asio::ip::make_address(host, error);
    if (!insecure) {
        if (error)
            SSL_set1_host(ssl, host.c_str());
        else
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
    }
    if (error)
        SSL_set_tlsext_host_name(ssl, host.c_str());
}

}  // namespace

base::Awaitable<std::expected<void, ClientFailure>> ClientConnection::State::secure()
{
    if (!settings.tls)
        co_return failure(ClientErrc::tls, "https needs TLS settings, and this client has none");
    SslPointer ssl{SSL_new(settings.tls->native())};
    SSL_set_connect_state(ssl.get());
    expect_server(ssl.get(), server.host, settings.tls->settings().insecure);
    if (settings.tls->settings().resume_sessions)
        if (auto const known = settings.tls->session_of(session_name()))
            SSL_set_session(ssl.get(), known.get());
    auto* const native = ssl.get();
    bool const is_done = co_await stream->handshake(std::move(ssl));
    if (is_done) {
        resumed = SSL_session_reused(native) == 1;
        co_return std::expected<void, ClientFailure>{};
    }
    auto const verdict = SSL_get_verify_result(native);
    std::string reason = verdict != X509_V_OK ? X509_verify_cert_error_string(verdict) : stream->tls_error();
    stream.reset();
    if (timed_out)
        co_return failure(ClientErrc::connect_timeout, "no TLS handshake in time");
    co_return broken(ClientErrc::tls, "the TLS handshake failed: " + reason, false);
}

base::Awaitable<std::expected<void, ClientFailure>> ClientConnection::State::open()
{
    start_watch(settings.limits.connect, settings.limits.connect);
    auto const addresses = co_await find();
    if (timed_out || cancelled)
        co_return failure(timed_out ? ClientErrc::connect_timeout : ClientErrc::closed,
                          "the name did not resolve in time");
    if (!addresses)
        co_return std::unexpected{addresses.error()};
    std::expected<void, ClientFailure> outcome;
    for (auto const& address : *addresses) {
        outcome = co_await connect(address);
        if (outcome || timed_out || cancelled)
            break;
    }
    if (!outcome)
        co_return outcome;
    ++connects;
    resumed = false;
    if (server.is_https)
        outcome = co_await secure();
    co_return outcome;
}

void ClientConnection::State::start_watch(Clock::duration end, std::chrono::milliseconds quiet)
{
    last_progress = Clock::now();
    deadline = last_progress + end;
    stall = quiet;
    timed_out = false;
    ++watch;
    wait_on_watch();
}

void ClientConnection::State::wait_on_watch()
{
    timer->expires_at(std::min(deadline, last_progress + stall));
    timer->async_wait([weak = weak_from_this(), mine = watch](boost::system::error_code error) {
        auto const self = weak.lock();
        if (error || !self || self->watch != mine)
            return;
        auto const now = Clock::now();
        if (now < self->deadline && now < self->last_progress + self->stall)
            return self->wait_on_watch();
        self->timed_out = true;
        if (self->stream)
            self->stream->abort();
    });
}

void ClientConnection::State::unwatch() noexcept
{
    ++watch;
    if (timer)
        timer->cancel();
}

void ClientConnection::State::keep_tls_session()
{
    if (!stream || !stream->is_tls() || !settings.tls->settings().resume_sessions)
        return;
    std::shared_ptr<SSL_SESSION> session{SSL_get1_session(stream->ssl()), SSL_SESSION_free};
    if (session && SSL_SESSION_is_resumable(session.get()) == 1)
        settings.tls->keep_session(session_name(), std::move(session));
    // Without this OpenSSL takes a connection that ends unannounced for an attack and spoils its session.
    SSL_set_shutdown(stream->ssl(), SSL_get_shutdown(stream->ssl()) | SSL_RECEIVED_SHUTDOWN);
}

void ClientConnection::State::close() noexcept
{
    if (!stream)
        return;
    keep_tls_session();
    stream->say_goodbye();
    stream.reset();
}

}  // namespace net
