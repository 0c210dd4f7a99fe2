// One device at a time: which method, what came of it, and what is remembered.
#include "dispatcher_fixture.hpp"

namespace test {
namespace {

TEST_F(DispatcherTest, ADeviceIsReachedWhenItsInformCame)
{
    auto const outcome = wake(one);
    EXPECT_TRUE(outcome.reached) << outcome.cause;
    EXPECT_EQ(outcome.method, "http");
    EXPECT_EQ(outcome.cause, "");
    ASSERT_EQ(store.notes.size(), 1U);
    EXPECT_TRUE(store.notes[0].reached);
    EXPECT_EQ(store.notes[0].attempts.at(0).result, WakeResult::reached);
    EXPECT_EQ(counted(R"(method="http",outcome="reached")"), 1U);
}

TEST_F(DispatcherTest, AnAnswerAloneIsNoProof)
{
    http.on_ask = nullptr;
    udp.missing = "it has no binding";
    auto const outcome = wake(one, {.most = 60s});
    EXPECT_FALSE(outcome.reached);
    EXPECT_THAT(outcome.cause, HasSubstr("no Inform came in time"));
    EXPECT_EQ(store.notes.at(0).attempts.at(0).result, WakeResult::no_inform);
    EXPECT_TRUE(store.notes[0].failed);
}

TEST_F(DispatcherTest, WhoWaitsIsToldHowFarItIsWhenHisTimeIsOver)
{
    http.on_ask = nullptr;
    udp.missing = "it has no binding";
    auto const outcome = wake(one, {.most = 2s});
    EXPECT_FALSE(outcome.reached);
    EXPECT_THAT(outcome.cause, HasSubstr("http: the device took the request"));
    EXPECT_TRUE(store.notes.empty()) << "the Inform may still come";
    inform(one);
    while (store.notes.empty() && timers.step()) {
    }
    EXPECT_TRUE(store.notes.at(0).reached) << "it came late, and that is learnt from";
}

TEST_F(DispatcherTest, TheNextMethodIsTriedWhenOneFails)
{
    http.answer = {.cause = "connection refused", .result = WakeResult::refused};
    http.on_ask = nullptr;
    udp.on_ask = [this](DeviceKey device) { inform(device); };
    auto const outcome = wake(one);
    EXPECT_TRUE(outcome.reached);
    EXPECT_EQ(outcome.method, "udp");
    EXPECT_EQ(store.devices[one].known.best_method, "udp");
    EXPECT_EQ(store.notes.at(0).attempts.at(0).result, WakeResult::refused);
}

TEST_F(DispatcherTest, TheNextMethodIsTriedWhenNoInformComes)
{
    http.on_ask = nullptr;
    udp.on_ask = [this](DeviceKey device) { inform(device); };
    EXPECT_EQ(wake(one).method, "udp");
    EXPECT_EQ(store.notes.at(0).attempts.at(0).result, WakeResult::no_inform);
}

TEST_F(DispatcherTest, WhenAllFailEachIsToldWithItsCause)
{
    http.answer = {.cause = "behind NAT", .result = WakeResult::behind_nat};
    http.on_ask = nullptr;
    udp.missing = "no binding is known";
    auto const outcome = wake(one);
    EXPECT_FALSE(outcome.reached);
    EXPECT_EQ(outcome.cause, "http: behind NAT; udp: no binding is known");
    EXPECT_EQ(outcome.method, "http");
}

TEST_F(DispatcherTest, WhenNoneAppliesThatIsSaidAndWhatHappensNow)
{
    http.missing = "it has told no URL";
    udp.missing = "no binding is known";
    store.devices[one].inform_interval = 2h;
    auto const outcome = wake(one);
    EXPECT_EQ(outcome.cause, "no method applies: http: it has told no URL; udp: no binding is known");
    EXPECT_THAT(outcome.outlook, HasSubstr("due at about 2026-03-01T13:00:00Z"));
    EXPECT_TRUE(http.asked.empty());
}

TEST_F(DispatcherTest, WhatWorkedForTheDeviceLastComesFirst)
{
    store.devices[one].known.best_method = "udp";
    store.devices[one].model_method = "http";
    udp.on_ask = [this](DeviceKey device) { inform(device); };
    EXPECT_EQ(wake(one).method, "udp");
    EXPECT_TRUE(http.asked.empty());
}

TEST_F(DispatcherTest, ElseWhatWorksForItsModel)
{
    store.devices[one].model_method = "udp";
    udp.on_ask = [this](DeviceKey device) { inform(device); };
    EXPECT_EQ(wake(one).method, "udp");
}

TEST_F(DispatcherTest, HttpIsTheLastResortForADeviceBehindNat)
{
    domain::DeviceRow device;
    device.key = one;
    device.identity = {"Acme", "00D09E", "HG", "S1"};
    device.connection_request_url = "http://192.168.1.1:7547/";
    device.ip_address = "203.0.113.9";
    inventory.add(device);
    udp.on_ask = [this](DeviceKey woken) { inform(woken); };
    EXPECT_EQ(wake(one).method, "udp");
    EXPECT_TRUE(http.asked.empty());
}

TEST_F(DispatcherTest, ADeviceInASessionHereNeedsNoRequest)
{
    live.live.insert(one);
    auto const outcome = wake(one);
    EXPECT_TRUE(outcome.reached);
    EXPECT_EQ(outcome.method, "session");
    EXPECT_TRUE(http.asked.empty());
}

TEST_F(DispatcherTest, WhoNeedsANewSessionWaitsForTheEndOfTheOldOne)
{
    live.live.insert(one);
    auto const waiting = start(one, {.most = 60s, .anew = true});
    timers.pass(5s);
    EXPECT_TRUE(http.asked.empty());
    live.live.clear();
    EXPECT_EQ(outcome(waiting).method, "http");
}

TEST_F(DispatcherTest, ASessionThatDoesNotEndIsTheCause)
{
    live.live.insert(one);
    auto const outcome = wake(one, {.most = 5s, .anew = true});
    EXPECT_THAT(outcome.cause, HasSubstr("busy in a session"));
    EXPECT_TRUE(http.asked.empty());
}

TEST_F(DispatcherTest, ADeviceThatIsBusyWithAnotherNodeIsAskedAgain)
{
    http.answer = {.cause = "503: busy", .is_busy = true, .result = WakeResult::busy};
    http.on_ask = [this](DeviceKey device) {
        if (http.asked.size() < 3)
            return;
        http.answer = {.is_sent = true};
        inform(device);
    };
    auto const outcome = wake(one);
    EXPECT_TRUE(outcome.reached) << outcome.cause;
    EXPECT_EQ(http.asked.size(), 3U);
    EXPECT_TRUE(udp.asked.empty());
}

TEST_F(DispatcherTest, ADeviceThatStaysBusyIsToldSoAndNotCountedAsUnreachable)
{
    http.answer = {.cause = "503: busy", .is_busy = true, .result = WakeResult::busy};
    http.on_ask = nullptr;
    auto const outcome = wake(one, {.most = 3s});
    EXPECT_THAT(outcome.cause, HasSubstr("503: busy"));
    while (store.notes.empty() && timers.step()) {
    }
    EXPECT_FALSE(store.notes.at(0).failed);
    EXPECT_TRUE(udp.asked.empty()) << "it is there";
}

TEST_F(DispatcherTest, AnInformThatNobodyAskedForIsNoMeritOfAMethod)
{
    http.answer = {.cause = "connection refused", .result = WakeResult::refused};
    udp.answer = http.answer;
    auto const outcome = wake(one);
    EXPECT_TRUE(outcome.reached);
    EXPECT_EQ(outcome.method, "");
    EXPECT_EQ(store.devices[one].known.best_method, "");
    EXPECT_FALSE(store.notes.at(0).failed);
}

TEST_F(DispatcherTest, AutomationLeavesADeviceAloneThatWasAskedInVainAPersonDoesNot)
{
    auto& known = store.devices[one].known;
    known.failed_in_row = 2;
    known.failed_at = clock.now() - 90s;
    auto const left = wake(one, {.priority = Priority::automation});
    EXPECT_FALSE(left.reached);
    EXPECT_THAT(left.cause, HasSubstr("asked 2 times in vain"));
    EXPECT_TRUE(http.asked.empty());
    EXPECT_TRUE(wake(one, {.priority = Priority::person}).reached);
}

TEST_F(DispatcherTest, AnUnknownDeviceIsNotReached)
{
    EXPECT_THAT(wake(DeviceKey{4711}).cause, HasSubstr("no such device"));
}

TEST_F(DispatcherTest, ADatabaseThatIsAwayIsTheCause)
{
    inventory.is_away = true;
    EXPECT_THAT(wake(one).cause, HasSubstr("database"));
    inventory.is_away = false;
    EXPECT_TRUE(wake(one).reached);
}

TEST_F(DispatcherTest, ThePictureShowsWhatWouldBeTried)
{
    udp.missing = "no binding is known";
    store.devices[one].inform_interval = 30min;
    auto const picture = timers.run(dispatcher().picture(one));
    ASSERT_TRUE(picture);
    ASSERT_EQ(picture->methods.size(), 2U);
    EXPECT_TRUE(picture->methods[0].applies);
    EXPECT_EQ(picture->methods[1].name, "udp");
    EXPECT_EQ(picture->methods[1].why, "no binding is known");
    EXPECT_EQ(picture->next_inform, clock.now() - 30min);
    EXPECT_THAT(picture->outlook, HasSubstr("did not come"));
    EXPECT_FALSE(timers.run(dispatcher().picture(DeviceKey{4711})));
}

}  // namespace
}  // namespace test
