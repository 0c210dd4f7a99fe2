#include "rules_fixture.hpp"

namespace rules_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr char ssid[] = "Device.WiFi.SSID.1.SSID";

class QuarantineTest : public RulesTest {
protected:
    void SetUp() override
    {
        RulesTest::SetUp();
        make_trees();
        apply({rule("wifi", ssid, "Net"), rule("level", "Device.Level", "9")});
    }

    static domain::RuleFile rule(std::string const& name, std::string const& path, std::string const& value)
    {
        return {name + ".sql", "-- rule: " + name + "\n-- set: " + path + " = '" + value + "'\n"};
    }
    void give_up(domain::DeviceKey device, std::string const& rule, std::string const& what)
    {
        database.exec("INSERT INTO rule_quarantine (device_id, rule, what, version_id, reason, evidence) SELECT " +
                      std::to_string(device.value()) + ", rule, '" + what +
                      "', version_id, 'it did not stay', '{\"attempts\": 5}' FROM rule WHERE rule = '" + rule + "'");
    }
    std::vector<std::string> listed(domain::QuarantineFilter filter = {}, domain::QuarantinePlace after = {},
                                    unsigned limit = 100)
    {
        std::vector<std::string> texts;
        for (auto const& each : run(rules.quarantined(std::move(filter), std::move(after), limit)))
            texts.push_back(each.identity.serial_number + " " + each.rule + " " + each.what);
        return texts;
    }
};

TEST_F(QuarantineTest, WhatIsGivenUpIsListedByDeviceRuleAndWhat)
{
    give_up(other, "wifi", ssid);
    give_up(gateway, "wifi", ssid);
    give_up(gateway, "level", "");
    EXPECT_THAT(listed(), ElementsAre("A1 level ", std::string{"A1 wifi "} + ssid, std::string{"A2 wifi "} + ssid));
    EXPECT_THAT(listed({.rule = "level"}), SizeIs(1));
    EXPECT_THAT(listed({.device = other}), SizeIs(1));
    EXPECT_THAT(listed({}, {}, 1), ElementsAre("A1 level "));
    EXPECT_THAT(listed({}, {gateway, "level", ""}, 1), ElementsAre(std::string{"A1 wifi "} + ssid));
    auto const entry = run(rules.quarantined({.rule = "level"}, {}, 1)).at(0);
    EXPECT_EQ(entry.reason, "it did not stay");
    EXPECT_THAT(entry.evidence, HasSubstr("\"attempts\": 5"));
}

TEST_F(QuarantineTest, WhatAnOlderVersionGaveUpIsNotShown)
{
    give_up(gateway, "wifi", ssid);
    apply({rule("wifi", ssid, "Other"), rule("level", "Device.Level", "9")});
    EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(QuarantineTest, AReleasedOneIsTriedAfreshAndItsDeviceIsDue)
{
    give_up(gateway, "wifi", ssid);
    give_up(gateway, "level", "Device.Level");
    give_up(other, "wifi", ssid);
    database.exec("UPDATE device_contact SET rules_epoch = 1;"
                  "INSERT INTO rule_outcome (device_id, epoch, attempts) VALUES (1, 1,"
                  " '[{\"what\":\"Device.WiFi.SSID.1.SSID\",\"rule\":\"wifi\",\"times\":5},"
                  "{\"what\":\"Device.Level\",\"rule\":\"level\",\"times\":2}]')");
    EXPECT_EQ(run(rules.release({.device = gateway, .rule = "wifi", .what = ssid}, "anna")), 1U);
    EXPECT_THAT(listed({.device = gateway}), ElementsAre("A1 level Device.Level"));
    EXPECT_EQ(database.value("SELECT attempts FROM rule_outcome"),
              R"([{"rule": "level", "what": "Device.Level", "times": 2}])");
    EXPECT_EQ(database.value("SELECT string_agg(device_id::text, ' ') FROM device_contact WHERE rules_epoch = -1"),
              "1");
    EXPECT_EQ(run(rules.release({.device = gateway}, "anna")), 1U);
    EXPECT_EQ(run(rules.release({.rule = "wifi"}, "anna")), 1U);
    EXPECT_EQ(run(rules.release({.rule = "wifi"}, "anna")), 0U);
}

TEST_F(QuarantineTest, APreviewDoesNotCountThemAsChanges)
{
    give_up(gateway, "wifi", ssid);
    auto const seen = preview({rule("wifi", ssid, "Net"), rule("level", "Device.Level", "9")});
    for (auto const& change : seen.changes) {
        EXPECT_EQ(change.given_up, change.rule == "wifi" ? 1U : 0U);
        EXPECT_EQ(change.devices, change.rule == "wifi" ? 3U : 4U);
    }
    EXPECT_EQ(preview({rule("wifi", ssid, "New")}).changes.at(0).given_up, 0U) << "a new version tries it again";
}

TEST_F(QuarantineTest, AnExplanationTellsThemAndWhatTheNextSessionSends)
{
    give_up(gateway, "wifi", ssid);
    auto const told = run(rules.explain(gateway, ""));
    ASSERT_THAT(told.quarantined, SizeIs(1));
    ASSERT_THAT(told.wishes, SizeIs(2));
    EXPECT_EQ(told.wishes[0].path, "Device.Level");
    EXPECT_EQ(told.wishes[0].state, domain::WishState::wanted);
    EXPECT_EQ(told.wishes[0].known, "7");
    EXPECT_EQ(told.wishes[0].known_since, base::TimePoint{1'700'000'000s});
    EXPECT_TRUE(told.wishes[0].wanted_since);
    EXPECT_EQ(told.wishes[1].state, domain::WishState::given_up);
    ASSERT_THAT(told.next_session, SizeIs(2));
    EXPECT_EQ(told.next_session[0].method, "SetParameterValues");
    EXPECT_THAT(told.next_session[0].about, ElementsAre("Device.Level = 9"));
    EXPECT_EQ(told.next_session[1].method, "GetParameterValues");
    auto const part = run(rules.explain(gateway, ssid));
    EXPECT_THAT(part.wishes, SizeIs(1));
    EXPECT_THAT(part.next_session, IsEmpty());
    EXPECT_EQ(part.reported->value, "factory");
}

TEST_F(QuarantineTest, AnExplanationTellsWhatWasTriedAndWhenItIsTriedAgain)
{
    auto const last = std::chrono::floor<std::chrono::seconds>(clock.now());
    database.exec("INSERT INTO rule_outcome (device_id, epoch, attempts) VALUES (1, 1, '[{\"what\":\"Device.Level\","
                  "\"rule\":\"level\",\"password\":\"9\",\"times\":3,\"told\":\"\",\"last\":" +
                  std::to_string(last.time_since_epoch().count()) + "}]')");
    auto const wish = run(rules.explain(gateway, "Device.Level")).wishes.at(0);
    EXPECT_EQ(wish.state, domain::WishState::waits);
    EXPECT_EQ(wish.attempts, 3U);
    EXPECT_EQ(wish.next_try, last + 10min);
    auto const seen = preview({rule("level", "Device.Level", "9")}, "serial_number = 'A1'");
    EXPECT_EQ(seen.changes.at(0).waiting, 1U);
    EXPECT_EQ(seen.devices_changed, 0U);
}

TEST_F(QuarantineTest, ARuleForAnEventSaysWhatItWillWant)
{
    apply({{"boot.sql", "-- rule: boot\n-- on: BOOT\nSELECT device.id, acs.set_value('Device.Level', 9), "
                        "acs.reboot('x') FROM acs.device"}});
    auto const told = run(rules.explain(gateway, ""));
    EXPECT_THAT(told.awaiting, ElementsAre("boot"));
    ASSERT_THAT(told.wishes, SizeIs(2));
    EXPECT_TRUE(told.wishes[0].is_awaiting);
    EXPECT_THAT(told.next_session, IsEmpty());
    EXPECT_THAT(run(rules.explain(gateway, "Device.Level")).wishes, SizeIs(1)) << "a reboot is about no parameter";
}

}  // namespace
}  // namespace rules_test
