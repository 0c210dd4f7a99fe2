#include "api_fixture.hpp"

namespace {

using namespace api_test;

class DeviceChangesTest : public ApiTest {
protected:
    std::string const url_{device_url};
    Reply patch(std::string_view body) { return call("PATCH", url_, body, {{"Content-Type", "application/json"}}); }
    Reply merge(std::string_view body) { return post(url_ + "/merge", body); }
};

TEST_F(DeviceChangesTest, AStateAndATimeZoneAreSet)
{
    auto const reply = patch(R"({"state":"active","time_zone":"Europe/Berlin"})");
    EXPECT_EQ(reply.status, 200u);
    EXPECT_EQ(reply.body.at("id").as_string(), "00D09E-HG%2D1000-S1");
    ASSERT_EQ(admin_.changes.size(), 1u);
    EXPECT_EQ(admin_.changes[0].first, domain::DeviceKey{1});
    EXPECT_EQ(admin_.changes[0].second.state, domain::DeviceState::active);
    EXPECT_EQ(admin_.changes[0].second.time_zone, "Europe/Berlin");
}

TEST_F(DeviceChangesTest, WhatCannotBeSetIsRefused)
{
    for (auto const* body : {R"({"state":"conflict"})", R"({"state":"broken"})", R"({})", R"({"tags":"a"})",
                             R"({"tags":[""]})", R"({"state":1})", R"({"attributes":[]})", R"({"attributes":{"a":{}}})",
                             R"({"parent_device":"00D09E-X-9"})", R"({"parent_device":"00D09E-HG%2D1000-S1"})"})
        EXPECT_EQ(patch(body).status, 422u) << body;
    admin_.refusal = "there is no time zone Mars/Olympus";
    EXPECT_THAT(patch(R"({"time_zone":"Mars/Olympus"})").text, HasSubstr("Mars/Olympus"));
    EXPECT_TRUE(admin_.changes.empty());
    EXPECT_EQ(call("PATCH", "/api/v1/devices/00D09E-HG%2D1000-S9", R"({"state":"active"})").status, 404u);
}

TEST_F(DeviceChangesTest, WhatPeopleKnowOfADeviceIsSetAndTakenAway)
{
    EXPECT_EQ(patch(R"({"tags":["b","a","b"],"subscriber":"C-17","access_node":"OLT-7","parent_device":"00D09E-STB-S2",
                        "attributes":{"floor":3,"contract":null}})")
                  .status,
              200u);
    ASSERT_EQ(admin_.changes.size(), 1u);
    auto const& set = admin_.changes[0].second;
    EXPECT_EQ(set.tags, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(set.subscriber, "C-17");
    EXPECT_EQ(set.access_node, "OLT-7");
    EXPECT_EQ(set.parent_device, domain::DeviceKey{2});
    EXPECT_EQ(json::parse(*set.attributes), json::parse(R"({"floor":3,"contract":null})"));
    EXPECT_FALSE(set.state);
    EXPECT_EQ(patch(R"({"subscriber":null,"parent_device":null})").status, 200u);
    EXPECT_EQ(admin_.changes[1].second.subscriber, "");
    EXPECT_EQ(admin_.changes[1].second.parent_device, domain::DeviceKey{});
    EXPECT_FALSE(admin_.changes[1].second.tags);
    EXPECT_EQ(audited(), (std::vector<std::string>{"device.changed", "device.changed"}));
}

TEST_F(DeviceChangesTest, OneDeviceShowsWhatPeopleKnowOfIt)
{
    admin_.noted = {"Europe/Berlin", "OLT-7", cwmp::DeviceId{"Acme", "00D09E", "STB", "S2"}, R"({"floor":3})"};
    auto const shown = get(url_).body;
    EXPECT_EQ(shown.at("time_zone").as_string(), "Europe/Berlin");
    EXPECT_EQ(shown.at("access_node").as_string(), "OLT-7");
    EXPECT_EQ(shown.at("parent_device").as_string(), "00D09E-STB-S2");
    EXPECT_EQ(shown.at("attributes").at("floor").as_int64(), 3);
}

TEST_F(DeviceChangesTest, ATagIsPutOnAndTakenOffAndOnlyAChangeIsWrittenDown)
{
    auto const put = call("PUT", url_ + "/tags/gold%20%2F%201");
    EXPECT_EQ(put.status, 200u);
    EXPECT_EQ(put.body.at("tags"), (json::array{"gold / 1", "old"}));
    EXPECT_EQ(admin_.changes.at(0).second.add_tags, std::vector<std::string>{"gold / 1"});
    EXPECT_EQ(call("DELETE", url_ + "/tags/old").body.at("tags"), json::array{});
    EXPECT_EQ(call("DELETE", url_ + "/tags/new").status, 200u);
    EXPECT_EQ(call("PUT", url_ + "/tags/old").status, 200u);
    EXPECT_EQ(audited(), (std::vector<std::string>{"device.tagged", "device.untagged"}));
    EXPECT_EQ(call("PUT", url_ + "/tags/" + std::string(65, 'x')).status, 422u);
    EXPECT_EQ(call("PUT", url_ + "/tags/%01").status, 422u);
    EXPECT_EQ(call("PUT", "/api/v1/devices/00D09E-HG%2D1000-S9/tags/gold").status, 404u);
    admin_.refusal = "the device would have 33 tags";
    EXPECT_EQ(call("PUT", url_ + "/tags/gold").status, 409u);
}

TEST_F(DeviceChangesTest, TagsAreListedWithHowManyDevicesHaveThem)
{
    for (auto const& [key, tags] : {std::pair{1, std::vector<std::string>{"a", "b"}}, {2, {"b"}}}) {
        auto row = *support::run(context_, inventory_.find(domain::DeviceKey{key}));
        row.tags = tags;
        inventory_.add(std::move(row));
    }
    auto const all = get("/api/v1/tags");
    EXPECT_EQ(all.body.at("items"), json::parse(R"([{"tag":"a","devices":1},{"tag":"b","devices":2}])"));
    auto const first = get("/api/v1/tags?limit=1");
    EXPECT_EQ(get("/api/v1/tags?after=" + std::string{support::view(first.body.at("next").as_string())})
                  .body.at("items")
                  .at(0)
                  .at("tag"),
              "b");
    EXPECT_EQ(get("/api/v1/tags?where=STB").body.at("items").as_array().size(), 1u);
    EXPECT_EQ(get("/api/v1/tags?where=a;b").status, 400u);
}

TEST_F(DeviceChangesTest, ADeviceShowsWhatItShouldBeMergedWith)
{
    EXPECT_EQ(get(url_).body.at("merge_proposals"), json::array{});
    admin_.proposals = {{"Acme", "00D09E", "HG-1000v2", "S1"}};
    EXPECT_EQ(get(url_).body.at("merge_proposals"), (json::array{"00D09E-HG%2D1000v2-S1"}));
}

TEST_F(DeviceChangesTest, ADeviceIsMergedIntoAnother)
{
    auto const reply = merge(R"({"into":"00D09E-STB-S2"})");
    EXPECT_EQ(reply.status, 200u);
    EXPECT_EQ(reply.body.at("id").as_string(), "00D09E-STB-S2");
    ASSERT_EQ(admin_.merges.size(), 1u);
    EXPECT_EQ(admin_.merges[0].first, domain::DeviceKey{1});
    EXPECT_EQ(admin_.merges[0].second, domain::DeviceKey{2});
}

TEST_F(DeviceChangesTest, AMergeThatCannotBeIsRefused)
{
    EXPECT_EQ(merge(R"({"into":"00D09E-STB-S9"})").status, 422u);
    EXPECT_EQ(merge(R"({"into":"00D09E-HG%2D1000-S1"})").status, 422u);
    EXPECT_EQ(merge(R"({})").status, 422u);
    EXPECT_EQ(merge("[]").status, 400u);
    admin_.refusal = "one of the devices is gone";
    EXPECT_EQ(merge(R"({"into":"00D09E-STB-S2"})").status, 409u);
    EXPECT_TRUE(admin_.merges.empty());
}

class PromotionsApiTest : public ApiTest {};

TEST_F(PromotionsApiTest, PatternsAreAddedListedAndRemoved)
{
    auto const made = post("/api/v1/promoted", R"({"pattern":"Device.WiFi.SSID.{i}.SSID","reason":"support"})");
    EXPECT_EQ(made.status, 201u);
    EXPECT_FALSE(made.body.at("filled").as_bool());
    auto const listed = get("/api/v1/promoted");
    ASSERT_EQ(listed.body.at("items").as_array().size(), 1u);
    EXPECT_EQ(listed.body.at("items").at(0).at("reason").as_string(), "support");
    auto const path = "/api/v1/promoted/Device.WiFi.SSID.%7Bi%7D.SSID";
    EXPECT_EQ(call("DELETE", path).status, 204u);
    EXPECT_EQ(call("DELETE", path).status, 404u);
}

TEST_F(PromotionsApiTest, WhatCannotBePromotedIsRefused)
{
    for (auto const* pattern : {"Device.WiFi.", "", "no path", "Device.WiFi.AccessPoint.{i}.Security.KeyPassphrase"})
        EXPECT_EQ(post("/api/v1/promoted", fmt::format(R"({{"pattern":"{}"}})", pattern)).status, 422u) << pattern;
    EXPECT_EQ(post("/api/v1/promoted", "{}").status, 422u);
    EXPECT_TRUE(promotions_.patterns.empty());
}

}  // namespace
