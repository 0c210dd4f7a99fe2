#include "api_fixture.hpp"

namespace api_test {
namespace {

class RulesApiTest : public ApiTest {
protected:
    static domain::Quarantine given_up(std::string what)
    {
        return {.device = domain::DeviceKey{7},
                .identity = {"", "00D09E", "HG", "S1"},
                .rule = "wifi",
                .what = std::move(what),
                .version = 3,
                .reason = "the device did not keep it, 5 times",
                .evidence = R"({"attempts":5})"};
    }
};

constexpr char one_rule[] = R"({"rules":[{"file":"wifi.sql","text":"-- rule: wifi"}],"reason":"tariff 2026"})";

TEST_F(RulesApiTest, RulesAreAppliedListedAndShown)
{
    auto const applied = post("/api/v1/rules/apply", one_rule);
    ASSERT_EQ(applied.status, 200) << applied.text;
    EXPECT_EQ(applied.object().at("added"), json::array{"wifi"});
    auto const listed = get("/api/v1/rules");
    ASSERT_EQ(listed.object().at("items").as_array().size(), 1U);
    EXPECT_EQ(listed.object().at("items").at(0).at("reason"), "tariff 2026");
    auto const shown = get("/api/v1/rules/wifi");
    EXPECT_EQ(shown.object().at("versions").at(0).at("text"), "-- rule: wifi");
    EXPECT_EQ(get("/api/v1/rules/other").status, 404);
}

TEST_F(RulesApiTest, WhatIsWrongIsToldWithFileLineAndColumn)
{
    constexpr char wrong[] = R"({"rules":[{"file":"wifi.sql","text":"wrong"}]})";
    auto const checked = post("/api/v1/rules/check", wrong);
    ASSERT_EQ(checked.status, 200);
    EXPECT_EQ(checked.object().at("problems").at(0).at("line"), 3);
    auto const applied = post("/api/v1/rules/apply", wrong);
    EXPECT_EQ(applied.status, 422);
    EXPECT_EQ(applied.fields(), "wifi.sql:3:12");
    EXPECT_EQ(post("/api/v1/rules/preview", wrong).status, 422);
}

TEST_F(RulesApiTest, ADryRunAppliesNothing)
{
    constexpr char dry[] = R"({"rules":[{"file":"wifi.sql","text":"x"}],"dry_run":true})";
    EXPECT_EQ(post("/api/v1/rules/apply", dry).status, 200);
    EXPECT_TRUE(get("/api/v1/rules").object().at("items").as_array().empty());
}

TEST_F(RulesApiTest, APreviewComesInPages)
{
    rules_.page.devices = 2;
    rules_.page.devices_restarted = 1;
    rules_.page.fleet = 4;
    rules_.page.changes.push_back({"wifi", "set", "Device.X", 2, 0, {{domain::DeviceKey{7}, "a", "b"}}, 1, 3});
    rules_.page.conflicts.push_back({"Device.X", "wifi", "old", 1});
    rules_.page.failures.push_back({"old", "division by zero", 1});
    rules_.page.next = domain::DeviceKey{7};
    auto const page = post("/api/v1/rules/preview", R"({"rules":[],"whole":true,"limit":2})");
    ASSERT_EQ(page.status, 200) << page.text;
    EXPECT_EQ(page.object().at("next"), "7");
    EXPECT_EQ(page.object().at("devices_restarted"), 1);
    EXPECT_EQ(page.object().at("fleet"), 4);
    EXPECT_EQ(page.object().at("changes").at(0).at("samples").at(0).at("device"), "7");
    EXPECT_EQ(page.object().at("changes").at(0).at("samples").at(0).at("to"), "b");
    EXPECT_EQ(page.object().at("changes").at(0).at("waiting"), 1);
    EXPECT_EQ(page.object().at("changes").at(0).at("given_up"), 3);
    EXPECT_TRUE(post("/api/v1/rules/preview", R"({"rules":[],"after":"7"})").object().at("next").is_null());
}

TEST_F(RulesApiTest, APreviewMayBeOfSomeDevices)
{
    EXPECT_EQ(post("/api/v1/rules/preview", R"({"rules":[],"where":"true"})").status, 200);
    EXPECT_EQ(post("/api/v1/rules/preview", R"({"rules":[],"where":"wrong"})").fields(), "where:1:1");
    EXPECT_EQ(post("/api/v1/rules/preview", R"({"rules":[],"where":1})").fields(), "where");
}

TEST_F(RulesApiTest, TheHistoryOfTheSetComesInPages)
{
    for (int i = 0; i < 3; ++i)
        ASSERT_EQ(post("/api/v1/rules/apply", one_rule).status, 200);
    auto const first = get("/api/v1/rule-sets?limit=2");
    ASSERT_EQ(first.status, 200) << first.text;
    EXPECT_EQ(first.object().at("items").at(0).at("epoch"), "3");
    std::string const next{first.object().at("next").as_string().c_str()};
    auto const second = get("/api/v1/rule-sets?limit=2&after=" + next);
    EXPECT_EQ(second.object().at("items").as_array().size(), 1U);
    EXPECT_TRUE(second.object().at("next").is_null());
}

TEST_F(RulesApiTest, TheFilesInForceAreRead)
{
    ASSERT_EQ(post("/api/v1/rules/apply", one_rule).status, 200);
    auto const set = get("/api/v1/rule-sets/current");
    ASSERT_EQ(set.status, 200) << set.text;
    EXPECT_EQ(set.object().at("rules").at(0).at("file"), "wifi.sql");
    EXPECT_TRUE(set.object().at("in_force").as_bool());
    EXPECT_FALSE(get("/api/v1/rule-sets/0").object().at("in_force").as_bool());
    EXPECT_EQ(get("/api/v1/rule-sets/7").status, 404);
    EXPECT_EQ(get("/api/v1/rule-sets/x").status, 404);
}

TEST_F(RulesApiTest, AnEpochIsRolledBackTo)
{
    ASSERT_EQ(post("/api/v1/rules/apply", one_rule).status, 200);
    auto const done = post("/api/v1/rules/rollback", R"({"epoch":"1","reason":"outage","dry_run":true})");
    EXPECT_EQ(done.status, 200) << done.text;
    EXPECT_EQ(post("/api/v1/rules/rollback", R"({"epoch":"9"})").fields(), "epoch:1:1");
    EXPECT_EQ(post("/api/v1/rules/rollback", R"({"epoch":1})").fields(), "epoch");
    EXPECT_EQ(post("/api/v1/rules/rollback", R"({"epoch":""})").fields(), "epoch");
    EXPECT_EQ(post("/api/v1/rules/rollback", "{}").fields(), "epoch");
}

TEST_F(RulesApiTest, RulesArePausedAndResumed)
{
    ASSERT_EQ(post("/api/v1/rules/apply", one_rule).status, 200);
    EXPECT_EQ(post("/api/v1/rules/pause", "{}").fields(), "reason");
    EXPECT_EQ(post("/api/v1/rules/pause", R"({"reason":""})").fields(), "reason");
    EXPECT_EQ(post("/api/v1/rules/pause", R"({"reason":"x","rule":"none"})").status, 404);
    ASSERT_EQ(post("/api/v1/rules/pause", R"({"reason":"outage"})").status, 200);
    EXPECT_EQ(get("/api/v1/rule-sets/current").object().at("paused").at("reason"), "outage");
    ASSERT_EQ(post("/api/v1/rules/pause", R"({"reason":"wrong","rule":"wifi"})").status, 200);
    EXPECT_EQ(get("/api/v1/rules").object().at("items").at(0).at("paused").at("reason"), "wrong");
    ASSERT_EQ(post("/api/v1/rules/resume", "{}").status, 200);
    EXPECT_TRUE(get("/api/v1/rule-sets/current").object().at("paused").is_null());
    EXPECT_FALSE(get("/api/v1/rules").object().at("items").at(0).at("paused").is_null());
    ASSERT_EQ(post("/api/v1/rules/resume", R"({"rule":"wifi"})").status, 200);
    EXPECT_TRUE(get("/api/v1/rules").object().at("items").at(0).at("paused").is_null());
    EXPECT_EQ(post("/api/v1/rules/resume", R"({"rule":"none"})").status, 404);
}

TEST_F(RulesApiTest, ADeviceIsExplained)
{
    rules_.explanation.wishes.push_back({"wifi", 3, 200, "set", "Device.X", "b", "a", "", domain::WishState::waits});
    rules_.explanation.wishes[0].attempts = 2;
    rules_.explanation.wishes[0].next_try = base::TimePoint{std::chrono::seconds{1'700'000'000}};
    rules_.explanation.matched = {"wifi"};
    rules_.explanation.reported = domain::RulesExplanation::Reported{"Device.X", "a", std::nullopt};
    rules_.explanation.quarantined.push_back(given_up("Device.Y"));
    rules_.explanation.next_session.push_back({"SetParameterValues", {"Device.X = b"}});
    auto const answer = get(std::string{device_url} + "/explanation");
    ASSERT_EQ(answer.status, 200) << answer.text;
    auto const told = answer.object();
    EXPECT_EQ(told.at("wishes").at(0).at("known"), "a");
    EXPECT_EQ(told.at("wishes").at(0).at("state"), "waiting");
    EXPECT_EQ(told.at("wishes").at(0).at("next_try"), "2023-11-14T22:13:20Z");
    EXPECT_EQ(told.at("quarantined").at(0).at("what"), "Device.Y");
    EXPECT_EQ(told.at("next_session").at(0).at("about"), json::array{"Device.X = b"});
    auto const other = get(std::string{device_url} + "/explanation?path=Device.Y");
    EXPECT_TRUE(other.object().at("wishes").as_array().empty());
    EXPECT_EQ(get(std::string{device_url} + "/explanation?way=Device.Y").status, 400);
}

TEST_F(RulesApiTest, WhatIsGivenUpIsListedInPages)
{
    rules_.given_up = {given_up("Device.X"), given_up("Device.Y"), given_up("Device.Z")};
    auto const first = get("/api/v1/rule-quarantine?limit=2");
    ASSERT_EQ(first.status, 200) << first.text;
    EXPECT_EQ(first.object().at("items").at(0).at("evidence").at("attempts"), 5);
    std::string const next{first.object().at("next").as_string().c_str()};
    auto const second = get("/api/v1/rule-quarantine?limit=2&after=" + next);
    ASSERT_EQ(second.object().at("items").as_array().size(), 1U) << second.text;
    EXPECT_EQ(second.object().at("items").at(0).at("what"), "Device.Z");
    EXPECT_TRUE(get("/api/v1/rule-quarantine?rule=other").object().at("items").as_array().empty());
    EXPECT_EQ(get("/api/v1/rule-quarantine?device=00D09E-HG-none").status, 404);
    EXPECT_EQ(get("/api/v1/rule-quarantine?after=x").status, 400);
}

TEST_F(RulesApiTest, WhatIsGivenUpIsReleased)
{
    rules_.given_up = {given_up("Device.X"), given_up("Device.Y")};
    constexpr char release[] = "/api/v1/rule-quarantine/release";
    EXPECT_EQ(post(release, "{}").status, 422);
    EXPECT_EQ(post(release, R"({"rule":"wifi","what":"Device.X"})").fields(), "what") << "of which device?";
    EXPECT_EQ(post(release, R"({"device":"00D09E-HG-none"})").status, 404);
    EXPECT_EQ(post(release, R"({"rule":"other"})").object().at("released"), 0);
    EXPECT_EQ(post(release, R"({"rule":"wifi"})").object().at("released"), 2);
}

TEST_F(RulesApiTest, ABodyThatIsNoListOfRulesIsRefused)
{
    EXPECT_EQ(post("/api/v1/rules/apply", "[]").status, 400);
    EXPECT_EQ(post("/api/v1/rules/apply", "{}").fields(), "rules");
    EXPECT_EQ(post("/api/v1/rules/apply", R"({"rules":[1]})").fields(), "rules.0");
    EXPECT_EQ(post("/api/v1/rules/apply", R"({"rules":[],"when":1})").fields(), "when");
    EXPECT_EQ(post("/api/v1/rules/preview", R"({"rules":[],"limit":0})").fields(), "limit");
}

}  // namespace
}  // namespace api_test
