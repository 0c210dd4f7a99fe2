#include "provisioning/rule_sweeper.hpp"
#include "runner_fixture.hpp"
#include "storage/pg_sweep.hpp"
#include "support/fake_waker.hpp"

namespace rules_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

/// Devices that inform as told, and nodes that look for those of which rules want something else.
class RuleSweeperTest : public RunnerTest {
protected:
    /// The part of a node that sweeps.
    struct Node {
        Node(RuleSweeperTest& test, unsigned number, unsigned chunk, provisioning::WakeLimits limits)
            : database{storage::sweep_connection(test.database.settings())},
              queries{storage::rule_connections(test.database.settings(), 1, 2s)},
              store{database, test.sealer},
              rules{database, queries, test.known_paths, test.sealer},
              queue{waker, store, metrics, limits},
              sweeper{{test.runner, rules, store, queue, test.clock, metrics}, {.node = number, .chunk = chunk}}
        {
        }
        [[nodiscard]] std::vector<domain::DeviceKey> woken() { return std::exchange(waker.woken, {}); }

        storage::Database database, queries;
        storage::PgSweep store;
        storage::PgRules rules;
        base::Metrics metrics;
        support::FakeWaker waker;
        provisioning::WakeQueue queue;
        provisioning::RuleSweeper sweeper;
    };
    std::unique_ptr<Node> node(unsigned number = 1, unsigned chunk = 500, provisioning::WakeLimits limits = {})
    {
        return std::make_unique<Node>(*this, number, chunk, limits);
    }

    /// The device informs, does what is wanted, and is satisfied.
    void inform(domain::DeviceKey device)
    {
        database.exec("UPDATE device_contact SET rules_epoch = 0 WHERE device_id = " + std::to_string(device.value()));
        keep(device, run_here(runner.evaluate(device, {"2 PERIODIC"})), true);
    }
    void all_inform()
    {
        for (auto const device : {gateway, other, old, box})
            inform(device);
    }
    /// Works until there is nothing to do, and wakes whom it would wake in some seconds.
    void work(Node& node)
    {
        for (int steps = 0; run_here(node.sweeper.step()); ++steps)
            ASSERT_LT(steps, 100);
        for (int seconds = 0; seconds < 4; ++seconds)
            run_here(node.queue.wake_some());
    }
    /// Rules in force that all devices satisfy, and a sweep that has found that.
    void settle(Node& node, std::vector<domain::RuleFile> files)
    {
        put_in_force(std::move(files));
        all_inform();
        work(node);
        ASSERT_THAT(node.woken(), IsEmpty());
        ASSERT_THAT(marked(), "");
    }
    void let_time_pass() { database.exec("UPDATE rule_sweep SET began_at = began_at - interval '1 hour'"); }
    void let_leases_end() { database.exec("UPDATE rule_sweep SET worked_at = worked_at - interval '1 hour'"); }
    std::string marked()
    {
        return database.value("SELECT string_agg(device_id::text, ' ' ORDER BY device_id) FROM device_contact"
                              " WHERE rules_epoch < 0");
    }
    static constexpr auto wifi = "-- rule: wifi\nSELECT device.id, acs.set_value('Device.WiFi.SSID.1.SSID', s.ssid)"
                                 " FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number";
};

TEST_F(RuleSweeperTest, NewRulesMarkAndWakeTheDevicesThatTheyChange)
{
    auto const one = node();
    put_in_force({{"a.sql", "-- rule: a\n-- when: device.product_class = 'HG-1000'\n-- set: Device.A = 1"}});
    work(*one);
    EXPECT_THAT(one->woken(), UnorderedElementsAre(gateway, other));
    EXPECT_EQ(marked(), "1 2");
    EXPECT_EQ(database.value("SELECT looked_at || ' ' || changed FROM rule_sweep"), "4 2");
    work(*one);
    EXPECT_THAT(one->woken(), IsEmpty());
}

TEST_F(RuleSweeperTest, ANewTextThatWantsTheSameWakesNobody)
{
    auto const one = node();
    settle(*one, {{"a.sql", "-- rule: a\n-- set: Device.A = 1"}, {"b.sql", "-- rule: b\n-- set: Device.B = 1"}});
    settle(*one, {{"a.sql", "-- rule: a\n-- # another comment\n-- set: Device.A = 1"}});
}

TEST_F(RuleSweeperTest, AnotherPlaceOfASettingIsAChangeOfTheRules)
{
    auto const one = node();
    settle(*one, {{"a.sql", "-- rule: a\n-- set: wifi.ssid.1 = 'Net'"}});
    database.exec("INSERT INTO acs.setting (name, root, product_class, path)"
                  " VALUES ('wifi.ssid.1', 'Device.', 'STB', 'Device.X.Name')");
    run_here(runner.refresh());
    work(*one);
    EXPECT_THAT(one->woken(), ElementsAre(box));
    EXPECT_EQ(marked(), "4");
}

TEST_F(RuleSweeperTest, WhatAnotherRuleWantedIsWantedAgainWhenTheWinnerGoes)
{
    auto const one = node();
    domain::RuleFile const low{"low.sql", "-- rule: low\n-- set: Device.A = 1"};
    settle(*one, {low, {"high.sql", "-- rule: high\n-- priority: 200\n-- when: id = 1\n-- set: Device.A = 2"}});
    put_in_force({low});
    work(*one);
    EXPECT_THAT(one->woken(), ElementsAre(gateway));
}

TEST_F(RuleSweeperTest, AChangedTableMarksAndWakesExactlyTheDevicesWhoseOutcomeChanged)
{
    auto const one = node();
    settle(*one, {{"wifi.sql", wifi}});
    database.exec("UPDATE crm.subscriber SET ssid = 'Annas new' WHERE serial = 'A1'");
    database.exec("UPDATE crm.subscriber SET paid = NOT paid");
    work(*one);
    EXPECT_EQ(marked(), "");  // it is not time yet
    let_time_pass();
    work(*one);
    EXPECT_THAT(one->woken(), ElementsAre(gateway));
    EXPECT_EQ(marked(), "1");
    inform(gateway);
    let_time_pass();
    work(*one);
    EXPECT_THAT(one->woken(), IsEmpty());
    EXPECT_EQ(marked(), "");
}

TEST_F(RuleSweeperTest, WhatIsDoneOnceWakesUntilItIsDone)
{
    auto const one = node();
    settle(*one,
           {{"firmware.sql", "-- rule: firmware\nSELECT device.id, acs.download(f.file, f.version) FROM acs.device"
                             " JOIN crm.firmware f ON f.product_class = device.product_class"}});
    database.exec("UPDATE crm.firmware SET version = '3.0'");
    clock.advance(25h);
    let_time_pass();
    work(*one);
    EXPECT_THAT(one->woken(), UnorderedElementsAre(gateway, other));
    all_inform();
    let_time_pass();
    work(*one);
    EXPECT_THAT(one->woken(), IsEmpty());
}

TEST_F(RuleSweeperTest, WhoDoesNotComeIsNotWokenByEverySweep)
{
    auto const one = node();
    settle(*one, {{"wifi.sql", wifi}});
    database.exec("UPDATE crm.subscriber SET ssid = 'New' WHERE serial = 'A1'");
    one->waker.outcome = {false, "timeout"};
    let_time_pass();
    work(*one);
    EXPECT_THAT(one->woken(), SizeIs(1));
    let_time_pass();
    work(*one);
    EXPECT_THAT(one->woken(), IsEmpty());
}

TEST_F(RuleSweeperTest, RulesThatReadTheInventoryOnlyAreSweptOnceWhenTheyChange)
{
    auto const one = node();
    settle(*one, {{"a.sql", "-- rule: a\n-- when: device.software_version = '1.0'\n-- set: Device.A = 1"}});
    auto const ended = database.value("SELECT ended_at::text FROM rule_sweep");
    EXPECT_NE(ended, "");
    let_time_pass();
    EXPECT_FALSE(run_here(one->sweeper.step()));
    EXPECT_EQ(database.value("SELECT ended_at::text FROM rule_sweep"), ended);
}

TEST_F(RuleSweeperTest, ARuleThatReadsTheClockIsSwept)
{
    auto const one = node();
    database.exec("UPDATE device_contact SET last_boot = now()");
    settle(*one,
           {{"a.sql", "-- rule: a\n-- when: device.last_boot < now() - interval '30 days'\n-- set: Device.A = 1"}});
    database.exec("UPDATE device_contact SET last_boot = now() - interval '31 days' WHERE device_id = 3");
    let_time_pass();
    work(*one);
    EXPECT_THAT(one->woken(), ElementsAre(old));
}

TEST_F(RuleSweeperTest, APausedRuleIsNotSwept)
{
    auto const one = node();
    settle(*one, {{"wifi.sql", wifi}, example("wifi-from-crm.sql")});
    run(store.pause("wifi", "anna", "wrong names"));
    run(store.pause("wifi-from-crm", "anna", "wrong names"));
    run_here(runner.refresh());
    database.exec("UPDATE crm.subscriber SET ssid = 'Wrong'");
    let_time_pass();
    work(*one);
    EXPECT_EQ(marked(), "");
    run(store.resume("wifi"));
    run_here(runner.refresh());
    work(*one);
    EXPECT_THAT(one->woken(), UnorderedElementsAre(gateway, other, old));
}

TEST_F(RuleSweeperTest, WhileAllRulesArePausedNothingIsSwept)
{
    auto const one = node();
    put_in_force({{"wifi.sql", wifi}});
    run(store.pause("", "anna", "an outage"));
    run_here(runner.refresh());
    work(*one);
    EXPECT_EQ(marked(), "");
    EXPECT_EQ(database.value("SELECT epoch FROM rule_sweep"), "0");
}

TEST_F(RuleSweeperTest, ATriggerThatTouchesADeviceMarksAndWakesItAtOnce)
{
    database.exec(R"(
        CREATE ROLE crm_writer; GRANT USAGE ON SCHEMA acs, crm TO crm_writer; GRANT ALL ON crm.subscriber TO crm_writer;
        GRANT SELECT ON acs.device TO crm_writer;
        CREATE FUNCTION crm.tell_acs() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
            PERFORM acs.touch(device.id) FROM acs.device WHERE device.serial_number = NEW.serial;
            RETURN NULL;
        END$$;
        CREATE TRIGGER tell_acs AFTER INSERT OR UPDATE ON crm.subscriber FOR EACH ROW EXECUTE FUNCTION crm.tell_acs();)");
    auto const one = node();
    settle(*one, {{"wifi.sql", wifi}});
    database.exec("SET ROLE crm_writer; UPDATE crm.subscriber SET ssid = 'New' WHERE serial IN ('A1', 'B1');"
                  "UPDATE crm.subscriber SET ssid = 'Newer' WHERE serial = 'A1';"
                  "UPDATE crm.subscriber SET tariff = 'gold' WHERE serial = 'A2'; RESET ROLE");
    work(*one);
    EXPECT_THAT(one->woken(), UnorderedElementsAre(gateway, old));
    EXPECT_EQ(marked(), "1 2 3");
    EXPECT_EQ(database.value("SELECT count(*) FROM rule_touch"), "0");
    database.exec("DROP TRIGGER tell_acs ON crm.subscriber; DROP OWNED BY crm_writer; DROP ROLE crm_writer");
}

TEST_F(RuleSweeperTest, ATouchInAnOpenTransactionHoldsUpNobodyAndIsNotLost)
{
    auto const one = node();
    settle(*one, {{"wifi.sql", wifi}});
    auto const connection = storage::connect(database.settings());
    pqxx::work open{*connection};
    open.exec("UPDATE crm.subscriber SET ssid = 'New'");
    open.exec("SELECT acs.touch(1)");
    database.exec("SELECT acs.touch(2)");
    work(*one);
    EXPECT_EQ(marked(), "2");
    open.commit();
    work(*one);
    EXPECT_EQ(marked(), "1 2");
    EXPECT_THAT(one->woken(), ElementsAre(gateway));
}

TEST_F(RuleSweeperTest, TouchesThatAnotherTransactionHoldsAreLeftToIt)
{
    auto const one = node();
    settle(*one, {{"wifi.sql", wifi}});
    database.exec("SELECT acs.touch(1), acs.touch(2)");
    auto const connection = storage::connect(database.settings());
    pqxx::work open{*connection};
    open.exec("SELECT FROM rule_touch WHERE device_id = 1 FOR UPDATE");
    work(*one);
    EXPECT_EQ(marked(), "2");
    open.abort();
    work(*one);
    EXPECT_EQ(marked(), "1 2");
}

TEST_F(RuleSweeperTest, TouchesOfUnknownDevicesAndWithoutRulesAreTaken)
{
    auto const one = node();
    run_here(runner.refresh());
    database.exec("SELECT acs.touch(99), acs.touch(1), acs.touch(5)");
    work(*one);
    EXPECT_EQ(database.value("SELECT count(*) FROM rule_touch"), "0");
    EXPECT_EQ(marked(), "1 5");
    EXPECT_THAT(one->woken(), IsEmpty());
}

TEST_F(RuleSweeperTest, OneNodeSweepsAtATimeAndEachDeviceIsLookedAtOnce)
{
    auto const one = node(1, 1);
    auto const two = node(2, 1);
    put_in_force({{"wifi.sql", wifi}});
    bool is_more = true;
    for (int steps = 0; is_more && steps < 100; ++steps) {
        is_more = run_here(one->sweeper.step());
        EXPECT_FALSE(run_here(two->sweeper.step()));
    }
    EXPECT_EQ(database.value("SELECT looked_at || ' ' || changed FROM rule_sweep"), "4 3");
    work(*one);
    work(*two);
    EXPECT_THAT(one->woken(), UnorderedElementsAre(gateway, other, old));
    EXPECT_THAT(two->woken(), IsEmpty());
}

TEST_F(RuleSweeperTest, ANodeThatFallsSilentInMidSweepIsReplacedWhereItStopped)
{
    auto one = node(1, 1);
    auto const two = node(2, 1);
    put_in_force({{"wifi.sql", wifi}});
    EXPECT_TRUE(run_here(one->sweeper.step()));
    EXPECT_TRUE(run_here(one->sweeper.step()));
    one.reset();
    work(*two);
    EXPECT_EQ(database.value("SELECT position FROM rule_sweep"), "2");
    let_leases_end();
    work(*two);
    EXPECT_THAT(two->woken(), ElementsAre(old));
    EXPECT_EQ(marked(), "1 2 3");
    EXPECT_EQ(database.value("SELECT looked_at || ' ' || changed FROM rule_sweep"), "4 3");
}

TEST_F(RuleSweeperTest, ANodeThatComesBackGoesOnWithItsOwnSweepAtOnce)
{
    auto one = node(1, 1);
    put_in_force({{"wifi.sql", wifi}});
    EXPECT_TRUE(run_here(one->sweeper.step()));
    one = node(1, 1);
    work(*one);
    EXPECT_THAT(one->woken(), UnorderedElementsAre(other, old));
    EXPECT_EQ(database.value("SELECT looked_at FROM rule_sweep"), "4");
}

TEST_F(RuleSweeperTest, RulesThatChangeInMidSweepBeginItAnew)
{
    auto const one = node(1, 1);
    put_in_force({{"wifi.sql", wifi}});
    EXPECT_TRUE(run_here(one->sweeper.step()));
    EXPECT_TRUE(run_here(one->sweeper.step()));
    put_in_force({{"a.sql", "-- rule: a\n-- when: id = 1\n-- set: Device.A = 1"}});
    work(*one);
    EXPECT_EQ(database.value("SELECT looked_at || ' ' || changed FROM rule_sweep"), "4 1");
}

TEST_F(RuleSweeperTest, NoMoreDevicesAreWokenThanTheBudgetLetsChange)
{
    auto const one = node();
    put_in_force({{"wifi.sql", std::string{"-- budget: 2\n"} + wifi}});
    work(*one);
    EXPECT_THAT(one->woken(), SizeIs(2));
    EXPECT_EQ(marked(), "1 2 3");
}

TEST_F(RuleSweeperTest, ABudgetThatIsSpentWakesNobody)
{
    auto const one = node();
    database.exec("INSERT INTO rule_budget VALUES ('wifi', date_trunc('hour', now()), 2)");
    put_in_force({{"wifi.sql", std::string{"-- budget: 2\n"} + wifi}});
    work(*one);
    EXPECT_THAT(one->woken(), IsEmpty());
    EXPECT_EQ(marked(), "1 2 3");
}

TEST_F(RuleSweeperTest, OnlySoManyAreWokenAtATime)
{
    auto const one = node(1, 500, {.at_once = 1});
    put_in_force({{"wifi.sql", wifi}});
    run_here(one->sweeper.step());
    run_here(one->queue.wake_some());
    EXPECT_THAT(one->woken(), SizeIs(1));
    work(*one);
    EXPECT_THAT(one->woken(), SizeIs(2));
}

TEST_F(RuleSweeperTest, WhereNobodyIsWokenDevicesAreMarkedOnly)
{
    auto const one = node(1, 500, {.wakes = false});
    put_in_force({{"wifi.sql", wifi}});
    work(*one);
    EXPECT_THAT(one->woken(), IsEmpty());
    EXPECT_EQ(marked(), "1 2 3");
}

TEST_F(RuleSweeperTest, AMarkDoesNotHideThatAnInformWasNotEvaluated)
{
    auto const one = node();
    settle(*one, {{"wifi.sql", wifi}});
    database.exec("UPDATE device_contact SET rules_epoch = 0 WHERE device_id = 1");
    database.exec("UPDATE crm.subscriber SET ssid = 'New'");
    database.exec("SELECT acs.touch(1), acs.touch(2)");
    work(*one);
    let_time_pass();
    work(*one);
    EXPECT_EQ(database.value("SELECT string_agg(rules_epoch::text, ' ' ORDER BY device_id) FROM device_contact"
                             " WHERE device_id IN (1, 2, 3)"),
              "-2 -1 -1");
}

TEST_F(RuleSweeperTest, WhoCameByItselfIsNotWoken)
{
    auto const one = node();
    put_in_force({{"wifi.sql", wifi}});
    EXPECT_FALSE(run_here(one->sweeper.step()));
    inform(gateway);
    work(*one);
    EXPECT_THAT(one->woken(), UnorderedElementsAre(other, old));
}

TEST_F(RuleSweeperTest, ADeviceInASessionIsToInformAnew)
{
    auto const one = node();
    put_in_force({{"wifi.sql", wifi}});
    work(*one);
    EXPECT_TRUE(one->waker.wish.anew) << "the session that goes on began without the rules";
    EXPECT_EQ(one->waker.wish.priority, domain::Priority::automation);
}

TEST_F(RuleSweeperTest, ARuleThatFailsForSomeDevicesHidesNoChangeOfTheOthers)
{
    auto const one = node();
    put_in_force({{"bad.sql", "-- rule: bad\nSELECT device.id, acs.set_value('Device.A', 10 / (CASE WHEN"
                              " device.serial_number = 'A1' THEN 0 ELSE 1 END)) FROM acs.device"}});
    work(*one);
    EXPECT_THAT(one->woken(), UnorderedElementsAre(other, old, box));
}

}  // namespace
}  // namespace rules_test
