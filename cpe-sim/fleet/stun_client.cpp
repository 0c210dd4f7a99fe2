#include "fleet/stun_client.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/udp.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace sim {

namespace asio = boost::asio;
namespace stun = net::stun;
using asio::ip::udp;
using namespace std::chrono_literals;

namespace {

/// RFC 3489 9.3: nine times, for nine and a half seconds in all.
constexpr std::array<std::chrono::milliseconds, 9> waits{100ms,   200ms,   400ms,   800ms,  1'600ms,
                                                         1'600ms, 1'600ms, 1'600ms, 1'600ms};
constexpr unsigned unauthorized = 401;

void log_escaped(std::exception_ptr const& exception)
{
    base::log::escaped("net.task_failed", exception);
}

}  // namespace

StunClient::StunClient(base::Executor const& executor, net::UdpSocket socket, Settings settings, Hooks hooks)
    : executor_{executor},
      socket_{std::move(socket)},
      settings_{std::move(settings)},
      hooks_{std::move(hooks)},
      pause_{executor},
      patience_{executor}
{
}

base::Result<std::shared_ptr<StunClient>> StunClient::start(base::Executor const& executor, std::string const& address,
                                                            Settings settings, Hooks hooks)
{
    auto socket = net::UdpSocket::open(executor, address, 0);
    if (!socket)
        return std::unexpected{socket.error()};
    std::shared_ptr<StunClient> client{
        new StunClient{executor, *std::move(socket), std::move(settings), std::move(hooks)}};
    // The coroutines keep it alive until they have ended.
    auto const run = [&](base::Awaitable<void> (StunClient::*work)()) {
        asio::co_spawn(
            executor,
            [](std::shared_ptr<StunClient> self, base::Awaitable<void> (StunClient::*part)()) -> base::Awaitable<void> {
                co_await (self.get()->*part)();
            }(client, work),
            log_escaped);
    };
    run(&StunClient::listen);
    run(&StunClient::keep_alive);
    return client;
}

void StunClient::use(Settings settings)
{
    if (settings_ == settings)
        return;
    settings_ = std::move(settings);
    must_sign_ = false;
    has_new_settings_ = true;
    pause_.cancel();
}

void StunClient::stop()
{
    is_stopped_ = true;
    socket_.cancel();
    pause_.cancel();
    patience_.cancel();
}

base::Awaitable<void> StunClient::listen()
{
    while (!is_stopped_) {
        auto const datagram = co_await socket_.receive();
        if (!datagram || is_stopped_)
            co_return;
        auto const message = stun::parse(datagram->bytes);
        if (!message) {
            hooks_.request(datagram->bytes);
        } else if (message->transaction == awaited_ &&
                   (message->is(stun::Kind::response) || message->is(stun::Kind::error))) {
            // An answer that somebody else made up has not our password.
            if (must_sign_ && message->is(stun::Kind::response) &&
                !stun::integrity_of(*message, datagram->bytes, settings_.password))
                continue;
            answer_ = *message;
            patience_.cancel();
        }
    }
}

base::Awaitable<void> StunClient::keep_alive()
{
    while (!is_stopped_) {
        has_new_settings_ = false;
        co_await bind();
        if (is_stopped_)
            co_return;
        if (has_new_settings_)
            continue;
        pause_.expires_after(settings_.keep_alive);
        co_await pause_.async_wait(base::as_tuple);
    }
}

/// Finds out what NAT makes of the address, and says so when it is another than before.
base::Awaitable<void> StunClient::bind()
{
    auto const server = co_await resolve();
    if (!server || is_stopped_)
        co_return;
    auto answer = co_await ask(*server, false);
    if (answer && answer->error_code == unauthorized && !settings_.username.empty() && !must_sign_) {
        must_sign_ = true;
        answer = co_await ask(*server, false);
    }
    if (!answer || is_stopped_)
        co_return;
    if (!answer->mapped_address) {
        base::log::warning("sim.stun_refused", {{"code", answer->error_code}, {"reason", answer->reason}});
        co_return;
    }
    if (mapped_ == answer->mapped_address)
        co_return;
    bool const has_changed = std::exchange(mapped_, answer->mapped_address).has_value();
    hooks_.bound(*mapped_, *mapped_ != own_address(*server));
    if (has_changed)
        co_await ask(*server, true);
}

base::Awaitable<std::optional<net::Endpoint>> StunClient::resolve() const
{
    boost::system::error_code is_name;
    auto const address = asio::ip::make_address(settings_.server, is_name);
    if (!is_name)
        co_return net::Endpoint{address, settings_.port};
    asio::ip::basic_resolver<udp, base::Executor> resolver{executor_};
    auto const port = std::to_string(settings_.port);
    auto const [error, found] = co_await resolver.async_resolve(settings_.server, port, base::as_tuple);
    bool const is_v6 = socket_.local().address.is_v6();
    for (auto const& one : found)
        if (!error && (is_v6 || one.endpoint().address().is_v4()))
            co_return net::Endpoint{net::unmapped(one.endpoint().address()), settings_.port};
    base::log::warning("sim.stun_failed", {{"server", settings_.server}, {"reason", "its name does not resolve"}});
    co_return std::nullopt;
}

base::Awaitable<std::optional<stun::Message>> StunClient::ask(net::Endpoint server, bool has_changed)
{
    awaited_ = stun::new_transaction(false);
    answer_.reset();
    auto const bytes = request(awaited_, has_changed);
    for (auto const wait : waits) {
        socket_.send(bytes, server);
        patience_.expires_after(wait);
        co_await patience_.async_wait(base::as_tuple);
        if (answer_ || is_stopped_)
            break;
    }
    co_return std::exchange(answer_, std::nullopt);
}

std::string StunClient::request(stun::Transaction const& transaction, bool has_changed) const
{
    stun::Writer writer{stun::Kind::request, transaction};
    writer.text(stun::Attribute::connection_request_binding, stun::binding_mark);
    if (has_changed)
        writer.text(stun::Attribute::binding_change, "");
    if (!must_sign_)
        return writer.finish();
    auto username = settings_.username;
    username.append((4 - username.size() % 4) % 4, ' ');  // RFC 3489 11.2.6: a multiple of four
    return writer.text(stun::Attribute::username, username).sign(settings_.password, stun::Integrity::padded);
}

/// The socket's address as it is without NAT.
net::Endpoint StunClient::own_address(net::Endpoint const& server) const
{
    auto own = socket_.local();
    if (!own.address.is_unspecified())
        return own;
    boost::system::error_code error;
    udp::endpoint const target{server.address, server.port};
    asio::basic_datagram_socket<udp, base::Executor> probe{executor_, target.protocol()};
    probe.connect(target, error);  // sends nothing
    auto const local = probe.local_endpoint(error);
    if (!error)
        own.address = net::unmapped(local.address());
    return own;
}

}  // namespace sim
