#include "api_fixture.hpp"

namespace api_test {
namespace {

using DevicesTest = ApiTest;

std::string ids(Reply const& reply)
{
    std::string all;
    for (auto const& item : reply.body.at("items").as_array())
        all += (all.empty() ? "" : " ") + std::string{support::view(item.at("id").as_string())};
    return all;
}

TEST_F(DevicesTest, ADeviceIsFoundByItsIdAsWrittenAndEncodedOnceMore)
{
    for (auto const* id : {"00D09E-HG%2D1000-S1", "00D09E-HG%252D1000-S1", "00d09e-HG%2d1000-S1"}) {
        auto const reply = get(fmt::format("/api/v1/devices/{}", id));
        ASSERT_EQ(reply.status, 200u) << id;
        EXPECT_EQ(reply.body.at("id").as_string(), "00D09E-HG%2D1000-S1");
        EXPECT_EQ(reply.body.at("product_class").as_string(), "HG-1000");
    }
}

TEST_F(DevicesTest, APercentSignOfTheNameItselfIsNotTakenForAnEscape)
{
    add_device(3, "A%2DB", "S3");
    EXPECT_EQ(get("/api/v1/devices/00D09E-A%252DB-S3").body.at("product_class").as_string(), "A%2DB");
    EXPECT_EQ(get("/api/v1/devices/00D09E-A%25252DB-S3").body.at("product_class").as_string(), "A%2DB");
}

TEST_F(DevicesTest, WhatIsNoDeviceIsNotFound)
{
    for (auto const* id : {"x", "00D09E-STB-", "00D09E-STB-S9", "%", "00D09E-STB-%FF", "00D09E-STB-S2%00", "\xFF"})
        EXPECT_EQ(get(fmt::format("/api/v1/devices/{}", id)).status, 404u) << id;
}

TEST_F(DevicesTest, WhatIsUnknownIsNull)
{
    auto const device = get(device_url).body;
    EXPECT_TRUE(device.at("last_inform").is_null());
    EXPECT_TRUE(device.at("subscriber").is_null());
    EXPECT_EQ(device.at("first_seen").as_string(), "2026-03-01T12:00:00Z");
}

TEST_F(DevicesTest, AListGoesOnWhereThePageBeforeEnded)
{
    add_device(3, "STB", "S3");
    auto const first = get("/api/v1/devices?limit=2");
    EXPECT_EQ(ids(first), "00D09E-HG%2D1000-S1 00D09E-STB-S2");
    auto const second =
        get(fmt::format("/api/v1/devices?limit=2&after={}", support::view(first.body.at("next").as_string())));
    EXPECT_EQ(ids(second), "00D09E-STB-S3");
    EXPECT_TRUE(second.body.at("next").is_null());
}

TEST_F(DevicesTest, APageThatIsJustFullIsTheLast)
{
    EXPECT_TRUE(get("/api/v1/devices?limit=2").body.at("next").is_null());
}

TEST_F(DevicesTest, WhereKeepsThoseThatMeetTheCondition)
{
    EXPECT_EQ(ids(get("/api/v1/devices?where=STB")), "00D09E-STB-S2");
    EXPECT_EQ(ids(get("/api/v1/devices?where=HG%2D1000")), "00D09E-HG%2D1000-S1");
    EXPECT_EQ(ids(get("/api/v1/devices?where=none+such")), "");
}

TEST_F(DevicesTest, ARefusedConditionTellsWhy)
{
    auto const guarded = get("/api/v1/devices?where=1;2");
    EXPECT_EQ(guarded.status, 400u);
    EXPECT_EQ(guarded.fields(), "where");
    EXPECT_THAT(guarded.detail(), HasSubstr("column 5"));
    inventory_.search_refusal = "The search took more than 5 s.";
    EXPECT_THAT(get("/api/v1/devices?where=1").detail(), HasSubstr("more than 5 s"));
}

TEST_F(DevicesTest, EveryBadFieldOfTheQueryIsNamed)
{
    EXPECT_EQ(get("/api/v1/devices?limit=0&after=!&x=1").fields(), "limit after x");
    EXPECT_EQ(get("/api/v1/devices?limit=1001").fields(), "limit");
    EXPECT_EQ(get("/api/v1/devices?limit=1&limit=2").fields(), "limit");
    EXPECT_EQ(get("/api/v1/devices?where=%FF").fields(), "where");
    EXPECT_EQ(get("/api/v1/devices?where=a%00b").fields(), "where");
    EXPECT_EQ(get("/api/v1/devices?after=dDox").fields(), "after") << "a cursor of another list";
}

TEST_F(DevicesTest, ParametersAreListedByPathAndSecretsWithheld)
{
    auto const device = domain::DeviceKey{1};
    inventory_.add(device,
                   {.path = "Device.WiFi.SSID.1.SSID", .value = "home", .type = "xsd:string", .writable = true});
    inventory_.add(device,
                   {.path = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase", .value = "geheim", .is_secret = true});
    inventory_.add(device, {.path = "Device.DeviceInfo.UpTime", .value = "5", .type = "xsd:unsignedInt"});
    auto const url = std::string{device_url} + "/parameters";

    auto const wifi = get(url + "?path=Device.WiFi.");
    ASSERT_EQ(wifi.body.at("items").as_array().size(), 2u);
    EXPECT_EQ(wifi.text.find("geheim"), std::string::npos);
    EXPECT_TRUE(wifi.body.at("items").at(0).at("secret").as_bool());
    EXPECT_EQ(wifi.body.at("items").at(1).at("value").as_string(), "home");

    auto const first = get(url + "?limit=1");
    auto const rest = get(fmt::format("{}?after={}", url, support::view(first.body.at("next").as_string())));
    EXPECT_EQ(first.body.at("items").at(0).at("path").as_string(), "Device.DeviceInfo.UpTime");
    EXPECT_EQ(rest.body.at("items").as_array().size(), 2u);
}

TEST_F(DevicesTest, SecretsAreRevealedToWhoMayAndThatIsWrittenDown)
{
    auto const device = domain::DeviceKey{1};
    inventory_.add(device,
                   {.path = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase", .value = "geheim", .is_secret = true});
    auto const url = std::string{device_url} + "/parameters";
    EXPECT_EQ(get(url).text.find("geheim"), std::string::npos);
    auto const shown = get(url + "?reveal=true");
    EXPECT_EQ(shown.body.at("items").at(0).at("value").as_string(), "geheim");
    EXPECT_TRUE(shown.body.at("items").at(0).at("secret").as_bool());
    EXPECT_EQ(get(url + "?reveal=yes").fields(), "reveal");
    ASSERT_EQ(audit_.records.size(), 1U);
    EXPECT_EQ(audit_.records[0].entry.action, "secrets.revealed");
    EXPECT_NE(audit_.records[0].entry.after.find("KeyPassphrase"), std::string::npos);
    EXPECT_EQ(audit_.records[0].entry.after.find("geheim"), std::string::npos);
}

TEST_F(DevicesTest, ABadPathIsNamed)
{
    auto const reply = get(std::string{device_url} + "/parameters?path=WiFi.");
    EXPECT_EQ(reply.status, 400u);
    EXPECT_EQ(reply.fields(), "path");
}

TEST_F(DevicesTest, AConnectionRequestTellsWhatBecameOfIt)
{
    auto const url = std::string{device_url} + "/connection-request";
    EXPECT_TRUE(post(url, "").body.at("reached").as_bool());
    EXPECT_EQ(waker_.woken, std::vector{domain::DeviceKey{1}});
    EXPECT_EQ(waker_.wish.most, std::chrono::seconds{10});
    waker_.outcome = {false, "timeout", false, "http", "its next periodic Inform is due"};
    auto const reply = post(url + "?wait=500ms", "{}");
    EXPECT_EQ(reply.body.at("cause").as_string(), "timeout");
    EXPECT_EQ(reply.body.at("method").as_string(), "http");
    EXPECT_EQ(reply.body.at("outlook").as_string(), "its next periodic Inform is due");
    EXPECT_EQ(waker_.wish.most, std::chrono::milliseconds{500});
    EXPECT_EQ(post(url + "?wait=301s", "").fields(), "wait");
    EXPECT_EQ(post("/api/v1/devices/x/connection-request", "").status, 404u);
}

TEST_F(DevicesTest, ReachabilityShowsWhatWasTriedAndWhatWouldBe)
{
    domain::ReachabilityView::Picture picture;
    picture.facts.known.best_method = "http";
    picture.facts.known.failed_in_row = 1;
    picture.facts.known.attempts = {
        {"http", clock_.now(), domain::WakeResult::behind_nat, "behind NAT: ...", std::chrono::milliseconds{3'000}}};
    picture.methods = {{"http", true, ""}, {"udp", false, "no binding is known"}};
    picture.outlook = "its next periodic Inform is due";
    reachability_.shown = picture;
    auto const reply = get(std::string{device_url} + "/reachability");
    EXPECT_EQ(reply.status, 200u);
    EXPECT_EQ(reply.body.at("best_method").as_string(), "http");
    EXPECT_TRUE(reply.body.at("model_method").is_null());
    EXPECT_EQ(reply.body.at("attempts").at(0).at("outcome").as_string(), "behind_nat");
    EXPECT_EQ(reply.body.at("methods").at(1).at("why_not").as_string(), "no binding is known");
    EXPECT_EQ(get("/api/v1/devices/x/reachability").status, 404u);
}

}  // namespace
}  // namespace api_test
