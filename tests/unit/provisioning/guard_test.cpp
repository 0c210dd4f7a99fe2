#include "provisioning/guard.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace {

using provisioning::guard_condition;
using provisioning::GuardedCondition;
using provisioning::GuardError;
using provisioning::GuardLimits;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

bool is_password(std::string_view path)
{
    return path.ends_with("Password");
}

GuardedCondition accepted(std::string_view text)
{
    auto condition = guard_condition(text, is_password);
    if (!condition) {
        ADD_FAILURE() << text.substr(0, 200) << "\nwas refused: " << condition.error().text();
        return {};
    }
    return *condition;
}

GuardError refused(std::string_view text, GuardLimits const& limits = {})
{
    auto condition = guard_condition(text, is_password, limits);
    if (condition) {
        ADD_FAILURE() << text.substr(0, 200) << "\nwas accepted as " << condition->sql.substr(0, 200);
        return {};
    }
    return condition.error();
}

std::string repeated(std::string_view part, std::size_t times)
{
    std::string text;
    for (std::size_t i = 0; i < times; ++i)
        text += part;
    return text;
}

TEST(Guard, PutsTheConditionInParenthesesOfItsOwn)
{
    EXPECT_EQ(accepted("state = 'active' or oui = '00D09E'").sql, "(state = 'active' or oui = '00D09E')");
}

TEST(Guard, ReadsColumnsWithAndWithoutTheDevicePrefix)
{
    EXPECT_THAT(accepted("device.product_class = 'HG-1000' and state = 'active' and product_class <> ''").columns,
                ElementsAre("product_class", "state"));
}

TEST(Guard, KnowsEveryColumnOfTheDeviceView)
{
    for (auto const* column :
         {"id", "oui", "product_class", "serial_number", "manufacturer", "model_name", "software_version",
          "hardware_version", "provisioning_code", "state", "subscriber", "tags", "ip_address",
          "connection_request_url", "first_seen", "last_inform", "last_boot", "last_events", "inform_interval"})
        EXPECT_THAT(accepted(std::string{column} + " is not null").columns, ElementsAre(column));
}

TEST(Guard, NumbersParametersByTheirFirstAppearance)
{
    auto const condition = accepted("value('Device.B') = '1' and value('Device.A') = value('Device.B')");
    EXPECT_THAT(condition.paths, ElementsAre("Device.B", "Device.A"));
    EXPECT_EQ(condition.sql, "( value_1  = '1' and  value_2  =  value_1 )");
}

TEST(Guard, FindsParametersHoweverTheCallIsSpelled)
{
    for (auto const* text :
         {"VALUE ( 'Device.A' ) = '1'", "\"value\"('Device.A') = '1'", "value(E'Device.\\101') = '1'",
          "value/* (' */(/*x*/'Device.A'--)\n) = '1'", "value($$Device.A$$) = '1'", "value('Device'\n'.A') = '1'",
          "value($q$Device.A$q$) = '1' -- value('Device.B')"})
        EXPECT_THAT(accepted(text).paths, ElementsAre("Device.A")) << text;
}

TEST(Guard, LeavesTextThatOnlyLooksLikeACallAlone)
{
    auto const condition = accepted("serial_number = 'value(''Device.A'')' and oui = $$value('Device.B')$$");
    EXPECT_THAT(condition.paths, IsEmpty());
    EXPECT_EQ(condition.sql, "(serial_number = 'value(''Device.A'')' and oui = $$value('Device.B')$$)");
}

TEST(Guard, DropsComments)
{
    EXPECT_EQ(accepted("/* lab */ id = 1 -- the first").sql, "(  id = 1  )");
}

TEST(Guard, SaysWhetherTheClockIsRead)
{
    EXPECT_FALSE(accepted("last_inform > '2026-01-01'").time_dependent);
    EXPECT_TRUE(accepted("last_inform < now() - interval '1 day'").time_dependent);
    EXPECT_TRUE(accepted("last_inform::date = current_date").time_dependent);
    EXPECT_TRUE(accepted("last_inform > ('to' || 'day')::timestamptz").time_dependent);
    EXPECT_TRUE(accepted("last_boot > current_timestamp(0) - '1 h'::interval").time_dependent);
}

TEST(Guard, SaysWhetherTagsAreRead)
{
    EXPECT_TRUE(accepted("'lab' = any(device.tags)").uses_tags);
    EXPECT_FALSE(accepted("oui = 'tags'").uses_tags);
}

class GoodCondition : public testing::TestWithParam<char const*> {};

TEST_P(GoodCondition, IsAcceptedAndSoIsItsOutcome)
{
    auto const condition = accepted(GetParam());
    if (condition.paths.empty()) {
        auto const again = guard_condition(condition.sql, is_password);
        ASSERT_TRUE(again) << again.error().text();
        EXPECT_EQ(again->columns, condition.columns);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Guard, GoodCondition,
    testing::Values(
        "true", "not false", "null", "device.product_class = 'HG-1000' and 'residential' = any(device.tags)",
        "state in ('active', 'pending')", "state not in ('retired')", "id between 10 and 20", "id not between 1 and 2",
        "subscriber is null", "subscriber is not null", "(state = 'active') is not true", "serial_number like 'AB%'",
        "serial_number not ilike '%x!%' escape '!'", "serial_number similar to '[0-9]+'",
        "software_version ~ '^1\\.[0-9]+'", "software_version !~* 'beta'", "tags @> array['lab', 'north']",
        "tags && array['lab']::text[]", "tags[1] = 'lab'", "tags[1:2] = array['a','b']", "cardinality(tags) > 2",
        "array_length(tags, 1) is null", "'0 BOOTSTRAP' = any(last_events)", "'x' <> all (tags)",
        "ip_address << '10.0.0.0/8'::inet", "ip_address <<= inet '192.168.0.0/16'", "family(ip_address) = 6",
        "host(ip_address) = '10.0.0.1'", "value('Device.DeviceInfo.UpTime') is null",
        "acs.number(value('Device.DeviceInfo.UpTime')) > 86400", "acs.number(value('Device.X'))::integer % 2 = 0",
        "acs.time(value('Device.Time.CurrentLocalTime')) < now()",
        "acs.inet(value('Device.IP.Interface.1.IPv4Address.1.IPAddress')) << '10.0.0.0/8'",
        "value('Device.X')::text = '1'", "lower(value('Device.X')) = 'up'", "value('Device.X') || '!' = 'a!'",
        "value('Device.X') is distinct from '1'", "coalesce(value('Device.X'), '') = ''", "nullif(oui, '') is null",
        "greatest(length(oui), 3) = 6", "case when oui = 'A' then true else state = 'active' end",
        "case oui when 'A' then 1 else 2 end = 1", "replace(replace(lower(oui), ':', ''), '-', '') = '00d09e'",
        "regexp_replace(serial_number, '[^0-9]', '', 'g') = '123'", "substring(serial_number from 1 for 3) = 'ABC'",
        "substring(serial_number from '[0-9]+') = '1'", "split_part(software_version, '.', 1) = '2'",
        "position('x' in serial_number) > 0", "trim(both ' ' from oui) = ''", "left(serial_number, 2) = 'AB'",
        "starts_with(software_version, '1.')", "software_version ^@ '1.'",
        "last_inform < now() - interval '30 minutes'", "last_boot > date '2026-01-01'",
        "date_trunc('day', last_inform) = date_trunc('day', now())",
        "extract(hour from last_inform at time zone 'Europe/Berlin') between 2 and 5",
        "to_char(last_inform, 'YYYY') = '2026'", "inform_interval * 2 >= 600", "-inform_interval < -1.5e3",
        "id::text like '%7'", "'now' = any(tags)", "md5(serial_number) like '0%'", "serial_number = 'Grün ☃ 漢字'",
        "serial_number = 'it''s'", "serial_number = E'a\\tb'", "\"device\".\"serial_number\" = 'x'",
        "DEVICE.Serial_Number = 'x'", "((((((true))))))"));

struct Attack {
    char const* text;
    char const* reason;  ///< part of what the user is told
};

void PrintTo(Attack const& attack, std::ostream* out)
{
    *out << attack.text;
}

class HostileCondition : public testing::TestWithParam<Attack> {};

TEST_P(HostileCondition, IsRefusedWithAReasonAndAHint)
{
    auto const error = refused(GetParam().text);
    EXPECT_THAT(error.reason, HasSubstr(GetParam().reason)) << GetParam().text;
    EXPECT_FALSE(error.hint.empty());
    EXPECT_TRUE(error.hint.ends_with('.') || error.hint.ends_with('?')) << error.hint;
}

INSTANTIATE_TEST_SUITE_P(BreakOuts, HostileCondition,
                         testing::Values(Attack{"true); drop table device; select (true", "not opened"},
                                         Attack{"true) or (true", "not opened"},
                                         Attack{"true) from pg_class where (true", "not opened"},
                                         Attack{"true) or exists(select 1 from pg_class", "not opened"},
                                         Attack{"true) union select (true", "not opened"},
                                         Attack{"true) , add column x int default (1", "not opened"},
                                         Attack{"true; select 1", "syntax error"}, Attack{"true;", "syntax error"},
                                         Attack{"true, true", "rows"}, Attack{"true as x", "syntax error"},
                                         Attack{"true from device", "syntax error"}, Attack{"true /*", "unterminated"},
                                         Attack{"true and 'x", "unterminated"}, Attack{"true and $a$x", "unterminated"},
                                         Attack{"true and (", "not closed"}, Attack{"true and", "ends too early"},
                                         Attack{"", "empty"}, Attack{" \n\t ", "empty"}, Attack{"-- true", "empty"},
                                         Attack{"/* /* */ */", "empty"}, Attack{"true -- )\n)", "not opened"},
                                         Attack{"$1", "placeholders"}, Attack{"id = $1 or true", "placeholders"},
                                         Attack{":x", "syntax error"}));

INSTANTIATE_TEST_SUITE_P(
    Queries, HostileCondition,
    testing::Values(Attack{"exists (select 1)", "sub-selects"}, Attack{"(select true)", "sub-selects"},
                    Attack{"select true", "sub-selects"}, Attack{"id in (select 1)", "sub-selects"},
                    Attack{"id = any (select 1)", "sub-selects"}, Attack{"id = any (array(select 1))", "sub-selects"},
                    Attack{"values (true)", "sub-selects"}, Attack{"table pg_class", "sub-selects"},
                    Attack{"with x as (select 1) select true from x", "sub-selects"},
                    Attack{"true union select true", "syntax error"}, Attack{"(id, oui) = (1, 'x')", "rows"},
                    Attack{"row(id) is null", "rows"}, Attack{"id in ((1), (2, 3))", "rows"},
                    Attack{"default", "DEFAULT"}, Attack{"id = (1).x", "fields"}));

INSTANTIATE_TEST_SUITE_P(
    Functions, HostileCondition,
    testing::Values(
        Attack{"set_config('statement_timeout', '0', false) = '0'", "set_config"},
        Attack{"pg_sleep(10) is null", "pg_sleep"}, Attack{"pg_catalog.pg_sleep(10) is null", "pg_sleep"},
        Attack{"pg_advisory_lock(1) is null", "pg_advisory_lock"},
        Attack{"query_to_xml('select 1', true, true, '') is null", "query_to_xml"},
        Attack{"lo_from_bytea(0, '') = 1", "lo_from_bytea"}, Attack{"pg_read_file('x') = ''", "pg_read_file"},
        Attack{"pg_terminate_backend(1)", "pg_terminate_backend"}, Attack{"random() < 0.5", "random"},
        Attack{"repeat('a', 900000000) = ''", "repeat"}, Attack{"lpad('a', 900000000) = ''", "lpad"},
        Attack{"format('%1000000000s', 'x') = ''", "format"}, Attack{"generate_series(1, 9) = 1", "generate"},
        Attack{"nextval('x') = 1", "nextval"}, Attack{"clock_timestamp() > now()", "clock_timestamp"},
        Attack{"count(id) > 1", "count"}, Attack{"public.lower(oui) = ''", "public.lower"},
        Attack{"\"acs.number\"(oui) = 1", "acs.number"}, Attack{"\"pg_catalog.lower\"(oui) = ''", "function"},
        Attack{"acs.value(id, 'Device.X') = ''", "acs.value"}, Attack{"lower(variadic tags) = ''", "VARIADIC"},
        Attack{"lower(distinct oui) = ''", "VARIADIC"}, Attack{"now() filter (where true) is null", "FILTER"},
        Attack{"lower(oui) over () = ''", "OVER"}, Attack{"lower(oui order by id) = ''", "ORDER BY"},
        Attack{"length(*) = 1", "*"}, Attack{"left(str => oui) = ''", "named arguments"},
        Attack{"current_user = 'x'", "users"}, Attack{"session_user = 'x'", "users"},
        Attack{"current_schema = 'x'", "users"}, Attack{"current_time is null", "users"},
        Attack{"xmlelement(name x) is null", "XML"}, Attack{"oui is document", "XML"},
        Attack{"oui is normalized", "is_normalized"}, Attack{"grouping(id) = 1", "not allowed"},
        Attack{"replace(oui, 'a', '12345678901234567') = ''", "lengthen"},
        Attack{"replace(replace(oui, 'a', 'aaaaa'), 'a', 'aaaaa') = ''", "lengthen"},
        Attack{"replace(oui, 'a', md5(oui)) = ''", "constant"}));

INSTANTIATE_TEST_SUITE_P(
    Names, HostileCondition,
    testing::Values(Attack{"device is not null", "whole row"}, Attack{"device.* is not null", "device.*"},
                    Attack{"(device).id = 1", "whole row"}, Attack{"(device.*).id = 1", "device.*"},
                    Attack{"lower(device::text) = ''", "whole row"}, Attack{"id(device) = 1", "function id"},
                    Attack{"device.lower = ''", "device.lower"}, Attack{"tableoid = 1", "tableoid"},
                    Attack{"ctid is null", "ctid"}, Attack{"device.xmin is null", "xmin"},
                    Attack{"value_1 = 'x'", "value_1"}, Attack{"value('Device.A') = value_1", "value_1"},
                    Attack{"device.value_1 is null", "value_1"}, Attack{"parameter_1.value_1 is null", "value_1"},
                    Attack{"acs.device.id = 1", "acs.device.id"}, Attack{"other.id = 1", "other.id"},
                    Attack{"\"ID\" = 1", "ID"}, Attack{"ıd = 1", "ıd"}, Attack{"sérial = 'x'", "sérial"},
                    Attack{"U&\"\\0069d\" = 1", "U&"}, Attack{"oui = U&'\\0061'", "U&"},
                    Attack{"value(U&'Device.A') = ''", "U&"}, Attack{"Device.WiFi.Radio = ''", "no column"},
                    Attack{"id operator(pg_catalog.=) 1", "operator"}, Attack{"id operator(public.===) 1", "operator"},
                    Attack{"2 ^ 1000000 = id", "operator ^"}, Attack{"|/ id = 2", "operator"}, Attack{"5 ! = 1", ""},
                    Attack{"oui collate \"C\" = ''", "COLLATE"}, Attack{"tags::json -> 'x' is null", "operator"},
                    Attack{"tags::json is null", "json"}, Attack{"id::regclass is null", "regclass"},
                    Attack{"id::oid = 1", "oid"}, Attack{"id::public.text = ''", "public.text"},
                    Attack{"id::int[] is null", "int4[]"}, Attack{"id::device.oui%type is null", "not allowed"},
                    Attack{"b'01' is null", "bit strings"}, Attack{"x'1f' is null", "bit strings"},
                    Attack{"1e5000 > id", "too long"}, Attack{"'1e131071'::numeric > id", "too long"},
                    Attack{"12345678901234567890123456789012345678901 > id", "too long"}));

INSTANTIATE_TEST_SUITE_P(
    Values, HostileCondition,
    testing::Values(Attack{"value() = ''", "one parameter path"}, Attack{"value(oui) = ''", "one parameter path"},
                    Attack{"value('Device.A', 'Device.B') = ''", "one parameter path"},
                    Attack{"value('Device.' || oui) = ''", "one parameter path"},
                    Attack{"value(('Device.A')) = ''", "one parameter path"},
                    Attack{"value('Device.A'::text) = ''", "one parameter path"},
                    Attack{"value(path => 'Device.A') = ''", "one parameter path"},
                    Attack{"value(variadic 'Device.A') = ''", "VARIADIC"},
                    Attack{"value(distinct 'Device.A') = ''", "VARIADIC"}, Attack{"value(all 'Device.A') = ''", ""},
                    Attack{"value('Device.A') filter (where true) = ''", "FILTER"},
                    Attack{"value('Device.A') over () = ''", "OVER"},
                    Attack{"value('Device.A' order by 1) = ''", "ORDER BY"},
                    Attack{"value('Device.A') within group (order by 1) = ''", "VARIADIC"},
                    Attack{"pg_catalog.value('Device.A') = ''", "pg_catalog.value"},
                    Attack{"device.value('Device.A') = ''", "device.value"}, Attack{"value('') = ''", "empty"},
                    Attack{"value('Device.') = ''", "ends in a dot"}, Attack{"value('Device.*.X') = ''", "wildcard"},
                    Attack{"value('Device.[x].X') = ''", "alias"}, Attack{"value('Device..X') = ''", "empty part"},
                    Attack{"value('Device.A B') = ''", "blank"}, Attack{"value('Device.A''') = ''", "quote"},
                    Attack{"value('Device.User.1.Password') like 'a%'", "secret"},
                    Attack{"value(E'Device.User.1.P\\x61ssword') like 'a%'", "secret"}));

INSTANTIATE_TEST_SUITE_P(
    Casts, HostileCondition,
    testing::Values(
        Attack{"value('Device.A')::int > 1", "cast to pg_catalog.int4"},
        Attack{"cast(value('Device.A') as numeric) > 1", "numeric"},
        Attack{"(value('Device.A')::text)::int > 1", "int4"}, Attack{"(value('Device.A') || '0')::int > 1", "int4"},
        Attack{"lower(value('Device.A'))::int = 1", "int4"},
        Attack{"coalesce(value('Device.A'), '0')::int = 1", "int4"},
        Attack{"(case when true then value('Device.A') end)::int = 1", "int4"},
        Attack{"value('Device.A')::timestamptz < now()", "timestamptz"},
        Attack{"value('Device.A')::inet << '10.0.0.0/8'", "inet"}, Attack{"value('Device.A')::bool", "bool"},
        Attack{"value('Device.A')::text[] is null", "text"}, Attack{"software_version::int > 1", "int4"},
        Attack{"tags[1]::int = 1", "int4"}, Attack{"int4(value('Device.A')) = 1", "int4"},
        Attack{"date(value('Device.A')) < now()", "function date"}, Attack{"'x' like value('Device.A')", "pattern"},
        Attack{"oui ~ serial_number", "pattern"}, Attack{"'x' similar to oui", "similar_to_escape"},
        Attack{"'x' ~ any (tags)", "pattern"}, Attack{"date_trunc(value('Device.A'), now()) = now()", "date_trunc"},
        Attack{"now() at time zone value('Device.A') = now()", "timezone"},
        Attack{"to_char(now(), oui) = ''", "to_char"}, Attack{"last_inform > 'yesterday'", "stand still"},
        Attack{"last_inform > timestamptz 'ToDay 10:00'", "stand still"},
        Attack{"last_inform::date = date 'tomorrow'", "stand still"}));

TEST(Guard, LeadsFromACastToTheFunctionThatSurvivesNonsense)
{
    EXPECT_THAT(refused("value('Device.A')::int > 1").hint, HasSubstr("acs.number("));
    EXPECT_THAT(refused("value('Device.A')::timestamptz > now()").hint, HasSubstr("acs.time("));
    EXPECT_THAT(refused("value('Device.A')::inet = '::1'").hint, HasSubstr("acs.inet("));
}

TEST(Guard, GuessesTheNameThatWasMeant)
{
    EXPECT_EQ(refused("serial_nubmer = 'x'").hint,
              "Did you mean serial_number? A parameter is written value('Device.Some.Parameter').");
    EXPECT_THAT(refused("serial = 'x'").hint, HasSubstr("serial_number"));
    EXPECT_THAT(refused("lenght(oui) = 6").hint, HasSubstr("length()"));
    EXPECT_THAT(refused("zzzzzzzzzz = 'x'").hint, HasSubstr("provisioning_code"));
}

TEST(Guard, PointsIntoTheUsersText)
{
    auto const unknown = refused("state = 'ä' and\n  nonsense = 1");
    EXPECT_EQ(unknown.line, 2U);
    EXPECT_EQ(unknown.column, 3U);
    auto const syntax = refused("oui = 'ßß' 5");
    EXPECT_EQ(syntax.line, 1U);
    EXPECT_EQ(syntax.column, 12U);
    auto const early = refused("oui = 'ß' and");
    EXPECT_EQ(early.line, 1U);
    EXPECT_EQ(early.column, 14U);
    EXPECT_EQ(refused("true and 'x").column, 10U);
}

TEST(Guard, TellsPlaceReasonAndHintInOneText)
{
    EXPECT_EQ(GuardError({2, 3, "there is no column x", "Did you mean y?"}).text(),
              "line 2, column 3: there is no column x. Did you mean y?");
}

TEST(Guard, RefusesBytesThatAreNoText)
{
    using namespace std::string_view_literals;
    for (auto const text : {"tr\0ue"sv, "oui = '\xff'"sv, "oui = '\xc0\xaf'"sv, "oui = '\xed\xa0\x80'"sv,
                            "oui = '\xe2\x82"sv, "true\v"sv, "oui = '\x7f'"sv, "oui = '\xf4\x90\x80\x80'"sv})
        EXPECT_THAT(refused(text).reason, HasSubstr("no text"));
}

TEST(Guard, RefusesTooMuchOfAnything)
{
    EXPECT_THAT(refused("true" + repeated(" ", 16 * 1024)).reason, HasSubstr("16384 bytes"));
    EXPECT_THAT(refused(repeated("1+", 100'000) + "1 > 0").reason, HasSubstr("16384 bytes"));
    EXPECT_THAT(refused("id in (1" + repeated(",1", 2'000) + ")").reason, HasSubstr("4000 tokens"));
    EXPECT_THAT(refused("'a' like '" + repeated("%a", 501) + "'").reason, HasSubstr("1000 bytes"));
    EXPECT_THAT(refused("value('Device." + repeated("a", 250) + "') = ''").reason, HasSubstr("256 bytes"));
    std::string many = "true";
    for (int i = 0; i < 33; ++i)
        many += " and value('Device." + std::to_string(i) + "') = ''";
    EXPECT_THAT(refused(many).reason, HasSubstr("32 different parameters"));
}

TEST(Guard, TakesAsMuchAsTheLimitsAllow)
{
    accepted("id in (1" + repeated(",1", 1'990) + ")");
    accepted("true" + repeated(" or id = 1", 900));
    accepted("id = 1" + repeated("+1", 250));
    accepted(repeated("(", 1'900) + "true" + repeated(")", 1'900));
}

TEST(Guard, SurvivesDeepNesting)
{
    auto const deep = {
        repeated("not ", 3'990) + "true",
        "id = " + repeated("- ", 3'990) + "id",
        "id = 1" + repeated("+1", 1'990),
        "id = " + repeated("abs(", 1'300) + "1" + repeated(")", 1'300),
        repeated("tags[", 1'300) + "1" + repeated("]", 1'300) + " = ''",
        "oui" + repeated("::text", 1'900) + " = ''",
        repeated("case when ", 600) + "true" + repeated(" then true end", 600),
        "id = " + repeated("array[", 1'300) + "1" + repeated("]", 1'300),
        repeated("coalesce(", 1'300) + "true" + repeated(")", 1'300),
        repeated("true is true = ", 900) + "true",
    };
    for (auto const& text : deep)
        EXPECT_THAT(refused(text).reason, HasSubstr("nests deeper")) << text.substr(0, 40);
}

TEST(Guard, KeepsToOtherLimitsWhenGiven)
{
    EXPECT_THAT(refused("oui = 'abc'", {.text_bytes = 5}).reason, HasSubstr("5 bytes"));
    EXPECT_THAT(refused("oui = 'abc'", {.tokens = 2}).reason, HasSubstr("2 tokens"));
    EXPECT_THAT(refused("not not true", {.nesting = 2}).reason, HasSubstr("2 levels"));
    EXPECT_THAT(refused("value('A') = value('B')", {.paths = 1}).reason, HasSubstr("1 different"));
}

TEST(Guard, ServesManyThreadsAtOnce)
{
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([] {
            for (int round = 0; round < 20; ++round) {
                accepted("value('Device.A') = '1' and last_inform < now()");
                refused("pg_sleep(1) is null or");
            }
        });
}

TEST(Guard, IsTheConditionGuardOfTheDomain)
{
    provisioning::Guard guard{is_password};
    auto const condition = guard.check("value('Device.A') = '1'");
    ASSERT_TRUE(condition);
    EXPECT_EQ(condition->sql, "( value_1  = '1')");
    EXPECT_THAT(condition->paths, ElementsAre("Device.A"));
    auto const failed = guard.check("state = 'x'\nand pg_sleep(1) is null");
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().what, HasSubstr("line 2, column 5: the function pg_sleep is not allowed."));
}

}  // namespace
