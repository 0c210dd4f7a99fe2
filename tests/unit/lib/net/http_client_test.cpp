#include "net_fixture.hpp"

#include "net/compression.hpp"
#include "net/digest.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <thread>

namespace {

using namespace std::chrono_literals;
using net::ClientConnection;
using net::ClientErrc;
using net::ClientRequest;
using net::ClientResult;
using test::run;
using test::ServerTest;

/// A server that gives one connection after another its next script: what it answers to each request, then it closes.
class ScriptedServer {
public:
    struct Script {
        std::vector<std::string> answers;
        bool resets = false;   ///< ends with RST
        bool at_once = false;  ///< answers without reading
    };

    explicit ScriptedServer(std::vector<Script> scripts) : listening_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof where;
        ::bind(listening_, reinterpret_cast<sockaddr*>(&where), size);
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&where), &size);
        ::listen(listening_, 10);
        port_ = ntohs(where.sin_port);
        thread_ = std::thread{[this, scripts = std::move(scripts)] {
            for (auto const& script : scripts)
                serve(script);
        }};
    }

    ~ScriptedServer()
    {
        ::shutdown(listening_, SHUT_RDWR);
        thread_.join();
        ::close(listening_);
    }

    [[nodiscard]] net::Url url(std::string const& target = "/") const
    {
        return *net::parse_url("http://127.0.0.1:" + std::to_string(port_) + target);
    }
    [[nodiscard]] std::string const& received() const { return received_; }

private:
    void serve(Script const& script)
    {
        int const descriptor = ::accept(listening_, nullptr, nullptr);
        if (descriptor < 0)
            return;
        for (auto const& answer : script.answers) {
            if (!script.at_once && !read_request(descriptor))
                break;
            ::send(descriptor, answer.data(), answer.size(), MSG_NOSIGNAL);
        }
        if (script.answers.empty())
            static_cast<void>(read_request(descriptor));
        if (script.resets) {
            std::this_thread::sleep_for(50ms);
            linger const now{1, 0};
            ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        ::close(descriptor);
    }

    [[nodiscard]] bool read_request(int descriptor)
    {
        std::string request;
        while (request.find("\r\n\r\n") == std::string::npos) {
            std::array<char, 4'096> buffer;
            auto const got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
            if (got <= 0)
                return false;
            request.append(buffer.data(), static_cast<std::size_t>(got));
        }
        received_ += request;
        return true;
    }

    int listening_;
    std::uint16_t port_ = 0;
    std::thread thread_;
    std::string received_;
};

ClientResult fetch(ScriptedServer const& server, net::ClientSettings settings = {}, net::BodySink* sink = nullptr)
{
    return run<ClientResult>([&] { return net::fetch(server.url(), {}, settings, sink); });
}

ClientResult fetch_once(std::string const& answer, net::ClientSettings settings = {})
{
    ScriptedServer const server{{{{answer}}}};
    return fetch(server, settings);
}

TEST(HttpClient, ReadsAnAnswerThatEndsWithTheConnection)
{
    auto const answer = fetch_once("HTTP/1.0 200 OK\r\nServer: cpe\r\n\r\nhello");
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(answer->version, 10);
    EXPECT_FALSE(answer->connection_alive);
}

TEST(HttpClient, ReadsHeaderLinesThatEndInLfAlone)
{
    auto const answer = fetch_once("HTTP/1.1 200 OK\nContent-Length: 2\nX: y\n\nok");
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->body, "ok");
    EXPECT_EQ(answer->headers.get("x"), "y");
}

TEST(HttpClient, PassesOver100Continue)
{
    auto const answer = fetch_once("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->status, 204u);
}

TEST(HttpClient, AnAnswerFollowedByAResetCounts)
{
    ScriptedServer const server{{{{"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n"}, true}}};
    auto const answer = fetch(server);
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->status, 401u);
}

TEST(HttpClient, DoesNotFollowRedirects)
{
    auto const answer = fetch_once("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 302u);
    EXPECT_EQ(answer->headers.get("Location"), "/elsewhere");
}

TEST(HttpClient, TellsKindsOfFailureApart)
{
    EXPECT_EQ(fetch_once("").error().code, ClientErrc::closed);
    EXPECT_EQ(fetch_once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").error().code, ClientErrc::closed);
    EXPECT_EQ(fetch_once("SSH-2.0-dropbear\r\n\r\n").error().code, ClientErrc::malformed);

    net::ClientSettings small;
    small.limits.body_bytes = 10;
    EXPECT_EQ(fetch_once("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", small).error().code, ClientErrc::too_large);
    EXPECT_EQ(fetch_once("HTTP/1.0 200 OK\r\n\r\n" + std::string(100, 'x'), small).error().code, ClientErrc::too_large);

    net::ClientSettings narrow;
    narrow.limits.header_bytes = 100;
    EXPECT_FALSE(fetch_once("HTTP/1.1 200 OK\r\nX: " + std::string(200, 'x') + "\r\n\r\n", narrow).has_value());

    std::uint16_t port = 0;
    {
        ScriptedServer const gone{{{}}};
        port = gone.url().port;
        test::RawClient const visitor{port};
    }
    auto const refused = run<ClientResult>(
        [&] { return net::fetch(*net::parse_url("http://127.0.0.1:" + std::to_string(port)), {}, {}); });
    EXPECT_EQ(refused.error().code, ClientErrc::refused);
    auto const nameless =
        run<ClientResult>([&] { return net::fetch(*net::parse_url("http://no-such-host.invalid/"), {}, {}); });
    EXPECT_EQ(nameless.error().code, ClientErrc::not_found);
}

TEST(HttpClient, GivesUpOnASilentServer)
{
    ScriptedServer const server{{{{"HTTP/1.1 100 Continue\r\n\r\n", "never asked for"}}}};
    net::ClientSettings hasty;
    hasty.limits.exchange = 100ms;
    EXPECT_EQ(fetch(server, hasty).error().code, ClientErrc::timeout);
    ScriptedServer const stalling{{{{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nh", "never"}}}};
    net::ClientSettings impatient;
    impatient.limits.stall = 100ms;
    auto const stalled = fetch(stalling, impatient);
    EXPECT_EQ(stalled.error().code, ClientErrc::timeout);
    EXPECT_TRUE(stalled.error().answer_began);
}

TEST(HttpClient, AsksBeforeItConnectsToAnAddress)
{
    ScriptedServer const server{{}};
    net::ClientSettings careful;
    careful.allow_address = [](boost::asio::ip::address const& address) { return !address.is_loopback(); };
    EXPECT_EQ(fetch(server, careful).error().code, ClientErrc::not_allowed);
}

TEST(HttpClient, NeverSendsARequestLineThatHidesAnother)
{
    ScriptedServer const server{{}};
    auto const result = run<ClientResult>([&]() -> base::Awaitable<ClientResult> {
        ClientConnection connection{server.url(), {}};
        ClientRequest request;
        request.target = "/ HTTP/1.1\r\nX: y";
        co_return co_await connection.exchange(std::move(request));
    });
    EXPECT_EQ(result.error().code, ClientErrc::bad_request);
}

TEST(HttpClient, TakesAnAnswerThatComesBeforeTheUploadIsRead)
{
    ScriptedServer const server{{{{"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"}}}};
    auto const result = run<ClientResult>([&]() -> base::Awaitable<ClientResult> {
        ClientConnection connection{server.url(), {}};
        ClientRequest request;
        request.method = "PUT";
        request.body = std::string(20'000'000, 'x');
        co_return co_await connection.exchange(std::move(request));
    });
    // The reset may overtake the answer; what must not happen is a hang or a crash.
    if (result)
        EXPECT_EQ(result->status, 413u);
    else
        EXPECT_EQ(result.error().code, ClientErrc::closed);
}

TEST(HttpClient, AnswersADigestChallengeOnAnotherConnection)
{
    std::string const challenge = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"cpe\", nonce=\"abc\", "
                                  "qop=\"auth\"\r\nConnection: close\r\n\r\n";
    ScriptedServer const server{{{{challenge}}, {{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}}}};
    auto const result = run<ClientResult>([&]() -> base::Awaitable<ClientResult> {
        ClientConnection connection{server.url(), {}};
        net::ClientLogin login{{"user", "pass"}};
        ClientRequest request;
        request.target = "/cr";
        co_return co_await connection.exchange(std::move(request), login);
    });
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_EQ(result->status, 200u);
    EXPECT_NE(server.received().find("uri=\"/cr\""), std::string::npos);
    EXPECT_EQ(server.received().find("Authorization"), server.received().rfind("Authorization"));
}

TEST(HttpClient, GivesUpWhenTheServerInsists)
{
    std::string const challenge =
        "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\nContent-Length: 0\r\n\r\n";
    ScriptedServer const server{{{{challenge, challenge, challenge, challenge}}}};
    auto const result = run<ClientResult>([&]() -> base::Awaitable<ClientResult> {
        ClientConnection connection{server.url(), {}};
        net::ClientLogin login{{"user", "wrong"}};
        co_return co_await connection.exchange({}, login);
    });
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 401u);
}

TEST_F(ServerTest, TheClientKeepsItsConnectionAndNoticesWhenItHasGone)
{
    start();
    auto const connects = run<std::uint64_t>([&]() -> base::Awaitable<std::uint64_t> {
        ClientConnection connection{*net::parse_url(url()), {}};
        for (int i = 0; i < 3; ++i) {
            ClientRequest request;
            request.method = "POST";
            request.has_body = true;
            auto const answer = co_await connection.exchange(std::move(request));
            EXPECT_TRUE(answer && answer->connection_alive);
            EXPECT_TRUE(connection.is_open());
        }
        EXPECT_EQ(connection.connects(), 1u);
        ClientRequest last;
        last.close = true;
        auto const answer = co_await connection.exchange(std::move(last));
        EXPECT_TRUE(answer && !answer->connection_alive);
        EXPECT_FALSE(connection.is_open());
        static_cast<void>(co_await connection.exchange({}));
        co_return connection.connects();
    });
    EXPECT_EQ(connects, 2u);
    EXPECT_EQ(count("acs_http_accepted_total"), 2u);
}

TEST_F(ServerTest, TheClientSpeaksHttp10WhenItIsTold)
{
    answer = [](net::Request& request) -> base::Awaitable<net::Response> {
        co_return net::text_response(200, std::to_string(request.version));
    };
    start();
    auto const answered = run<ClientResult>([&] {
        net::ClientRequest old;
        old.version = 10;
        return net::fetch(*net::parse_url(url()), std::move(old), {});
    });
    ASSERT_TRUE(answered) << answered.error().what;
    EXPECT_EQ(answered->body, "10");
}

TEST_F(ServerTest, TheClientConnectsFromTheAddressItIsTold)
{
    start();
    net::ClientSettings settings;
    settings.source = boost::asio::ip::make_address("127.0.0.9");
    EXPECT_EQ(get("/", settings)->body, "GET / 127.0.0.9 ");
}

TEST_F(ServerTest, TheClientUploadsFilesAndPacksBodies)
{
    start();
    test::TemporaryFolder const folder;
    std::ofstream{folder / "file"} << std::string(200'000, 'f');
    auto const sent = [&](ClientRequest request) {
        auto shared = std::make_shared<ClientRequest>(std::move(request));
        return run<ClientResult>([&] { return net::fetch(*net::parse_url(url("/u")), std::move(*shared), {}); });
    };
    ClientRequest upload;
    upload.method = "PUT";
    upload.body = net::FileBody::open(folder / "file").value();
    EXPECT_EQ(sent(std::move(upload))->body, "PUT /u 127.0.0.1 " + std::string(200'000, 'f'));
    ClientRequest packed;
    packed.method = "POST";
    packed.body = std::string(100'000, 'z');
    packed.gzip = true;
    EXPECT_EQ(sent(std::move(packed))->body, "POST /u 127.0.0.1 " + std::string(100'000, 'z'));
}

TEST_F(ServerTest, TheClientUnpacksWhatItAskedToBePacked)
{
    answer = [](net::Request& request) -> base::Awaitable<net::Response> {
        auto response = net::text_response(200, std::string(50'000, 'p'));
        response.compress = true;
        EXPECT_TRUE(request.accepts_gzip());
        co_return response;
    };
    start();
    auto const answer = run<ClientResult>([&] {
        ClientRequest request;
        request.accept_gzip = true;
        return net::fetch(*net::parse_url(url()), std::move(request), {});
    });
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->headers.get("Content-Encoding"), "gzip");
    EXPECT_EQ(answer->body, std::string(50'000, 'p'));
}

class Counter final : public net::BodySink {
public:
    explicit Counter(std::uint64_t most) : most_{most} {}
    base::Result<void> write(std::string_view piece) override
    {
        taken += piece.size();
        if (taken > most_)
            return base::fail("enough");
        return {};
    }
    std::uint64_t taken = 0;

private:
    std::uint64_t most_;
};

TEST_F(ServerTest, TheClientStreamsADownloadToItsSink)
{
    answer = [](net::Request& request) -> base::Awaitable<net::Response> {
        co_return net::text_response(request.path() == "/missing" ? 404 : 200, std::string(3'000'000, 'd'));
    };
    start();
    auto const download = [&](std::string const& target, net::BodySink& sink, net::ClientSettings settings = {}) {
        return run<ClientResult>([&] { return net::fetch(*net::parse_url(url(target)), {}, settings, &sink); });
    };
    Counter all{10'000'000};
    auto const whole = download("/", all);
    EXPECT_EQ(all.taken, 3'000'000u);
    EXPECT_EQ(whole->body_bytes, 3'000'000u);
    EXPECT_TRUE(whole->body.empty());
    Counter some{1'000'000};
    EXPECT_EQ(download("/", some).error().code, ClientErrc::sink);
    net::ClientSettings bounded;
    bounded.limits.sink_bytes = 1'000;
    Counter none{1};
    EXPECT_EQ(download("/", none, bounded).error().code, ClientErrc::too_large);
    Counter spared{1};
    EXPECT_EQ(download("/missing", spared)->body.size(), 3'000'000u);
    EXPECT_EQ(spared.taken, 0u);
}

TEST_F(ServerTest, TheClientLogsInByDigestAndStaysLoggedIn)
{
    net::DigestServer const digest{{"acs", "a key of thirty-two bytes or more"}};
    auto const secret = net::make_digest_secret("cpe", "acs", "pass");
    answer = [&](net::Request& request) -> base::Awaitable<net::Response> {
        auto const login = net::parse_authorization(request.headers.get("Authorization"));
        auto const now = base::SystemClock{}.now();
        if (digest.check(login, request.method, secret, now).accepted())
            co_return net::text_response(200, "welcome");
        auto response = net::text_response(401, "who?");
        response.headers.add("WWW-Authenticate", digest.challenges(now)[0]);
        co_return response;
    };
    start();
    auto const last = run<ClientResult>([&]() -> base::Awaitable<ClientResult> {
        ClientConnection connection{*net::parse_url(url()), {}};
        net::ClientLogin login{{"cpe", "pass"}};
        auto first = co_await connection.exchange({}, login);
        EXPECT_EQ(first->body, "welcome");
        co_return co_await connection.exchange({}, login);
    });
    EXPECT_EQ(last->body, "welcome");
    EXPECT_EQ(count("acs_http_requests_total"), 3u);
    EXPECT_EQ(count("acs_http_accepted_total"), 1u);
}

}  // namespace
