// CPU of the network edge per minimal session - connect, POST of 3.7 KB answered with 532 bytes, empty POST answered
// with 204, close - and memory per idle TLS connection. Server and clients are threads of one process; only the server
// thread's CPU clock is read, so the figures hold on a busy machine too.
#include "net/http_client.hpp"
#include "net/make_certificates.hpp"
#include "net/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <thread>

namespace {

namespace asio = boost::asio;

constexpr int clients = 16;  ///< sessions at once

class Answers final : public net::Handler {
public:
    base::Awaitable<net::Response> handle(net::Request& request) override
    {
        net::Response response;
        if (request.body.empty()) {
            response.status = 204;
            co_return response;
        }
        response.headers.add("Content-Type", "text/xml; charset=utf-8");
        response.headers.add("Set-Cookie", "session=abc123; Path=/");
        response.body = std::string(532, 'x');
        co_return response;
    }
};

double thread_cpu_us()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double cpu_of(net::Threads& threads)
{
    std::promise<double> answer;
    asio::post(threads.context(0), [&answer] { answer.set_value(thread_cpu_us()); });
    return answer.get_future().get();
}

long resident_kb()
{
    std::ifstream file{"/proc/self/statm"};
    long total = 0;
    long resident = 0;
    file >> total >> resident;
    return resident * 4;
}

base::Awaitable<bool> session(net::Url const& url, net::ClientSettings const& settings)
{
    net::ClientConnection connection{url, settings};
    net::ClientRequest inform;
    inform.method = "POST";
    inform.headers.add("Content-Type", "text/xml; charset=utf-8");
    inform.headers.add("SOAPAction", "");
    inform.body = std::string(3'745, 'i');
    auto const greeted = co_await connection.exchange(std::move(inform));
    net::ClientRequest empty;
    empty.method = "POST";
    empty.has_body = true;
    auto const released = co_await connection.exchange(std::move(empty));
    co_return greeted&& released && released->status == 204;
}

base::Awaitable<void> sessions(net::Url url, net::ClientSettings settings, int& left, int& failed)
{
    while (left-- > 0)
        if (bool const is_good = co_await session(url, settings); !is_good)
            ++failed;
}

int run_sessions(net::Url const& url, net::ClientSettings const& settings, int count)
{
    asio::io_context context{1};
    int failed = 0;
    for (int i = 0; i < clients; ++i)
        asio::co_spawn(context, sessions(url, settings, count, failed), asio::detached);
    context.run();
    return failed;
}

void measure(std::string const& name, net::Threads& threads, net::Url const& url, net::ClientSettings const& settings,
             int count)
{
    int failed = run_sessions(url, settings, count / 5);
    double best = 1e9;
    for (int round = 0; round < 4; ++round) {
        auto const before = cpu_of(threads);
        failed += run_sessions(url, settings, count);
        best = std::min(best, (cpu_of(threads) - before) / count);
    }
    std::cout << fmt::format(R"({{"case":"edge_{}","edge_cpu_us":{:.1f},"sessions":{},"failed":{}}})", name, best,
                             count, failed)
              << std::endl;
}

base::Awaitable<void> hold(net::ClientConnection& connection)
{
    net::ClientRequest empty;
    empty.method = "POST";
    empty.has_body = true;
    static_cast<void>(co_await connection.exchange(std::move(empty)));
}

/// What `count` idle connections take, both ends: the clients are in a child process.
void measure_idle(std::string const& name, net::Url const& url, net::ClientSettings const& settings,
                  net::Server const& server, int count)
{
    int ready[2];
    int done[2];
    if (::pipe(ready) != 0 || ::pipe(done) != 0)
        return;
    auto const before = resident_kb();
    pid_t const child = ::fork();
    if (child == 0) {
        asio::io_context context{1};
        std::vector<net::ClientConnection> connections;
        connections.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
            asio::co_spawn(context, hold(connections.emplace_back(url, settings)), asio::detached);
            if (i % 50 == 49) {
                context.run();
                context.restart();
            }
        }
        context.run();
        char byte = 0;
        static_cast<void>(::write(ready[1], &byte, 1));
        ::close(done[1]);
        static_cast<void>(::read(done[0], &byte, 1));
        ::_exit(0);
    }
    char byte = 0;
    static_cast<void>(::read(ready[0], &byte, 1));
    auto const open = server.connections();
    std::cout << fmt::format(R"({{"case":"edge_idle_{}","kb_per_connection":{:.1f},"connections":{}}})", name,
                             static_cast<double>(resident_kb() - before) / count, open)
              << std::endl;
    ::close(done[1]);
    ::waitpid(child, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv)
{
    int const count = argc > 1 ? std::atoi(argv[1]) : 3'000;
    auto const folder = std::filesystem::temp_directory_path() / fmt::format("acs-edge-bench-{}", ::getpid());
    std::filesystem::create_directory(folder);
    auto const made = net::make_certificates(folder, {"127.0.0.1"}).value();
    net::TlsServerSettings tls;
    tls.certificates = {made.ecdsa, made.rsa};

    base::Metrics metrics;
    net::Threads threads{1};
    net::Server server{threads, metrics};
    Answers answers;
    net::Listener plain;
    plain.name = "plain";
    plain.address = "127.0.0.1";
    auto secure = plain;
    secure.name = "secure";
    secure.tls = net::TlsServerContext::create(tls).value();
    threads.start();
    if (!server.listen(plain, answers) || !server.listen(secure, answers))
        return 1;
    auto const at = [&](std::string const& scheme, std::string const& listener) {
        return net::parse_url(fmt::format("{}://127.0.0.1:{}/acs", scheme, server.local_port(listener))).value();
    };
    auto const client = [&](net::TlsVersion version, bool resume, std::string const& ciphers = "") {
        net::TlsClientSettings settings;
        settings.ca_file = made.ca_file;
        settings.max_version = version;
        settings.resume_sessions = resume;
        settings.ciphers = ciphers;
        net::ClientSettings all;
        all.tls = net::TlsClientContext::create(settings).value();
        return all;
    };
    auto const https = at("https", "secure");
    using enum net::TlsVersion;
    measure("plain", threads, at("http", "plain"), {}, count);
    measure("tls13_ecdsa_full", threads, https, client(tls1_3, false), count);
    measure("tls13_ecdsa_resumed", threads, https, client(tls1_3, true), count);
    measure("tls12_ecdsa_full", threads, https, client(tls1_2, false), count);
    measure("tls12_ecdsa_resumed", threads, https, client(tls1_2, true), count);
    measure("tls12_rsa_full", threads, https, client(tls1_2, false, "ECDHE-RSA-AES128-GCM-SHA256"), count);
    measure_idle("plain", at("http", "plain"), {}, server, std::min(count, 2'000));
    measure_idle("tls13", https, client(tls1_3, false), server, std::min(count, 2'000));
    std::filesystem::remove_all(folder);
}
