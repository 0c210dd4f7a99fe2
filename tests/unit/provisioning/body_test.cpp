#include "provisioning/body.hpp"
#include "provisioning/rule_check.hpp"
#include "provisioning/rule_text.hpp"

#include <gmock/gmock.h>

namespace {

using provisioning::BodyLimits;
using provisioning::guard_body;
using provisioning::GuardedBody;
using provisioning::GuardError;
using testing::ElementsAre;
using testing::HasSubstr;

bool may_read(std::string_view table)
{
    return table == "acs.device" || table == "acs.parameter" || table.starts_with("crm.");
}

GuardedBody accepted(std::string_view text)
{
    auto body = guard_body(text, may_read);
    if (!body) {
        ADD_FAILURE() << text << "\nwas refused: " << body.error().text();
        return {};
    }
    return *std::move(body);
}

GuardError refused(std::string_view text, BodyLimits const& limits = {})
{
    auto body = guard_body(text, may_read, limits);
    if (body) {
        ADD_FAILURE() << text << "\nwas accepted";
        return {};
    }
    return body.error();
}

TEST(Body, TakesAJoinWithATableOfTheOperator)
{
    auto const body = accepted("SELECT device.id, acs.set_value('Device.WiFi.SSID.1.SSID', s.ssid), acs.reboot()\n"
                               "  FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number\n"
                               " WHERE s.ssid <> '' -- not yet named");
    EXPECT_THAT(body.tables, ElementsAre("acs.device", "crm.subscriber"));
    EXPECT_THAT(body.actions, ElementsAre("reboot", "set_value"));
    EXPECT_EQ(body.columns, 3U);
    EXPECT_FALSE(body.reads_clock);
}

TEST(Body, TakesTheFormsThatRulesNeed)
{
    for (auto const* const text : {
             "SELECT d.id, acs.reboot() FROM acs.device d",
             "SELECT d.id, acs.set_value('Device.X', count(*)) FROM acs.device d JOIN crm.line l ON l.device = d.id "
             "GROUP BY d.id",
             "SELECT d.id, acs.reboot() FROM acs.device d, crm.line l WHERE l.serial = d.serial_number AND l.active",
             "SELECT d.id, acs.reboot() FROM acs.device d JOIN crm.line l USING (serial_number)",
             "SELECT d.id, acs.reboot() FROM acs.device d JOIN crm.line l ON lower(l.key) = d.serial_number",
             "SELECT d.id, acs.reboot() FROM acs.device d LEFT JOIN crm.line l ON l.serial = d.serial_number "
             "UNION ALL SELECT d.id, acs.reboot() FROM acs.device d WHERE d.state = 'active'",
             "WITH unpaid AS (SELECT serial FROM crm.bill WHERE due < now()) SELECT d.id, acs.reboot() "
             "FROM acs.device d JOIN unpaid ON unpaid.serial = d.serial_number",
             "SELECT d.id, acs.set_value('Device.X', (SELECT max(l.speed) FROM crm.line l WHERE l.serial = "
             "d.serial_number)) "
             "FROM acs.device d",
             "SELECT d.id, acs.reboot() FROM acs.device d WHERE EXISTS (SELECT 1 FROM crm.bill b WHERE b.serial = "
             "d.serial_number)",
             "SELECT d.id, acs.set_value('Device.X', r.n) FROM acs.device d JOIN (SELECT l.serial, row_number() OVER "
             "(PARTITION BY l.serial ORDER BY l.at DESC) AS n FROM crm.line l) r ON r.serial = d.serial_number AND r.n "
             "= 1",
             "SELECT d.id, acs.set_value('Device.X', l.v) FROM acs.device d CROSS JOIN LATERAL (SELECT max(x.v) AS v "
             "FROM crm.line x WHERE x.serial = d.serial_number) l",
             "SELECT d.id, acs.ensure_instance('Device.NAT.PortMapping.', ARRAY['ExternalPort', p.port::text]) "
             "FROM acs.device d JOIN crm.port p ON p.serial = d.serial_number",
             "SELECT d.id, CASE WHEN d.software_version < '2' THEN acs.download('fw.bin') END FROM acs.device d",
             "SELECT d.id, acs.set_value(acs.setting(d.id, 'wifi.ssid.1'), upper(d.subscriber)) FROM acs.device d",
         })
        accepted(text);
}

TEST(Body, SeesThatTheClockIsRead)
{
    EXPECT_TRUE(accepted("SELECT d.id, acs.reboot() FROM acs.device d WHERE d.last_boot < now() - interval '7 days'")
                    .reads_clock);
    EXPECT_TRUE(accepted("SELECT d.id, acs.reboot() FROM acs.device d WHERE d.last_boot < 'today'").reads_clock);
    EXPECT_TRUE(accepted("SELECT d.id, acs.reboot() FROM acs.device d WHERE d.last_boot < current_date").reads_clock);
}

/// What hostile or careless people write, and a word of why it is refused.
struct Attack {
    char const* text;
    char const* reason;
};

class Attacks : public testing::TestWithParam<Attack> {};

TEST_P(Attacks, AreRefused)
{
    EXPECT_THAT(refused(GetParam().text).reason, HasSubstr(GetParam().reason));
}

#define FROM_DEVICE " FROM acs.device d"
#define SELECT_WITH(expression) "SELECT d.id, acs.set_value('Device.X', " expression ")" FROM_DEVICE

INSTANTIATE_TEST_SUITE_P(
    Body, Attacks,
    testing::Values(
        Attack{"DROP TABLE device", "no SELECT"}, Attack{"DELETE FROM acs.device", "no SELECT"},
        Attack{"SET statement_timeout = 0", "no SELECT"}, Attack{"EXPLAIN SELECT 1", "no SELECT"},
        Attack{"DO $$ BEGIN END $$", "no SELECT"}, Attack{"COPY acs.device TO PROGRAM 'sh'", "no SELECT"},
        Attack{"VALUES (1, 2)", "VALUES"}, Attack{"TABLE acs.device", "*"}, Attack{"", "empty"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d; DROP TABLE device", "more than one"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d) b; DROP TABLE x; SELECT (1", "not opened"},
        Attack{"SELECT d.id, acs.reboot() FROM (acs.device d", "not closed"},
        Attack{"SELECT d.id, acs.reboot() INTO t FROM acs.device d", "INTO"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d FOR UPDATE", "FOR UPDATE"},
        Attack{"WITH x AS (DELETE FROM acs.device RETURNING id) SELECT x.id, acs.reboot() FROM x",
               "nothing but SELECT"},
        Attack{"WITH x AS (INSERT INTO crm.a VALUES (1) RETURNING 1) SELECT d.id, acs.reboot() FROM acs.device d",
               "nothing but SELECT"},
        Attack{"WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT 1 FROM x) SELECT d.id, acs.reboot() FROM acs.device d",
               "RECURSIVE"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d, acs.device e", "not connected"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d CROSS JOIN acs.device e", "not connected"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d JOIN acs.device e ON true", "not connected"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d JOIN acs.device e ON e.id > d.id", "not connected"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d JOIN acs.device e ON e.id = d.id OR true", "not connected"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d JOIN acs.device e ON d.id = d.id", "not connected"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d NATURAL JOIN acs.device e", "NATURAL"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d, generate_series(1, 1000000000) g", "functions"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d TABLESAMPLE SYSTEM (1)", "TABLESAMPLE"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d, XMLTABLE('/a' PASSING '<a/>' COLUMNS b text) x",
               "XMLTABLE"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d EXCEPT SELECT e.id, acs.reboot() FROM acs.device e",
               "EXCEPT"},
        Attack{"SELECT d.id, acs.reboot() FROM device d", "no schema"},
        Attack{"SELECT d.id, acs.reboot() FROM public.credential d", "may not read"},
        Attack{"SELECT d.id, acs.reboot() FROM pg_catalog.pg_authid d", "PostgreSQL's own"},
        Attack{"SELECT d.id, acs.reboot() FROM information_schema.tables d", "PostgreSQL's own"},
        Attack{"SELECT d.id, acs.reboot() FROM other.acs.device d", "not allowed"},
        Attack{"SELECT d.id, acs.reboot() FROM \"acs.device\".x d", "PostgreSQL's own"},
        Attack{SELECT_WITH("pg_sleep(10)"), "pg_sleep"}, Attack{SELECT_WITH("repeat('a', 900000000)"), "repeat"},
        Attack{SELECT_WITH("lpad('a', 900000000)"), "lpad"},
        Attack{SELECT_WITH("set_config('role', 'postgres', false)"), "set_config"},
        Attack{SELECT_WITH("pg_advisory_lock(1)"), "pg_advisory_lock"},
        Attack{SELECT_WITH("pg_notify('a', 'b')"), "pg_notify"},
        Attack{SELECT_WITH("lo_from_bytea(0, '')"), "lo_from_bytea"},
        Attack{SELECT_WITH("pg_terminate_backend(1)"), "pg_terminate"},
        Attack{SELECT_WITH("query_to_xml('select 1', true, true, '')"), "query_to_xml"},
        Attack{SELECT_WITH("pg_read_file('/etc/passwd')"), "pg_read_file"},
        Attack{SELECT_WITH("public.make_partitions('today', 1)"), "make_partitions"},
        Attack{SELECT_WITH("acs.touch(d.id)"), "acs.touch"}, Attack{SELECT_WITH("current_user"), "users, roles"},
        Attack{SELECT_WITH("2 ^ 1000000"), "operator ^"},
        Attack{SELECT_WITH("1 OPERATOR(public.+) 2"), "operator public.+"}, Attack{SELECT_WITH("d"), "whole row"},
        Attack{SELECT_WITH("d.*"), "*"}, Attack{SELECT_WITH("d.xmin"), "xmin"},
        Attack{SELECT_WITH("value_1"), "value_1"}, Attack{SELECT_WITH("'a'::regclass"), "regclass"},
        Attack{SELECT_WITH("(ROW(1, 2)).f1"), "fields"}, Attack{SELECT_WITH("ROW(1, 2)"), "rows"},
        Attack{SELECT_WITH("$1"), "placeholders"}, Attack{SELECT_WITH("U&'\\0061'"), "U&"},
        Attack{SELECT_WITH("replace(replace(d.oui, '0', '123456789'), '1', '123456789')"), "lengthen"},
        Attack{SELECT_WITH("lower(VARIADIC ARRAY['a'])"), "func_variadic"}, Attack{SELECT_WITH("1e99999"), "too long"},
        Attack{SELECT_WITH("xmlelement(name a)"), "XML"},
        Attack{SELECT_WITH("(SELECT f.x FROM public.secret f)"), "may not read"},
        Attack{"SELECT d.oui, acs.reboot() FROM acs.device d", "first column"},
        Attack{"SELECT d.id + 0, acs.reboot() FROM acs.device d", "first column"},
        Attack{"SELECT d.id FROM acs.device d", "at least one action"}, Attack{"SELECT", "no columns"},
        Attack{"SELECT d.id, acs.reboot() FROM acs.device d UNION SELECT e.id, acs.reboot(), acs.reboot() FROM "
               "acs.device e",
               "different numbers"}));

TEST(Body, TellsWhereItIsWrong)
{
    auto const error = refused("SELECT d.id,\n       acs.set_value('Device.X', pg_sleep(1))\n  FROM acs.device d");
    EXPECT_EQ(error.line, 2U);
    EXPECT_EQ(error.column, 34U);
}

TEST(Body, IsBoundedInSizeAndDepth)
{
    EXPECT_THAT(refused(std::string(70'000, 'x')).reason, HasSubstr("longer than"));
    std::string deep = "SELECT d.id, acs.set_value('Device.X', ";
    std::string sum = deep;
    for (int i = 0; i < 300; ++i)
        deep += "abs(";
    deep += "1" + std::string(300, ')') + " FROM acs.device d";
    EXPECT_THAT(refused(deep).reason, HasSubstr("not closed"));
    deep.insert(deep.find(" FROM"), ")");
    EXPECT_THAT(refused(deep).reason, HasSubstr("nests deeper"));
    for (int i = 0; i < 20'000; ++i)
        sum += "1+";
    EXPECT_THAT(refused(sum + "1) FROM acs.device d").reason, HasSubstr("tokens"));
}

TEST(Body, OfAssignmentsIsOneSelect)
{
    auto const parsed = provisioning::parse_rule(
        "a.sql", "-- rule: a\n-- set: Device.X = device.oui || 'x'\n-- set: wifi.ssid.1 = 1\n");
    ASSERT_TRUE(parsed);
    auto const checked = provisioning::check_rule("a.sql", *parsed, {}, may_read);
    ASSERT_TRUE(checked) << checked.error().text();
    EXPECT_EQ(checked->body.sql, "SELECT device.id, ARRAY[acs.set_value('Device.X', (\ndevice.oui || 'x'\n)),\n"
                                 "acs.set_value(acs.setting(device.id, 'wifi.ssid.1'), (\n1\n))] FROM acs.device");
    EXPECT_EQ(checked->when.sql, "(true)");
}

TEST(Body, AnAssignmentCannotBreakOut)
{
    for (auto const* const expression :
         {"1)), acs.reboot(), acs.set_value('Device.Y', (2", "1; drop table device", "1 -- x", "(1"}) {
        auto const parsed =
            provisioning::parse_rule("a.sql", std::string{"-- rule: a\n-- set: Device.X = "} + expression);
        ASSERT_TRUE(parsed);
        auto const checked = provisioning::check_rule("a.sql", *parsed, {}, may_read);
        if (std::string_view{expression} == "1 -- x") {
            EXPECT_TRUE(checked);
            continue;
        }
        ASSERT_FALSE(checked) << expression;
        EXPECT_EQ(checked.error().at.line, 2U);
    }
}

TEST(RuleCheck, PointsIntoTheFile)
{
    auto const parsed = provisioning::parse_rule(
        "a.sql", "-- rule: a\n-- when: oui = 'x'\n--       and pg_sleep(1) is null\n-- set: Device.X = 1");
    ASSERT_TRUE(parsed);
    auto const checked = provisioning::check_rule("a.sql", *parsed, {}, may_read);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().text().substr(0, 44), "a.sql:3:14: the function pg_sleep is not all");
}

}  // namespace
