#include "datamodel/tree.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace {

using namespace datamodel;
using cwmp::ValueType;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int32_t noon = 1'000'000;
constexpr std::int32_t evening = 1'020'000;

/// A gateway with two SSIDs, an empty table and a value of each kind.
ParameterTree small_tree()
{
    ParameterTree tree;
    tree.set_names({{"Device.", false},
                    {"Device.WiFi.", false},
                    {"Device.WiFi.SSID.", true},
                    {"Device.WiFi.SSID.1.", true},
                    {"Device.WiFi.SSID.1.Enable", true},
                    {"Device.WiFi.SSID.1.SSID", true},
                    {"Device.WiFi.SSID.10.", true},
                    {"Device.WiFi.SSID.10.SSID", true},
                    {"Device.NAT.PortMapping.", true},
                    {"Device.DeviceInfo.SoftwareVersion", false}});
    tree.set_values({{"Device.WiFi.SSID.1.Enable", "1", ValueType::boolean},
                     {"Device.WiFi.SSID.1.SSID", "home", ValueType::string},
                     {"Device.WiFi.SSID.10.SSID", "guest", ValueType::string},
                     {"Device.DeviceInfo.SoftwareVersion", "1.0", ValueType::string}},
                    noon);
    return tree;
}

std::vector<std::string> paths(auto const& nodes)
{
    std::vector<std::string> all;
    for (auto const node : nodes)
        all.emplace_back(node.path);
    return all;
}

TEST(ParameterTree, KnowsWhatItWasTold)
{
    auto const tree = small_tree();
    EXPECT_EQ(tree.size(), 10U);
    auto const ssid = tree.find("Device.WiFi.SSID.1.SSID");
    ASSERT_TRUE(ssid);
    EXPECT_EQ(ssid->value, "home");
    EXPECT_EQ(ssid->type, ValueType::string);
    EXPECT_EQ(ssid->writable, Writable::yes);
    EXPECT_EQ(ssid->notification, notification_unknown);
    EXPECT_EQ(ssid->changed, noon);
    EXPECT_FALSE(tree.find("Device.WiFi.SSID.1.SSI"));
    EXPECT_FALSE(tree.find("Device.WiFi.SSID.1"));
    EXPECT_EQ(tree.value("Device.WiFi."), std::nullopt);
    EXPECT_EQ(tree.find("Device.WiFi.")->writable, Writable::no);
}

TEST(ParameterTree, ASubtreeIsARangeInPathOrder)
{
    auto const tree = small_tree();
    EXPECT_THAT(paths(tree.subtree("Device.WiFi.SSID.1.")),
                ElementsAre("Device.WiFi.SSID.1.", "Device.WiFi.SSID.1.Enable", "Device.WiFi.SSID.1.SSID"));
    EXPECT_THAT(paths(tree.subtree("Device.WiFi.SSID.1.SSID")), ElementsAre("Device.WiFi.SSID.1.SSID"));
    EXPECT_THAT(paths(tree.subtree("Device.WiFi.SSID.1.SS")), IsEmpty());
    EXPECT_THAT(paths(tree.subtree("Device.Zzz.")), IsEmpty());
    EXPECT_EQ(tree.subtree("").size(), tree.size());
}

TEST(ParameterTree, ListsChildrenAndInstances)
{
    auto const tree = small_tree();
    EXPECT_THAT(tree.children("Device."), ElementsAre("Device.DeviceInfo.", "Device.NAT.", "Device.WiFi."));
    EXPECT_THAT(tree.children("Device.WiFi.SSID.1."),
                ElementsAre("Device.WiFi.SSID.1.Enable", "Device.WiFi.SSID.1.SSID"));
    EXPECT_THAT(tree.children(""), ElementsAre("Device."));
    EXPECT_THAT(tree.instances("Device.WiFi.SSID."), ElementsAre(1U, 10U));
    EXPECT_THAT(tree.instances("Device.NAT.PortMapping."), IsEmpty());
}

TEST(ParameterTree, PatternsFindParametersOfAllInstances)
{
    EXPECT_THAT(paths(small_tree().matching("Device.WiFi.SSID.*.SSID")),
                ElementsAre("Device.WiFi.SSID.1.SSID", "Device.WiFi.SSID.10.SSID"));
}

TEST(ParameterTree, BothRootsStandSideBySide)
{
    auto tree = small_tree();
    tree.set_values({{"InternetGatewayDevice.DeviceInfo.SoftwareVersion", "1.0", ValueType::string}}, noon);
    EXPECT_THAT(tree.children(""), ElementsAre("Device.", "InternetGatewayDevice."));
}

TEST(ParameterTree, OnlyAnotherTextIsAChange)
{
    auto tree = small_tree();
    auto const change = tree.set_values({{"Device.WiFi.SSID.1.SSID", "home", ValueType::string},
                                         {"Device.WiFi.SSID.10.SSID", "visitors", ValueType::unknown}},
                                        evening);
    EXPECT_THAT(change.changed, ElementsAre("Device.WiFi.SSID.10.SSID"));
    EXPECT_THAT(change.added, IsEmpty());
    EXPECT_EQ(tree.find("Device.WiFi.SSID.1.SSID")->changed, noon);
    EXPECT_EQ(tree.find("Device.WiFi.SSID.10.SSID")->changed, evening);
    EXPECT_EQ(tree.find("Device.WiFi.SSID.10.SSID")->type, ValueType::string);
    EXPECT_EQ(tree.value("Device.WiFi.SSID.10.SSID"), "visitors");
}

TEST(ParameterTree, OfAPathToldTwiceTheLastValueCounts)
{
    auto tree = small_tree();
    tree.set_values(
        {{"Device.B", "1", ValueType::int_}, {"Device.A", "2", ValueType::int_}, {"Device.B", "3", ValueType::int_}},
        noon);
    EXPECT_EQ(tree.value("Device.B"), "3");
    EXPECT_EQ(tree.value("Device.A"), "2");
}

TEST(ParameterTree, NamesKeepTheValuesAndValuesKeepTheAccess)
{
    auto tree = small_tree();
    auto const change = tree.set_names({{"Device.WiFi.SSID.1.SSID", false}, {"Device.WiFi.SSID.1.Enable", true}});
    EXPECT_THAT(change.described, ElementsAre("Device.WiFi.SSID.1.SSID"));
    EXPECT_EQ(tree.value("Device.WiFi.SSID.1.SSID"), "home");
    tree.set_values({{"Device.WiFi.SSID.1.SSID", "x", ValueType::string}}, evening);
    EXPECT_EQ(tree.find("Device.WiFi.SSID.1.SSID")->writable, Writable::no);
}

TEST(ParameterTree, ANotificationOfAnObjectIsThatOfItsParameters)
{
    auto tree = small_tree();
    auto const change =
        tree.set_notifications({{"Device.WiFi.SSID.", 1}, {"Device.WiFi.SSID.1.SSID", 2}, {"Device.No", 2}});
    EXPECT_EQ(change.described.size(), 3U);
    EXPECT_EQ(tree.find("Device.WiFi.SSID.10.SSID")->notification, 1);
    EXPECT_EQ(tree.find("Device.WiFi.SSID.1.SSID")->notification, 2);
    EXPECT_EQ(tree.find("Device.WiFi.SSID.1.")->notification, notification_unknown);
    EXPECT_FALSE(tree.contains("Device.No"));
}

TEST(ParameterTree, WhatACompleteAnswerDoesNotNameIsRemoved)
{
    auto tree = small_tree();
    auto const change = tree.replace_names("Device.WiFi.", {{"Device.WiFi.SSID.", true},
                                                            {"Device.WiFi.SSID.10.", true},
                                                            {"Device.WiFi.SSID.10.SSID", true},
                                                            {"Device.WiFi.SSID.11.", true}});
    EXPECT_THAT(change.added, ElementsAre("Device.WiFi.SSID.11."));
    EXPECT_THAT(change.removed,
                ElementsAre("Device.WiFi.SSID.1.", "Device.WiFi.SSID.1.Enable", "Device.WiFi.SSID.1.SSID"));
    EXPECT_TRUE(tree.contains("Device.WiFi."));
    EXPECT_TRUE(tree.contains("Device.NAT.PortMapping."));
    EXPECT_EQ(tree.value("Device.WiFi.SSID.10.SSID"), "guest");
}

TEST(ParameterTree, AChildThatIsNotNamedGoesWithAllBelowIt)
{
    auto tree = small_tree();
    auto const change =
        tree.replace_children("Device.WiFi.SSID.", {{"Device.WiFi.SSID.1.", true}, {"Device.WiFi.SSID.2.", true}});
    EXPECT_THAT(change.removed, ElementsAre("Device.WiFi.SSID.10.", "Device.WiFi.SSID.10.SSID"));
    EXPECT_THAT(change.added, ElementsAre("Device.WiFi.SSID.2."));
    EXPECT_EQ(tree.value("Device.WiFi.SSID.1.SSID"), "home");
}

TEST(ParameterTree, AnInstanceWithoutValuesIsGoneButAnEmptyTableStays)
{
    auto tree = small_tree();
    auto const change = tree.replace_values("Device.",
                                            {{"Device.WiFi.SSID.10.SSID", "guest", ValueType::string},
                                             {"Device.DeviceInfo.SoftwareVersion", "1.1", ValueType::string}},
                                            evening);
    EXPECT_THAT(change.removed,
                ElementsAre("Device.WiFi.SSID.1.", "Device.WiFi.SSID.1.Enable", "Device.WiFi.SSID.1.SSID"));
    EXPECT_THAT(change.changed, ElementsAre("Device.DeviceInfo.SoftwareVersion"));
    EXPECT_TRUE(tree.contains("Device.NAT.PortMapping."));
    EXPECT_TRUE(tree.contains("Device.WiFi.SSID.10."));
}

TEST(ParameterTree, ALostParameterDoesNotTakeItsInstanceAlong)
{
    auto tree = small_tree();
    auto const change =
        tree.replace_values("Device.WiFi.SSID.1.", {{"Device.WiFi.SSID.1.SSID", "home", ValueType::string}}, evening);
    EXPECT_THAT(change.removed, ElementsAre("Device.WiFi.SSID.1.Enable"));
    EXPECT_TRUE(tree.contains("Device.WiFi.SSID.1."));
}

TEST(ParameterTree, AnInstanceThatHadNoParametersIsNotJudgedByValues)
{
    auto tree = small_tree();
    tree.set_names({{"Device.WiFi.SSID.11.", true}});
    tree.replace_values("Device.WiFi.SSID.11.", {}, evening);
    EXPECT_TRUE(tree.contains("Device.WiFi.SSID.11."));
}

TEST(ParameterTree, RemovingAnObjectForgetsAllBelowIt)
{
    auto tree = small_tree();
    EXPECT_EQ(tree.remove("Device.WiFi.SSID.1.").removed.size(), 3U);
    EXPECT_TRUE(tree.contains("Device.WiFi.SSID.10.SSID"));
    EXPECT_THAT(tree.remove("Device.WiFi.SSID.10.SSID").removed, ElementsAre("Device.WiFi.SSID.10.SSID"));
    EXPECT_TRUE(tree.remove("Device.Nothing").empty());
}

TEST(ParameterTree, ASubtreeIsPutInPlaceWholly)
{
    auto tree = small_tree();
    auto const change =
        tree.replace("Device.WiFi.SSID.1.", {{.path = "Device.WiFi.SSID.1.SSID", .value = "other", .changed = 7},
                                             {.path = "Device.Elsewhere", .value = "x"}});
    EXPECT_THAT(change.removed, ElementsAre("Device.WiFi.SSID.1.", "Device.WiFi.SSID.1.Enable"));
    EXPECT_THAT(change.changed, ElementsAre("Device.WiFi.SSID.1.SSID"));
    EXPECT_FALSE(tree.contains("Device.Elsewhere"));
    EXPECT_EQ(tree.find("Device.WiFi.SSID.1.SSID")->changed, 7);
    EXPECT_EQ(tree.find("Device.WiFi.SSID.1.SSID")->writable, Writable::unknown);
}

TEST(ParameterTree, DoubtLastsUntilTheValueIsReadAgain)
{
    auto tree = small_tree();
    EXPECT_EQ(tree.mark("Device.WiFi.SSID.1.", doubtful, true), 3U);
    EXPECT_EQ(tree.mark("Device.WiFi.SSID.1.", doubtful, true), 0U);
    EXPECT_EQ(tree.value("Device.WiFi.SSID.1.SSID"), "home");
    auto const change = tree.set_values({{"Device.WiFi.SSID.1.SSID", "home", ValueType::string}}, evening);
    EXPECT_THAT(change.described, ElementsAre("Device.WiFi.SSID.1.SSID"));
    EXPECT_EQ(tree.find("Device.WiFi.SSID.1.SSID")->marks, no_marks);
    EXPECT_EQ(tree.find("Device.WiFi.SSID.1.Enable")->marks, doubtful);
}

TEST(ParameterTree, ATreeMadeOfItsNodesIsTheSame)
{
    auto const tree = small_tree();
    std::vector<Node> nodes(tree.begin(), tree.end());
    std::ranges::reverse(nodes);
    EXPECT_EQ(ParameterTree::of(nodes), tree);
}

TEST(ParameterTree, PackedFlagsComeBack)
{
    for (auto const type : {ValueType::unknown, ValueType::string, ValueType::decimal})
        for (auto const writable : {Writable::unknown, Writable::no, Writable::yes})
            for (std::uint8_t notification = 0; notification <= notification_unknown; ++notification) {
                Node const node{.path = "A",
                                .value = "",
                                .type = type,
                                .writable = writable,
                                .notification = notification,
                                .marks = doubtful | dangerous};
                Node back{.path = "A"};
                unpack(packed(node), back);
                EXPECT_EQ(back, node);
            }
    Node nothing{.path = "A", .value = "x"};
    unpack(0xffff, nothing);
    EXPECT_EQ(nothing.type, ValueType::unknown);
    EXPECT_EQ(nothing.writable, Writable::unknown);
}

TEST(ParameterTree, RefusesAndCountsWhatBreaksItsLimits)
{
    ParameterTree tree{{.parameters = 3, .path_bytes = 10, .value_bytes = 4, .total_bytes = 1000}};
    auto const change = tree.set_values({{"A", "12345", ValueType::string},
                                         {"B", "1", ValueType::string},
                                         {"C", "1", ValueType::string},
                                         {"D", "1", ValueType::string},
                                         {"", "1", ValueType::string},
                                         {"A.", "1", ValueType::string},
                                         {"B\n", "1", ValueType::string},
                                         {"01234567890", "1", ValueType::string}},
                                        noon);
    EXPECT_EQ(change.refused, (Refusals{.too_many = 1, .path_too_long = 1, .value_too_long = 1, .unusable_path = 3}));
    EXPECT_THAT(change.added, ElementsAre("A", "B", "C"));
    EXPECT_EQ(tree.value("A"), std::nullopt);
    EXPECT_EQ(tree.find("A")->marks, too_long);
    tree.set_values({{"A", "1234", ValueType::string}}, evening);
    EXPECT_EQ(tree.find("A")->marks, no_marks);
    EXPECT_EQ(tree.value("A"), "1234");
}

TEST(ParameterTree, RemovedEntriesMakeRoomForOthers)
{
    ParameterTree tree{{.parameters = 2}};
    tree.set_names({{"Device.A.", true}, {"Device.A.1.", true}});
    auto const change = tree.replace_children("Device.A.", {{"Device.A.2.", true}});
    EXPECT_TRUE(tree.contains("Device.A.2."));
    EXPECT_EQ(change.refused.total(), 0U);
}

TEST(ParameterTree, AllTextsTogetherAreBounded)
{
    ParameterTree tree{{.total_bytes = 100}};
    auto const change =
        tree.set_values({{"A", std::string_view{"0123456789012345678901234567890123456789"}, ValueType::string},
                         {"B", std::string_view{"0123456789012345678901234567890123456789"}, ValueType::string},
                         {"C", std::string_view{"0123456789012345678901234567890123456789"}, ValueType::string}},
                        noon);
    EXPECT_EQ(change.refused.too_large, 1U);
    EXPECT_EQ(tree.value("C"), std::nullopt);
}

TEST(ParameterTree, ValuesThatGrowAndShrinkForLongLeaveTheOthersAsTheyAre)
{
    auto tree = small_tree();
    std::string const big(50'000, 'x');
    for (int round = 0; round < 200; ++round) {
        tree.set_values({{"Device.WiFi.SSID.1.SSID", big, ValueType::string}}, noon);
        tree.set_values({{"Device.WiFi.SSID.1.SSID", "small", ValueType::string}}, evening);
    }
    EXPECT_EQ(tree.value("Device.WiFi.SSID.10.SSID"), "guest");
    EXPECT_EQ(tree.value("Device.WiFi.SSID.1.SSID"), "small");
}

TEST(TreeChange, LaterChangesAreAppended)
{
    TreeChange first{.added = {"A"}, .refused = {.too_many = 1}};
    first.append({.changed = {"A"}, .removed = {"B"}, .refused = {.too_many = 2}});
    EXPECT_THAT(first.changed, ElementsAre("A"));
    EXPECT_TRUE(first.moved());
    EXPECT_EQ(first.refused.too_many, 3U);
}

}  // namespace
