#include "domain/event_kind.hpp"

#include <gmock/gmock.h>

#include <set>

namespace domain {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST(EventKind, EachIsThereOnceAndIsAPattern)
{
    std::set<std::string_view> seen;
    for (auto const kind : event_kinds()) {
        EXPECT_TRUE(seen.insert(kind).second) << kind;
        EXPECT_TRUE(is_kind_pattern(kind)) << kind;
    }
}

TEST(EventKind, RowsOfEarlierVersionsAreReadable)
{
    EXPECT_EQ(current_kind("Inform"), "inform");
    EXPECT_EQ(current_kind("TransferComplete"), "transfer.complete");
    EXPECT_EQ(current_kind("task.done"), "task.done");
    EXPECT_EQ(current_kind("what somebody wrote"), "what somebody wrote");
}

TEST(EventKind, AFilterTakesWhatItNamesAndAllBelowAndNothingBeside)
{
    KindFilter const filter{std::vector<std::string>{"device.*", "task.done"}};
    EXPECT_TRUE(filter.takes("device.new"));
    EXPECT_TRUE(filter.takes("task.done"));
    EXPECT_FALSE(filter.takes("task.failed"));
    EXPECT_FALSE(filter.takes("devices.new"));
    KindFilter const rules{std::vector<std::string>{"rule"}};
    EXPECT_TRUE(rules.takes("rule.emit.low-signal"));
    EXPECT_TRUE(KindFilter{}.takes("anything"));
    KindFilter const everything{std::vector<std::string>{"task", "*"}};
    EXPECT_TRUE(everything.takes("inform"));
}

TEST(EventKind, AFilterKnowsTheNamesThatRowsHave)
{
    KindFilter const filter{std::vector<std::string>{"transfer."}};
    EXPECT_THAT(filter.names(), Contains("TransferComplete"));
    EXPECT_THAT(filter.names(), Not(Contains("Inform")));
    EXPECT_THAT(filter.beginnings(), ElementsAre("transfer."));
    EXPECT_THAT(KindFilter{}.names(), IsEmpty());
}

TEST(EventKind, WhatARuleEmitsHasAPlainName)
{
    EXPECT_EQ(emitted_kind("low-signal"), "rule.emit.low-signal");
    EXPECT_EQ(emitted_kind("low signal\n'"), "rule.emit.low_signal__");
    EXPECT_TRUE(is_kind_pattern(emitted_kind(std::string(1000, 'x'))));
}

TEST(EventKind, APatternHoldsPlainCharactersOnly)
{
    EXPECT_TRUE(is_kind_pattern("device.*"));
    EXPECT_FALSE(is_kind_pattern("dev*ce"));
    EXPECT_FALSE(is_kind_pattern("device%"));
    EXPECT_FALSE(is_kind_pattern(std::string(129, 'a')));
}

}  // namespace
}  // namespace domain
