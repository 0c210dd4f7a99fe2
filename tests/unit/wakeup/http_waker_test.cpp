#include "wakeup/http_waker.hpp"

#include "base/crypto.hpp"
#include "net/digest.hpp"
#include "scripted_cpe.hpp"
#include "support/run.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using test::ScriptedCpe;
using testing::HasSubstr;
using testing::Not;
using Reply = ScriptedCpe::Reply;
using Then = ScriptedCpe::Then;
using Login = domain::Inventory::WakeCredentials;
using domain::WakeResult;

Reply answer(std::string const& status, std::string const& headers = "", Then then = Then::close)
{
    return {"HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 0\r\n\r\n", then};
}

class HttpWakerTest : public testing::Test {
protected:
    HttpWakerTest()
    {
        settings.targets = {*net::Networks::parse({"127.0.0.0/8", "::1/128"}), {}};
        cpe.script = [](std::size_t, std::string const&) { return answer("200 OK"); };
    }

    wakeup::Asked ask(std::chrono::milliseconds most = 60s)
    {
        wakeup::HttpWaker http{settings};
        return support::run(context, http.ask(target(), std::chrono::steady_clock::now() + most));
    }
    wakeup::WakeTarget target() const
    {
        wakeup::WakeTarget target;
        target.device.connection_request_url = url.empty() ? cpe.url() : url;
        target.device.ip_address = "127.0.0.1";
        target.logins = logins;
        return target;
    }
    /// The CPE asks for Digest; who logs in as `username` and `password` is let in.
    void ask_for_digest(std::string username, std::string password, Then after_challenge = Then::keep)
    {
        cpe.script = [this, username, password, after_challenge](std::size_t, std::string const& request) {
            auto const now = base::SystemClock{}.now();
            auto const challenge =
                answer("401 Unauthorized", "WWW-Authenticate: " + digest.challenges(now)[0] + "\r\n", after_challenge);
            auto const at = request.find("Authorization: ");
            if (at == std::string::npos)
                return challenge;
            auto const given = net::parse_authorization(request.substr(at + 15, request.find('\r', at) - at - 15));
            auto const secret = net::make_digest_secret(username, "cpe", password);
            bool const is_right = given.username == username && digest.check(given, "GET", secret, now).accepted();
            return is_right ? answer("200 OK") : challenge;
        };
    }
    std::string sent() const
    {
        std::string all;
        for (auto const& request : cpe.requests)
            all += request;
        return all;
    }

    boost::asio::io_context context{1};
    wakeup::HttpSettings settings;
    std::vector<Login> logins;
    net::DigestServer digest{{"cpe", "0123456789abcdef"}};
    ScriptedCpe cpe{context};
    std::string url;
};

TEST_F(HttpWakerTest, ADeviceTakesTheRequest)
{
    auto const asked = ask();
    EXPECT_TRUE(asked.is_sent) << asked.cause;
    ASSERT_EQ(cpe.requests.size(), 1u);
    EXPECT_THAT(cpe.requests[0], testing::StartsWith("GET /cr/abc HTTP/1.1\r\n"));
    EXPECT_THAT(cpe.requests[0], HasSubstr("\r\nHost: 127.0.0.1:" + cpe.port() + "\r\n"));
}

TEST_F(HttpWakerTest, ADigestChallengeIsAnsweredWithTheDevicesOwnLogin)
{
    logins = {{"cpe", "secret"}};
    ask_for_digest("cpe", "secret");
    auto const asked = ask();
    EXPECT_TRUE(asked.is_sent) << asked.cause;
    EXPECT_EQ(cpe.requests.size(), 2u);
    EXPECT_THAT(sent(), Not(HasSubstr("secret")));
}

TEST_F(HttpWakerTest, AResetAfterTheChallengeIsNoObstacle)
{
    logins = {{"cpe", "secret"}};
    ask_for_digest("cpe", "secret", Then::reset);
    EXPECT_TRUE(ask().is_sent);
}

TEST_F(HttpWakerTest, AConnectionThatDiesUnderTheAnswerToTheChallengeIsMadeAnew)
{
    logins = {{"cpe", "secret"}};
    ask_for_digest("cpe", "secret");
    cpe.script = [script = cpe.script](std::size_t number, std::string const& request) {
        return number == 2 ? Reply{"", Then::reset} : script(number, request);
    };
    EXPECT_TRUE(ask().is_sent);
    EXPECT_EQ(cpe.requests.size(), 3u);
}

TEST_F(HttpWakerTest, ARefusedLoginIsToldAndNotTriedForEver)
{
    logins = {{"cpe", "wrong"}};
    ask_for_digest("cpe", "secret");
    auto const asked = ask();
    EXPECT_FALSE(asked.is_sent);
    EXPECT_THAT(asked.cause, HasSubstr("refuses the connection-request login"));
    EXPECT_LE(cpe.requests.size(), 3u);
}

TEST_F(HttpWakerTest, TheLoginBeforeIsTriedWhenTheDeviceKnowsNotTheLast)
{
    logins = {{"cpe", "new"}, {"cpe", "old"}};
    ask_for_digest("cpe", "old");
    EXPECT_TRUE(ask().is_sent);
}

TEST_F(HttpWakerTest, TheConfiguredLoginServesDevicesWithoutOneOfTheirOwn)
{
    settings.username = "fleet";
    settings.password = "factory";
    ask_for_digest("fleet", "factory");
    EXPECT_TRUE(ask().is_sent);
}

TEST_F(HttpWakerTest, TheConfiguredLoginIsTriedLastAndItsNameIsTakenWhereOnlyAPasswordWasSet)
{
    settings.username = "fleet";
    settings.password = "factory";
    logins = {{"cpe", "refused by the device"}};
    ask_for_digest("fleet", "factory");
    EXPECT_TRUE(ask().is_sent);
    logins = {{"", "secret"}};
    ask_for_digest("fleet", "secret");
    EXPECT_TRUE(ask().is_sent);
}

TEST_F(HttpWakerTest, WithoutAnyLoginTheCauseSaysSo)
{
    ask_for_digest("cpe", "secret");
    EXPECT_THAT(ask().cause, HasSubstr("none is known"));
}

TEST_F(HttpWakerTest, ThePasswordIsSentInClearOnlyWhenThatIsAllowed)
{
    logins = {{"cpe", "secret"}};
    cpe.script = [](std::size_t, std::string const& request) {
        return request.find("Authorization: Basic") == std::string::npos
                   ? answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", Then::keep)
                   : answer("200 OK");
    };
    EXPECT_THAT(ask().cause, HasSubstr("wakeup.allow_basic"));
    EXPECT_THAT(sent(), Not(HasSubstr("Authorization")));
    settings.allow_basic = true;
    EXPECT_TRUE(ask().is_sent);
    EXPECT_THAT(sent(), HasSubstr("Authorization: Basic " + base::to_base64("cpe:secret")));
}

TEST_F(HttpWakerTest, ABusyDeviceIsToldAsSuch)
{
    cpe.script = [](std::size_t, std::string const&) { return answer("503 Service Unavailable"); };
    auto const asked = ask();
    EXPECT_THAT(asked.cause, HasSubstr("503: busy"));
    EXPECT_TRUE(asked.is_busy);
    EXPECT_EQ(asked.result, WakeResult::busy);
}

TEST_F(HttpWakerTest, ARedirectIsNeverFollowed)
{
    cpe.script = [this](std::size_t, std::string const&) {
        return answer("302 Found", "Location: " + cpe.url() + "/x\r\n");
    };
    EXPECT_THAT(ask().cause, HasSubstr("a redirect"));
    EXPECT_EQ(cpe.requests.size(), 1u);
}

TEST_F(HttpWakerTest, OurOwnHostIsNotAskedUnlessAllowed)
{
    settings.targets = {};
    EXPECT_THAT(ask().cause, HasSubstr("127.0.0.1, which is not allowed"));
    url = "http://localhost:" + cpe.port() + "/";
    EXPECT_THAT(ask().cause, HasSubstr("not allowed"));
    url = "http://0x7f.1:" + cpe.port() + "/";
    EXPECT_FALSE(ask().is_sent);
    EXPECT_TRUE(cpe.requests.empty());
}

TEST_F(HttpWakerTest, ALongAnswerToATakenRequestIsNotReadToItsEnd)
{
    std::string const body(100'000, 'x');
    cpe.script = [&](std::size_t, std::string const&) {
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + body, Then::hang};
    };
    EXPECT_TRUE(ask().is_sent);
    cpe.script = [&](std::size_t, std::string const&) {
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + body, Then::close, 1000};
    };
    EXPECT_TRUE(ask().is_sent);
}

TEST_F(HttpWakerTest, ALongRefusalIsARefusal)
{
    std::string const body(1'000'000, 'x');
    cpe.script = [&](std::size_t, std::string const&) {
        return Reply{"HTTP/1.1 404 Not Found\r\nContent-Length: 1000000\r\n\r\n" + body};
    };
    auto const asked = ask();
    EXPECT_FALSE(asked.is_sent);
    EXPECT_THAT(asked.cause, HasSubstr("too long"));
}

TEST_F(HttpWakerTest, SilenceAndNonsenseEndWithACause)
{
    settings.limits.exchange = 50ms;
    cpe.script = [](std::size_t, std::string const&) { return Reply{"", Then::hang}; };
    EXPECT_THAT(ask().cause, HasSubstr("no answer came"));
    cpe.script = [](std::size_t, std::string const&) { return Reply{"", Then::close}; };
    EXPECT_THAT(ask().cause, HasSubstr("closed the connection without an answer"));
    cpe.script = [](std::size_t, std::string const&) { return Reply{"SSH-2.0-dropbear\r\n\r\n", Then::close}; };
    EXPECT_THAT(ask().cause, HasSubstr("no usable answer"));
}

TEST_F(HttpWakerTest, TheAnswerIsNotWaitedForLongerThanTheCallerWants)
{
    settings.limits.exchange = 1h;
    cpe.script = [](std::size_t, std::string const&) { return Reply{"", Then::hang}; };
    EXPECT_FALSE(ask(50ms).is_sent);
}

TEST_F(HttpWakerTest, NobodyListeningIsTold)
{
    boost::asio::ip::tcp::acceptor free{context, {boost::asio::ip::address_v4::loopback(), 0}};
    url = "http://127.0.0.1:" + std::to_string(free.local_endpoint().port()) + "/";
    free.close();
    EXPECT_THAT(ask().cause, HasSubstr("refused"));
}

TEST_F(HttpWakerTest, ADeviceIsAskedOverIpv6)
{
    ScriptedCpe six{context, boost::asio::ip::address_v6::loopback()};
    six.script = cpe.script;
    url = "http://[::1]:" + six.port() + "/cr/abc";
    auto const asked = ask();
    EXPECT_TRUE(asked.is_sent) << asked.cause;
    ASSERT_EQ(six.requests.size(), 1u);
    EXPECT_THAT(six.requests[0], HasSubstr("\r\nHost: [::1]:" + six.port() + "\r\n"));
}

TEST_F(HttpWakerTest, AnOldServerThatEndsItsAnswersWithTheConnectionIsUnderstood)
{
    logins = {{"cpe", "secret"}};
    ask_for_digest("cpe", "secret", Then::close);
    cpe.script = [script = cpe.script](std::size_t number, std::string const& request) {
        auto reply = script(number, request);
        reply.bytes.replace(0, 8, "HTTP/1.0");
        reply.bytes.replace(reply.bytes.find("Content-Length: 0\r\n"), 19, "");
        return reply;
    };
    EXPECT_TRUE(ask().is_sent);
}

TEST_F(HttpWakerTest, ADigestWithoutQopIsAnsweredWithoutIt)
{
    logins = {{"cpe", "secret"}};
    cpe.script = [](std::size_t, std::string const& request) {
        return request.find("Authorization: Digest") == std::string::npos
                   ? answer("401 Unauthorized", "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n")
                   : answer("204 No Content");
    };
    EXPECT_TRUE(ask().is_sent);
    EXPECT_THAT(cpe.requests[1], Not(HasSubstr("qop")));
    EXPECT_THAT(cpe.requests[1], Not(HasSubstr("cnonce")));
}

TEST_F(HttpWakerTest, ADeviceBehindNatIsAskedThroughTheHoleOfItsLastConnection)
{
    wakeup::LastConnections connections;
    settings.connections = &connections;
    url = "http://127.0.0.2:9/cr/abc";  // not where its Inform came from, and nobody listens
    EXPECT_FALSE(ask().is_sent);
    connections.note(target().device.key, {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(cpe.port()))});
    EXPECT_TRUE(ask().is_sent);
    EXPECT_THAT(sent(), testing::StartsWith("GET /cr/abc "));
    connections.note(target().device.key, {"127.0.0.1", 9});
    EXPECT_THAT(ask().cause, HasSubstr("refused: the device does not listen there; nor through 127.0.0.1:9, where"));
}

TEST_F(HttpWakerTest, ThePasswordIsNeverSentInClearThroughAHole)
{
    wakeup::LastConnections connections;
    settings.connections = &connections;
    settings.allow_basic = true;
    logins = {{"cr", "hunter22"}};
    cpe.script = [](std::size_t, std::string const&) {
        return answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n");
    };
    url = "http://127.0.0.2:9/cr/abc";
    connections.note(target().device.key, {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(cpe.port()))});
    EXPECT_FALSE(ask().is_sent);
    EXPECT_FALSE(cpe.requests.empty());
    EXPECT_THAT(sent(), Not(HasSubstr("Authorization")));
}

TEST_F(HttpWakerTest, TheHoleOfAHostThatMayNotBeAskedIsNotTried)
{
    wakeup::LastConnections connections;
    settings.connections = &connections;
    settings.targets = {*net::Networks::parse({"127.0.0.2/32"}), {}};
    url = "http://127.0.0.2:9/cr/abc";
    connections.note(target().device.key, {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(cpe.port()))});
    EXPECT_FALSE(ask().is_sent);
    EXPECT_TRUE(cpe.requests.empty());
}

TEST(LastConnections, AreThoseThatWereHeardLast)
{
    wakeup::LastConnections connections{2};
    for (std::uint16_t device = 1; device <= 3; ++device)
        connections.note(domain::DeviceKey{device}, {"192.0.2.1", device});
    EXPECT_FALSE(connections.find(domain::DeviceKey{1}));
    EXPECT_EQ(connections.find(domain::DeviceKey{3}), (domain::Place{"192.0.2.1", 3}));
}

TEST_F(HttpWakerTest, ItAppliesToDevicesWhoseUrlMayBeAsked)
{
    wakeup::HttpWaker const http{settings};
    std::string why;
    EXPECT_TRUE(http.applies(target(), why));
    url = "http://169.254.169.254/";
    EXPECT_FALSE(http.applies(target(), why));
    EXPECT_THAT(why, HasSubstr("not allowed"));
    auto silent = target();
    silent.device.connection_request_url.clear();
    EXPECT_FALSE(http.applies(silent, why));
    EXPECT_THAT(why, HasSubstr("has told no ConnectionRequestURL"));
}

}  // namespace
