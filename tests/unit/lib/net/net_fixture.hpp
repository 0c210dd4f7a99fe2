#pragma once

#include "net/http_client.hpp"
#include "net/make_certificates.hpp"
#include "net/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <string_view>

namespace test {

/// A folder of its own that is removed at the end.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;
    [[nodiscard]] std::string operator/(std::string const& name) const { return (path_ / name).string(); }
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

/// Certificates for localhost and 127.0.0.1, made once for the whole program.
net::MadeCertificates const& certificates();
std::string const& certificate_folder();

/// A blocking TCP client that sends exactly what it is told.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    ~RawClient();
    RawClient(RawClient const&) = delete;
    RawClient& operator=(RawClient const&) = delete;

    void send(std::string_view bytes);
    /// False when the server has closed its side.
    [[nodiscard]] bool try_send(std::string_view bytes);
    /// One answer with Content-Length, header and body; whatever has come when the connection ends before that.
    [[nodiscard]] std::string answer();
    /// Everything until the server closes (or 15 s).
    [[nodiscard]] std::string rest();
    void end_sending();

private:
    [[nodiscard]] bool receive();
    int descriptor_;
    std::string received_;
};

/// Runs a coroutine to its end on an io_context of its own.
template <class T>
T run(std::function<base::Awaitable<T>()> work)
{
    boost::asio::io_context context{1};
    std::optional<T> result;
    boost::asio::co_spawn(context, work(), [&result](std::exception_ptr error, T value) {
        if (error)
            std::rethrow_exception(error);
        result.emplace(std::move(value));
    });
    context.run();
    return std::move(*result);
}

/// A server with two threads whose handler is a function.
class ServerTest : public testing::Test, protected net::Handler {
protected:
    void TearDown() override;

    /// Starts one listener; see `listener`.
    void start();
    [[nodiscard]] std::uint16_t port() const { return server->local_port("test"); }
    [[nodiscard]] std::string url(std::string const& target = "/") const;
    [[nodiscard]] net::ClientResult get(std::string const& target = "/", net::ClientSettings settings = {});
    [[nodiscard]] std::uint64_t count(std::string_view name, std::string_view labels = R"(listener="test")") const;
    /// Waits until `holds` or 15 s have passed.
    [[nodiscard]] static bool eventually(std::function<bool()> const& holds);

    void use_tls(net::TlsProfile profile = net::TlsProfile::standard);
    [[nodiscard]] static net::ClientSettings tls_client(net::TlsClientSettings settings = {});

    net::BodyPolicy on_head(net::RequestHead const& head) override { return policy(head); }
    base::Awaitable<net::Response> handle(net::Request& request) override { return answer(request); }
    bool may_close(net::Connection const& connection) noexcept override { return closable(connection); }

    net::Listener listener{"test", "127.0.0.1", 0,   nullptr, {},       net::ProxyProtocol::off,
                           {},     false,       100, 100,     64 << 20, 128};
    std::function<net::BodyPolicy(net::RequestHead const&)> policy = [](net::RequestHead const&) {
        return net::BodyPolicy{};
    };
    std::function<base::Awaitable<net::Response>(net::Request&)> answer;
    std::function<bool(net::Connection const&)> closable = [](net::Connection const&) { return true; };

    base::Metrics metrics;
    net::Threads threads{2};
    std::optional<net::Server> server{std::in_place, threads, metrics};
};

/// "METHOD path peer body", what the fixture answers unless told otherwise.
base::Awaitable<net::Response> echo(net::Request& request);

}  // namespace test
