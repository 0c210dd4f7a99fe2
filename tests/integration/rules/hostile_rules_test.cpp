// Rules of people who mean harm, or made a bad mistake: refused with the place, or cut off while everything else goes
// on.
#include "base/counters.hpp"
#include "base/sealer.hpp"
#include "rules_fixture.hpp"
#include "storage/rule_run.hpp"
#include "storage/session_path.hpp"

#include <atomic>
#include <thread>

namespace rules_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class HostileRulesTest : public RulesTest {
protected:
    /// Why the body, or the header and body, is not taken.
    std::string refusal(std::string const& text)
    {
        auto const applied = run(rules.apply({{"h.sql", "-- rule: h\n" + text}}, "", "", false));
        EXPECT_THAT(run(rules.list()), IsEmpty()) << text;
        return applied ? std::string{"accepted"} : applied.error().front().text();
    }

    /// A new device contacts the server `times` times; how often that was acknowledged.
    unsigned contacts(unsigned times)
    {
        base::SystemClock clock;
        base::Metrics metrics;
        auto const sealer = base::Sealer::with_random_key();
        storage::BatchSettings batches;
        batches.connection = database.settings();
        storage::SessionPath path{storage::SessionPathSettings{batches, {}, {}, 3}, writes, sealer, clock, metrics};
        unsigned done = 0;
        for (unsigned i = 0; i < times; ++i) {
            domain::Contact contact;
            contact.identity = {"Example", "00D09E", "HG-1000", "Hostile" + std::to_string(i)};
            contact.state_if_new = domain::DeviceState::active;
            contact.at = clock.now();
            contact.events = {{"1 BOOT", ""}};
            contact.address = "192.0.2.7";
            done += run(path.sessions().commit_contact(std::move(contact))).key.value() != 0 ? 1 : 0;
        }
        path.stop();
        return done;
    }
};

TEST_F(HostileRulesTest, WhatCouldHarmIsRefusedWithItsPlace)
{
    EXPECT_THAT(refusal("SELECT a.id, acs.reboot() FROM acs.device a, acs.device b, acs.device c"),
                HasSubstr("h.sql:2:"));
    EXPECT_THAT(refusal("SELECT a.id, acs.reboot() FROM acs.device a JOIN acs.device b ON true"),
                HasSubstr("h.sql:2:"));
    EXPECT_THAT(refusal("SELECT d.id, acs.set_value('Device.X', pg_sleep(60)::text) FROM acs.device d"),
                HasSubstr("pg_sleep"));
    EXPECT_THAT(refusal("-- when: pg_sleep(60) is null\n-- set: Device.X = 1"), HasSubstr("pg_sleep"));
    EXPECT_THAT(refusal("WITH RECURSIVE r(id) AS (SELECT d.id FROM acs.device d UNION ALL SELECT r.id FROM r)"
                        " SELECT r.id, acs.reboot() FROM r"),
                HasSubstr("h.sql:2:"));
    EXPECT_THAT(refusal("WITH x AS (DELETE FROM crm.subscriber RETURNING serial)"
                        " SELECT d.id, acs.reboot() FROM acs.device d JOIN x ON x.serial = d.serial_number"),
                HasSubstr("h.sql:2:"));
    EXPECT_THAT(refusal("WITH x AS (INSERT INTO public.rule_set SELECT 1 RETURNING epoch)"
                        " SELECT d.id, acs.reboot() FROM acs.device d JOIN x ON x.epoch = d.id"),
                HasSubstr("h.sql:2:"));
    for (auto const* const call :
         {"nextval('s')", "set_config('role', 'acs', false)", "pg_notify('a', 'b')", "lo_import('/etc/passwd')",
          "pg_read_file('/etc/passwd')", "pg_terminate_backend(1)", "pg_advisory_lock(1)", "dblink('', '')",
          "query_to_xml('DELETE FROM device', true, true, '')", "current_setting('data_directory')",
          "acs.touch(device.id)", "txid_current()"})
        EXPECT_THAT(refusal(std::string{"-- set: Device.X = "} + call), HasSubstr("h.sql:2:")) << call;
    for (auto const* const table : {"public.credential", "public.connection_request_credential", "public.device",
                                    "pg_catalog.pg_authid", "information_schema.tables", "credential", "crm.secret"})
        EXPECT_THAT(refusal(std::string{"SELECT d.id, acs.set_value('Device.X', c.password) FROM acs.device d JOIN "} +
                            table + " c ON c.device_id = d.id"),
                    HasSubstr("h.sql:2:"))
            << table;
    EXPECT_THAT(refusal("-- set: Device.X = '" + std::string(1'000'000, 'x') + "'"),
                HasSubstr("longer than 131072 bytes"));
    EXPECT_THAT(refusal("-- set: Device.X = repeat('x', 1000000000)"), HasSubstr("repeat"));
    EXPECT_THAT(
        refusal("-- when: " + std::string(8'000, '(') + "true" + std::string(8'000, ')') + "\n-- set: Device.X = 1"),
        HasSubstr("h.sql:2:"));
    EXPECT_THAT(refusal("SELECT d.id, acs.reboot() FROM acs.device d; DROP TABLE device"), HasSubstr("h.sql:2:"));
}

TEST_F(HostileRulesTest, WhatAViewHidesIsCutOffWhileDevicesAreServed)
{
    database.exec("CREATE VIEW crm.heavy AS SELECT s.serial, (SELECT count(*)::text FROM generate_series(1, 1000000) a"
                  " CROSS JOIN generate_series(1, 1000000) b WHERE a + b <> length(s.ssid)) AS x FROM crm.subscriber s;"
                  "GRANT SELECT ON crm.heavy TO acs_rules");
    domain::RuleFile const heavy{"heavy.sql", "-- rule: heavy\nSELECT d.id, acs.set_value('Device.X', h.x) FROM"
                                              " acs.device d JOIN crm.heavy h ON h.serial = d.serial_number"};
    std::atomic<bool> is_over = false;
    domain::RulesPreview seen;
    std::thread hostile{[&] {
        seen = preview({heavy, example("tariff-default.sql")});
        is_over = true;
    }};
    while (!is_over && database.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'acs rules'"
                                      " AND state = 'active' AND query LIKE '%crm.heavy%'") == "0")
        std::this_thread::yield();
    auto const served = contacts(20);
    bool const was_meanwhile = !is_over;
    hostile.join();
    EXPECT_EQ(served, 20U);
    EXPECT_TRUE(was_meanwhile) << "the rule was still running when all devices had been served";
    ASSERT_THAT(seen.failures, SizeIs(1));
    EXPECT_EQ(seen.failures[0].rule, "heavy");
    EXPECT_THAT(seen.failures[0].reason, HasSubstr("statement timeout"));
    EXPECT_FALSE(seen.changes.empty()) << "the other rule goes on";
}

TEST_F(HostileRulesTest, AFloodForOneDeviceIsNotGatheredAndCostsTheOthersNothing)
{
    database.exec("CREATE TABLE crm.flood AS SELECT s.serial, n, repeat('x', 20000) AS x FROM crm.subscriber s"
                  " CROSS JOIN LATERAL generate_series(1, CASE s.serial WHEN 'A1' THEN 3000 ELSE 2 END) n;"
                  "GRANT SELECT ON crm.flood TO acs_rules");
    domain::RuleFile const flood{"flood.sql", "-- rule: flood\nSELECT d.id, acs.set_value('Device.' || f.n, f.x) FROM"
                                              " acs.device d JOIN crm.flood f ON f.serial = d.serial_number"};
    auto const seen = preview({flood});
    ASSERT_THAT(seen.failures, SizeIs(1));
    EXPECT_EQ(seen.failures[0].devices, 1U);
    EXPECT_THAT(seen.failures[0].reason, testing::AnyOf(HasSubstr("more than 100 actions"), HasSubstr("1 MiB")));
    ASSERT_THAT(seen.changes, SizeIs(2)) << "the other devices are served all the same";
    EXPECT_EQ(seen.changes[0].devices, 2U);
}

TEST_F(HostileRulesTest, ARuleThatGivesTooMuchForAllTogetherFails)
{
    storage::ReadLimits limits;
    limits.bytes = 10'000;
    auto statements = domain::RuleStatements{};
    statements.conditions = "SELECT id, '{0,1}' FROM unnest($1::bigint[]) u (id)";
    std::string const columns = "b.id, 'set', 'Device.X', repeat('x', ";
    auto const body = [&](int rule, int size, int placeholder) {
        return "SELECT " + std::to_string(rule) + ", " + columns + std::to_string(size) +
               "), 'text', false FROM unnest($" + std::to_string(placeholder) + "::bigint[]) b (id)";
    };
    statements.bodies = body(0, 100, 1) + " UNION ALL " + body(1, 30'000'000, 2);
    for (auto const* const all : {"{0}", "{1}"})
        statements.condition_of.push_back(std::string{"SELECT id, '"} + all + "' FROM unnest($1::bigint[]) u (id)");
    statements.body_of = {body(0, 100, 1), body(0, 30'000'000, 1)};
    auto const connection = storage::connect(database.settings());
    pqxx::work work{*connection};
    std::vector<domain::RuleMember> const members{{gateway, {true, true}}, {other, {true, true}}};
    for (auto const& finding : storage::run_rules(work, statements, members, limits)) {
        EXPECT_THAT(finding.actions, SizeIs(1));
        ASSERT_THAT(finding.failures, SizeIs(1));
        EXPECT_THAT(finding.failures.at(1), HasSubstr("for 2 devices together"));
    }
}

}  // namespace
}  // namespace rules_test
