// Sorted and skipped lists of devices, by the fake and by PostgreSQL; and what queries in GenieACS's language
// find there.
#include "api/genieacs/condition.hpp"
#include "cwmp/path.hpp"
#include "provisioning/condition_sql.hpp"
#include "provisioning/guard.hpp"
#include "rare_stores.hpp"
#include "storage/pg_fleet_list.hpp"
#include "support/fake_fleet_list.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace contract {
namespace {

using domain::DeviceKey;
using domain::FleetColumn;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

cwmp::DeviceId device_id(std::string serial, std::string product_class = "HG-1000")
{
    return {"Acme", "00D09E", std::move(product_class), std::move(serial)};
}

domain::SearchSql compose(domain::Condition const& condition, std::span<domain::PathSource const> sources,
                          unsigned first)
{
    return provisioning::search_sql(condition, sources, first);
}

class FakeFleet {
public:
    domain::FleetList& list() { return list_; }
    /// Came for the first time `minutes` after the others.
    DeviceKey add(cwmp::DeviceId identity, int minutes, bool with_bootstrap = false)
    {
        domain::DeviceRow row;
        row.key = DeviceKey{++last_};
        row.identity = std::move(identity);
        row.last_inform = start_ + std::chrono::minutes{minutes};
        if (with_bootstrap)
            list_.bootstraps[last_] = *row.last_inform;
        inventory_.add(row);
        return row.key;
    }
    domain::Condition only(std::string const& product_class) { return {product_class, {}}; }
    base::TimePoint start() const { return start_; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(std::move(work));
    }

private:
    base::TimePoint const start_ = base::SystemClock{}.now();
    support::FakeInventory inventory_;
    support::FakeFleetList list_{inventory_};
    std::int64_t last_ = 0;
};

class PgFleet {
public:
    domain::FleetList& list() { return list_; }
    DeviceKey add(cwmp::DeviceId identity, int minutes, bool with_bootstrap = false)
    {
        stores.clock.set(start_ + std::chrono::minutes{minutes});
        std::vector<cwmp::Event> events{{"1 BOOT", ""}};
        if (with_bootstrap)
            events.insert(events.begin(), {"0 BOOTSTRAP", ""});
        return run(stores.path.sessions().commit_contact(stores.inform(std::move(identity), std::move(events)))).key;
    }
    domain::Condition only(std::string const& product_class)
    {
        return guarded("product_class = '" + product_class + "'");
    }
    base::TimePoint start() const { return start_; }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores.run(std::move(work));
    }
    domain::Condition guarded(std::string const& text)
    {
        auto condition = guard_.check(text);
        if (!condition)
            throw std::invalid_argument{condition.error().what};
        return *condition;
    }

    RareStores stores;

private:
    base::TimePoint const start_ = base::SystemClock{}.now() - std::chrono::hours{1};
    provisioning::Guard guard_{[](std::string_view path) { return cwmp::is_secret_path(path); }};
    storage::PgFleetList list_{stores.searches, compose};
};

template <class Backend>
class FleetListContract : public testing::Test {
protected:
    domain::FleetList& list() { return backend_.list(); }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return backend_.run(std::move(work));
    }
    std::vector<DeviceKey> pick(domain::FleetQuery query)
    {
        auto const picked = run(list().pick(std::move(query)));
        EXPECT_TRUE(picked) << picked.error().what;
        return picked.value_or(std::vector<DeviceKey>{});
    }

    Backend backend_;
};

using Fleets = testing::Types<FakeFleet, PgFleet>;
TYPED_TEST_SUITE(FleetListContract, Fleets);

TYPED_TEST(FleetListContract, KeysComeInTheOrderThatWasAskedFor)
{
    auto const b = this->backend_.add(device_id("b"), 1);
    auto const a = this->backend_.add(device_id("a"), 2);
    auto const c = this->backend_.add(device_id("C", "STB"), 2);
    EXPECT_THAT(this->pick({{}, {{FleetColumn::serial_number, false}}}), ElementsAre(c, a, b));
    EXPECT_THAT(this->pick({{}, {{FleetColumn::last_inform, true}, {FleetColumn::product_class, false}}}),
                ElementsAre(a, c, b));
    EXPECT_THAT(this->pick({{}, {{FleetColumn::last_inform, false}, {FleetColumn::serial_number, true}}}),
                ElementsAre(b, a, c));
    EXPECT_THAT(this->pick({this->backend_.only("HG-1000"), {{FleetColumn::serial_number, true}}}), ElementsAre(b, a));
}

TYPED_TEST(FleetListContract, AListIsSkippedAndCut)
{
    for (auto const* serial : {"a", "b", "c", "d"})
        this->backend_.add(device_id(serial), 0);
    auto const all = this->pick({{}, {}, 0, 10});
    ASSERT_EQ(all.size(), 4u);
    EXPECT_TRUE(std::ranges::is_sorted(all));
    EXPECT_THAT(this->pick({{}, {}, 1, 2}), ElementsAre(all[1], all[2]));
    EXPECT_THAT(this->pick({{}, {}, 4, 2}), IsEmpty());
}

TYPED_TEST(FleetListContract, DevicesComeInTheOrderOfTheirKeysAndUnknownOnesAreLeftOut)
{
    auto const a = this->backend_.add(device_id("a"), 0);
    auto const b = this->backend_.add(device_id("b"), 0);
    auto const found = this->run(this->list().devices({b, DeviceKey{999'999}, a}));
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].identity.serial_number, "b");
    EXPECT_EQ(found[1].key, a);
}

TYPED_TEST(FleetListContract, ABootstrapIsRemembered)
{
    auto const a = this->backend_.add(device_id("a"), 3, true);
    auto const b = this->backend_.add(device_id("b"), 4);
    auto const found = this->run(this->list().last_bootstraps({a, b}));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].first, a);
    EXPECT_EQ(found[0].second, this->backend_.start() + std::chrono::minutes{3});
}

/// Queries as GenieACS's scripts write them, through the guard, against rows.
class GenieQueriesTest : public testing::Test {
protected:
    GenieQueriesTest()
    {
        auto const gateway = fleet_.stores.admit(device_id("S-1", "HG 1.0"));
        fleet_.stores.store(gateway, {{"Device.DeviceInfo.SoftwareVersion", "2.1"},
                                      {"Device.DeviceInfo.UpTime", "900"},
                                      {"Device.WiFi.SSID.1.Enable", "1"},
                                      {"Device.Time.CurrentLocalTime", "2026-03-01T12:00:00Z"}});
        auto const box = fleet_.stores.admit(device_id("S2", ""));
        fleet_.stores.store(box, {{"Device.DeviceInfo.UpTime", "unknown"}});
        fleet_.stores.database.exec("UPDATE device SET tags = '{gold,o''hara}' WHERE serial_number = 'S-1'");
    }

    /// The serial numbers that a query finds, in order, or why it was refused.
    std::string find(std::string_view query)
    {
        auto const filter = api::genieacs::read_filter(query);
        if (!filter)
            return filter.error().detail;
        auto const text = api::genieacs::condition_of(*filter);
        if (!text)
            return text.error().detail;
        domain::FleetQuery wanted{fleet_.guarded(*text), {{FleetColumn::serial_number, false}}};
        auto const keys = fleet_.run(fleet_.list().pick(std::move(wanted)));
        if (!keys)
            return keys.error().what;
        std::string serials;
        for (auto const& device : fleet_.run(fleet_.list().devices(*keys)))
            serials += (serials.empty() ? "" : " ") + device.identity.serial_number;
        return serials;
    }

    PgFleet fleet_;
};

TEST_F(GenieQueriesTest, EqualityFindsTextsNumbersAndTruthValues)
{
    EXPECT_EQ(find("{}"), "S-1 S2");
    EXPECT_EQ(find(R"({"Device.DeviceInfo.SoftwareVersion":"2.1"})"), "S-1");
    EXPECT_EQ(find(R"({"Device.DeviceInfo.UpTime":900})"), "S-1");
    EXPECT_EQ(find(R"({"Device.WiFi.SSID.1.Enable":true})"), "S-1");
    EXPECT_EQ(find(R"({"Device.WiFi.SSID.1.Enable":{"$ne":true}})"), "S2") << "without the parameter it is not true";
    EXPECT_EQ(find(R"({"Device.DeviceInfo.UpTime":{"$gt":100,"$lte":900}})"), "S-1") << "nonsense is no number";
    EXPECT_EQ(find(R"({"Device.DeviceInfo.UpTime":{"$nin":["unknown",5]}})"), "S-1");
    EXPECT_EQ(find(R"({"Device.Time.CurrentLocalTime":{"$lt":"2026-03-02"}})"), "S-1");
    EXPECT_EQ(find(R"({"Device.WiFi.SSID.1.Enable":{"$exists":false}})"), "S2");
}

TEST_F(GenieQueriesTest, IdsTagsAndTimesAreFound)
{
    EXPECT_EQ(find(R"({"_id":"00d09e-HG%201%2E0-S%2D1"})"), "S-1");
    EXPECT_EQ(find(R"({"_id":"00D09E-S2"})"), "S2");
    EXPECT_EQ(find(R"({"_id":{"$regex":"^00D09E-HG%201%2E0-S%2D"}})"), "S-1");
    EXPECT_EQ(find(R"({"_id":"00D09E-S*"})"), "S2") << "the one without a product class";
    EXPECT_EQ(find(R"({"_id":{"$in":["00D09E-S2","x"]}})"), "S2");
    EXPECT_EQ(find(R"({"_tags":"o'hara"})"), "S-1");
    EXPECT_EQ(find(R"({"_tags":{"$nin":["gold"]}})"), "S2");
    EXPECT_EQ(find(R"({"_tags":{"$exists":true}})"), "S-1");
    EXPECT_EQ(find(R"({"_lastInform":{"$gt":"2026-01-01 00:00:00 +0000"},"_lastBoot":{"$ne":null}})"), "S-1 S2");
    EXPECT_EQ(find(R"({"_registered":{"$lt":0}})"), "");
    EXPECT_EQ(find(R"({"_deviceId._OUI":"00d09e","_deviceId._ProductClass":{"$in":["HG*","x"]}})"), "S-1");
    EXPECT_EQ(find(R"({"$or":[{"_tags":"gold"},{"_deviceId._SerialNumber":"/^s2$/i"}]})"), "S-1 S2");
    EXPECT_EQ(find(R"({"$nor":[{"_tags":"gold"}]})"), "S2");
}

TEST_F(GenieQueriesTest, WhatThePersonGotWrongIsTold)
{
    EXPECT_THAT(find(R"({"_deviceId._SerialNumber":{"$regex":"("}})"), HasSubstr("invalid regular expression"));
    EXPECT_THROW(find(R"({"Device.ManagementServer.Password":"x"})"), std::invalid_argument)
        << "secrets are not searched";
}

}  // namespace
}  // namespace contract
