// What is asked of many devices at once.
#include "provisioning/condition_sql.hpp"
#include "provisioning/guard.hpp"
#include "rare_stores.hpp"
#include "storage/pg_fleet.hpp"

#include <gmock/gmock.h>

namespace contract {
namespace {

using testing::ElementsAre;

domain::SearchSql compose(domain::Condition const& condition, std::span<domain::PathSource const> sources,
                          unsigned first)
{
    return provisioning::search_sql(condition, sources, first);
}

/// Every identity has this hash with the first salt.
std::int64_t colliding(cwmp::DeviceId const& identity, unsigned salt)
{
    return salt == 0 ? 4711 : storage::identity_hash(identity, salt);
}

class FleetSearchTest : public testing::Test {
protected:
    FleetSearchTest()
    {
        for (auto const* const serial : {"S1", "S2", "S3"})
            keys.push_back(stores.admit(box(serial)).key);
        tag("S1", "{b,a}");
        tag("S2", "{b}");
    }
    static cwmp::DeviceId box(std::string serial) { return {"Acme", "00D09E", "HG-1000", std::move(serial)}; }
    void tag(std::string const& serial, std::string const& tags)
    {
        stores.database.exec("UPDATE device SET tags = '" + tags + "' WHERE serial_number = '" + serial + "'");
    }
    std::optional<domain::Condition> where(std::string_view text) { return guard.check(text).value(); }

    RareStores stores;
    provisioning::Guard guard{[](std::string_view) { return false; }};
    storage::PgFleet fleet{stores.searches, compose};
    std::vector<domain::DeviceKey> keys;
};

TEST_F(FleetSearchTest, DevicesAreCountedAllOrThoseThatMeetACondition)
{
    EXPECT_EQ(stores.run(fleet.count({})), 3u);
    EXPECT_EQ(stores.run(fleet.count(where("'b' = any(tags)"))), 2u);
    stores.store(stores.admit(box("S3")), {{"Device.X", "yes"}});
    EXPECT_EQ(stores.run(fleet.count(where("value('Device.X') = 'yes'"))), 1u);
    EXPECT_FALSE(stores.run(fleet.count(where("1 / (id - id) = 1")))) << "PostgreSQL refuses it";
}

TEST_F(FleetSearchTest, TagsAreCountedPageByPage)
{
    auto const names = [](auto const& found) {
        std::vector<std::string> list;
        for (auto const& each : found.value())
            list.push_back(each.tag + " " + std::to_string(each.devices));
        return list;
    };
    EXPECT_THAT(names(stores.run(fleet.tags({}, "", 10))), ElementsAre("a 1", "b 2"));
    EXPECT_THAT(names(stores.run(fleet.tags({}, "", 1))), ElementsAre("a 1"));
    EXPECT_THAT(names(stores.run(fleet.tags({}, "a", 10))), ElementsAre("b 2"));
    EXPECT_THAT(names(stores.run(fleet.tags(where("serial_number = 'S2'"), "", 10))), ElementsAre("b 1"));
}

TEST_F(FleetSearchTest, AWalkMeetsEveryDeviceOnceInOrder)
{
    std::ranges::sort(keys);
    std::vector<domain::DeviceKey> met;
    domain::DeviceKey after;
    for (;;) {
        auto const page = stores.run(fleet.walk({}, after, 2)).value();
        for (auto const& device : page)
            met.push_back(after = device.key);
        if (page.size() < 2)
            break;
    }
    EXPECT_EQ(met, keys);
    auto const some = stores.run(fleet.walk(where("'b' = any(tags)"), keys[0], 10)).value();
    EXPECT_LE(some.size(), 2u);
    EXPECT_EQ(some.at(0).state, domain::DeviceState::active);
}

TEST_F(FleetSearchTest, IdentitiesBecomeKeysInTheirOrder)
{
    auto const found = stores.run(fleet.resolve({box("S3"), box("S9"), {"", "00d09e", "HG-1000", "S1"}}));
    EXPECT_THAT(found, ElementsAre(keys[2], std::nullopt, keys[0]));
    EXPECT_TRUE(stores.run(fleet.resolve({})).empty());
    stores.database.exec("UPDATE device_identity SET identity_hash = 4711 WHERE serial_number = 'S1'");
    storage::PgFleet other{stores.searches, compose, colliding};
    EXPECT_THAT(stores.run(other.resolve({box("S1")})), ElementsAre(keys[0]));
}

}  // namespace
}  // namespace contract
