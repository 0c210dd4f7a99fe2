#include "unit/session/endpoint_fixture.hpp"

#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace session {
namespace {

TEST_F(EndpointTest, ASessionOnOneConnectionNeedsNoCookie)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    start();
    Wire cpe_side{port};
    auto const greeted = cpe_side.post(hello());
    EXPECT_EQ(greeted.status, 200U);
    EXPECT_EQ(greeted.header("Content-Type"), "text/xml; charset=\"utf-8\"");
    auto const answer = cwmp::decode(greeted.body);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(std::holds_alternative<cwmp::InformResponse>(answer->message));
    EXPECT_EQ(answer->id, "7");
    auto const end = cpe_side.post_nothing();
    EXPECT_EQ(end.status, 204U);
    EXPECT_EQ(end.header("Connection"), "") << "closing is the CPE's business";
    EXPECT_EQ(cpe_side.post_nothing().status, 204U) << "once more";
    EXPECT_EQ(endpoint->sessions(), 0U);
}

TEST_F(EndpointTest, WhereDevicesComeFromIsTakenDown)
{
    struct Notes final : domain::ConnectionNotes {
        std::vector<domain::Place> places;
        void note(domain::DeviceKey, domain::Place from) noexcept override { places.push_back(std::move(from)); }
    } notes;
    services.connections = &notes;
    start();
    Wire cpe_side{port};
    cpe_side.post(hello());
    EXPECT_THAT(notes.places, testing::ElementsAre(domain::Place{"127.0.0.1", cpe_side.local_port()}));
}

TEST_F(EndpointTest, TheCookieIsRandomAndForAllPaths)
{
    start();
    auto const cookie = Wire{port}.post(hello()).header("Set-Cookie");
    EXPECT_TRUE(cookie.starts_with("session=")) << cookie;
    EXPECT_NE(cookie.find("; Path=/"), std::string::npos);
    EXPECT_NE(cookie.find("; HttpOnly"), std::string::npos);
    EXPECT_EQ(cookie.find(';'), 8U + 32U);
    EXPECT_NE(Wire{port}.post(hello()).header("Set-Cookie"), cookie);
}

TEST_F(EndpointTest, ACookieFindsTheSessionFromAnotherConnection)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    start();
    Wire first{port};
    auto const cookie = first.post(hello()).cookie();
    Wire second{port};
    EXPECT_EQ(second.post_nothing({"Cookie: " + cookie + "; Path=/"}).status, 204U);
    EXPECT_EQ(endpoint->sessions(), 0U);
    Wire third{port};
    EXPECT_EQ(third.post_nothing({"Cookie: other=1, " + cookie}).status, 204U) << "the end is remembered";
}

TEST_F(EndpointTest, ASessionGoesOnAfterItsConnectionWasClosed)
{
    start();
    std::string cookie;
    {
        Wire first{port};
        cookie = first.post(hello()).cookie();
    }
    Wire second{port};
    EXPECT_EQ(second.post_nothing({"Cookie: " + cookie}).status, 200U) << "the discovery's first RPC";
}

TEST_F(EndpointTest, WhereConnectionsAreSharedOnlyTheCookieCounts)
{
    start(LoginPolicy::none, true);
    Wire proxy{port};
    auto const cookie = proxy.post(hello()).cookie();
    EXPECT_EQ(proxy.post_nothing({"Cookie: " + cookie}).status, 200U);
    EXPECT_EQ(proxy.post(cwmp::GetRPCMethods{}).status, 400U) << "another CPE's";
}

TEST_F(EndpointTest, AnythingButPostIsNotAllowed)
{
    start();
    auto const answer = Wire{port}.send("GET", "");
    EXPECT_EQ(answer.status, 405U);
    EXPECT_EQ(answer.header("Allow"), "POST");
}

TEST_F(EndpointTest, AnEmptyPostWithoutASessionOpensNone)
{
    start();
    EXPECT_EQ(Wire{port}.post_nothing().status, 204U);
    EXPECT_EQ(endpoint->sessions(), 0U);
}

TEST_F(EndpointTest, WhatCannotBeReadIsRefusedAndEndsTheSession)
{
    start();
    Wire cpe_side{port};
    cpe_side.post(hello());
    auto const answer = cpe_side.send("POST", "<!DOCTYPE x><x/>");
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(endpoint->sessions(), 0U);
}

TEST_F(EndpointTest, AResponseWithoutASessionIsRefused)
{
    start();
    EXPECT_EQ(Wire{port}.post(cwmp::RebootResponse{}).status, 400U);
}

TEST_F(EndpointTest, WithoutALoginNobodyIsLookedUp)
{
    store.set_away(true);
    start(LoginPolicy::digest);
    Wire stranger{port};
    auto const answer = stranger.post(hello());
    EXPECT_EQ(answer.status, 401U);
    EXPECT_TRUE(answer.header("WWW-Authenticate").starts_with("Digest ")) << answer.head;
    EXPECT_EQ(stranger.post_nothing().status, 401U) << "the probe too";
}

TEST_F(EndpointTest, DigestIsAskedForOncePerSession)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    start(LoginPolicy::digest);
    Wire cpe_side{port};
    auto const challenge = cpe_side.post(hello()).header("WWW-Authenticate");
    auto const from = challenge.find("nonce=\"") + 7;
    auto const nonce = challenge.substr(from, challenge.find('"', from) - from);
    auto const secret = net::make_digest_secret("bootstrap", "acs", "secret").md5;
    auto const response =
        net::digest_response(net::DigestAlgorithm::md5, secret, "POST", "", nonce, "00000001", "c", "auth");
    auto const authorization = "Authorization: Digest username=\"bootstrap\", realm=\"acs\", nonce=\"" + nonce +
                               "\", uri=\"\", qop=auth, nc=00000001, cnonce=\"c\", response=\"" + response + "\"";
    EXPECT_EQ(cpe_side.post(hello(), {authorization}).status, 200U) << "an empty uri is what some send";
    EXPECT_EQ(cpe_side.post_nothing().status, 204U);
    auto const again = cpe_side.post(hello(), {authorization});
    EXPECT_EQ(again.status, 401U) << "an overheard answer is no login";
    EXPECT_NE(again.header("WWW-Authenticate").find("stale=true"), std::string::npos);
}

TEST_F(EndpointTest, AnAnswerThatAnotherNodeAcceptedIsStale)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    start(LoginPolicy::digest);
    Wire cpe_side{port};
    auto const authorization = log_in(cpe_side);
    EXPECT_EQ(cpe_side.post(hello(), {authorization}).status, 200U);
    EXPECT_EQ(cpe_side.post_nothing().status, 204U);

    CwmpEndpoint other_node{services, policy, threads};
    net::Server other_server{threads, metrics};
    ASSERT_TRUE(other_server.listen({.name = "other", .address = "127.0.0.1"}, other_node));
    Wire attacker{other_server.local_port("other")};
    auto const replayed = attacker.post(hello(), {authorization});
    EXPECT_EQ(replayed.status, 401U);
    EXPECT_NE(replayed.header("WWW-Authenticate").find("stale=true"), std::string::npos);
    EXPECT_EQ(incidents.count(domain::incident_kind::replayed_login), 1U);
    clock.advance(std::chrono::milliseconds{1});
    EXPECT_EQ(attacker.post(hello(), {log_in(attacker)}).status, 200U) << "a new answer is as good there as here";
    other_server.stop();
}

TEST_F(EndpointTest, ANodeWhoseClockIsBehindChallengesSoThatTheAnswerCounts)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    start(LoginPolicy::digest);
    Wire cpe_side{port};
    EXPECT_EQ(cpe_side.post(hello(), {log_in(cpe_side)}).status, 200U);
    EXPECT_EQ(cpe_side.post_nothing().status, 204U);
    clock.advance(std::chrono::seconds{-30});
    Wire late{port};
    auto const asked_again = late.post(hello(), {log_in(late)});
    ASSERT_EQ(asked_again.status, 401U) << "its nonce is older than the last one of the device";
    net::ClientLogin login{{"bootstrap", "secret"}, false};
    net::Headers challenge;
    challenge.add("WWW-Authenticate", asked_again.header("WWW-Authenticate"));
    ASSERT_TRUE(login.learn(challenge));
    EXPECT_EQ(late.post(hello(), {"Authorization: " + *login.authorization("POST", "/acs")}).status, 200U);
}

TEST_F(EndpointTest, BasicIsTakenWhereItIsAllowed)
{
    start(LoginPolicy::any);
    EXPECT_EQ(Wire{port}.post(hello(), {"Authorization: " + net::basic_authorization("bootstrap", "secret")}).status,
              200U);
    EXPECT_EQ(Wire{port}.post(hello(), {"Authorization: " + net::basic_authorization("bootstrap", "wrong")}).status,
              401U);
    ASSERT_EQ(incidents.noted().size(), 1U);
    auto const noted = incidents.noted()[0];
    EXPECT_EQ(noted.kind, domain::incident_kind::failed_login);
    EXPECT_EQ(noted.username, "bootstrap");
    EXPECT_EQ(noted.address, "127.0.0.1");
    EXPECT_EQ(noted.identity, cwmp::external_id(id));
}

TEST_F(EndpointTest, ALoginOfAnotherDeviceIsRefused)
{
    settle_device();
    auto const secret = net::make_digest_secret("other", "acs", "pw");
    store.add_login({"other", base::from_hex(secret.md5), base::from_hex(secret.sha256), domain::DeviceKey{4711}});
    auto const mine = net::make_digest_secret("mine", "acs", "pw");
    store.add_login({"mine", base::from_hex(mine.md5), base::from_hex(mine.sha256), key});
    start(LoginPolicy::basic);
    EXPECT_EQ(Wire{port}.post(hello(), {"Authorization: " + net::basic_authorization("other", "pw")}).status, 403U);
    EXPECT_EQ(Wire{port}.post(hello(), {"Authorization: " + net::basic_authorization("mine", "pw")}).status, 200U);
    ASSERT_EQ(incidents.noted().size(), 1U);
    EXPECT_EQ(incidents.noted()[0].kind, domain::incident_kind::wrong_login);
    EXPECT_EQ(incidents.noted()[0].device, key);
}

TEST_F(EndpointTest, AnUnknownDeviceWithoutALoginIsKeptForEnrolmentByHand)
{
    start(LoginPolicy::basic);
    EXPECT_EQ(Wire{port}.post(hello(), {"Authorization: " + net::basic_authorization("guess", "x")}).status, 401U);
    ASSERT_EQ(strangers.noted().size(), 1U);
    EXPECT_EQ(strangers.noted()[0].identity, id);
    EXPECT_EQ(strangers.noted()[0].username, "guess");
    EXPECT_EQ(strangers.noted()[0].address, "127.0.0.1");
    settle_device();
    EXPECT_EQ(Wire{port}.post(hello(), {"Authorization: " + net::basic_authorization("guess", "x")}).status, 401U);
    EXPECT_EQ(strangers.noted().size(), 1U) << "a known device is no stranger";
}

TEST_F(EndpointTest, AnAnnouncedDeviceIsActiveAndOthersArePending)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    policy.open_enrolment = false;
    store.expect("S2", {.announcement = 7});
    start(LoginPolicy::basic);
    auto const login = "Authorization: " + net::basic_authorization("bootstrap", "secret");
    EXPECT_EQ(Wire{port}.post(hello(), {login}).status, 200U);
    EXPECT_EQ(store.device(*store.find(id))->state, domain::DeviceState::pending);
    id.serial_number = "S2";
    EXPECT_EQ(Wire{port}.post(hello(), {login}).status, 200U);
    EXPECT_EQ(store.device(*store.find(id))->state, domain::DeviceState::active);
}

TEST_F(EndpointTest, ADeviceThatWasAnnouncedWithALoginComesWithIt)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    policy.open_enrolment = false;
    store.expect("S1", {.announcement = 7, .username = "own"});
    for (auto const& [name, announcement] : {std::pair{"own", 7}, std::pair{"others", 8}}) {
        auto const secret = net::make_digest_secret(name, "acs", "pw");
        store.add_login({.username = name,
                         .ha1_md5 = base::from_hex(secret.md5),
                         .ha1_sha256 = base::from_hex(secret.sha256),
                         .announcement = announcement});
    }
    start(LoginPolicy::basic);
    auto const come_with = [&](std::string_view name, std::string_view password) {
        return Wire{port}.post(hello(), {"Authorization: " + net::basic_authorization(name, password)}).status;
    };
    EXPECT_EQ(come_with("bootstrap", "secret"), 401U) << "everybody has that one";
    EXPECT_EQ(come_with("others", "pw"), 403U) << "the login of another announced device";
    EXPECT_FALSE(store.find(id));
    EXPECT_EQ(come_with("own", "pw"), 200U);
    EXPECT_EQ(store.device(*store.find(id))->state, domain::DeviceState::active);
    id.serial_number = "S3";
    EXPECT_EQ(come_with("own", "pw"), 403U) << "it is good for the announced device only";
}

TEST_F(EndpointTest, TooManyNewDevicesAre503AndKnownOnesAreServed)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    policy.open_enrolment = false;
    NewDevices new_devices{{.per_minute = 1, .pending_per_minute = 1, .pending = 10}};
    services.new_devices = &new_devices;
    start();
    EXPECT_EQ(Wire{port}.post(hello()).status, 200U);
    auto const first = id;
    id.serial_number = "S2";
    auto const refused = Wire{port}.post(hello());
    EXPECT_EQ(refused.status, 503U);
    EXPECT_FALSE(refused.header("Retry-After").empty());
    EXPECT_FALSE(store.find(id));
    EXPECT_EQ(incidents.count(domain::incident_kind::too_many_new), 1U);
    EXPECT_EQ(strangers.noted().size(), 1U);
    store.expect("S2", {.announcement = 7});
    EXPECT_EQ(Wire{port}.post(hello()).status, 200U) << "who is expected does not wait for strangers";
    id = first;
    EXPECT_EQ(Wire{port}.post(hello()).status, 200U);
}

TEST_F(EndpointTest, GuessingIsSlowedDownAndTheRightLoginIsNot)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    FailedLogins failed{{.free = 2, .first_delay = std::chrono::milliseconds{1}, .delayed = 0}};
    services.failed_logins = &failed;
    start(LoginPolicy::basic);
    auto const come_with = [&](std::string_view password) {
        return Wire{port}.post(hello(), {"Authorization: " + net::basic_authorization("bootstrap", password)});
    };
    EXPECT_EQ(come_with("1").status, 401U);
    EXPECT_EQ(come_with("2").status, 401U);
    auto const refused = come_with("3");
    EXPECT_EQ(refused.status, 503U) << "no more answers are held back";
    EXPECT_FALSE(refused.header("Retry-After").empty());
    EXPECT_EQ(come_with("secret").status, 200U);
}

TEST_F(EndpointTest, AnAnswerThatIsHeldBackComes)
{
    FailedLogins failed{{.free = 0, .first_delay = std::chrono::milliseconds{1}, .delayed = 1}};
    services.failed_logins = &failed;
    start(LoginPolicy::basic);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(Wire{port}.post(hello(), {"Authorization: " + net::basic_authorization("x", "y")}).status, 401U);
}

TEST_F(EndpointTest, ASharedLoginOfADeviceThatHasItsOwnIsRefusedUnlessItWasReset)
{
    auto const device = store.add_device(id, domain::DeviceState::active);
    support::run(store.mark(device, domain::LoginState::proven, {}));
    services.logins = &store;
    start(LoginPolicy::digest);
    Wire impostor{port};
    EXPECT_EQ(impostor.post(hello(), {log_in(impostor)}).status, 403U);
    EXPECT_EQ(incidents.count(domain::incident_kind::re_enrolment), 1U);

    Wire reset{port};
    auto const login = log_in(reset);
    auto const held = reset.post(inform(events(cwmp::event_code::bootstrap)).message, {login});
    EXPECT_EQ(held.status, 200U);
    EXPECT_EQ(endpoint->sessions(), 1U);
    auto const look = reset.post_nothing({"Cookie: " + held.cookie()});
    EXPECT_EQ(look.status, 200U);
    EXPECT_NE(look.body.find("DeviceInfo."), std::string::npos) << look.body;
    EXPECT_EQ(reset.post(cwmp::make_fault(cwmp::fault_code::request_denied)).status, 204U);
    EXPECT_EQ(endpoint->sessions(), 0U);
    EXPECT_EQ(incidents.count(domain::incident_kind::re_enrolment), 2U);
    EXPECT_EQ(store.device(device)->login, domain::LoginState::re_enrolling);
    EXPECT_EQ(store.device(device)->session_epoch, 0) << "nothing is kept of it";
}

TEST_F(EndpointTest, ADeviceThatIsHeldGoesOnOverAnotherConnection)
{
    auto const device = store.add_device(id, domain::DeviceState::active);
    support::run(store.mark(device, domain::LoginState::proven, {}));
    services.logins = &store;
    start(LoginPolicy::digest);
    std::string cookie;
    {
        Wire first{port};
        auto const login = log_in(first);
        cookie = first.post(inform(events(cwmp::event_code::bootstrap)).message, {login}).cookie();
    }
    for (int tries = 0; tries < 100 && server->connections() > 0; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    Wire second{port};
    auto const look = second.post_nothing({"Cookie: " + cookie});
    EXPECT_EQ(look.status, 200U);
    EXPECT_NE(look.body.find("DeviceInfo."), std::string::npos) << look.body;
    EXPECT_EQ(second.post(cwmp::make_fault(cwmp::fault_code::request_denied)).status, 204U);
    EXPECT_EQ(endpoint->sessions(), 0U);
}

TEST_F(EndpointTest, TheBeginningOfAPasswordThatADeviceWasToldIsItsPassword)
{
    auto const device = store.add_device(id, domain::DeviceState::active);
    support::run(store.offer(offer_of(device, {"own", "abcdefghijkl"}, "acs", true)));
    services.logins = &store;
    start(LoginPolicy::basic);
    auto const come_with = [&](std::string const& password) {
        return Wire{port}.post(hello(), {"Authorization: " + net::basic_authorization("own", password)}).status;
    };
    EXPECT_EQ(come_with("abcdefg"), 401U) << "too little to be a password";
    EXPECT_EQ(come_with("bcdefghi"), 401U);
    EXPECT_EQ(come_with("abcdefgh"), 200U);
    EXPECT_EQ(incidents.count(domain::incident_kind::odd_login), 1U);
    EXPECT_TRUE(store.logins_of(device).at(0).is_used);
    EXPECT_EQ(come_with("abcdefgh"), 200U);
    EXPECT_EQ(come_with("abcdefghijkl"), 401U) << "what was told and not kept is nothing";
    EXPECT_EQ(incidents.count(domain::incident_kind::odd_login), 1U);
}

TEST_F(EndpointTest, ALoginOfARetiredDeviceIsRefusedAndNoted)
{
    auto const device = store.add_device(id, domain::DeviceState::retiring);
    store.add_login({.username = "own",
                     .ha1_md5 = base::from_hex(net::make_digest_secret("own", "acs", "word").md5),
                     .ha1_sha256 = {},
                     .device = device});
    support::run(store.retire(device));
    start(LoginPolicy::any);
    Wire wire{port};
    EXPECT_EQ(wire.post(hello(), {"Authorization: Basic b3duOndvcmQ="}).status, 403U);
    EXPECT_EQ(incidents.count(domain::incident_kind::refused_device), 1U);
}

TEST_F(EndpointTest, TheDatabaseAwayIs503WithRetryAfter)
{
    store.set_away(true);
    start();
    auto const answer = Wire{port}.post(hello());
    EXPECT_EQ(answer.status, 503U);
    EXPECT_GE(std::stoi(answer.header("Retry-After")), static_cast<int>(services.limits.retry_after.count()));
}

TEST_F(EndpointTest, TooManySessionsAre503)
{
    services.limits.sessions = 1;
    start();
    Wire first{port};
    EXPECT_EQ(first.post(hello()).status, 200U);
    id.serial_number = "S2";
    EXPECT_EQ(Wire{port}.post(hello()).status, 503U);
}

TEST_F(EndpointTest, ANewInformReplacesTheSessionOfItsDevice)
{
    start();
    Wire old{port};
    old.post(hello());
    Wire newer{port};
    EXPECT_EQ(newer.post(hello()).status, 200U);
    EXPECT_EQ(endpoint->sessions(), 1U);
    EXPECT_EQ(old.post(cwmp::GetRPCMethods{}).status, 400U);
}

class TwoThreadsTest : public EndpointTest {
protected:
    TwoThreadsTest() : EndpointTest{2} {}
};

TEST_F(TwoThreadsTest, ARequestOnAnotherThreadFindsItsSession)
{
    start();
    Wire opener{port};
    auto const cookie = opener.post(hello()).cookie();
    for (int i = 0; i < 20; ++i) {  // each connection lands on either thread
        Wire other{port};
        auto const answer = other.post(cwmp::GetRPCMethods{}, {"Cookie: " + cookie});
        ASSERT_EQ(answer.status, 200U);
        EXPECT_NE(answer.body.find("TransferComplete"), std::string::npos);
    }
    EXPECT_EQ(endpoint->sessions(), 1U);
}

TEST_F(EndpointTest, TheAnswerSpeaksTheNamespaceOfTheInform)
{
    start();
    auto const body = cwmp::encode({.id = "1", .message = hello()}, {.namespace_digit = 2, .xml_declaration = false});
    auto const answer = Wire{port}.send("POST", body);
    EXPECT_NE(answer.body.find("urn:dslforum-org:cwmp-1-2"), std::string::npos);
    EXPECT_FALSE(answer.body.starts_with("<?xml"));
}

/// A second node with stores of its own conviction: the same database, another number.
class TwoNodesTest : public EndpointTest {
protected:
    ~TwoNodesTest() override
    {
        if (second_server)
            second_server->stop();
        if (server)
            server->stop();
        threads.stop();
    }
    void start_both()
    {
        models.knowledge.discovery = domain::DiscoveryProfile::off;
        services.node = 1;
        start(LoginPolicy::digest);
        auto other = services;
        other.node = 2;
        EndpointPolicy policy{.login = LoginPolicy::digest, .open_enrolment = true};
        policy.digest = {.realm = "acs", .key = "0123456789abcdef"};
        second.emplace(other, std::move(policy), threads);
        second_server.emplace(threads, metrics);
        auto const listening = second_server->listen({.name = "second", .address = "127.0.0.1"}, *second);
        ASSERT_TRUE(listening) << listening.error().what;
        second_port = second_server->local_port("second");
    }
    std::optional<CwmpEndpoint> second;
    std::optional<net::Server> second_server;
    std::uint16_t second_port = 0;
};

TEST_F(TwoNodesTest, ACookieThatArrivesBeforeItsSessionIsPutAwayIsWaitedFor)
{
    start_both();
    std::optional<Wire> wire{std::in_place, port};
    auto const login = log_in(*wire);
    auto const cookie = wire->post(hello(), {login}).cookie();
    ASSERT_EQ(cookie.substr(0, 11), "session=001");
    // The connection dies a moment after the CPE has come to the other node.
    std::jthread const dying{[&wire] {
        std::this_thread::sleep_for(std::chrono::milliseconds{150});
        wire.reset();
    }};
    Wire elsewhere{second_port};
    EXPECT_EQ(elsewhere.post_nothing({"Cookie: " + cookie}).status, 204U);
}

TEST_F(TwoNodesTest, ACookieThatNobodyPutAwayIsAnsweredInTheEnd)
{
    services.limits.resume_wait = std::chrono::milliseconds{100};
    start_both();
    Wire wire{port};
    auto const login = log_in(wire);
    auto const cookie = wire.post(hello(), {login}).cookie();
    Wire elsewhere{second_port};
    EXPECT_EQ(elsewhere.post_nothing({"Cookie: " + cookie}).status, 401U);
    EXPECT_EQ(wire.post_nothing({"Cookie: " + cookie}).status, 204U) << "its own node still has it";
}

TEST_F(TwoNodesTest, ASessionThatWentOnElsewhereWakesNobody)
{
    services.news = &news;
    services.waker = &waker;
    start_both();
    std::optional<Wire> wire{std::in_place, port};
    auto const login = log_in(*wire);
    auto const cookie = wire->post(hello(), {login}).cookie();
    wire.reset();
    auto const device = *store.find(id);
    news.announce(device, domain::TaskId{1}, true);
    Wire elsewhere{second_port};
    EXPECT_EQ(elsewhere.post_nothing({"Cookie: " + cookie}).status, 204U) << "it has looked";
    Wire back{port};
    EXPECT_EQ(back.post_nothing({"Cookie: " + cookie}).status, 401U);
    EXPECT_TRUE(news.claim_wake(device)) << "the first node had not seen the task, but left the session to the other";
}

TEST_F(EndpointTest, ATaskThatASessionDidNotSeeWakesItsDeviceOnce)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    services.news = &news;
    services.waker = &waker;
    start();
    Wire wire{port};
    ASSERT_EQ(wire.post(hello()).status, 200U);
    news.announce(*store.find(id), domain::TaskId{1}, true);
    EXPECT_EQ(wire.post(cwmp::GetParameterValuesResponse{}).status, 400U) << "the session dies";
    for (int tries = 0; tries < 100 && waker.calls() == 0; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    EXPECT_EQ(waker.calls(), 1U);
}

TEST_F(EndpointTest, ADeviceThatManyBoxesClaimToBeIsAnsweredButNotProvisioned)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    services.limits.takeovers_per_hour = 2;
    start(LoginPolicy::digest);
    std::vector<std::unique_ptr<Wire>> wires;
    auto const inform_from = [&](char const* address) {
        wires.push_back(std::make_unique<Wire>(port, address));
        clock.advance(std::chrono::milliseconds{1});
        auto const login = log_in(*wires.back());
        EXPECT_EQ(wires.back()->post(hello(), {login}).status, 200U);
    };
    inform_from("127.0.0.1");
    inform_from("127.0.0.1");  // one box that lost its connection
    inform_from("127.0.0.2");
    inform_from("127.0.0.1");
    key = *store.find(id);
    EXPECT_EQ(store.device(key)->state, domain::DeviceState::active);
    inform_from("127.0.0.2");
    EXPECT_EQ(store.device(key)->state, domain::DeviceState::conflict);
    EXPECT_NE(store.device(key)->automation_stopped.find("127.0.0.2"), std::string::npos);
    auto const task = order(domain::RebootTask{});
    inform_from("127.0.0.1");
    EXPECT_EQ(wires.back()->post_nothing().status, 204U);
    EXPECT_EQ(state(task), domain::TaskState::queued);
}

TEST_F(EndpointTest, WhereNobodyLogsInTakeOversAreNoConflict)
{
    models.knowledge.discovery = domain::DiscoveryProfile::off;
    services.limits.takeovers_per_hour = 1;
    start();
    std::vector<std::unique_ptr<Wire>> wires;
    for (int i = 0; i < 6; ++i) {
        wires.push_back(std::make_unique<Wire>(port, i % 2 == 0 ? "127.0.0.1" : "127.0.0.2"));
        EXPECT_EQ(wires.back()->post(hello()).status, 200U);
    }
    EXPECT_EQ(store.device(*store.find(id))->state, domain::DeviceState::active);
}

}  // namespace
}  // namespace session
