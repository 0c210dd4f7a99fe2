#include "domain/event_json.hpp"
#include "domain/event_log.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace domain {
namespace {

using namespace std::chrono_literals;

TEST(EventPosition, IsATextAndComesBackFromIt)
{
    EventPosition const place{815, 7'274'508'160'000};
    EXPECT_EQ(to_text(place), "815.7274508160000");
    EXPECT_EQ(event_position("815.7274508160000"), place);
    auto const before = event_position("815.-7274508160000");
    ASSERT_TRUE(before);
    EXPECT_EQ(before->id, -7'274'508'160'000);
    for (auto const* const text : {"", ".", "815", "815.", ".1", "815.1x", "-1.1", "815.1.1", " 815.1",
                                   "99999999999999999999.1", "1.-9223372036854775808"})
        EXPECT_FALSE(event_position(text)) << text;
}

TEST(EventPosition, OrdersByTransactionThenByNumberAndBeforeAllIsOnePlaceWheneverItWasSeen)
{
    EXPECT_LT((EventPosition{1, 9}), (EventPosition{2, 1}));
    EXPECT_LT((EventPosition{2, 1}), (EventPosition{2, 2}));
    EXPECT_LT((EventPosition{2, -50}), (EventPosition{2, 1}));
    EXPECT_EQ((EventPosition{2, -50}), (EventPosition{2, -70}));
}

TEST(EventPosition, KnowsAboutWhenItWasMade)
{
    auto const now = std::chrono::floor<std::chrono::milliseconds>(base::SystemClock{}.now());
    EXPECT_EQ(time_of(position_before(7, now)), now);
    auto const number = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() << 22U;
    EXPECT_EQ(time_of({7, number + 77}), now);
}

TEST(EventJson, AnInformTellsItsEvents)
{
    EventRecord event;
    event.position = {8, 9};
    event.at = base::TimePoint{} + 1s;
    event.device_name = "00D09E-HG-1";
    event.kind = event_kind::inform;
    event.events = {{"M Reboot", "k"}};
    event.retry_count = 2;
    event.address = "192.0.2.7";
    EXPECT_EQ(boost::json::serialize(to_json(event)),
              R"({"cursor":"8.9","at":"1970-01-01T00:00:01Z","kind":"inform","device":"00D09E-HG-1",)"
              R"("data":{"events":[{"code":"M Reboot","command_key":"k"}],"retry_count":2,"redelivered":false,)"
              R"("address":"192.0.2.7"}})");
}

TEST(EventJson, WhatIsNoObjectIsAnEmptyOne)
{
    EventRecord event;
    event.kind = event_kind::kicked;
    event.detail = "[1]";
    auto const json = to_json(event);
    EXPECT_TRUE(json.at("device").is_null());
    EXPECT_TRUE(json.at("data").as_object().empty());
}

}  // namespace
}  // namespace domain
