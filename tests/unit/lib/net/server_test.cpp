#include "net_fixture.hpp"

#include "base/unavailable.hpp"
#include "net/compression.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <fstream>
#include <thread>

namespace {

using namespace std::chrono_literals;
using test::RawClient;
using test::ServerTest;

bool begins(std::string const& text, std::string_view start)
{
    return text.starts_with(start);
}
bool holds(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

std::string post(std::string const& body, std::string const& fields = "")
{
    return "POST /acs HTTP/1.1\r\nHost: a\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

TEST_F(ServerTest, ALoneCarriageReturnInTheLastChunkIsRefusedAndEndsNothingElse)
{
    start();
    std::string_view const request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     "2\r\nok\r\n0\rx-Field: value\r\n\r\n0\r\n\r\n";
    for (std::size_t cut = request.find("2\r\nok"); cut < request.size(); ++cut) {
        test::RawClient client{port()};
        client.send(request.substr(0, cut));
        std::this_thread::sleep_for(1ms);  // so that it comes in two pieces
        static_cast<void>(client.try_send(request.substr(cut)));
        client.end_sending();
        static_cast<void>(client.rest());
    }
    test::RawClient client{port()};
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(holds(client.rest(), "HTTP/1.1 200"));
}

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection)
{
    start();
    RawClient client{port()};
    for (int i = 0; i < 3; ++i) {
        client.send(post("<x/>"));
        auto const answer = client.answer();
        EXPECT_TRUE(begins(answer, "HTTP/1.1 200 OK\r\nDate: ")) << answer;
        EXPECT_TRUE(answer.ends_with("\r\n\r\nPOST /acs 127.0.0.1 <x/>")) << answer;
        EXPECT_FALSE(holds(answer, "Connection:"));
    }
    EXPECT_EQ(count("acs_http_requests_total"), 3u);
    EXPECT_EQ(count("acs_http_accepted_total"), 1u);
}

TEST_F(ServerTest, ReadsARequestThatComesByteByByte)
{
    start();
    RawClient client{port()};
    for (auto const byte : post("hello"))
        client.send({&byte, 1});
    EXPECT_TRUE(client.answer().ends_with("hello"));
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder)
{
    start();
    RawClient client{port()};
    client.send(post("one") + post("two") + post("three"));
    EXPECT_TRUE(client.answer().ends_with("one"));
    EXPECT_TRUE(client.answer().ends_with("two"));
    EXPECT_TRUE(client.answer().ends_with("three"));
}

TEST_F(ServerTest, OverlooksLineEndsAndNulBetweenRequests)
{
    start();
    RawClient client{port()};
    using namespace std::string_literals;
    client.send("\r\n" + post("one") + "\r\n\0"s);
    EXPECT_TRUE(client.answer().ends_with("one"));
    client.send("\r\n"s);
    client.send(post("two"));
    EXPECT_TRUE(client.answer().ends_with("two"));
}

TEST_F(ServerTest, ReadsChunkedBodies)
{
    start();
    RawClient client{port()};
    client.send("POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: "
                "Chunked\r\n\r\n4;x=y\r\nabcd\r\n3\r\nefg\r\n0\r\nTrailer: t\r\n\r\n");
    EXPECT_TRUE(client.answer().ends_with(" abcdefg"));
    client.send(post("next"));
    EXPECT_TRUE(client.answer().ends_with(" next"));
}

TEST_F(ServerTest, APostWithoutLengthHasNoBody)
{
    start();
    RawClient client{port()};
    client.send("POST / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(client.answer().ends_with("127.0.0.1 "));
}

TEST_F(ServerTest, HonoursHttp10)
{
    start();
    RawClient keeping{port()};
    keeping.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(holds(keeping.answer(), "Connection: keep-alive\r\n"));
    keeping.send("GET /b HTTP/1.0\r\n\r\n");
    auto const last = keeping.rest();
    EXPECT_TRUE(holds(last, "Connection: close\r\n"));
    EXPECT_TRUE(holds(last, "GET /b"));
}

TEST_F(ServerTest, ClosesWhenTheClientAsksForIt)
{
    start();
    RawClient client{port()};
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(holds(client.rest(), "Connection: close\r\n"));
    EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST_F(ServerTest, SendsContinueOnlyWhenTheBodyIsStillToCome)
{
    start();
    RawClient client{port()};
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    EXPECT_EQ(client.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    EXPECT_TRUE(client.answer().ends_with("body"));
    client.send(post("body", "Expect: 100-continue\r\n"));
    EXPECT_TRUE(begins(client.answer(), "HTTP/1.1 200"));
}

TEST_F(ServerTest, A204SaysThatItIsEmpty)
{
    answer = [](net::Request&) -> base::Awaitable<net::Response> {
        net::Response response;
        response.status = 204;
        co_return response;
    };
    start();
    RawClient client{port()};
    client.send(post(""));
    EXPECT_TRUE(holds(client.answer(), "Content-Length: 0\r\n"));
}

TEST_F(ServerTest, AnAnswerToHeadHasItsLengthAndNoBody)
{
    start();
    RawClient client{port()};
    client.send("HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    auto const answer = client.rest();
    EXPECT_TRUE(holds(answer, "Content-Length: 18\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, AnswersWhatIsMalformedWith400AndCloses)
{
    start();
    for (auto const* const text :
         {"nonsense\r\n\r\n", "POST / HTTP/1.1\nHost: a\n\n\r\n\r\n", "POST / HTTP/1.1\r\nHost : a\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
          "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        RawClient client{port()};
        client.send(text);
        auto const answer = client.rest();
        EXPECT_TRUE(begins(answer, "HTTP/1.1 400 ")) << text << answer;
        EXPECT_TRUE(holds(answer, "Connection: close"));
    }
    EXPECT_EQ(count("acs_http_refused_total", R"(listener="test",reason="request")"), 6u);
}

TEST_F(ServerTest, RefusesTransferCodingsItDoesNotKnow)
{
    start();
    RawClient client{port()};
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
    EXPECT_TRUE(begins(client.rest(), "HTTP/1.1 501 "));
}

TEST_F(ServerTest, RefusesAHeaderBeyondTheLimit)
{
    listener.limits.header_bytes = 1'024;
    start();
    RawClient client{port()};
    client.send("GET / HTTP/1.1\r\nX: " + std::string(5'000, 'x'));
    EXPECT_TRUE(begins(client.rest(), "HTTP/1.1 431 "));
}

TEST_F(ServerTest, RefusesABodyBeyondTheLimitEvenWhileItIsStillSent)
{
    listener.limits.body_bytes = 1'000;
    start();
    RawClient announced{port()};
    announced.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n");
    static_cast<void>(announced.try_send(std::string(1'000'000, 'x')));
    EXPECT_TRUE(begins(announced.rest(), "HTTP/1.1 413 "));

    RawClient chunked{port()};
    chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n" + std::string(0xffff, 'x'));
    EXPECT_TRUE(begins(chunked.rest(), "HTTP/1.1 413 "));
}

TEST_F(ServerTest, RefusesAChunkHeaderWithoutEnd)
{
    start();
    RawClient client{port()};
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;");
    static_cast<void>(client.try_send(std::string(100'000, 'x')));
    EXPECT_TRUE(begins(client.rest(), "HTTP/1.1 400 "));
}

TEST_F(ServerTest, InflatesBodies)
{
    start();
    RawClient client{port()};
    client.send(post(net::gzip("the message"), "Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(client.answer().ends_with("the message"));
    client.send(post("", "Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(client.answer().ends_with("127.0.0.1 "));
}

TEST_F(ServerTest, RefusesBombsAndUnknownCodings)
{
    listener.limits.inflate_ratio = 20;
    start();
    RawClient bomb{port()};
    bomb.send(post(net::gzip(std::string(16 << 20, 'a')), "Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(begins(bomb.rest(), "HTTP/1.1 413 "));
    RawClient broken{port()};
    broken.send(post("not gzip", "Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(begins(broken.rest(), "HTTP/1.1 400 "));
    RawClient unknown{port()};
    unknown.send(post("x", "Content-Encoding: br\r\n"));
    EXPECT_TRUE(begins(unknown.answer(), "HTTP/1.1 415 "));
    unknown.send(post("still here"));
    EXPECT_TRUE(begins(unknown.answer(), "HTTP/1.1 200 "));
}

TEST_F(ServerTest, CompressesAnAnswerForThoseWhoTakeIt)
{
    answer = [](net::Request&) -> base::Awaitable<net::Response> {
        auto response = net::text_response(200, std::string(10'000, 'x'));
        response.compress = true;
        co_return response;
    };
    start();
    RawClient client{port()};
    client.send("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
    auto const packed = client.answer();
    EXPECT_TRUE(holds(packed, "Content-Encoding: gzip\r\n"));
    EXPECT_EQ(net::inflate(net::ContentCoding::gzip, packed.substr(packed.find("\r\n\r\n") + 4)),
              std::string(10'000, 'x'));
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(client.answer().ends_with("xxxx"));
    client.send(post(net::gzip("x"), "Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(holds(client.answer(), "Content-Encoding: gzip\r\n"));
}

TEST_F(ServerTest, AnEarlyAnswerKeepsTheConnectionAndNeverAsksTheHandler)
{
    std::atomic<int> handled{0};
    policy = [](net::RequestHead const& head) {
        net::BodyPolicy made;
        if (!head.headers.has("Authorization"))
            made.answer = net::text_response(401, "who?");
        return made;
    };
    answer = [&handled](net::Request& request) {
        ++handled;
        return test::echo(request);
    };
    start();
    RawClient client{port()};
    client.send(post("secret inform"));
    EXPECT_TRUE(begins(client.answer(), "HTTP/1.1 401 "));
    EXPECT_EQ(handled, 0);
    client.send(post("the body did not wait", "Expect: 100-continue\r\n"));
    EXPECT_TRUE(begins(client.answer(), "HTTP/1.1 401 "));
    client.send(post("again", "Authorization: x\r\n"));
    EXPECT_TRUE(client.answer().ends_with("again"));
    EXPECT_EQ(handled, 1);
}

TEST_F(ServerTest, AClientThatWaitsToSendItsBodyIsRefusedWithoutIt)
{
    listener.limits.body_bytes = 1'000;
    policy = [](net::RequestHead const& head) {
        net::BodyPolicy made;
        if (!head.headers.has("Authorization"))
            made.answer = net::text_response(401, "who?");
        return made;
    };
    start();
    RawClient stranger{port()};
    stranger.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    auto const challenge = stranger.rest();
    EXPECT_TRUE(begins(challenge, "HTTP/1.1 401 ")) << challenge;
    EXPECT_TRUE(holds(challenge, "Connection: close")) << challenge;

    RawClient greedy{port()};
    greedy.send("POST / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nExpect: 100-continue\r\n"
                "Content-Length: 1001\r\n\r\n");
    EXPECT_TRUE(begins(greedy.rest(), "HTTP/1.1 413 "));
    EXPECT_EQ(count("acs_http_refused_total", R"(listener="test",reason="request")"), 1u);
}

TEST_F(ServerTest, AnEarlyAnswerToALargeBodyComesAtOnceAndCloses)
{
    policy = [](net::RequestHead const&) {
        net::BodyPolicy made;
        made.answer = net::text_response(401, "who?");
        return made;
    };
    start();
    RawClient client{port()};
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\n");
    auto const answer = client.rest();
    EXPECT_TRUE(begins(answer, "HTTP/1.1 401 "));
    EXPECT_TRUE(holds(answer, "Connection: close"));
}

class Collector final : public net::BodySink {
public:
    explicit Collector(bool refuses = false) : refuses_{refuses} {}
    base::Result<void> write(std::string_view piece) override
    {
        if (refuses_)
            return base::fail("the disk is full");
        taken += piece.size();
        return {};
    }
    std::uint64_t taken = 0;

private:
    bool refuses_;
};

TEST_F(ServerTest, ARefusedBodyIsThrownAwayOnlySoFar)
{
    listener.limits.discard_bytes = 1'000;
    policy = [](net::RequestHead const&) {
        net::BodyPolicy made;
        made.answer = net::text_response(401, "who?");
        return made;
    };
    start();
    RawClient client{port()};
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1'001, 'x'));
    auto const answer = client.rest();
    EXPECT_TRUE(begins(answer, "HTTP/1.1 401 "));
    EXPECT_TRUE(holds(answer, "Connection: close"));
}

TEST_F(ServerTest, AHandlerMayTakeACompressedBodyAsItWasSent)
{
    policy = [](net::RequestHead const&) {
        net::BodyPolicy made;
        made.inflate = false;
        return made;
    };
    start();
    RawClient client{port()};
    auto const packed = net::gzip("the message");
    client.send(post(packed, "Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(client.answer().ends_with(packed));
    client.send(post("odd", "Content-Encoding: br\r\n"));
    EXPECT_TRUE(client.answer().ends_with("odd"));
}

TEST_F(ServerTest, StreamsABodyToASinkBeyondTheLimitOfMemory)
{
    listener.limits.body_bytes = 1'000;
    policy = [](net::RequestHead const& head) {
        net::BodyPolicy made;
        made.limit = 10'000'000;
        made.sink = std::make_unique<Collector>(head.path() == "/full");
        return made;
    };
    answer = [](net::Request& request) -> base::Awaitable<net::Response> {
        auto const& sink = dynamic_cast<Collector&>(*request.sink);
        co_return net::text_response(200, std::to_string(sink.taken) + ' ' + std::to_string(request.body.size()));
    };
    start();
    RawClient client{port()};
    client.send("PUT /file HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'x'));
    EXPECT_TRUE(client.answer().ends_with("3000000 0"));
    client.send("PUT /full HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_TRUE(begins(client.rest(), "HTTP/1.1 500 "));
}

TEST_F(ServerTest, SendsPartsOfFiles)
{
    test::TemporaryFolder folder;
    std::string content;
    for (int i = 0; i < 300'000; ++i)
        content += std::to_string(i) + ' ';
    std::ofstream{folder / "file"} << content;
    answer = [path = folder / "file"](net::Request& request) -> base::Awaitable<net::Response> {
        net::Response response;
        auto file = net::FileBody::open(path).value();
        if (request.path() == "/part") {
            response.status = 206;
            file.offset = 1'000;
            file.length = 500'000;
        }
        response.body = std::move(file);
        co_return response;
    };
    start();
    EXPECT_EQ(get("/all")->body, content);
    EXPECT_EQ(get("/part")->body, content.substr(1'000, 500'000));
}

TEST_F(ServerTest, RefusesToOpenWhatIsNoFile)
{
    EXPECT_FALSE(net::FileBody::open("/"));
    EXPECT_NE(net::FileBody::open("/no/such/file").error().what.find("/no/such/file"), std::string::npos);
}

/// Gives three pieces, then waits until it is cancelled.
class Pushes final : public net::PushStream {
public:
    explicit Pushes(boost::asio::io_context::executor_type executor) : timer_{executor} {}
    base::Awaitable<std::optional<std::string>> next() override
    {
        if (++given_ <= 3)
            co_return "data: " + std::to_string(given_) + "\n\n";
        timer_.expires_after(1h);
        if (!cancelled_)
            static_cast<void>(co_await timer_.async_wait(base::as_tuple));
        co_return std::nullopt;
    }
    void cancel() noexcept override
    {
        cancelled_ = true;
        timer_.cancel();
    }

private:
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      base::Executor>
        timer_;
    int given_ = 0;
    bool cancelled_ = false;
};

TEST_F(ServerTest, PushesAStreamUntilTheServerStops)
{
    answer = [](net::Request&) -> base::Awaitable<net::Response> {
        net::Response response;
        response.headers.add("Content-Type", "text/event-stream");
        response.body = std::make_unique<Pushes>(co_await boost::asio::this_coro::executor);
        co_return response;
    };
    start();
    RawClient client{port()};
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(holds(client.answer(), "Transfer-Encoding: chunked"));
    server->stop();
    auto const stream = client.rest();
    EXPECT_TRUE(begins(stream, "9\r\ndata: 1\n\n\r\n9\r\ndata: 2")) << stream;
    EXPECT_EQ(server->connections(), 0u);
}

/// Gives one piece, then fails.
class Failing final : public net::PushStream {
public:
    base::Awaitable<std::optional<std::string>> next() override
    {
        if (given_)
            throw std::runtime_error{"there is no more"};
        given_ = true;
        co_return "half";
    }
    void cancel() noexcept override {}

private:
    bool given_ = false;
};

TEST_F(ServerTest, AStreamThatFailsIsCutWithoutItsEnd)
{
    answer = [](net::Request&) -> base::Awaitable<net::Response> {
        net::Response response;
        response.body = std::make_unique<Failing>();
        co_return response;
    };
    start();
    RawClient client{port()};
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    static_cast<void>(client.answer());
    EXPECT_EQ(client.rest(), "4\r\nhalf\r\n");
    EXPECT_EQ(get("/").error().code, net::ClientErrc::closed);
}

TEST_F(ServerTest, AReasonStandsInsteadOfTheStandardPhraseAndStaysOnItsLine)
{
    answer = [](net::Request&) -> base::Awaitable<net::Response> {
        auto response = net::text_response(202, "");
        response.reason = "Task queued\r\nSet-Cookie: x";
        co_return response;
    };
    start();
    RawClient client{port()};
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(begins(client.answer(), "HTTP/1.1 202 Task queued  Set-Cookie: x\r\nDate: "));
}

TEST_F(ServerTest, AnExceptionBecomes500AndAnOutage503)
{
    answer = [](net::Request& request) -> base::Awaitable<net::Response> {
        if (request.path() == "/outage")
            throw base::Unavailable{"the database secret-host is away"};
        throw std::runtime_error{"a secret detail"};
        co_return net::Response{};
    };
    start();
    RawClient client{port()};
    client.send("GET /outage HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const outage = client.answer();
    EXPECT_TRUE(begins(outage, "HTTP/1.1 503 "));
    EXPECT_TRUE(holds(outage, "Retry-After: "));
    client.send("GET /bug HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const bug = client.answer();
    EXPECT_TRUE(begins(bug, "HTTP/1.1 500 "));
    EXPECT_FALSE(holds(outage + bug, "secret"));
}

TEST_F(ServerTest, KeepsWhatAHandlerRemembersUntilTheConnectionEnds)
{
    std::atomic<int> closed{0};
    answer = [&closed](net::Request& request) -> base::Awaitable<net::Response> {
        auto& connection = *request.connection;
        if (!connection.state.has_value()) {
            connection.state = 0;
            connection.on_close([&closed] { ++closed; });
        }
        co_return net::text_response(200, "n=" + std::to_string(++std::any_cast<int&>(connection.state)));
    };
    start();
    {
        RawClient client{port()};
        client.send(post(""));
        EXPECT_TRUE(client.answer().ends_with("n=1"));
        client.send(post(""));
        EXPECT_TRUE(client.answer().ends_with("n=2"));
        EXPECT_EQ(closed, 0);
    }
    EXPECT_TRUE(eventually([&] { return closed == 1; }));
}

TEST_F(ServerTest, AnExchangeWhoseAnswerNeverComesIsCutOff)
{
    listener.limits.exchange = 1s;
    answer = [](net::Request&) -> base::Awaitable<net::Response> {
        boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                          boost::asio::wait_traits<std::chrono::steady_clock>, base::Executor>
            never{co_await boost::asio::this_coro::executor};
        never.expires_after(20s);
        static_cast<void>(co_await never.async_wait(base::as_tuple));
        co_return net::text_response(200, "late");
    };
    start();
    RawClient client{port()};
    client.send(post("question"));
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(count("acs_http_refused_total", R"(listener="test",reason="timeout")"), 1u);
}

TEST_F(ServerTest, ASlowHeaderIsCutOff)
{
    listener.limits.header = 1s;
    start();
    RawClient silent{port()};
    RawClient slow{port()};
    slow.send("POST / HT");
    EXPECT_EQ(silent.rest(), "");
    EXPECT_EQ(slow.rest(), "");
    EXPECT_EQ(count("acs_http_refused_total", R"(listener="test",reason="timeout")"), 2u);
}

TEST_F(ServerTest, ABodyThatTricklesIsCutOff)
{
    listener.limits.stall = 1s;
    listener.limits.bytes_per_second = 1'000;
    start();
    RawClient client{port()};
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n");
    auto const trickle = std::async(std::launch::async, [&client] {
        for (int i = 0; i < 100 && client.try_send("x"); ++i)
            std::this_thread::sleep_for(100ms);
    });
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(count("acs_http_refused_total", R"(listener="test",reason="timeout")"), 1u);
}

TEST_F(ServerTest, AClientThatDoesNotReadIsCutOff)
{
    listener.limits.stall = 1s;
    answer = [](net::Request&) -> base::Awaitable<net::Response> {
        co_return net::text_response(200, std::string(64 << 20, 'x'));
    };
    start();
    RawClient client{port()};
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(
        eventually([&] { return count("acs_http_refused_total", R"(listener="test",reason="timeout")") == 1; }));
    EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST_F(ServerTest, AnIdleConnectionIsClosedWhenItsHandlerSaysSo)
{
    answer = [](net::Request& request) -> base::Awaitable<net::Response> {
        request.connection->set_idle(1s);
        co_return net::text_response(200, "");
    };
    start();
    RawClient client{port()};
    client.send(post(""));
    EXPECT_TRUE(begins(client.answer(), "HTTP/1.1 200"));
    EXPECT_EQ(client.rest(), "");
}

TEST_F(ServerTest, AnIdleConnectionIsClosedAfterTheListenersTime)
{
    listener.limits.idle = 1s;
    start();
    RawClient client{port()};
    client.send(post("one"));
    EXPECT_TRUE(begins(client.answer(), "HTTP/1.1 200"));
    EXPECT_EQ(client.rest(), "");
}

TEST_F(ServerTest, AConnectionServesOnlySoManyRequests)
{
    listener.limits.requests = 2;
    start();
    RawClient client{port()};
    client.send(post("one") + post("two") + post("three"));
    EXPECT_FALSE(holds(client.answer(), "Connection: close"));
    auto const rest = client.rest();
    EXPECT_TRUE(holds(rest, "Connection: close"));
    EXPECT_TRUE(rest.ends_with("two"));
}

TEST_F(ServerTest, TooManyConnectionsAreToldToComeLater)
{
    listener.max_connections = 2;
    start();
    RawClient one{port()};
    RawClient two{port()};
    one.send(post("1"));
    two.send(post("2"));
    EXPECT_TRUE(one.answer().ends_with("1"));
    EXPECT_TRUE(two.answer().ends_with("2"));
    RawClient three{port()};
    EXPECT_TRUE(begins(three.rest(), "HTTP/1.1 503 "));
}

TEST_F(ServerTest, OneSourceCannotTakeThePlacesOfAll)
{
    listener.max_connections_per_source = 2;
    start();
    RawClient one{port()};
    one.send(post("1"));
    EXPECT_TRUE(one.answer().ends_with("1"));
    {
        RawClient two{port()};
        two.send(post("2"));
        EXPECT_TRUE(two.answer().ends_with("2"));
        RawClient three{port()};
        EXPECT_TRUE(begins(three.rest(), "HTTP/1.1 503 "));
        EXPECT_EQ(count("acs_http_refused_total", R"(listener="test",reason="source")"), 1U);
    }
    EXPECT_TRUE(eventually([&] {
        RawClient next{port()};
        return next.try_send(post("4")) && next.answer().ends_with("4");
    })) << "a place that was left is free again";
}

TEST_F(ServerTest, BehindAProxyItsClientsAreCountedAndNotTheProxy)
{
    listener.proxy_protocol = net::ProxyProtocol::v1;
    listener.max_connections_per_source = 1;
    start();
    std::string const greedy = "PROXY TCP6 2001:db8::7 ::1 5 6\r\n";
    RawClient one{port()};
    one.send(greedy + post(""));
    EXPECT_TRUE(one.answer().ends_with("2001:db8::7 "));
    RawClient neighbour{port()};
    neighbour.send("PROXY TCP6 2001:db8::8 ::1 5 6\r\n" + post(""));
    EXPECT_EQ(neighbour.rest(), "") << "who has one address of a /64 has them all";
    RawClient other{port()};
    other.send("PROXY TCP6 2001:db8:0:1::7 ::1 5 6\r\n" + post(""));
    EXPECT_TRUE(other.answer().ends_with("2001:db8:0:1::7 "));
}

TEST_F(ServerTest, TrustedProxiesAreNotCounted)
{
    listener.trusted_proxies = {"127.0.0.1"};
    listener.max_connections_per_source = 1;
    start();
    RawClient one{port()};
    one.send(post("1"));
    EXPECT_TRUE(one.answer().ends_with("1"));
    RawClient two{port()};
    two.send(post("2"));
    EXPECT_TRUE(two.answer().ends_with("2"));
}

TEST_F(ServerTest, BodiesInMemoryAreBoundedForAllTogether)
{
    listener.body_memory = 100'000;
    start();
    RawClient greedy{port()};
    greedy.send(post(std::string(200'000, 'x')));
    auto const answer = greedy.rest();
    EXPECT_TRUE(begins(answer, "HTTP/1.1 503 ")) << answer.substr(0, 200);
    RawClient modest{port()};
    for (int i = 0; i < 5; ++i) {
        modest.send(post(std::string(50'000, 'x')));
        EXPECT_TRUE(begins(modest.answer(), "HTTP/1.1 200 "));
    }
}

TEST_F(ServerTest, BelievesForwardingHeadersOfTrustedProxiesOnly)
{
    listener.trusted_proxies = {"127.0.0.1"};
    answer = [](net::Request& request) -> base::Awaitable<net::Response> {
        co_return net::text_response(200, request.peer.address.to_string() + (request.is_https ? " https" : " http"));
    };
    start();
    RawClient client{port()};
    client.send(post("", "X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\n"));
    EXPECT_TRUE(client.answer().ends_with("192.0.2.9 https"));
}

TEST_F(ServerTest, IgnoresForwardingHeadersOfStrangers)
{
    listener.trusted_proxies = {"10.0.0.0/8"};
    start();
    RawClient client{port()};
    client.send(post("", "X-Forwarded-For: 192.0.2.9\r\n"));
    EXPECT_TRUE(client.answer().ends_with("127.0.0.1 "));
}

TEST_F(ServerTest, LearnsThePeerFromAProxyHeaderInPieces)
{
    listener.proxy_protocol = net::ProxyProtocol::v1;
    start();
    RawClient client{port()};
    client.send("PROXY TCP4 192.0.");
    std::this_thread::sleep_for(20ms);
    client.send("2.33 10.0.0.1 5 6\r\n" + post("", "X-Forwarded-For: 1.1.1.1\r\n"));
    EXPECT_TRUE(client.answer().ends_with("192.0.2.33 "));
    RawClient without{port()};
    without.send(post(""));
    EXPECT_EQ(without.rest(), "");
}

TEST_F(ServerTest, AProxyHeaderMayBeOptional)
{
    listener.proxy_protocol = net::ProxyProtocol::automatic;
    start();
    RawClient with{port()};
    with.send("PROXY TCP6 2001:db8::7 ::1 5 6\r\n" + post(""));
    EXPECT_TRUE(with.answer().ends_with("2001:db8::7 "));
    RawClient without{port()};
    without.send("P");
    std::this_thread::sleep_for(20ms);
    without.send(post("x").substr(1));
    EXPECT_TRUE(without.answer().ends_with("127.0.0.1 x"));
}

TEST_F(ServerTest, DrainingLetsARunningExchangeFinish)
{
    std::promise<void> entered;
    answer = [&entered](net::Request&) -> base::Awaitable<net::Response> {
        entered.set_value();
        boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                          boost::asio::wait_traits<std::chrono::steady_clock>, base::Executor>
            timer{co_await boost::asio::this_coro::executor, 300ms};
        co_await timer.async_wait(base::use_awaitable);
        co_return net::text_response(200, "finished");
    };
    start();
    RawClient idle{port()};
    RawClient busy{port()};
    busy.send(post(""));
    entered.get_future().wait();
    EXPECT_TRUE(server->drain(10s));
    auto const last = busy.rest();
    EXPECT_TRUE(last.ends_with("finished"));
    EXPECT_TRUE(holds(last, "Connection: close"));
    EXPECT_EQ(idle.rest(), "");
    EXPECT_THROW(RawClient{port()}, std::runtime_error);
}

TEST_F(ServerTest, DrainingWaitsForLiveSessions)
{
    std::atomic<bool> session_over{false};
    closable = [&](net::Connection const&) { return session_over.load(); };
    start();
    RawClient client{port()};
    client.send(post("one"));
    EXPECT_FALSE(holds(client.answer(), "Connection: close"));
    EXPECT_FALSE(server->drain(50ms));
    client.send(post("two"));
    EXPECT_TRUE(client.answer().ends_with("two"));
    session_over = true;
    EXPECT_TRUE(server->drain(10s));
    EXPECT_EQ(client.rest(), "");
}

TEST_F(ServerTest, DoesNotShareAPortWithAnother)
{
    start();
    net::Listener same{"second", "127.0.0.1", port(), nullptr, {}, net::ProxyProtocol::off, {}, false, 1, 1, 1, 1};
    auto const second = server->listen(same, *this);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().what.find("second"), std::string::npos);
    EXPECT_NE(second.error().what.find(std::to_string(port())), std::string::npos);
}

TEST_F(ServerTest, NamesWhatIsWrongWithAListener)
{
    net::Listener wrong{"wrong", "localhost", 0, nullptr, {}, net::ProxyProtocol::off, {}, false, 1, 1, 1, 1};
    EXPECT_NE(server->listen(wrong, *this).error().what.find("localhost"), std::string::npos);
    wrong.address = "127.0.0.1";
    wrong.trusted_proxies = {"10.0.0.0/99"};
    EXPECT_NE(server->listen(wrong, *this).error().what.find("10.0.0.0/99"), std::string::npos);
}

TEST_F(ServerTest, ServesBothFamiliesOnOneSocket)
{
    listener.address = "::";
    start();
    RawClient client{port()};
    client.send(post(""));
    EXPECT_TRUE(client.answer().ends_with("127.0.0.1 "));
    auto const six = test::run<net::ClientResult>(
        [&] { return net::fetch(*net::parse_url("http://[::1]:" + std::to_string(port()) + "/"), {}, {}); });
    ASSERT_TRUE(six);
    EXPECT_EQ(six->body, "GET / ::1 ");
}

TEST_F(ServerTest, UsesEveryThread)
{
    std::array<std::atomic<int>, 2> served{};
    answer = [&served](net::Request& request) {
        EXPECT_EQ(net::Threads::current(), request.connection->thread());
        ++served[request.connection->thread()];
        return test::echo(request);
    };
    start();
    for (int i = 0; i < 200 && (served[0] == 0 || served[1] == 0); ++i)
        EXPECT_TRUE(get());
    EXPECT_GT(served[0], 0);
    EXPECT_GT(served[1], 0);
}

TEST(Threads, RunWhatIsSpawnedAndEndWhenItHasEnded)
{
    net::Threads threads{2};
    std::atomic<int> ran{0};
    auto const work = [&ran]() -> base::Awaitable<void> {
        ++ran;
        co_return;
    };
    threads.spawn(0, work);
    threads.start();
    threads.spawn(1, work);
    threads.finish();
    EXPECT_EQ(ran, 2);
    EXPECT_FALSE(threads.running());
    EXPECT_FALSE(net::Threads::current());
}

}  // namespace
