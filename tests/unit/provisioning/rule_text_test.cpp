#include "provisioning/rule_text.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using domain::RuleProblem;
using domain::RuleText;
using domain::TextPlace;
using provisioning::parse_rule;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

RuleText accepted(std::string_view text)
{
    auto rule = parse_rule("a.sql", text);
    if (!rule) {
        ADD_FAILURE() << rule.error().text();
        return {};
    }
    return *std::move(rule);
}

RuleProblem refused(std::string_view text)
{
    auto rule = parse_rule("a.sql", text);
    if (rule) {
        ADD_FAILURE() << text << "\nwas accepted";
        return {};
    }
    return rule.error();
}

TEST(RuleText, ReadsTheHeaderAndTheBody)
{
    auto const rule = accepted("-- rule: wifi-from-crm\n"
                               "-- # what marketing wants\n"
                               "-- priority: 200\n"
                               "-- on: BOOTSTRAP, 1 BOOT,VALUE CHANGE\n"
                               "-- max-age: 90m\n"
                               "-- min-interval: 2d\n"
                               "-- budget: 500\n"
                               "\n"
                               "SELECT device.id, acs.reboot()\n  FROM acs.device;\n\n");
    EXPECT_EQ(rule.name, "wifi-from-crm");
    EXPECT_EQ(rule.priority, 200);
    EXPECT_THAT(rule.on, ElementsAre("0 BOOTSTRAP", "1 BOOT", "4 VALUE CHANGE"));
    EXPECT_EQ(rule.max_age, 90min);
    EXPECT_EQ(rule.min_interval, 48h);
    EXPECT_EQ(rule.budget, 500U);
    EXPECT_EQ(rule.body.text, "SELECT device.id, acs.reboot()\n  FROM acs.device");
    EXPECT_EQ(rule.body.place_of({2, 3}), (TextPlace{10, 3}));
}

TEST(RuleText, KnowsWhereEachLineOfAConditionStands)
{
    auto const rule = accepted("-- rule: a\n"
                               "-- when: device.state = 'active'\n"
                               "--       and device.oui = '00D09E'\n"
                               "-- set: Device.X = 1\n");
    EXPECT_EQ(rule.when.text, "device.state = 'active'\nand device.oui = '00D09E'");
    EXPECT_EQ(rule.when.place_of({1, 8}), (TextPlace{2, 17}));
    EXPECT_EQ(rule.when.place_of({2, 5}), (TextPlace{3, 14}));
}

TEST(RuleText, ReadsAssignments)
{
    auto const rule = accepted("-- rule: a\n-- set: Device.X.Enable = device.oui = '1'\n-- set: wifi.ssid.1 = 'x'\n");
    ASSERT_EQ(rule.assignments.size(), 2U);
    EXPECT_EQ(rule.assignments[0].target, "Device.X.Enable");
    EXPECT_EQ(rule.assignments[0].expression, "device.oui = '1'");
    EXPECT_EQ(rule.assignments[0].expression_at, (TextPlace{2, 27}));
    EXPECT_EQ(rule.assignments[1].target, "wifi.ssid.1");
}

TEST(RuleText, NamesFileLineAndColumnOfWhatIsWrong)
{
    EXPECT_EQ(refused("-- rule: a\n-- priority: high\nSELECT 1").text(),
              "a.sql:2:14: this is not a number as it must be here. Write a whole number between 0 and 10000.");
    EXPECT_EQ(refused("-- rule: a\n-- prio: 1\nSELECT 1").at, (TextPlace{2, 4}));
    EXPECT_EQ(refused("-- rule: a\n-- on: BOOT, NOON\nSELECT 1").reason, "there is no event NOON");
}

TEST(RuleText, RefusesWhatIsNoRule)
{
    EXPECT_THAT(refused("").reason, HasSubstr("no name"));
    EXPECT_THAT(refused("SELECT 1").reason, HasSubstr("no name"));
    EXPECT_THAT(refused("-- rule: a\n").reason, HasSubstr("neither set lines nor a body"));
    EXPECT_THAT(refused("-- rule: a\n-- set: Device.X = 1\nSELECT 1").reason, HasSubstr("set lines and a body"));
    EXPECT_THAT(refused("-- rule: A b\nSELECT 1").reason, HasSubstr("no name for a rule"));
    EXPECT_THAT(refused("-- rule: a\n-- rule: b\nSELECT 1").reason, HasSubstr("twice"));
    EXPECT_THAT(refused("-- rule:\nSELECT 1").reason, HasSubstr("no value"));
    EXPECT_THAT(refused("-- rule: a\n-- just words\nSELECT 1").reason, HasSubstr("not -- key: value"));
    EXPECT_THAT(refused("--    more\nSELECT 1").reason, HasSubstr("goes on with nothing"));
    EXPECT_THAT(refused("-- rule: a\n-- max-age: 5\nSELECT 1").reason, HasSubstr("duration"));
    EXPECT_THAT(refused("-- rule: a\n-- max-age: 5s\nSELECT 1").reason, HasSubstr("duration"));
    EXPECT_THAT(refused("-- rule: a\n-- set: Device.X\n").reason, HasSubstr("path = expression"));
    EXPECT_THAT(refused("-- rule: a\n-- set: Device.'X = 1\n").reason, HasSubstr("quote"));
    EXPECT_THAT(refused(std::string{"-- rule: a\nSELECT '\0'", 20}).reason, HasSubstr("no text"));
    EXPECT_THAT(refused("-- rule: a\n" + std::string(200'000, 'x')).reason, HasSubstr("longer than"));
}

TEST(RuleText, TakesARuleThatSaysNothingOfWhenToRun)
{
    auto const rule = accepted("-- rule: a\nSELECT 1");
    EXPECT_THAT(rule.on, IsEmpty());
    EXPECT_THAT(rule.when.text, IsEmpty());
    EXPECT_EQ(rule.priority, 100);
    EXPECT_EQ(rule.max_age, 24h);
}

}  // namespace
