// What the tests of this folder share; *_test.cpp so that the folder's program takes it in.
#include "net_fixture.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <thread>

namespace test {

TemporaryFolder::TemporaryFolder()
{
    auto name = (std::filesystem::temp_directory_path() / "acs-net-XXXXXX").string();
    if (!::mkdtemp(name.data()))
        throw std::runtime_error{"no temporary folder"};
    path_ = name;
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

namespace {

TemporaryFolder& folder()
{
    static TemporaryFolder instance;
    return instance;
}

}  // namespace

std::string const& certificate_folder()
{
    static std::string const path = folder().path();
    return path;
}

net::MadeCertificates const& certificates()
{
    static auto const made = net::make_certificates(certificate_folder(), {"localhost", "127.0.0.1"});
    if (!made)
        throw std::runtime_error{made.error().what};
    return *made;
}

RawClient::RawClient(std::uint16_t port) : descriptor_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
{
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval const patience{15, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0)
        throw std::runtime_error{"cannot connect to the server under test"};
}

RawClient::~RawClient()
{
    ::close(descriptor_);
}

bool RawClient::try_send(std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawClient::send(std::string_view bytes)
{
    if (!try_send(bytes))
        throw std::runtime_error{"the server under test closed the connection"};
}

bool RawClient::receive()
{
    std::array<char, 16'384> buffer;
    auto const got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (got > 0)
        received_.append(buffer.data(), static_cast<std::size_t>(got));
    return got > 0;
}

std::string RawClient::answer()
{
    for (;;) {
        auto const end = received_.find("\r\n\r\n");
        if (end != std::string::npos) {
            auto lower = received_.substr(0, end);  // HAProxy writes field names in lower case
            std::ranges::transform(lower, lower.begin(),
                                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            auto const field = lower.find("content-length: ");
            auto const body = field != std::string::npos ? std::stoul(lower.substr(field + 16)) : 0;
            if (received_.size() >= end + 4 + body) {
                auto const whole = received_.substr(0, end + 4 + body);
                received_.erase(0, whole.size());
                return whole;
            }
        }
        if (!receive())
            return std::exchange(received_, {});
    }
}

std::string RawClient::rest()
{
    while (receive()) {
    }
    return std::exchange(received_, {});
}

void RawClient::end_sending()
{
    ::shutdown(descriptor_, SHUT_WR);
}

void ServerTest::TearDown()
{
    // Before the destructors: a handler must not be called while its object is taken apart.
    server.reset();
    threads.stop();
}

void ServerTest::start()
{
    if (!answer)
        answer = echo;
    threads.start();
    auto const listening = server->listen(listener, *this);
    ASSERT_TRUE(listening) << listening.error().what;
}

std::string ServerTest::url(std::string const& target) const
{
    return (listener.tls ? "https" : "http") + ("://127.0.0.1:" + std::to_string(port())) + target;
}

net::ClientResult ServerTest::get(std::string const& target, net::ClientSettings settings)
{
    return run<net::ClientResult>([&] { return net::fetch(*net::parse_url(url(target)), {}, settings); });
}

std::uint64_t ServerTest::count(std::string_view name, std::string_view labels) const
{
    for (auto const& reading : metrics.read())
        if (reading.name == name && reading.labels == labels)
            return static_cast<std::uint64_t>(reading.value);
    return 0;
}

bool ServerTest::eventually(std::function<bool()> const& holds)
{
    for (int i = 0; i < 1'500; ++i) {
        if (holds())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
}

void ServerTest::use_tls(net::TlsProfile profile)
{
    net::TlsServerSettings settings;
    settings.certificates = {certificates().ecdsa, certificates().rsa};
    settings.profile = profile;
    auto made = net::TlsServerContext::create(settings);
    ASSERT_TRUE(made) << made.error().what;
    listener.tls = *made;
}

net::ClientSettings ServerTest::tls_client(net::TlsClientSettings settings)
{
    net::ClientSettings client;
    if (settings.ca_file.empty())
        settings.ca_file = certificates().ca_file;
    client.tls = net::TlsClientContext::create(settings).value();
    return client;
}

base::Awaitable<net::Response> echo(net::Request& request)
{
    co_return net::text_response(200, request.method + ' ' + std::string{request.path()} + ' ' +
                                          request.peer.address.to_string() + ' ' + request.body);
}

}  // namespace test
