// Many devices: who is asked when, by how many at once, and how wishes are merged.
#include "dispatcher_fixture.hpp"
#include "wakeup/line.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using wakeup::Lane;

wakeup::Moment at(std::chrono::milliseconds time)
{
    return wakeup::Moment{std::chrono::hours{1} + time};
}

TEST(Pace, SoManyAreAskedInASecondAndSavingIsBounded)
{
    wakeup::Pace pace{{.all = 2, .automation = 1, .bulk = 0, .network = 2}, at(0s)};
    auto const take = [&](Lane lane, std::chrono::milliseconds time) {
        bool const admitted = pace.admits(lane, at(time)) && pace.admits("n", at(time));
        if (admitted)
            pace.take(lane, "n", at(time));
        return admitted;
    };
    EXPECT_TRUE(take(Lane::automation, 0ms));
    EXPECT_FALSE(take(Lane::automation, 100ms)) << "one a second";
    EXPECT_TRUE(take(Lane::person, 100ms));
    EXPECT_FALSE(take(Lane::person, 100ms)) << "two in all";
    EXPECT_TRUE(take(Lane::person, 1'000ms));
    EXPECT_FALSE(take(Lane::bulk, 3'000ms)) << "none at all";
    EXPECT_TRUE(take(Lane::person, 60'000ms));
    EXPECT_TRUE(take(Lane::person, 60'000ms));
    EXPECT_FALSE(take(Lane::person, 60'000ms)) << "an hour of rest saves up one second";
}

TEST(Pace, ANetworkIsAnAccessNodeOrARangeOfAddresses)
{
    EXPECT_EQ(wakeup::network_of("olt-7", "192.0.2.9"), "olt-7");
    EXPECT_EQ(wakeup::network_of("", "192.0.2.9"), "192.0.2.0/24");
    EXPECT_EQ(wakeup::network_of("", "::ffff:192.0.2.9"), "192.0.2.0/24");
    EXPECT_EQ(wakeup::network_of("", "2001:db8:1:2::9"), "2001:db8:1::/48");
    EXPECT_EQ(wakeup::network_of("", ""), "");
}

TEST(Line, PeopleComeFirstAndNobodyWaitsBehindAFullNetwork)
{
    wakeup::Pace pace{{.all = 100, .automation = 100, .bulk = 100, .network = 1}, at(0s)};
    wakeup::Line line{pace};
    line.join({DeviceKey{1}, Lane::bulk, "a"});
    line.join({DeviceKey{2}, Lane::person, "a"});
    line.join({DeviceKey{3}, Lane::person, "a"});
    line.join({DeviceKey{4}, Lane::automation, "b"});
    auto const next = [&](bool only_people = false) {
        auto const place = line.next(at(0s), only_people);
        return place ? place->device.value() : 0;
    };
    EXPECT_EQ(next(), 2);
    EXPECT_EQ(next(true), 0) << "3 shares its network with 2, and 4 is no person's";
    EXPECT_EQ(next(), 4);
    EXPECT_EQ(next(), 0);
    EXPECT_EQ(line.size(), 2U);
    line.leave(DeviceKey{3});
    line.raise(DeviceKey{1}, Lane::person);
    auto const last = line.next(at(2s), true);
    ASSERT_TRUE(last);
    EXPECT_EQ(last->device, DeviceKey{1});
    EXPECT_TRUE(line.empty());
}

TEST(Line, ADeviceThatIsWishedForAgainKeepsItsPlace)
{
    wakeup::Pace pace{{.all = 100, .automation = 100, .bulk = 100, .network = 100}, at(0s)};
    wakeup::Line line{pace};
    line.join({DeviceKey{1}, Lane::automation, "a"});
    line.join({DeviceKey{2}, Lane::automation, "a"});
    line.raise(DeviceKey{1}, Lane::automation);
    line.raise(DeviceKey{1}, Lane::bulk);
    EXPECT_EQ(line.size(), 2U);
    EXPECT_EQ(line.next(at(0s), false)->device, DeviceKey{1});
}

TEST(Pace, WhatIsOverdrawnIsMadeGoodInASecondOrTwo)
{
    wakeup::Pace pace{{.all = 2, .automation = 2, .bulk = 2, .network = 2}, at(0s)};
    for (int i = 0; i < 100; ++i)
        pace.take(Lane::bulk, "n", at(0s));
    EXPECT_FALSE(pace.admits(Lane::bulk, at(1'000ms)));
    EXPECT_TRUE(pace.admits(Lane::bulk, at(1'500ms)));
}

TEST_F(DispatcherTest, DevicesThatStayBusyDoNotUseUpThePaceOfPeople)
{
    limits.rates = {.all = 2, .automation = 2, .bulk = 2, .network = 1'000};
    http.on_ask = [this](DeviceKey device) {
        if (device == DeviceKey{5}) {
            http.answer = {.is_sent = true};
            inform(device);
        } else
            http.answer = {.cause = "503: busy", .is_busy = true, .result = WakeResult::busy};
    };
    for (int number = 1; number <= 4; ++number)
        static_cast<void>(start(DeviceKey{number}, {.most = 60s, .priority = Priority::bulk}));
    timers.pass(20s);
    auto const asked = http.asked.size();
    EXPECT_LE(asked, 42U) << "two in a second, however often they are busy";
    EXPECT_TRUE(wake(DeviceKey{5}, {.most = 5s}).reached);
}

TEST_F(DispatcherTest, SeveralWhoWaitForOneDeviceShareOneRequest)
{
    http.takes = 1s;
    auto const first = start(one);
    auto const second = start(one, {.priority = Priority::automation});
    EXPECT_TRUE(outcome(first).reached);
    EXPECT_TRUE(outcome(second).reached);
    EXPECT_EQ(http.asked.size(), 1U);
    EXPECT_TRUE(wake(one).reached) << "afterwards it is asked anew";
}

TEST_F(DispatcherTest, NoMoreThanAllowedAreAskedAtTheSameTimeAndPeopleHaveRoomBesideAutomation)
{
    limits.at_once = 4;
    limits.rates = {.all = 1'000, .automation = 1'000, .bulk = 1'000, .network = 1'000};
    http.takes = 2s;
    std::vector<Waiting> all;
    for (int number = 1; number <= 4; ++number)
        all.push_back(start(DeviceKey{number}, {.most = 60s, .priority = Priority::automation}));
    timers.pass(1s);
    EXPECT_EQ(http.at_work, 3U);
    all.push_back(start(DeviceKey{5}, {.most = 60s}));
    timers.pass(500ms);
    EXPECT_EQ(http.at_work, 4U);
    EXPECT_EQ(http.asked.back(), DeviceKey{5});
    for (auto const& each : all)
        EXPECT_TRUE(outcome(each).reached);
    EXPECT_EQ(http.most_at_work, 4U);
}

TEST_F(DispatcherTest, APersonWhoComesLaterIsServedBeforeAutomation)
{
    limits.rates = {.all = 1, .automation = 1, .bulk = 1, .network = 1'000};
    auto const spent = start(one, {.most = 60s});
    auto const slow = start(two, {.most = 60s, .priority = Priority::automation});
    timers.pass(100ms);
    auto const urgent = start(three, {.most = 60s});
    EXPECT_TRUE(outcome(slow).reached);
    EXPECT_TRUE(outcome(urgent).reached);
    EXPECT_THAT(http.asked, ElementsAre(one, three, two));
}

TEST_F(DispatcherTest, AnAccessNetworkIsNotFlooded)
{
    limits.rates.network = 1;
    add(DeviceKey{6}, "198.51.100.6");
    auto const first = start(one, {.most = 60s});
    auto const second = start(two, {.most = 60s});
    auto const elsewhere = start(DeviceKey{6}, {.most = 60s});
    timers.pass(500ms);
    EXPECT_THAT(http.asked, ElementsAre(one, DeviceKey{6}));
    EXPECT_TRUE(outcome(second).reached);
}

TEST_F(DispatcherTest, WhoseTurnDoesNotComeInTimeIsToldSo)
{
    limits.rates = {.all = 1, .automation = 1, .bulk = 0, .network = 1'000};
    auto const outcome = wake(one, {.most = 5s, .priority = Priority::bulk});
    EXPECT_FALSE(outcome.reached);
    EXPECT_THAT(outcome.cause, HasSubstr("not asked yet"));
    EXPECT_TRUE(http.asked.empty());
    timers.pass(1s);
    EXPECT_TRUE(store.notes.empty()) << "that says nothing of the device";
}

TEST_F(DispatcherTest, WhoCameWhileItWaitedForItsTurnIsNotAsked)
{
    limits.rates = {.all = 1, .automation = 1, .bulk = 1, .network = 1'000};
    auto const first = start(one, {.most = 60s});
    auto const second = start(two, {.most = 60s});
    timers.pass(100ms);
    inform(two);
    EXPECT_TRUE(outcome(second).reached);
    EXPECT_THAT(http.asked, ElementsAre(one));
}

TEST_F(DispatcherTest, TooManyAreRefusedPeopleALittleLater)
{
    limits.waiting = 10;
    limits.rates = {.all = 1, .automation = 1, .bulk = 0, .network = 1};
    std::vector<Waiting> all;
    for (int number = 10; number < 20; ++number) {
        add(DeviceKey{number}, "192.0.2.1");
        all.push_back(start(DeviceKey{number}, {.most = 60s, .priority = Priority::bulk}));
    }
    timers.pass(100ms);
    EXPECT_THAT(wake(one, {.priority = Priority::automation}).cause, HasSubstr("wakeup.waiting"));
    EXPECT_TRUE(wake(one).reached);
}

TEST_F(DispatcherTest, OneLookServesAllWhoseInformsAreAwaited)
{
    http.on_ask = nullptr;
    udp.missing = "no binding";
    for (auto const device : {one, two, three})
        static_cast<void>(start(device));
    timers.pass(2'900ms);
    EXPECT_LE(store.looks, 12U);
}

}  // namespace
}  // namespace test
