// Which parameters fleets are searched by, and the copies that this needs.
#include "rare_stores.hpp"
#include "storage/pg_promotions.hpp"

namespace contract {
namespace {

class PromotionsTest : public testing::Test {
protected:
    PromotionsTest()
    {
        for (int i = 0; i < 5; ++i) {
            auto const device = stores.admit({"Acme", "00D09E", "HG-1000", "S" + std::to_string(i)});
            stores.store(device, {{"Device.Radio.1.Channel", std::to_string(i)},
                                  {"Device.Radio.2.Channel", "36"},
                                  {"Device.Radio.1.Mode", "auto"}});
        }
    }
    storage::ChoreSettings settings()
    {
        auto all = stores.chores();
        all.promotions = {.settle = 0s, .devices_at_once = 2, .batches = 2, .rows_at_once = 3};
        all.on_promotions_changed = [this] {
            ++changes;
            stores.path.paths().reload_promoted();
        };
        return all;
    }
    int copies(std::string const& path)
    {
        return stores.number(
            "SELECT count(*) FROM device_parameter d JOIN path p ON p.path_id = d.path_id WHERE p.path = '" + path +
            "'");
    }
    bool is_filled(std::string const& pattern)
    {
        for (auto const& promotion : stores.run(promotions.list()))
            if (promotion.pattern == pattern)
                return promotion.is_filled;
        return false;
    }

    RareStores stores;
    storage::PgPromotions promotions{stores.writes};
    int changes = 0;
    storage::Chores chores{settings(), stores.node("node"), stores.clock};
};

TEST_F(PromotionsTest, WhatWasKnownBeforeIsCopiedSomeDevicesAtATime)
{
    EXPECT_FALSE(stores.run(promotions.add("Device.Radio.{i}.Channel", "test")).is_filled);
    chores.run_once();
    EXPECT_EQ(copies("Device.Radio.1.Channel"), 4) << "two batches of two";
    EXPECT_FALSE(is_filled("Device.Radio.{i}.Channel"));
    chores.run_once();
    EXPECT_EQ(copies("Device.Radio.1.Channel"), 5);
    EXPECT_EQ(copies("Device.Radio.2.Channel"), 5);
    EXPECT_EQ(copies("Device.Radio.1.Mode"), 0);
    EXPECT_TRUE(is_filled("Device.Radio.{i}.Channel"));
    EXPECT_EQ(
        stores.database.value("SELECT string_agg(value, ',' ORDER BY value) FROM device_parameter d JOIN path p ON "
                              "p.path_id = d.path_id WHERE p.path = 'Device.Radio.1.Channel'"),
        "0,1,2,3,4");
}

TEST_F(PromotionsTest, NothingIsCopiedUntilEveryLivingNodeKnows)
{
    auto const slow = stores.node("slow");
    stores.run(promotions.add("Device.Radio.{i}.Channel", "test"));
    chores.run_once();
    EXPECT_EQ(copies("Device.Radio.1.Channel"), 0) << "the slow node would not copy what devices tell it now";
    stores.database.exec("UPDATE node SET last_seen = now() - interval '6 minutes' WHERE node_id = " +
                         std::to_string(slow.value()));
    chores.run_once();
    EXPECT_EQ(copies("Device.Radio.1.Channel"), 4) << "a dead node is not waited for";
}

TEST_F(PromotionsTest, TheCopiesOfAPatternThatWasGivenUpAreDeletedUnlessAnotherOneMeansThemToo)
{
    stores.run(promotions.add("Device.Radio.{i}.Channel", "test"));
    stores.run(promotions.add("Device.Radio.2.Channel", "test"));
    for (int i = 0; i < 6; ++i)
        chores.run_once();
    ASSERT_EQ(copies("Device.Radio.1.Channel"), 5);
    EXPECT_TRUE(stores.run(promotions.remove("Device.Radio.{i}.Channel")));
    EXPECT_FALSE(stores.run(promotions.remove("Device.Radio.{i}.Channel")));
    for (int i = 0; i < 3; ++i)
        chores.run_once();
    EXPECT_EQ(copies("Device.Radio.1.Channel"), 0);
    EXPECT_EQ(copies("Device.Radio.2.Channel"), 5);
    EXPECT_EQ(stores.number("SELECT count(*) FROM promoted WHERE pattern = 'Device.Radio.{i}.Channel'"), 0);
}

TEST_F(PromotionsTest, EveryNodeFollowsAChange)
{
    chores.run_once();
    auto const before = changes;
    chores.run_once();
    EXPECT_EQ(changes, before);
    stores.run(promotions.add("Device.Radio.{i}.Mode", "test"));
    chores.run_once();
    EXPECT_EQ(changes, before + 1);
    auto const device = stores.admit({"Acme", "00D09E", "HG-1000", "new"});
    stores.store(device, {{"Device.Radio.1.Mode", "manual"}});
    EXPECT_EQ(stores.number("SELECT count(*) FROM device_parameter WHERE value = 'manual'"), 1);
    stores.run(promotions.remove("Device.Radio.{i}.Mode"));
    chores.run_once();
    EXPECT_EQ(changes, before + 2);
}

TEST_F(PromotionsTest, APatternThatIsAddedAgainIsFilledAnew)
{
    stores.run(promotions.add("Device.Radio.1.Mode", "test"));
    for (int i = 0; i < 4; ++i)
        chores.run_once();
    ASSERT_EQ(copies("Device.Radio.1.Mode"), 5);
    stores.run(promotions.remove("Device.Radio.1.Mode"));
    stores.database.exec("DELETE FROM device_parameter");
    EXPECT_FALSE(stores.run(promotions.add("Device.Radio.1.Mode", "other reason")).is_filled);
    for (int i = 0; i < 4; ++i)
        chores.run_once();
    EXPECT_EQ(copies("Device.Radio.1.Mode"), 5);
    EXPECT_TRUE(is_filled("Device.Radio.1.Mode"));
}

}  // namespace
}  // namespace contract
