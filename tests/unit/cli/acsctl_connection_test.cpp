// acsctl. The server: away for a while, not there, or behind TLS.
#include "acsctl_fixture.hpp"

#include "net/make_certificates.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace cli_test;
using testing::StartsWith;

/// A server that takes as many requests as it has answers, each on a connection of its own. An empty answer is none:
/// the connection ends.
class ScriptedServer {
public:
    explicit ScriptedServer(std::vector<std::string> answers) : answers_{std::move(answers)} {}
    ~ScriptedServer() { finish(); }

    static std::string answer(std::string_view json)
    {
        return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
                           "Connection: close\r\n\r\n{}",
                           json.size(), json);
    }
    [[nodiscard]] std::string url() const
    {
        return fmt::format("http://127.0.0.1:{}", acceptor_.local_endpoint().port());
    }
    /// The requests that came.
    std::vector<std::string> finish()
    {
        for (std::size_t i = 0; thread_.joinable() && i < answers_.size(); ++i) {  // what it still waits for
            boost::system::error_code error;
            Tcp::socket{context_}.connect(acceptor_.local_endpoint(), error);
        }
        if (thread_.joinable())
            thread_.join();
        return requests_;
    }

private:
    using Tcp = boost::asio::ip::tcp;

    void serve()
    {
        for (auto const& text : answers_) {
            auto socket = acceptor_.accept();
            requests_.push_back(read(socket));
            boost::system::error_code error;
            boost::asio::write(socket, boost::asio::buffer(text), error);
        }
    }
    static std::string read(Tcp::socket& socket)
    {
        std::string request;
        boost::system::error_code error;
        while (!error && !is_whole(request)) {
            std::array<char, 4096> piece{};
            auto const size = socket.read_some(boost::asio::buffer(piece), error);
            request.append(piece.data(), size);
        }
        return request;
    }
    static bool is_whole(std::string const& request)
    {
        auto const end = request.find("\r\n\r\n");
        auto const length = field(request, "Content-Length");
        return end != request.npos && request.size() >= end + 4 + (length.empty() ? 0 : std::stoul(length));
    }

public:
    /// The value of a field in the text of a request.
    static std::string field(std::string const& request, std::string const& name)
    {
        auto const at = request.find("\r\n" + name + ": ");
        auto const from = at + name.size() + 4;
        return at == request.npos ? "" : request.substr(from, request.find("\r\n", from) - from);
    }

private:
    std::vector<std::string> answers_;
    std::vector<std::string> requests_;
    boost::asio::io_context context_;
    Tcp::acceptor acceptor_{context_, Tcp::endpoint{boost::asio::ip::make_address("127.0.0.1"), 0}};
    std::thread thread_{[this] { serve(); }};
};

TEST_F(AcsctlTest, AnUploadWhoseAnswerIsLostIsSentAgainUnderItsKey)
{
    ScriptedServer server{{"", ScriptedServer::answer(R"({"id":"7"})")}};
    std::ofstream{folder_ / "fw.bin"} << "bytes";
    auto const ran = run({"file-add", folder_ / "fw.bin"}, server.url());
    EXPECT_EQ(ran.code, 0) << ran.error;
    EXPECT_THAT(ran.out, StartsWith("file 7 stored"));
    auto const requests = server.finish();
    EXPECT_THAT(requests, testing::Each(testing::EndsWith("bytes")));
    EXPECT_NE(ScriptedServer::field(requests.at(0), "Idempotency-Key"), "");
    EXPECT_EQ(ScriptedServer::field(requests.at(0), "Idempotency-Key"),
              ScriptedServer::field(requests.at(1), "Idempotency-Key"));
}

TEST_F(AcsctlTest, AWaitGoesOnWhenTheServerWasAway)
{
    ScriptedServer server{{ScriptedServer::answer(R"({"id":"7","state":"queued"})"), "",
                           ScriptedServer::answer(R"({"id":"7","state":"done"})")}};
    auto const ran = run({"reboot", device_, "--wait=60"}, server.url());
    EXPECT_EQ(ran.code, 0) << ran.error;
    EXPECT_EQ(ran.out, "task 7 done\n");
    ScriptedServer refusing{{ScriptedServer::answer(R"({"id":"8","state":"queued"})"),
                             "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"}};
    auto const lost = run({"reboot", device_, "--wait=60"}, refusing.url());
    EXPECT_EQ(lost.code, 1);
    EXPECT_THAT(lost.error, HasSubstr("task 8 is ordered, but nobody tells how it goes"));
}

TEST_F(AcsctlTest, TopGoesOnWhenTheServerWasAway)
{
    auto const statistics = ScriptedServer::answer(R"({"devices":5,"open_tasks":0,"counters":[]})");
    ScriptedServer server{{statistics, "", statistics}};
    auto const ran = run({"top", "--rounds", "3", "--json"}, server.url());
    EXPECT_EQ(ran.code, 0) << ran.error;
    EXPECT_EQ(std::ranges::count(ran.out, '\n'), 2);
    EXPECT_THAT(ran.error, HasSubstr("could not be asked"));
    EXPECT_EQ(run({"top", "--rounds", "3"}, "http://127.0.0.1:1").code, 1) << "it was never there";
}

TEST_F(AcsctlTest, AServerThatIsNotThereIsNamed)
{
    auto const lost = run({"version"}, "http://127.0.0.1:1");
    EXPECT_EQ(lost.code, 1);
    EXPECT_THAT(lost.error, HasSubstr("http://127.0.0.1:1"));
    EXPECT_EQ(run({"version"}, "ftp://x").code, 2);
    EXPECT_EQ(run({"version"}, "http://x/path").code, 2);
}

TEST_F(AcsctlTest, SpeaksTlsWithAnAuthorityOfOurOwn)
{
    auto const made = *net::make_certificates(folder_.string(), {"127.0.0.1"});
    net::TlsServerSettings settings;
    settings.certificates = {made.ecdsa, made.rsa};
    listen("tls", *net::TlsServerContext::create(settings));
    auto const url = fmt::format("https://127.0.0.1:{}", server_.local_port("tls"));
    auto const trusted = run({"version", "--json", "--ca", made.ca_file}, url);
    EXPECT_EQ(trusted.code, 0) << trusted.error;
    EXPECT_THAT(trusted.out, HasSubstr("1.2.3"));
    auto const stranger = run({"version"}, url);
    EXPECT_EQ(stranger.code, 1);
    EXPECT_THAT(stranger.error, HasSubstr("certificate"));
    EXPECT_EQ(run({"version", "--ca", (folder_ / "none.pem").string()}, url).code, 2);
}

}  // namespace
