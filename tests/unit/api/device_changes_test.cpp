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
    for (auto const* body :
         {R"({"state":"conflict"})", R"({"state":"broken"})", R"({})", R"({"tags":["a"]})", R"({"state":1})"})
        EXPECT_EQ(patch(body).status, 422u) << body;
    admin_.refusal = "there is no time zone Mars/Olympus";
    EXPECT_THAT(patch(R"({"time_zone":"Mars/Olympus"})").text, HasSubstr("Mars/Olympus"));
    EXPECT_TRUE(admin_.changes.empty());
    EXPECT_EQ(call("PATCH", "/api/v1/devices/00D09E-HG%2D1000-S9", R"({"state":"active"})").status, 404u);
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
