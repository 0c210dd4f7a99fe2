#include "wakeup/http_waker.hpp"

#include "base/crypto.hpp"
#include "net/digest.hpp"
#include "scripted_cpe.hpp"
#include "support/fake_inventory.hpp"
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

constexpr domain::DeviceKey key{17};

Reply answer(std::string const& status, std::string const& headers = "", Then then = Then::close)
{
    return {"HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 0\r\n\r\n", then};
}

class HttpWakerTest : public testing::Test {
protected:
    HttpWakerTest()
    {
        settings.targets = {*net::Networks::parse({"127.0.0.0/8"}), {}};
        settings.limits.poll = 5ms;
        cpe.script = [this](std::size_t, std::string const&) { return taken(); };
    }

    /// The device informs, and says yes.
    Reply taken(Reply reply = answer("200 OK"))
    {
        inventory.set_last_inform(key, base::SystemClock{}.now());
        return reply;
    }
    domain::WakeOutcome wake(std::chrono::milliseconds most = 60s)
    {
        domain::DeviceRow device;
        device.key = key;
        device.identity = {"Acme", "00D09E", "HG", "A"};
        device.connection_request_url = url.empty() ? cpe.url() : url;
        device.last_inform = base::TimePoint{1s};
        inventory.add(device);
        wakeup::HttpWaker waker{inventory, metrics, settings};
        return support::run(context, waker.wake(key, most));
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
            return is_right ? taken() : challenge;
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
    support::FakeInventory inventory;
    base::Metrics metrics;
    wakeup::WakeupSettings settings;
    net::DigestServer digest{{"cpe", "0123456789abcdef"}};
    ScriptedCpe cpe{context};
    std::string url;
};

TEST_F(HttpWakerTest, ADeviceIsReachedWhenItTookTheRequestAndInformed)
{
    auto const outcome = wake();
    EXPECT_TRUE(outcome.reached) << outcome.cause;
    ASSERT_EQ(cpe.requests.size(), 1u);
    EXPECT_THAT(cpe.requests[0], testing::StartsWith("GET /cr/abc HTTP/1.1\r\n"));
}

TEST_F(HttpWakerTest, AnAnswerAloneIsNoProof)
{
    cpe.script = [](std::size_t, std::string const&) { return answer("200 OK"); };
    auto const outcome = wake(100ms);
    EXPECT_FALSE(outcome.reached);
    EXPECT_THAT(outcome.cause, HasSubstr("no Inform came in time"));
}

TEST_F(HttpWakerTest, ADigestChallengeIsAnsweredWithTheDevicesOwnLogin)
{
    inventory.set_wake_credentials(key, {{"cpe", "secret"}});
    ask_for_digest("cpe", "secret");
    auto const outcome = wake();
    EXPECT_TRUE(outcome.reached) << outcome.cause;
    EXPECT_EQ(cpe.requests.size(), 2u);
    EXPECT_THAT(sent(), Not(HasSubstr("secret")));
}

TEST_F(HttpWakerTest, AResetAfterTheChallengeIsNoObstacle)
{
    inventory.set_wake_credentials(key, {{"cpe", "secret"}});
    ask_for_digest("cpe", "secret", Then::reset);
    EXPECT_TRUE(wake().reached);
}

TEST_F(HttpWakerTest, AConnectionThatDiesUnderTheAnswerToTheChallengeIsMadeAnew)
{
    inventory.set_wake_credentials(key, {{"cpe", "secret"}});
    ask_for_digest("cpe", "secret");
    cpe.script = [script = cpe.script](std::size_t number, std::string const& request) {
        return number == 2 ? Reply{"", Then::reset} : script(number, request);
    };
    EXPECT_TRUE(wake().reached);
    EXPECT_EQ(cpe.requests.size(), 3u);
}

TEST_F(HttpWakerTest, ARefusedLoginIsToldAndNotTriedForEver)
{
    inventory.set_wake_credentials(key, {{"cpe", "wrong"}});
    ask_for_digest("cpe", "secret");
    auto const outcome = wake();
    EXPECT_FALSE(outcome.reached);
    EXPECT_THAT(outcome.cause, HasSubstr("refuses the connection-request login"));
    EXPECT_LE(cpe.requests.size(), 3u);
}

TEST_F(HttpWakerTest, TheLoginBeforeIsTriedWhenTheDeviceKnowsNotTheLast)
{
    inventory.set_wake_credentials(key, {{"cpe", "new"}, {"cpe", "old"}});
    ask_for_digest("cpe", "old");
    EXPECT_TRUE(wake().reached);
}

TEST_F(HttpWakerTest, TheConfiguredLoginServesDevicesWithoutOneOfTheirOwn)
{
    settings.username = "fleet";
    settings.password = "factory";
    ask_for_digest("fleet", "factory");
    EXPECT_TRUE(wake().reached);
}

TEST_F(HttpWakerTest, TheConfiguredLoginIsTriedLastAndItsNameIsTakenWhereOnlyAPasswordWasSet)
{
    settings.username = "fleet";
    settings.password = "factory";
    inventory.set_wake_credentials(key, {{"cpe", "refused by the device"}});
    ask_for_digest("fleet", "factory");
    EXPECT_TRUE(wake().reached);
    inventory.set_wake_credentials(key, {{"", "secret"}});
    ask_for_digest("fleet", "secret");
    EXPECT_TRUE(wake().reached);
}

TEST_F(HttpWakerTest, WithoutAnyLoginTheCauseSaysSo)
{
    ask_for_digest("cpe", "secret");
    EXPECT_THAT(wake().cause, HasSubstr("none is known"));
}

TEST_F(HttpWakerTest, ThePasswordIsSentInClearOnlyWhenThatIsAllowed)
{
    inventory.set_wake_credentials(key, {{"cpe", "secret"}});
    cpe.script = [this](std::size_t, std::string const& request) {
        return request.find("Authorization: Basic") == std::string::npos
                   ? answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", Then::keep)
                   : taken();
    };
    EXPECT_FALSE(wake().reached);
    EXPECT_THAT(sent(), Not(HasSubstr("Authorization")));
    settings.allow_basic = true;
    EXPECT_TRUE(wake().reached);
    EXPECT_THAT(sent(), HasSubstr("Authorization: Basic " + base::to_base64("cpe:secret")));
}

TEST_F(HttpWakerTest, ABusyDeviceIsToldAsSuch)
{
    cpe.script = [](std::size_t, std::string const&) { return answer("503 Service Unavailable"); };
    EXPECT_THAT(wake().cause, HasSubstr("503: busy"));
}

TEST_F(HttpWakerTest, ARedirectIsNeverFollowed)
{
    cpe.script = [this](std::size_t, std::string const&) {
        return answer("302 Found", "Location: " + cpe.url() + "/x\r\n");
    };
    EXPECT_THAT(wake().cause, HasSubstr("a redirect"));
    EXPECT_EQ(cpe.requests.size(), 1u);
}

TEST_F(HttpWakerTest, OurOwnHostIsNotAskedUnlessAllowed)
{
    settings.targets = {};
    EXPECT_THAT(wake().cause, HasSubstr("127.0.0.1, which is not allowed"));
    url = "http://localhost:" + cpe.port() + "/";
    EXPECT_THAT(wake().cause, HasSubstr("not allowed"));
    url = "http://0x7f.1:" + cpe.port() + "/";
    EXPECT_FALSE(wake().reached);
    EXPECT_TRUE(cpe.requests.empty());
}

TEST_F(HttpWakerTest, ALongAnswerToATakenRequestIsNotReadToItsEnd)
{
    std::string const body(100'000, 'x');
    cpe.script = [&](std::size_t, std::string const&) {
        return taken({"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + body, Then::hang});
    };
    EXPECT_TRUE(wake().reached);
    cpe.script = [&](std::size_t, std::string const&) {
        return taken({"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + body, Then::close, 1000});
    };
    EXPECT_TRUE(wake().reached);
}

TEST_F(HttpWakerTest, ALongRefusalIsARefusal)
{
    std::string const body(1'000'000, 'x');
    cpe.script = [&](std::size_t, std::string const&) {
        return Reply{"HTTP/1.1 404 Not Found\r\nContent-Length: 1000000\r\n\r\n" + body};
    };
    auto const outcome = wake();
    EXPECT_FALSE(outcome.reached);
    EXPECT_THAT(outcome.cause, HasSubstr("too long"));
}

TEST_F(HttpWakerTest, SilenceAndNonsenseEndWithACause)
{
    settings.limits.exchange = 50ms;
    cpe.script = [](std::size_t, std::string const&) { return Reply{"", Then::hang}; };
    EXPECT_THAT(wake().cause, HasSubstr("no answer came"));
    cpe.script = [](std::size_t, std::string const&) { return Reply{"", Then::close}; };
    EXPECT_THAT(wake().cause, HasSubstr("closed the connection without an answer"));
    cpe.script = [](std::size_t, std::string const&) { return Reply{"SSH-2.0-dropbear\r\n\r\n", Then::close}; };
    EXPECT_THAT(wake().cause, HasSubstr("no usable answer"));
}

TEST_F(HttpWakerTest, TheAnswerIsNotWaitedForLongerThanTheCallerWants)
{
    settings.limits.exchange = 1h;
    cpe.script = [](std::size_t, std::string const&) { return Reply{"", Then::hang}; };
    EXPECT_FALSE(wake(50ms).reached);
}

TEST_F(HttpWakerTest, NobodyListeningIsTold)
{
    boost::asio::ip::tcp::acceptor free{context, {boost::asio::ip::address_v4::loopback(), 0}};
    url = "http://127.0.0.1:" + std::to_string(free.local_endpoint().port()) + "/";
    free.close();
    EXPECT_THAT(wake().cause, HasSubstr("refused"));
}

TEST_F(HttpWakerTest, MoreAtOnceThanAllowedAreRefused)
{
    settings.limits.at_once = 0;
    EXPECT_THAT(wake().cause, HasSubstr("too many connection requests"));
    EXPECT_TRUE(cpe.requests.empty());
}

TEST_F(HttpWakerTest, AnUnknownDeviceIsNotReached)
{
    wakeup::HttpWaker waker{inventory, metrics, settings};
    EXPECT_THAT(support::run(context, waker.wake(domain::DeviceKey{4711}, 1s)).cause, HasSubstr("no such device"));
}

}  // namespace
