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

TEST_F(DispatcherTest, WhoNeedsANewSessionIsNotServedByTheOneThatOthersHaveJustGot)
{
    http.takes = 1'100ms;  // just after a look whether the Inform came: the next does not come at once
    http.on_ask = [this](DeviceKey device) {
        inform(device);
        live.live.insert(device);
    };
    auto const first = start(one, {.most = 60s});
    timers.pass(1'150ms);
    auto const second = start(one, {.most = 60s, .anew = true});
    timers.pass(5s);
    EXPECT_TRUE(outcome(first).reached);
    EXPECT_FALSE(second->is_over);
    EXPECT_EQ(http.asked.size(), 1U);
    live.live.clear();
    EXPECT_TRUE(outcome(second).reached);
    EXPECT_EQ(http.asked.size(), 2U);
}

TEST_F(DispatcherTest, AnInformFromBeforeAWakeUpDoesNotCount)
{
    http.answer = {.cause = "connection refused", .result = WakeResult::refused};
    http.takes = 300ms;
    http.on_ask = nullptr;
    udp.missing = "no binding is known";
    store.informs[one] = clock.now() - 1h;  // as the inventory has it
    auto slow = 1s;
    store.before_look = [&] { return sleep(std::exchange(slow, 0s)); };
    auto const first = start(one, {.most = 60s});
    timers.pass(1'200ms);
    EXPECT_FALSE(outcome(first).reached);
    // Whether the first was reached is still being looked up when the second has only just begun.
    store.before_facts = [this] { return sleep(100ms); };
    EXPECT_FALSE(wake(one, {.most = 60s}).reached);
    EXPECT_EQ(http.asked.size(), 2U);
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

TEST_F(DispatcherTest, TheNextMethodIsTriedWhenItIsNotClearWhetherTheDeviceIsThere)
{
    http.answer = {.cause = "service-unavailable: not logged in, or busy", .is_busy = true};
    http.on_ask = nullptr;
    udp.on_ask = [this](DeviceKey device) { inform(device); };
    auto const outcome = wake(one, {.most = 60s});
    EXPECT_TRUE(outcome.reached) << outcome.cause;
    EXPECT_EQ(outcome.method, "udp");
    EXPECT_GT(http.asked.size(), 1U) << "it may be in a session that ends soon";
}

TEST_F(DispatcherTest, AMethodThatFailsInItselfIsNotTakenForTheDatabase)
{
    http.on_ask = [](DeviceKey) { throw std::runtime_error{"no memory"}; };
    auto const outcome = wake(one);
    EXPECT_FALSE(outcome.reached);
    EXPECT_THAT(outcome.cause, HasSubstr("its log tells"));
    EXPECT_THAT(outcome.cause, testing::Not(HasSubstr("database")));
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

TEST_F(DispatcherTest, ThePictureKnowsTheLoginsThatAMethodNeeds)
{
    udp.needs_login = true;
    auto const why = [this] {
        auto const picture = timers.run(dispatcher().picture(one));
        for (auto const& method : picture->methods)
            if (method.name == "udp")
                return method.why;
        return std::string{"not told"};
    };
    EXPECT_EQ(why(), "no login is known");
    inventory.set_wake_credentials(one, {{"cpe", "secret"}});
    EXPECT_EQ(why(), "");
}

}  // namespace
}  // namespace test
