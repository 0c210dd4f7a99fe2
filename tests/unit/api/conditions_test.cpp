// ETag, If-None-Match and If-Match.
#include "api_fixture.hpp"

#include "api/entity_tag.hpp"

namespace api_test {
namespace {

using testing::EndsWith;
using testing::Not;

class ConditionsTest : public ApiTest {
protected:
    std::string tag_of(std::string_view target) { return std::string{get(target).headers.get("ETag")}; }
    Reply change(std::string_view target, std::string_view body, std::string_view tag)
    {
        return call("PATCH", target, body, {{"Content-Type", "application/json"}, {"If-Match", tag}});
    }
    Reply read(std::string_view target, std::string_view tag)
    {
        return call("GET", target, {}, {{"If-None-Match", tag}});
    }
};

TEST_F(ConditionsTest, WhatDidNotChangeIsNotSentAgain)
{
    for (auto const target : {device_url, std::string_view{"/api/v1/devices"}, std::string_view{"/api/v1/roles"}}) {
        auto const tag = tag_of(target);
        ASSERT_FALSE(tag.empty()) << target;
        auto const reply = read(target, tag);
        EXPECT_EQ(reply.status, 304u) << target;
        EXPECT_TRUE(reply.text.empty());
        EXPECT_EQ(reply.headers.get("ETag"), tag);
        EXPECT_EQ(read(target, "\"other\", W/" + tag).status, 304u);
        EXPECT_EQ(read(target, "\"other\"").status, 200u);
    }
    auto const before = tag_of(device_url);
    inventory_.set_last_inform(domain::DeviceKey{1}, clock_.time);
    EXPECT_EQ(read(device_url, before).status, 200u) << "another representation";
}

TEST_F(ConditionsTest, GzippedItHasAnotherTagOfTheSameState)
{
    auto const plain = tag_of(device_url);
    auto const zipped = std::string{call("GET", device_url, {}, {{"Accept-Encoding", "gzip"}}).headers.get("ETag")};
    EXPECT_NE(plain, zipped);
    EXPECT_THAT(zipped, EndsWith(".gz\""));
    EXPECT_EQ(read(device_url, zipped).status, 304u);
    EXPECT_EQ(change(device_url, R"({"time_zone":"Europe/Berlin"})", zipped).status, 200u);
}

TEST_F(ConditionsTest, AnEditOfWhatSomebodyElseHasChangedFailsAndTellsThePresentTag)
{
    post("/api/v1/roles", R"({"name":"north","permissions":["devices.read"]})");
    auto const north = tag_of("/api/v1/roles/north");
    EXPECT_EQ(change("/api/v1/roles/north", R"({"permissions":["tasks.read"]})", north).status, 200u);
    auto const late = change("/api/v1/roles/north", R"({"permissions":["files.read"]})", north);
    EXPECT_EQ(late.status, 412u);
    EXPECT_EQ(late.headers.get("ETag"), tag_of("/api/v1/roles/north"));
    EXPECT_EQ(get("/api/v1/roles/north").body.at("permissions").as_array().at(0).as_string(), "tasks.read");
    EXPECT_EQ(call("DELETE", "/api/v1/roles/north", {}, {{"If-Match", north}}).status, 412u);
    EXPECT_EQ(call("DELETE", "/api/v1/roles/north", {}, {{"If-Match", late.headers.get("ETag")}}).status, 204u);
    EXPECT_EQ(call("DELETE", "/api/v1/roles/north", {}, {{"If-Match", "*"}}).status, 404u);
}

TEST_F(ConditionsTest, WhatADeviceReportsDoesNotHinderThoseWhoEditIt)
{
    auto const tag = tag_of(device_url);
    inventory_.set_last_inform(domain::DeviceKey{1}, clock_.time);
    EXPECT_EQ(change(device_url, R"({"time_zone":"Europe/Berlin"})", tag).status, 200u);
    add_device(1, "HG-1000", "S1", domain::DeviceState::retired);
    EXPECT_EQ(change(device_url, R"({"time_zone":"Europe/Berlin"})", tag).status, 412u);
}

TEST_F(ConditionsTest, DevicesThatComeIntoAGroupDoNotHinderThoseWhoEditIt)
{
    post("/api/v1/groups", R"({"name":"boxes","where":"STB"})");
    auto const tag = tag_of("/api/v1/groups/boxes");
    add_device(3, "STB", "S3");
    EXPECT_EQ(change("/api/v1/groups/boxes", R"({"description":"all of them"})", tag).status, 200u);
    EXPECT_EQ(change("/api/v1/groups/boxes", R"({"description":"some of them"})", tag).status, 412u);
}

TEST_F(ConditionsTest, RulesAreAppliedToTheSetThatWasLookedAt)
{
    auto const tag = tag_of("/api/v1/rule-sets/current");
    auto const apply = [&](std::string_view given) {
        return call("POST", "/api/v1/rules/apply", R"({"rules":[{"file":"wifi.sql","text":"-- rule: wifi\n"}]})",
                    {{"Content-Type", "application/json"}, {"If-Match", given}});
    };
    EXPECT_EQ(apply("\"another\"").status, 412u);
    EXPECT_EQ(apply(tag).status, 200u);
}

TEST_F(ConditionsTest, OneEditAtATimeHasTheThing)
{
    change(device_url, R"({"time_zone":"Europe/Berlin"})", "\"wrong\"");
    EXPECT_EQ(locks_.taken, 1);
    EXPECT_EQ(locks_.held(), 0u);
    inventory_.is_away = true;
    EXPECT_EQ(call("PATCH", device_url, R"({"state":"active"})", {{"Content-Type", "application/json"}}).status, 503u);
    EXPECT_EQ(locks_.held(), 0u) << "it is free again whatever happened";
    inventory_.is_away = false;
    get(device_url);
    EXPECT_EQ(locks_.taken, 2) << "reading needs none";
}

TEST_F(ConditionsTest, WhatCannotBeReadTakesNoCondition)
{
    auto const reply = call("POST", "/api/v1/operators", R"({"name":"x","role":"viewer"})",
                            {{"Content-Type", "application/json"}, {"If-Match", "*"}});
    EXPECT_EQ(reply.status, 400u);
}

TEST(EntityTagTest, WhatLivesIsNoPartOfTheState)
{
    constexpr std::string_view living[] = {"problem", "dead_letters"};
    auto const are_same = [&](std::string_view one, std::string_view other) {
        return api::EntityTag{one, living}.is_of_state(api::EntityTag{other, living}.text(false));
    };
    EXPECT_TRUE(
        are_same(R"({"url":"x","problem":null,"dead_letters":0})", R"({"url":"x","problem":"away","dead_letters":3})"));
    EXPECT_FALSE(are_same(R"({"url":"x","dead_letters":0})", R"({"url":"y","dead_letters":0})"));
    EXPECT_FALSE(api::EntityTag{R"({"problem":1})"}.is_of_state(api::EntityTag{R"({"problem":2})"}.text(false)));
}

TEST(EntityTagTest, ListsOfTagsAreReadAsTheyAreWritten)
{
    api::EntityTag const tag{R"({"a":1})"};
    auto const text = tag.text(false);
    for (auto const& list : {text, "\"x\" ,  " + text, text + ",", std::string{"*"}, tag.text(true)}) {
        EXPECT_TRUE(tag.is_of_state(list)) << list;
        EXPECT_TRUE(tag.is_of_whole(list)) << list;
    }
    for (auto const& list : {std::string{}, std::string{"\"\""}, std::string{","}, text.substr(1), std::string{"\""}}) {
        EXPECT_FALSE(tag.is_of_state(list)) << list;
        EXPECT_FALSE(tag.is_of_whole(list)) << list;
    }
    EXPECT_FALSE(tag.is_of_state("W/" + text)) << "If-Match compares strongly";
    EXPECT_TRUE(tag.is_of_whole("W/" + text));
    EXPECT_THAT(text, Not(testing::HasSubstr(".gz")));
}

}  // namespace
}  // namespace api_test
