#include "rules_fixture.hpp"

namespace rules_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

domain::RuleFile wifi(std::string const& when = "true", int priority = 100, std::string const& name = "wifi",
                      std::string const& value = "s.ssid")
{
    return {name + ".sql", "-- rule: " + name + "\n-- priority: " + std::to_string(priority) + "\n-- when: " + when +
                               "\nSELECT device.id, acs.set_value('Device.WiFi.SSID.1.SSID', " + value +
                               ")\n  FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number\n"};
}

class RuleBookTest : public RulesTest {};

TEST_F(RuleBookTest, AppliesAddsChangesAndRemovesToMatch)
{
    EXPECT_THAT(apply({wifi(), wifi("true", 10, "more")}).added, ElementsAre("wifi", "more"));
    auto const again = apply({wifi(), wifi("true", 10, "more")});
    EXPECT_EQ(again.unchanged, 2U);
    EXPECT_EQ(again.epoch, 1);
    auto const changed = apply({wifi("true", 300)});
    EXPECT_THAT(changed.changed, ElementsAre("wifi"));
    EXPECT_THAT(changed.removed, ElementsAre("more"));
    EXPECT_EQ(changed.epoch, 2);
    EXPECT_THAT(run(rules.list()), SizeIs(1));
    EXPECT_THAT(run(rules.history("wifi")), SizeIs(2));
    auto const removed = run(rules.history("more"));
    ASSERT_THAT(removed, SizeIs(2));
    EXPECT_EQ(removed[0].text, std::nullopt);
    EXPECT_EQ(removed[0].made_by, "anna");
    EXPECT_EQ(removed[0].reason, "test");
}

TEST_F(RuleBookTest, ADryRunChangesNothing)
{
    EXPECT_THAT(apply({wifi()}, true).added, ElementsAre("wifi"));
    EXPECT_THAT(run(rules.list()), IsEmpty());
}

TEST_F(RuleBookTest, OneWrongRuleKeepsAllFromBeingApplied)
{
    domain::RuleFile const bad{"bad.sql",
                               "-- rule: bad\nSELECT device.id, acs.reboot() FROM acs.device, crm.subscriber"};
    domain::RuleFile const worse{"worse.sql", "-- rule: worse\n-- set: Device.X = pg_sleep(1)"};
    auto const applied = run(rules.apply({wifi(), bad, worse}, "", "", false));
    ASSERT_FALSE(applied);
    ASSERT_THAT(applied.error(), SizeIs(2));
    EXPECT_THAT(applied.error()[0].text(), HasSubstr("bad.sql:2:"));
    EXPECT_THAT(applied.error()[1].text(), HasSubstr("worse.sql:2:20: the function pg_sleep"));
    EXPECT_THAT(run(rules.list()), IsEmpty());
}

TEST_F(RuleBookTest, PostgreSqlHasTheLastWord)
{
    auto const problem = [&](std::string const& text) {
        auto const checked = run(rules.check({{"a.sql", "-- rule: a\n" + text}}));
        return checked ? std::string{"accepted"} : checked.error().front().text();
    };
    EXPECT_THAT(problem("-- when: inform_interval = 'x'\n-- set: Device.X = 1"),
                HasSubstr("a.sql:2:10: invalid input syntax"));
    EXPECT_THAT(problem("-- when: oui\n-- set: Device.X = 1"), HasSubstr("must be type boolean"));
    EXPECT_THAT(problem("SELECT d.id, d.oui FROM acs.device d WHERE acs.reboot() IS NULL"), HasSubstr("acs.actions"));
    EXPECT_THAT(problem("SELECT d.id, acs.set_value('Device.X', d.tags) FROM acs.device d"),
                HasSubstr("acs.set_value"));
    EXPECT_THAT(problem("SELECT s.serial, acs.reboot() FROM crm.subscriber s"), HasSubstr("bigint"));
    EXPECT_THAT(problem("SELECT d.id, acs.set_value('Device.X', d.colour) FROM acs.device d"), HasSubstr("colour"));
    EXPECT_THAT(problem("SELECT d.id, acs.reboot() FROM acs.device d JOIN crm.secret s ON s.x = d.oui"),
                HasSubstr("GRANT SELECT"));
    EXPECT_THAT(problem("SELECT d.id, acs.reboot() FROM public.device d"), HasSubstr("may not read"));
}

TEST_F(RuleBookTest, TwoFilesAreNotOneRule)
{
    auto twin = wifi();
    twin.file = "twin.sql";
    auto const applied = run(rules.apply({wifi(), twin}, "", "", false));
    ASSERT_FALSE(applied);
    EXPECT_THAT(applied.error().front().text(), HasSubstr("twin.sql:1:1: the rule wifi is in wifi.sql too"));
}

TEST_F(RuleBookTest, ARollbackMakesAnOldSetANewEpoch)
{
    apply({wifi(), wifi("true", 10, "more")});
    apply({wifi("true", 300)});
    apply({wifi("true", 300), wifi("true", 20, "third")});
    auto const tried = run(rules.rollback(1, "bert", "", true));
    ASSERT_TRUE(tried);
    EXPECT_THAT(tried->removed, ElementsAre("third"));
    EXPECT_EQ(run(rules.current()).epoch, 3);
    auto const done = run(rules.rollback(1, "bert", "", false));
    ASSERT_TRUE(done);
    EXPECT_EQ(done->epoch, 4);
    EXPECT_THAT(done->added, ElementsAre("more"));
    EXPECT_THAT(done->changed, ElementsAre("wifi"));
    EXPECT_THAT(done->removed, ElementsAre("third"));
    EXPECT_EQ(run(rules.history("more"))[0].reason, "rollback to epoch 1");
    EXPECT_EQ(run(rules.history("more"))[0].made_by, "bert");
    EXPECT_EQ(run(rules.at(4))->size(), 2U);
    EXPECT_THAT(*run(rules.at(0)), IsEmpty());
    auto const emptied = run(rules.rollback(0, "bert", "nothing", false));
    ASSERT_TRUE(emptied);
    EXPECT_THAT(run(rules.list()), IsEmpty());
    auto const never = run(rules.rollback(9, "bert", "", false));
    ASSERT_FALSE(never);
    EXPECT_THAT(never.error().front().text(), HasSubstr("there never was an epoch 9"));
}

TEST_F(RuleBookTest, ARollbackToWhatIsNoLongerInOrderChangesNothing)
{
    apply({wifi()});
    apply({});
    database.exec("REVOKE SELECT ON crm.subscriber FROM acs_rules");
    auto const refused = run(rules.rollback(1, "bert", "", false));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().front().text(), HasSubstr("wifi.sql:"));
    EXPECT_EQ(run(rules.current()).epoch, 2);
}

TEST_F(RuleBookTest, TheHistoryOfTheSetTellsWhatEachEpochChanged)
{
    apply({wifi(), wifi("true", 10, "more")});
    apply({wifi("true", 300)});
    apply({wifi("true", 300), wifi("true", 10, "more")});
    auto const changes = run(rules.changes(100, 2));
    ASSERT_THAT(changes, SizeIs(2));
    EXPECT_EQ(changes[0].epoch, 3);
    EXPECT_THAT(changes[0].added, ElementsAre("more"));
    EXPECT_THAT(changes[1].changed, ElementsAre("wifi"));
    EXPECT_THAT(changes[1].removed, ElementsAre("more"));
    EXPECT_EQ(changes[1].made_by, "anna");
    EXPECT_THAT(run(rules.changes(2, 100)), SizeIs(1));
}

TEST_F(RuleBookTest, APausedRuleIsLeftOutUntilItIsResumed)
{
    apply({wifi(), wifi("true", 10, "more", "'low'")});
    EXPECT_EQ(wanted(gateway, "Device.WiFi.SSID.1.SSID"), "Annas");
    EXPECT_TRUE(run(rules.pause("wifi", "bert", "wrong names")));
    EXPECT_FALSE(run(rules.pause("none", "bert", "x")));
    EXPECT_EQ(wanted(gateway, "Device.WiFi.SSID.1.SSID"), "low");
    EXPECT_THAT(run(rules.explain(gateway, "")).paused, ElementsAre("wifi"));
    apply({wifi("true", 400), wifi("true", 10, "more", "'low'")});
    EXPECT_EQ(wanted(gateway, "Device.WiFi.SSID.1.SSID"), "low") << "a new version of it is paused too";
    auto const shown = run(rules.list());
    EXPECT_EQ(shown[0].version.paused->reason, "wrong names");
    EXPECT_TRUE(run(rules.resume("wifi", "bert")));
    EXPECT_EQ(wanted(gateway, "Device.WiFi.SSID.1.SSID"), "Annas");
}

TEST_F(RuleBookTest, AllRulesArePausedTogether)
{
    apply({wifi()});
    EXPECT_TRUE(run(rules.pause("", "bert", "outage")));
    EXPECT_TRUE(run(rules.explain(gateway, "")).is_paused);
    EXPECT_EQ(run(rules.current()).pause_reason, "outage");
    EXPECT_TRUE(run(rules.resume("", "bert")));
    EXPECT_FALSE(run(rules.explain(gateway, "")).is_paused);
}

TEST_F(RuleBookTest, APreviewCountsWhatWouldChangeAndWhatIsInPlace)
{
    auto const seen = preview({wifi("product_class = 'HG-1000'")});
    EXPECT_EQ(seen.devices, 4U) << "pending devices are not touched";
    EXPECT_EQ(seen.devices_changed, 1U);
    ASSERT_THAT(seen.changes, SizeIs(1));
    EXPECT_EQ(seen.changes[0].devices, 1U);
    EXPECT_EQ(seen.changes[0].in_place, 1U);
    EXPECT_EQ(seen.changes[0].samples[0].from, "factory");
    EXPECT_EQ(seen.changes[0].samples[0].to, "Annas");
    EXPECT_THAT(run(rules.list()), IsEmpty()) << "a preview keeps nothing";
}

TEST_F(RuleBookTest, APreviewGoesThroughTheFleetInPages)
{
    auto const first = run(rules.preview({.files = {wifi()}, .limit = 2}));
    ASSERT_TRUE(first && first->next);
    EXPECT_EQ(first->devices, 2U);
    auto const second = run(rules.preview({.files = {wifi()}, .after = *first->next, .limit = 3}));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->devices, 2U);
    EXPECT_FALSE(second->next);
}

TEST_F(RuleBookTest, APreviewIsRestrictedByACondition)
{
    auto const seen = preview({wifi()}, "acs.number(value('Device.Level')) = 7 or serial_number = 'B1'");
    EXPECT_EQ(seen.devices, 2U);
    EXPECT_EQ(seen.fleet, 4U);
    EXPECT_EQ(seen.devices_changed, 2U);
    auto const refused = [&](std::string const& where) {
        auto const outcome = run(rules.preview({.files = {wifi()}, .where = where}));
        return outcome ? std::string{"accepted"} : outcome.error().front().text();
    };
    EXPECT_THAT(refused("pg_sleep(1) is null"), HasSubstr("where:1:1: the function pg_sleep"));
    EXPECT_THAT(refused("true) or (true"), HasSubstr("where:1:5"));
    EXPECT_THAT(refused("serial_number"), HasSubstr("must be type boolean"));
}

TEST_F(RuleBookTest, APreviewTellsWhichDevicesItsConditionCouldNotJudge)
{
    database.exec("UPDATE device SET inform_interval = CASE device_id WHEN 4 THEN 0 ELSE 9 END");
    auto const seen = preview({wifi()}, "10 / inform_interval = 1");
    EXPECT_EQ(seen.devices, 3U);
    ASSERT_THAT(seen.failures, SizeIs(1));
    EXPECT_EQ(seen.failures[0].rule, "where");
    EXPECT_THAT(seen.failures[0].reason, HasSubstr("division by zero"));
}

TEST_F(RuleBookTest, APreviewCountsTheDevicesThatWouldRestart)
{
    domain::RuleFile const update{"update.sql", "-- rule: update\nSELECT d.id, acs.download('fw.bin'), acs.reboot(),\n"
                                                "acs.task('factory_reset'), acs.refresh('Device.')\n"
                                                "FROM acs.device d WHERE d.product_class = 'HG-1000'"};
    EXPECT_EQ(preview({update, wifi()}).devices_restarted, 2U);
    EXPECT_EQ(preview({wifi()}).devices_restarted, 0U);
}

TEST_F(RuleBookTest, APreviewComparesValuesAsTheirTypesSay)
{
    database.exec(
        "INSERT INTO path (path, is_secret) VALUES ('Device.A', false), ('Device.B', false),"
        " ('Device.C', false), ('Device.D', false), ('Device.Password', true);"
        "INSERT INTO device_parameter (device_id, path_id, value, since) SELECT 1, path_id, v, now() FROM path"
        " JOIN (VALUES ('Device.A', '1'), ('Device.B', '007'), ('Device.C', '2026-01-01T01:00:00+01:00'),"
        " ('Device.D', '007')) x (p, v) ON x.p = path.path");
    domain::RuleFile const typed{
        "typed.sql", "-- rule: typed\n-- when: serial_number = 'A1'\n-- set: Device.A = true\n-- set: Device.B = 7\n"
                     "-- set: Device.C = timestamptz '2026-01-01 00:00:00+00'\n-- set: Device.D = '7'\n"
                     "-- set: Device.Password = 'x'\n"};
    auto const seen = preview({typed});
    ASSERT_THAT(seen.changes, SizeIs(5));
    for (auto const& change : seen.changes)
        EXPECT_EQ(change.in_place, change.path <= "Device.C" ? 1U : 0U) << change.path;
    EXPECT_EQ(seen.changes[4].samples[0].to, "********");
}

TEST_F(RuleBookTest, APreviewKnowsWhatOnlyTreesAndRecentInformsHold)
{
    database.exec(
        "INSERT INTO path (path, is_secret) VALUES ('Device.T', false), ('Device.R', false), ('Device.O', false),"
        " ('Device.Long', false);"
        "INSERT INTO device_tree (device_id, stored_at, software_version, read_at, path_ids, values, changed, flags)"
        " SELECT 1, now(), '', '{}', array_agg(path_id ORDER BY path_id),"
        " array_agg(CASE path WHEN 'Device.Long' THEN repeat('x', 2000) ELSE 'old' END ORDER BY path_id),"
        " array_agg(0), '\\x0201020100010201' FROM path WHERE path ~ '^Device\\.(T|R|O|Long)$';"
        "INSERT INTO device_recent (device_id, version, path_ids, values, changed)"
        " SELECT 1, 1, ARRAY[path_id], '{new}', '{0}' FROM path WHERE path = 'Device.R';"
        "INSERT INTO promoted (pattern) VALUES ('Device.Long');"
        "INSERT INTO device_parameter (device_id, path_id, value, since)"
        " SELECT 1, path_id, NULL, now() FROM path WHERE path = 'Device.Long'");
    domain::RuleFile const rule{
        "r.sql", "-- rule: r\n-- when: serial_number = 'A1'\n-- set: Device.T = 'old'\n-- set: Device.R = 'new'\n"
                 "-- set: Device.O = 'old'\n-- set: Device.Unknown = 'x'\n-- set: Device.Long = '" +
                     std::string(2'000, 'x') + "'\n"};
    std::map<std::string, std::size_t> in_place;
    for (auto const& change : preview({rule}).changes)
        in_place[change.path] = change.in_place;
    EXPECT_EQ(in_place,
              (std::map<std::string, std::size_t>{
                  {"Device.Long", 1}, {"Device.O", 0}, {"Device.R", 1}, {"Device.T", 1}, {"Device.Unknown", 0}}))
        << "Device.O is something without a value";
}

TEST_F(RuleBookTest, APreviewOfManyDevicesCountsEachOnce)
{
    database.exec(
        "INSERT INTO device (device_id, state, oui, product_class, serial_number)"
        " SELECT n, 'active', '00D09E', 'HG-1000', 'N' || n FROM generate_series(1000, 10000) n;"
        "INSERT INTO device_contact (device_id, last_inform) SELECT n, now() FROM generate_series(1000, 10000) n;"
        "INSERT INTO crm.subscriber (serial, ssid) SELECT 'N' || n, 'net' || n % 2 FROM generate_series(1000, 10000) n;"
        "INSERT INTO device_parameter (device_id, path_id, value, since) SELECT n, path_id, 'net0', now()"
        " FROM generate_series(1000, 10000) n, path WHERE path = 'Device.WiFi.SSID.1.SSID'");
    std::size_t devices = 0;
    std::size_t changed = 0;
    std::optional<domain::DeviceKey> next{0};
    while (next) {
        auto const page = run(rules.preview({.files = {wifi()}, .after = *next}));
        ASSERT_TRUE(page);
        devices += page->devices;
        changed += page->devices_changed;
        next = page->next;
    }
    EXPECT_EQ(devices, 9'005U);
    EXPECT_EQ(changed, 4'502U);
}

TEST_F(RuleBookTest, APreviewOfOneFileIsThatOfTheRulesInForceWithIt)
{
    apply({wifi("true", 200), wifi("true", 50, "low", "'low'")});
    auto const preview = run(rules.preview({.files = {wifi("true", 300, "low", "'low'")}, .is_whole = false}));
    ASSERT_TRUE(preview);
    ASSERT_THAT(preview->conflicts, SizeIs(1));
    EXPECT_EQ(preview->conflicts[0].winner, "low");
    EXPECT_EQ(preview->conflicts[0].loser, "wifi");
    EXPECT_EQ(preview->conflicts[0].devices, 3U);
}

TEST_F(RuleBookTest, TheHighestPriorityWinsAndTheLoserIsNamed)
{
    make_trees();
    apply({wifi("true", 200), wifi("'residential' = any(tags)", 300, "better", "upper(s.ssid)")});
    auto const told = run(rules.explain(gateway, ""));
    ASSERT_THAT(told.wishes, SizeIs(2));
    EXPECT_EQ(told.wishes[0].rule, "better");
    EXPECT_EQ(told.wishes[0].wanted, "ANNAS");
    EXPECT_EQ(told.wishes[0].known, "factory");
    EXPECT_EQ(told.wishes[1].overruled_by, "better");
    EXPECT_EQ(wanted(other, "Device.WiFi.SSID.1.SSID"), "Berts");
    EXPECT_THAT(run(rules.explain(other, "")).unmatched, ElementsAre("better"));
    EXPECT_TRUE(run(rules.explain(other, "")).wishes[0].state == domain::WishState::in_place);
}

TEST_F(RuleBookTest, AConditionReadsWhatIsPromotedAndWhatIsNot)
{
    apply({wifi("acs.number(value('Device.Level')) > 5 and value('Device.WiFi.SSID.1.SSID') = 'factory'")});
    EXPECT_EQ(wanted(gateway, "Device.WiFi.SSID.1.SSID"), "Annas");
    EXPECT_EQ(wanted(other, "Device.WiFi.SSID.1.SSID"), std::nullopt);
    EXPECT_EQ(database.value("SELECT reason || fill_after FROM promoted WHERE pattern = 'Device.Level'"), "rules0")
        << "its copies are made in the background";
    database.exec("UPDATE promoted SET fill_after = NULL");
    EXPECT_EQ(wanted(gateway, "Device.WiFi.SSID.1.SSID"), "Annas");
    EXPECT_EQ(wanted(other, "Device.WiFi.SSID.1.SSID"), std::nullopt);
}

TEST_F(RuleBookTest, RulesAreCompiledAgainWhenTheCopiesOfAParameterAreComplete)
{
    apply({wifi("acs.number(value('Device.Level')) > 5")});
    EXPECT_THAT(run(rules.compiled())->looked_up, ElementsAre("Device.Level"));
    auto const before = run(rules.compiled());
    EXPECT_EQ(run(rules.compiled()), before) << "nothing changed";
    database.exec("UPDATE promoted SET fill_after = 3 WHERE pattern = 'Device.Level'");
    EXPECT_EQ(run(rules.compiled()), before) << "the copies are not complete yet";
    database.exec("UPDATE promoted SET fill_after = NULL WHERE pattern = 'Device.Level'");
    EXPECT_THAT(run(rules.compiled())->looked_up, IsEmpty());
    database.exec("UPDATE promoted SET removed_at = now() WHERE pattern = 'Device.Level';"
                  "INSERT INTO promoted (pattern) VALUES ('Device.Another')");
    EXPECT_THAT(run(rules.compiled())->looked_up, ElementsAre("Device.Level")) << "its copies are being deleted";
}

TEST_F(RuleBookTest, AParameterThatNoDeviceHadToldIsFoundWhenOneTellsIt)
{
    apply({wifi("value('Device.New') = 'x'")});
    database.exec("UPDATE promoted SET fill_after = NULL");
    EXPECT_THAT(run(rules.compiled())->looked_up, ElementsAre("Device.New"));
    EXPECT_EQ(wanted(gateway, "Device.WiFi.SSID.1.SSID"), std::nullopt);
    database.exec(
        "INSERT INTO path (path, is_secret) VALUES ('Device.New', false);"
        "INSERT INTO device_parameter (device_id, path_id, value, since) SELECT 1, path_id, 'x', now() FROM path"
        " WHERE path = 'Device.New'");
    EXPECT_THAT(run(rules.compiled())->looked_up, IsEmpty());
    EXPECT_EQ(wanted(gateway, "Device.WiFi.SSID.1.SSID"), "Annas");
}

TEST_F(RuleBookTest, AConditionReadsAValueThatIsTooLongForACopy)
{
    database.exec(
        "INSERT INTO path (path, is_secret) VALUES ('Device.Long', false);"
        "INSERT INTO promoted (pattern) VALUES ('Device.Long');"
        "INSERT INTO device_parameter (device_id, path_id, value, since) SELECT 1, path_id, NULL, now() FROM path"
        " WHERE path = 'Device.Long';"
        "INSERT INTO device_tree (device_id, stored_at, software_version, read_at, path_ids, values, changed,"
        " flags) SELECT 1, now(), '', '{}', ARRAY[path_id], ARRAY[repeat('x', 2000)], '{0}', '\\x0201' FROM path"
        " WHERE path = 'Device.Long'");
    apply({wifi("length(value('Device.Long')) = 2000")});
    EXPECT_THAT(run(rules.compiled())->looked_up, IsEmpty());
    EXPECT_EQ(wanted(gateway, "Device.WiFi.SSID.1.SSID"), "Annas");
    EXPECT_EQ(wanted(other, "Device.WiFi.SSID.1.SSID"), std::nullopt);
}

TEST_F(RuleBookTest, SecretsAreNeverShown)
{
    apply({{"a.sql",
            "-- rule: a\nSELECT d.id, acs.set_value('Device.PPP.Interface.1.Password', s.pppoe_password),\n"
            "acs.ensure_instance('Device.Users.User.', ARRAY['Username', 'u'], ARRAY['Password', s.pppoe_password])\n"
            "FROM acs.device d JOIN crm.subscriber s ON s.serial = d.serial_number"}});
    for (auto const& wish : run(rules.explain(gateway, "")).wishes)
        EXPECT_THAT(wish.wanted, testing::Not(HasSubstr("pw-anna"))) << wish.path;
    for (auto const& change : preview({{"a.sql", *run(rules.history("a"))[0].text}}).changes)
        for (auto const& sample : change.samples)
            EXPECT_THAT(sample.to, testing::Not(HasSubstr("pw-"))) << change.path;
}

TEST_F(RuleBookTest, OneDevicesNonsenseIsFoundAndTheOthersAreServed)
{
    domain::RuleFile const brittle{
        "brittle.sql",
        "-- rule: brittle\nSELECT d.id, acs.set_value('Device.X', d.software_version::numeric) FROM acs.device d"};
    database.exec("UPDATE device_contact SET software_version = 'beta' WHERE device_id = 4");
    auto const seen = preview({brittle, wifi()});
    ASSERT_THAT(seen.failures, SizeIs(1));
    EXPECT_EQ(seen.failures[0].rule, "brittle");
    EXPECT_EQ(seen.failures[0].devices, 1U);
    EXPECT_THAT(seen.failures[0].reason, HasSubstr("invalid input syntax for type numeric: \"beta\""));
    ASSERT_THAT(seen.changes, SizeIs(2));
    EXPECT_EQ(seen.changes[0].devices, 3U);
}

TEST_F(RuleBookTest, ABodyThatFloodsADeviceIsAFailure)
{
    database.exec("INSERT INTO crm.port SELECT 'A1', n, n, 'x', 'TCP', true FROM generate_series(1, 200) n");
    auto const flood = [](std::string const& value) {
        return domain::RuleFile{"flood.sql", "-- rule: flood\nSELECT d.id, acs.set_value('Device.' || p.external, " +
                                                 value +
                                                 ") FROM acs.device d JOIN crm.port p ON p.serial = d.serial_number"};
    };
    EXPECT_THAT(preview({flood("1")}).failures[0].reason, HasSubstr("more than 100 actions"));
    database.exec("DELETE FROM crm.port; INSERT INTO crm.port VALUES ('A1', 1, 1, repeat('x', 40000), 'TCP', true)");
    EXPECT_THAT(preview({flood("p.client")}).failures[0].reason, HasSubstr("longer than 32 KiB"));
}

TEST_F(RuleBookTest, ASlowBodyIsCutOffAndTheOthersGoOn)
{
    database.exec("CREATE VIEW crm.slow AS SELECT serial, pg_sleep(10)::text AS x FROM crm.subscriber;"
                  "GRANT SELECT ON crm.slow TO acs_rules");
    domain::RuleFile const slow{"slow.sql", "-- rule: slow\nSELECT d.id, acs.set_value('Device.X', s.x) FROM "
                                            "acs.device d JOIN crm.slow s ON s.serial = d.serial_number"};
    auto const seen = preview({slow, wifi()});
    ASSERT_THAT(seen.failures, SizeIs(1));
    EXPECT_THAT(seen.failures[0].reason, HasSubstr("statement timeout"));
    EXPECT_EQ(seen.changes.at(0).rule, "wifi");
}

TEST_F(RuleBookTest, AGrantThatIsMissingBehindAViewIsAFailureOfThatRule)
{
    database.exec("CREATE FUNCTION crm.f(text) RETURNS text LANGUAGE sql AS 'SELECT $1'; REVOKE EXECUTE ON FUNCTION "
                  "crm.f FROM PUBLIC;"
                  "CREATE VIEW crm.closed AS SELECT serial, crm.f(ssid) AS x FROM crm.subscriber; GRANT SELECT ON "
                  "crm.closed TO acs_rules");
    domain::RuleFile const closed{"closed.sql", "-- rule: closed\nSELECT d.id, acs.set_value('Device.X', c.x) FROM "
                                                "acs.device d JOIN crm.closed c ON c.serial = d.serial_number"};
    auto const checked = run(rules.check({closed}));
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().front().reason, HasSubstr("permission denied for function f"));
}

TEST_F(RuleBookTest, RulesCanWriteNothing)
{
    auto const settings = storage::rule_connections(database.settings(), 1, std::chrono::seconds{2});
    auto const connection = storage::connect(settings.connection);
    auto const attempt = [&](std::string const& sql) {
        try {
            pqxx::nontransaction{*connection}.exec(sql);
            return std::string{"done"};
        } catch (pqxx::sql_error const& problem) {
            return std::string{problem.what()};
        }
    };
    EXPECT_THAT(attempt("DELETE FROM public.device"), HasSubstr("read-only transaction"));
    EXPECT_EQ(attempt("SET default_transaction_read_only = off"), "done");
    EXPECT_THAT(attempt("DELETE FROM public.device"), HasSubstr("permission denied"));
    EXPECT_EQ(attempt("SET default_transaction_read_only = on"), "done");
    EXPECT_THAT(attempt("SELECT * FROM public.credential"), HasSubstr("permission denied"));
    EXPECT_THAT(attempt("SELECT * FROM crm.secret"), HasSubstr("permission denied"));
    EXPECT_THAT(attempt("CREATE TABLE acs.x ()"), HasSubstr("read-only transaction"));
    EXPECT_THAT(attempt("SELECT pg_sleep(10)"), HasSubstr("statement timeout"));
}

}  // namespace
}  // namespace rules_test
