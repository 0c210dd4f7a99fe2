#include "device/tree.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

constexpr base::TimePoint noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

constexpr std::string_view text = R"(
: name sample
define pair
  A string w = {i}
  B uint r = {counter:10}
Device.
  UpTime uint r = {uptime}
  RowNumberOfEntries uint r = {count:Row}
  Row.[2] w
    use pair
    Name string w new=fresh = one | two
    Inner.[3,0] w
      Where string r = {i1}/{i2}
      Outer string r by-parent = first | second
)";

struct TreeTest : testing::Test {
    sim::Persona persona = *sim::Persona::parse(text);
    sim::Identity identity{"Maker", "02AABB", "Box", "S1", 1};
    sim::DeviceFacts facts{.booted = noon - 90s};
    sim::Tree tree{persona, identity, facts};

    std::vector<std::string> names(std::string_view path, bool next_level)
    {
        std::vector<std::string> found;
        tree.walk(path, next_level, [&](sim::Node const& node) { found.emplace_back(node.path); });
        return found;
    }
    std::string value(std::string_view path) { return tree.value(path, noon); }
};

using Names = std::vector<std::string>;

TEST_F(TreeTest, ReadsFactoryValuesByInstance)
{
    EXPECT_EQ(value("Device.Row.1.Name"), "one");
    EXPECT_EQ(value("Device.Row.2.Name"), "two");
    EXPECT_EQ(value("Device.Row.2.A"), "2");
    EXPECT_EQ(value("Device.Row.1.Inner.3.Where"), "1/3");
    EXPECT_EQ(value("Device.Row.1.Inner.3.Outer"), "first");
}

TEST_F(TreeTest, ComputesWhatMovesWhenItIsRead)
{
    EXPECT_EQ(value("Device.UpTime"), "90");
    EXPECT_EQ(tree.value("Device.UpTime", noon + 10s), "100");
    EXPECT_EQ(value("Device.RowNumberOfEntries"), "2");
    tree.add_instance("Device.Row.");
    EXPECT_EQ(value("Device.RowNumberOfEntries"), "3");
}

TEST_F(TreeTest, WalksOneLevelOrAll)
{
    EXPECT_EQ(names("", true), Names{"Device."});
    EXPECT_EQ(names("Device.", true), (Names{"Device.UpTime", "Device.RowNumberOfEntries", "Device.Row."}));
    EXPECT_EQ(names("Device.Row.", true), (Names{"Device.Row.1.", "Device.Row.2."}));
    EXPECT_EQ(names("Device.Row.2.", false),
              (Names{"Device.Row.2.", "Device.Row.2.A", "Device.Row.2.B", "Device.Row.2.Name", "Device.Row.2.Inner."}));
    EXPECT_EQ(names("Device.Row.2.Inner.", true), Names{});
    EXPECT_FALSE(tree.walk("Device.Other.", true, [](sim::Node const&) {}));
    EXPECT_FALSE(tree.walk("Device.UpTime", true, [](sim::Node const&) {}));
}

TEST_F(TreeTest, DoesNotKnowWhatIsNotThere)
{
    for (auto const* path :
         {"Device", "Device.UpTim", "Device.UpTime.", "Device.Row.3.Name", "Device.Row.0.Name", "Device.Row.01.Name",
          "Device.Row.x.Name", "Device.Row.1", "Device..UpTime", "Other.UpTime", "DeviceX.UpTime",
          "Device.Row.1.Inner.4.Where", "Device.Row.2.Inner.1.Where", ""})
        EXPECT_FALSE(tree.find_parameter(path)) << path;
    for (auto const* path : {"Device.Row.3.", "Device.Row.1.Name.", "Device..", "."})
        EXPECT_FALSE(tree.find_object(path)) << path;
}

TEST_F(TreeTest, NewInstancesHaveInitialValuesAndNewNumbers)
{
    EXPECT_EQ(tree.add_instance("Device.Row."), 3u);
    EXPECT_EQ(value("Device.Row.3.Name"), "fresh");
    EXPECT_TRUE(tree.instances("Device.Row.3.Inner.").empty());
    tree.remove_instance("Device.Row.3.");
    EXPECT_EQ(tree.add_instance("Device.Row."), 4u);
    EXPECT_EQ(tree.instances("Device.Row."), (std::vector<std::uint32_t>{1, 2, 4}));
}

TEST_F(TreeTest, RemovedInstancesTakeTheirValuesWithThem)
{
    tree.set("Device.Row.1.Name", "mine");
    tree.add_instance("Device.Row.1.Inner.");
    tree.remove_instance("Device.Row.1.");
    EXPECT_FALSE(tree.find_parameter("Device.Row.1.Name"));
    EXPECT_EQ(tree.instances("Device.Row."), std::vector<std::uint32_t>{2});
}

TEST_F(TreeTest, KeepsOnlyWhatDiffersAndForgetsItOnReset)
{
    tree.set("Device.Row.1.Name", "mine");
    tree.add_instance("Device.Row.");
    EXPECT_EQ(value("Device.Row.1.Name"), "mine");
    tree.reset();
    EXPECT_EQ(value("Device.Row.1.Name"), "one");
    EXPECT_EQ(tree.instances("Device.Row."), (std::vector<std::uint32_t>{1, 2}));
}

TEST_F(TreeTest, SameDeviceSameValuesOtherDeviceOthers)
{
    auto const counter = value("Device.Row.1.B");
    sim::Identity const other{"Maker", "02AABB", "Box", "S2", 1};
    sim::Tree const neighbour{persona, other, facts};
    sim::Tree const again{persona, identity, facts};
    EXPECT_EQ(again.value("Device.Row.1.B", noon), counter);
    EXPECT_NE(neighbour.value("Device.Row.1.B", noon), counter);
    EXPECT_NE(sim::mac_address(identity, 0), sim::mac_address(other, 0));
    EXPECT_TRUE(sim::mac_address(identity, 0).starts_with("02:AA:BB:"));
    EXPECT_NE(sim::wan_address(identity, 1), sim::wan_address(identity, 2));
}

}  // namespace
