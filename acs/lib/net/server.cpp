#include "net/server.hpp"

#include "net/server_thread.hpp"

#include "base/log.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <utility>

namespace net {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds stop_patience{10};  ///< for handlers that do not return

/// A listening socket on its way to a thread.
class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {}
    Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor()
    {
        if (number_ >= 0)
            ::close(number_);
    }
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

private:
    int number_;
};

void set(int descriptor, int level, int option, int value)
{
    static_cast<void>(::setsockopt(descriptor, level, option, &value, sizeof value));
}

base::Result<Descriptor> bound(Listener const& listener, Tcp::endpoint const& where, bool is_shared)
{
    Descriptor made{::socket(where.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    auto const failed = [&](char const* doing) {
        return base::fail(fmt::format("the listener '{}' could not {} {}: {}", listener.name, doing,
                                      Endpoint{where.address(), where.port()}.to_string(),
                                      std::generic_category().message(errno)));
    };
    if (made.get() < 0)
        return failed("open a socket for");
    set(made.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (is_shared)
        set(made.get(), SOL_SOCKET, SO_REUSEPORT, 1);
    if (where.protocol() == Tcp::v6())
        set(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (::bind(made.get(), where.data(), static_cast<socklen_t>(where.size())) != 0)
        return failed("bind to");
    return made;
}

std::uint16_t port_of(int descriptor)
{
    Tcp::endpoint local;
    auto size = static_cast<socklen_t>(local.capacity());
    if (::getsockname(descriptor, local.data(), &size) != 0)
        return 0;
    local.resize(size);
    return local.port();
}

/// One listening socket per thread, all of one port.
base::Result<std::vector<Descriptor>> open_sockets(Listener& listener, std::size_t count)
{
    boost::system::error_code error;
    auto const address = asio::ip::make_address(listener.address, error);
    if (error)
        return base::fail(fmt::format("the listener '{}' has the address '{}', which is no IP address", listener.name,
                                      listener.address));
    if (listener.port != 0) {
        // SO_REUSEPORT would quietly share the port with another process: this one must be alone.
        auto alone = bound(listener, {address, listener.port}, false);
        if (!alone)
            return std::unexpected{alone.error()};
        if (::listen(alone->get(), 1) != 0)
            return base::fail(fmt::format("the listener '{}' could not listen on port {}: {}", listener.name,
                                          listener.port, std::generic_category().message(errno)));
    }
    std::vector<Descriptor> sockets;
    for (std::size_t i = 0; i < count; ++i) {
        auto made = bound(listener, {address, listener.port}, true);
        if (!made)
            return std::unexpected{made.error()};
        if (listener.port == 0)
            listener.port = port_of(made->get());
        sockets.push_back(std::move(*made));
    }
    for (auto const& socket : sockets)
        if (::listen(socket.get(), listener.backlog) != 0)
            return base::fail(fmt::format("the listener '{}' could not listen on port {}: {}", listener.name,
                                          listener.port, std::generic_category().message(errno)));
    return sockets;
}

}  // namespace

struct Server::State {
    State(Threads& t, base::Metrics& m) : threads{t}, metrics{m}
    {
        for (std::size_t i = 0; i < threads.size(); ++i)
            parts.push_back(std::make_shared<ServerThread>(threads.context(i), i, population));
    }

    /// Runs `work` for each thread's part, on that thread if it runs, and waits for all.
    void on_all(std::function<void(ServerThread&)> const& work)
    {
        if (!threads.running()) {
            for (auto& part : parts)
                work(*part);
            return;
        }
        std::vector<std::future<void>> done;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            std::packaged_task<void()> task{[&work, part = parts[i]] { work(*part); }};
            done.push_back(task.get_future());
            asio::post(threads.context(i), std::move(task));
        }
        for (auto& one : done)
            one.wait();
    }

    bool wait_for_all(std::chrono::milliseconds patience)
    {
        std::unique_lock lock{population->mutex};
        return population->gone.wait_for(lock, patience, [this] { return population->count == 0; });
    }

    Threads& threads;
    base::Metrics& metrics;
    std::shared_ptr<Population> population = std::make_shared<Population>();
    std::vector<std::shared_ptr<ServerThread>> parts;
    std::vector<std::shared_ptr<SharedListener>> listeners;
    bool stopped = false;
};

Server::Server(Threads& threads, base::Metrics& metrics) : state_{std::make_shared<State>(threads, metrics)} {}

Server::~Server()
{
    stop();
}

base::Result<void> Server::listen(Listener listener, Handler& handler)
{
    auto networks = Networks::parse(listener.trusted_proxies);
    if (!networks)
        return base::fail(
            fmt::format("the listener '{}' has a wrong trusted proxy: {}", listener.name, networks.error().what));
    auto sockets = open_sockets(listener, state_->parts.size());
    if (!sockets)
        return std::unexpected{sockets.error()};
    bool const is_v6 = listener.address.find(':') != std::string::npos;
    auto const handshakes = std::max<std::size_t>(1, listener.max_handshakes / state_->parts.size());
    auto shared = std::make_shared<SharedListener>(std::move(listener), handler, std::move(*networks), state_->metrics);
    state_->listeners.push_back(shared);
    state_->on_all(
        [&](ServerThread& part) { part.adopt(shared, (*sockets)[part.index()].release(), is_v6, handshakes); });
    base::log::info("net.listening", {{"listener", shared->config.name},
                                      {"address", shared->config.address},
                                      {"port", shared->config.port},
                                      {"tls", shared->config.tls ? "yes" : "no"}});
    return {};
}

std::uint16_t Server::local_port(std::string_view name) const
{
    for (auto const& listener : state_->listeners)
        if (listener->config.name == name)
            return listener->config.port;
    return 0;
}

std::size_t Server::connections() const noexcept
{
    return state_->population->count;
}

bool Server::drain(std::chrono::milliseconds deadline)
{
    state_->on_all([](ServerThread& part) { part.begin_drain(); });
    return state_->wait_for_all(state_->threads.running() ? deadline : std::chrono::milliseconds{0});
}

void Server::stop()
{
    if (std::exchange(state_->stopped, true))
        return;
    state_->on_all([](ServerThread& part) { part.abort_all(); });
    if (!state_->threads.running())
        state_->on_all([](ServerThread& part) { part.abandon(); });
    else if (!state_->wait_for_all(stop_patience))
        base::log::warning("net.stop_incomplete", {{"connections", connections()}});
}

}  // namespace net
