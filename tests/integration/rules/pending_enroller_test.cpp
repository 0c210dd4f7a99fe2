#include "provisioning/pending_enroller.hpp"
#include "runner_fixture.hpp"
#include "storage/pg_audit.hpp"
#include "storage/pg_sweep.hpp"
#include "support/fake_waker.hpp"

#include <optional>
#include <set>

namespace rules_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Devices that wait to be let in, and rules for them.
class PendingEnrollerTest : public RunnerTest {
protected:
    void SetUp() override
    {
        RunnerTest::SetUp();
        database.exec("UPDATE device SET state = 'pending' WHERE device_id IN (1, 2, 4)");
    }

    static domain::RuleFile rule(std::string const& when = "product_class = 'HG-1000'", std::string const& more = "")
    {
        return {"enrol.sql", "-- rule: enrol\n-- for: pending\n" + more + "-- when: " + when +
                                 "\nSELECT device.id, acs.enrol() FROM acs.device\n"};
    }
    static domain::RuleFile other_rule()
    {
        return {"wifi.sql", "-- rule: wifi\n-- set: Device.WiFi.SSID.1.SSID = 'home'\n"};
    }
    std::string refusal(std::string text)
    {
        auto const checked = run(rules.check({{"x.sql", std::move(text)}}));
        return checked ? "" : checked.error().at(0).text();
    }
    std::string state(domain::DeviceKey device)
    {
        return database.value("SELECT state FROM device WHERE device_id = " + std::to_string(device.value()));
    }

    storage::Database sweeps{storage::sweep_connection(database.settings())};
    storage::PgSweep sweep{sweeps, sealer};
    support::FakeWaker waker;
    storage::PgAuditTrail audit{sweeps};
    provisioning::WakeQueue wakes{waker, sweep, metrics, {}};
    provisioning::PendingEnroller enroller{{runner, store, sweep, wakes, metrics}};
};

TEST_F(PendingEnrollerTest, PendingDevicesThatARuleMeansAreLetInAndWoken)
{
    put_in_force({rule(), other_rule()});
    EXPECT_EQ(run_here(enroller.look()), 2U);
    EXPECT_EQ(state(gateway), "active");
    EXPECT_EQ(state(other), "active");
    EXPECT_EQ(state(box), "pending") << "another product class";
    EXPECT_EQ(run_here(enroller.look()), 0U);
    auto const records = run_here(audit.list({.action = "device.enrolled"}));
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].entry.by, "rule enrol");
    EXPECT_EQ(std::set({records[0].entry.device, records[1].entry.device}),
              (std::set<std::optional<domain::DeviceKey>>{gateway, other}));
    run_here(wakes.wake_some());
    EXPECT_THAT(waker.woken, ElementsAre(gateway, other));
}

TEST_F(PendingEnrollerTest, RulesMayJoinTablesOfOnesOwn)
{
    database.exec("CREATE SCHEMA erp; CREATE TABLE erp.shipped (serial text); INSERT INTO erp.shipped VALUES ('A2');"
                  "GRANT USAGE ON SCHEMA erp TO acs_rules; GRANT SELECT ON erp.shipped TO acs_rules");
    put_in_force({{"enrol.sql", "-- rule: enrol\n-- for: pending\nSELECT device.id, acs.enrol() FROM acs.device"
                                " JOIN erp.shipped s ON s.serial = device.serial_number\n"}});
    EXPECT_EQ(run_here(enroller.look()), 1U);
    EXPECT_EQ(state(other), "active");
    EXPECT_EQ(state(gateway), "pending");
}

TEST_F(PendingEnrollerTest, WhatIsPausedLetsNobodyIn)
{
    put_in_force({rule()});
    run(rules.pause("enrol", "anna", "wait"));
    run_here(runner.refresh());
    EXPECT_EQ(run_here(enroller.look()), 0U);
    run(rules.resume("enrol", "anna"));
    run(rules.pause("", "anna", "wait"));
    run_here(runner.refresh());
    EXPECT_EQ(run_here(enroller.look()), 0U);
    EXPECT_EQ(state(gateway), "pending");
}

TEST_F(PendingEnrollerTest, ABudgetBoundsHowManyAreLetInInAnHour)
{
    put_in_force({rule("true", "-- budget: 1\n")});
    EXPECT_EQ(run_here(enroller.look()), 1U);
    EXPECT_EQ(run_here(enroller.look()), 0U);
}

TEST_F(PendingEnrollerTest, APreviewTellsWhoWouldBeLetInAndChangesNothing)
{
    auto const seen = preview({rule(), other_rule()});
    auto const change = std::ranges::find(seen.changes, "enrol", &domain::PreviewedChange::kind);
    ASSERT_NE(change, seen.changes.end());
    EXPECT_EQ(change->devices, 2U);
    EXPECT_EQ(change->rule, "enrol");
    auto const wifi = std::ranges::find(seen.changes, "wifi", &domain::PreviewedChange::rule);
    ASSERT_NE(wifi, seen.changes.end());
    EXPECT_EQ(wifi->devices, 1U) << "the one that is in service";
    EXPECT_EQ(state(gateway), "pending");
}

TEST_F(PendingEnrollerTest, DevicesInServiceHaveNothingOfRulesForPendingOnes)
{
    put_in_force({rule("true")});
    EXPECT_THAT(run_here(runner.evaluate(old, {"0 BOOTSTRAP"})).wishes, IsEmpty());
}

TEST_F(PendingEnrollerTest, ARuleForPendingDevicesOnlyEnrolsAndOnlyItDoes)
{
    EXPECT_EQ(refusal(rule().text), "");
    EXPECT_THAT(refusal("-- rule: x\nSELECT device.id, acs.enrol() FROM acs.device\n"), HasSubstr("for: pending"));
    EXPECT_THAT(refusal("-- rule: x\n-- for: pending\n-- set: Device.X = 1\n"), HasSubstr("nothing but to enrol"));
    EXPECT_THAT(refusal("-- rule: x\n-- for: pending\nSELECT device.id, acs.enrol(), acs.tag('x') FROM acs.device\n"),
                HasSubstr("nothing but to enrol"));
    EXPECT_THAT(refusal("-- rule: x\n-- for: retired\nSELECT device.id, acs.enrol() FROM acs.device\n"),
                HasSubstr("for active or for pending"));
}

}  // namespace
}  // namespace rules_test
