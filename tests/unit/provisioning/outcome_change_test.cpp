#include "provisioning/outcome_change.hpp"

#include "domain/json_read.hpp"

#include <gtest/gtest.h>

namespace provisioning {
namespace {

constexpr auto set_one = R"({"low":{"v":1,"a":[{"kind":"set","path":"Device.A","value":"1","type":"text"}]}})";

domain::RuleAction set(std::string value)
{
    return {"set", "Device.A", std::move(value), "text"};
}
OutcomeChange change(std::string_view before, std::string_view after)
{
    return {domain::object_of(before), domain::object_of(after)};
}

TEST(OutcomeChange, WhatIsWantedAsBeforeIsNotNew)
{
    EXPECT_FALSE(change(set_one, set_one).is_any());
    EXPECT_FALSE(change(set_one, set_one).is_new(set("1")));
}

TEST(OutcomeChange, ANewVersionOrAnotherRuleThatWantsTheSameIsNotNew)
{
    auto const other = R"({"b":{"v":7,"t":9,"a":[{"kind":"set","path":"Device.A","value":"1","type":"integer"}]}})";
    EXPECT_FALSE(change(set_one, other).is_any());
    EXPECT_FALSE(change(set_one, other).is_new(set("1")));
}

TEST(OutcomeChange, AValueThatNobodyWantedIsNew)
{
    EXPECT_TRUE(change("{}", set_one).is_any());
    EXPECT_TRUE(change("{}", set_one).is_new(set("1")));
    auto const two = R"({"low":{"v":2,"a":[{"kind":"set","path":"Device.A","value":"2","type":"text"}]}})";
    EXPECT_TRUE(change(set_one, two).is_new(set("2")));
}

TEST(OutcomeChange, WhatIsNoLongerWantedIsAChangeButNothingNew)
{
    EXPECT_TRUE(change(set_one, "{}").is_any());
    EXPECT_FALSE(change("", "").is_any());
}

TEST(OutcomeChange, TheSurvivorOfAContestIsNew)
{
    auto const both = R"({"low":{"v":1,"a":[{"kind":"set","path":"Device.A","value":"1","type":"text"}]},
                          "high":{"v":2,"a":[{"kind":"set","path":"Device.A","value":"2","type":"text"}]}})";
    EXPECT_TRUE(change(both, set_one).is_new(set("1")));
    EXPECT_FALSE(change(both, both).is_new(set("2")));
    auto const turned = R"({"low":{"v":3,"a":[{"kind":"set","path":"Device.A","value":"1","type":"text"}]},
                            "high":{"v":2,"a":[{"kind":"set","path":"Device.A","value":"2","type":"text"}]}})";
    EXPECT_TRUE(change(both, turned).is_new(set("1")));  // its priority may be another
}

TEST(OutcomeChange, InstancesOfATableDoNotContestEachOther)
{
    auto const one = R"({"p":{"v":1,"a":[{"kind":"ensure","path":"Device.T.","value":{"k":"1"},"type":""}]}})";
    auto const two = R"({"p":{"v":2,"a":[{"kind":"ensure","path":"Device.T.","value":{"k":"1"},"type":""},
                                         {"kind":"ensure","path":"Device.T.","value":{"k":"2"},"type":""}]}})";
    EXPECT_FALSE(change(one, two).is_new({"ensure", "Device.T.", R"({"k":"1"})", ""}));
    EXPECT_TRUE(change(one, two).is_new({"ensure", "Device.T.", R"({"k":"2"})", ""}));
}

}  // namespace
}  // namespace provisioning
