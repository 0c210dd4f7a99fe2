#include "runner_fixture.hpp"

namespace rules_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

/// The rules in force, evaluated for devices as sessions do it.
class RuleRunnerTest : public RunnerTest {
protected:
    domain::RuleVerdict evaluate(domain::DeviceKey device, std::vector<std::string> events = {"2 PERIODIC"})
    {
        return run_here(runner.evaluate(device, std::move(events)));
    }
    /// Evaluates, and keeps what came of it.
    domain::RuleVerdict evaluate_and_keep(domain::DeviceKey device, std::vector<std::string> events = {"2 PERIODIC"})
    {
        auto verdict = evaluate(device, std::move(events));
        keep(device, verdict, false);
        return verdict;
    }
    [[nodiscard]] static std::vector<std::string> values(domain::RuleVerdict const& verdict)
    {
        std::vector<std::string> values;
        for (auto const& wish : verdict.wishes)
            values.push_back(wish.action.value);
        return values;
    }
};

TEST_F(RuleRunnerTest, WithoutRulesNothingIsAsked)
{
    run_here(runner.refresh());
    EXPECT_EQ(runner.epoch(), 0);
    EXPECT_EQ(evaluate(gateway).epoch, 0);
}

TEST_F(RuleRunnerTest, ADeviceGetsWhatTheRulesThatMatchItWant)
{
    put_in_force({example("wifi-from-crm.sql"), example("set-top-box.sql")});
    auto const verdict = evaluate(gateway);
    EXPECT_EQ(verdict.epoch, runner.epoch());
    EXPECT_THAT(values(verdict), testing::UnorderedElementsAre("Annas", "secret-anna"));
    EXPECT_THAT(values(evaluate(box)), Contains("86400"));
    EXPECT_THAT(evaluate(domain::DeviceKey{99}).wishes, IsEmpty());
}

TEST_F(RuleRunnerTest, OfTwoRulesThatOfTheHigherPriorityCounts)
{
    put_in_force({example("tariff-default.sql"), example("tariff-gold.sql")});
    EXPECT_THAT(values(evaluate(gateway)), ElementsAre("1000000000"));
    EXPECT_THAT(values(evaluate(other)), ElementsAre("100000000"));
}

TEST_F(RuleRunnerTest, ARuleForAnEventIsEvaluatedAtThatEventAndItsOutcomeStays)
{
    put_in_force({example("first-contact.sql")});
    EXPECT_THAT(evaluate_and_keep(gateway).wishes, IsEmpty());
    EXPECT_THAT(values(evaluate_and_keep(gateway, {"0 BOOTSTRAP"})), Contains("ISP.anna"));
    EXPECT_THAT(values(evaluate_and_keep(gateway)), Contains("ISP.anna"));
}

TEST_F(RuleRunnerTest, AnOutcomeIsWorkedOutAgainWhenItIsOlderThanItsMaxAge)
{
    put_in_force(
        {{"a.sql", "-- rule: a\n-- on: BOOTSTRAP\n-- max-age: 2h\nSELECT device.id, acs.set_value('Device.A', s.ssid)"
                   " FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number"}});
    auto const verdict = evaluate_and_keep(gateway, {"0 BOOTSTRAP"});
    EXPECT_EQ(verdict.until, clock.now() + 2h);
    database.exec("UPDATE crm.subscriber SET ssid = 'New' WHERE serial = 'A1'");
    EXPECT_THAT(values(evaluate_and_keep(gateway)), ElementsAre("Annas"));
    clock.advance(2h);
    EXPECT_THAT(values(evaluate_and_keep(gateway)), ElementsAre("New"));
}

TEST_F(RuleRunnerTest, ANewTextOfARuleReplacesItsOutcome)
{
    put_in_force({{"a.sql", "-- rule: a\n-- on: BOOT\n-- set: Device.A = 1"}});
    evaluate_and_keep(gateway, {"1 BOOT"});
    put_in_force({{"a.sql", "-- rule: a\n-- on: BOOT\n-- set: Device.A = 2"}});
    EXPECT_THAT(values(evaluate_and_keep(gateway)), ElementsAre("2"));
    put_in_force({});
    EXPECT_THAT(evaluate_and_keep(gateway).wishes, IsEmpty());
}

TEST_F(RuleRunnerTest, OutcomesThatDidNotChangeAreNotWrittenAgain)
{
    put_in_force({example("wifi-from-crm.sql")});
    EXPECT_TRUE(evaluate_and_keep(gateway).outcomes);
    EXPECT_FALSE(evaluate(gateway).outcomes);
    database.exec("UPDATE crm.subscriber SET passphrase = 'new' WHERE serial = 'A1'");
    EXPECT_TRUE(evaluate(gateway).outcomes);
}

TEST_F(RuleRunnerTest, WhatIsDoneOnceIsNotWantedAgain)
{
    put_in_force({example("firmware-by-model.sql")});
    EXPECT_THAT(evaluate_and_keep(gateway, {"1 BOOT"}).wishes, SizeIs(1));
    clock.advance(48h);
    EXPECT_THAT(evaluate_and_keep(gateway, {"1 BOOT"}).wishes, IsEmpty());
    database.exec("UPDATE crm.firmware SET version = '3.0'");
    EXPECT_THAT(evaluate_and_keep(gateway, {"1 BOOT"}).wishes, SizeIs(1));
    database.exec("UPDATE crm.firmware SET version = '4.0'");
    EXPECT_THAT(evaluate_and_keep(gateway, {"1 BOOT"}).wishes, IsEmpty());  // not within a day of the last one
}

TEST_F(RuleRunnerTest, WithoutAKeyItIsDoneAgainAfterTheInterval)
{
    put_in_force({example("weekly-reboot.sql")});
    EXPECT_THAT(evaluate_and_keep(gateway).wishes, SizeIs(1));
    clock.advance(24h);
    EXPECT_THAT(evaluate_and_keep(gateway).wishes, IsEmpty());
    clock.advance(6 * 24h);
    EXPECT_THAT(evaluate_and_keep(gateway).wishes, SizeIs(1));
}

TEST_F(RuleRunnerTest, ARuleThatFailsForADeviceIsGivenUpForThatDeviceAlone)
{
    put_in_force(
        {{"bad.sql", "-- rule: bad\nSELECT device.id, acs.set_value('Device.A', 10 / (CASE WHEN device.serial_number"
                     " = 'A1' THEN 0 ELSE 1 END)) FROM acs.device"},
         example("wifi-from-crm.sql")});
    auto const verdict = evaluate_and_keep(gateway);
    EXPECT_THAT(verdict.failures, SizeIs(1));
    EXPECT_THAT(verdict.failures.at(0).reason, HasSubstr("division by zero"));
    EXPECT_THAT(values(verdict), Contains("Annas"));
    EXPECT_THAT(evaluate_and_keep(gateway).failures, IsEmpty());  // it is not tried again
    EXPECT_THAT(values(evaluate_and_keep(other)), Contains("10"));
}

TEST_F(RuleRunnerTest, AConnectionForgetsTheSetsThatItNoLongerRuns)
{
    put_in_force({example("wifi-from-crm.sql")});
    auto const connection = storage::connect(storage::rule_connections(database.settings(), 1, 2s).connection);
    pqxx::nontransaction work{*connection};
    auto const prepared = [&] { return work.exec("SELECT count(*) FROM pg_prepared_statements")[0][0].as<int>(); };
    auto const statements = runner.rules()->statements;
    std::vector<domain::RuleMember> const members{{gateway, {true}}};
    EXPECT_THAT(storage::run_rules(work, *statements, members), SizeIs(1));
    EXPECT_GT(prepared(), 0);
    storage::forget_rules(*connection, *statements);
    EXPECT_EQ(prepared(), 0);
}

TEST_F(RuleRunnerTest, WhilePausedNothingIsWanted)
{
    put_in_force({example("wifi-from-crm.sql")});
    run(store.pause("", "anna", "an outage of the CRM"));
    run_here(runner.refresh());
    EXPECT_EQ(runner.epoch(), 0);
    EXPECT_EQ(evaluate(gateway).epoch, 0);
    run(store.resume(""));
    run_here(runner.refresh());
    EXPECT_THAT(evaluate(gateway).wishes, SizeIs(2));
}

}  // namespace
}  // namespace rules_test
