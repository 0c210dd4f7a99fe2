// What is wrong, what the fleet is like, and what the server and its rules are set to.
#include "api_fixture.hpp"

namespace api_test {
namespace {

class FaultsTest : public ApiTest {
protected:
    FaultsTest()
    {
        add({.kind = domain::FaultKind::task, .code = 9002, .task = domain::TaskId{7}, .subject = "reboot"}, 1);
        add({.kind = domain::FaultKind::task, .code = 9010, .task = domain::TaskId{5}, .subject = "download"}, 2);
        add({.kind = domain::FaultKind::rule, .subject = "wifi", .what = "Device.X"}, 1);
        add({.kind = domain::FaultKind::sessions, .times = 3}, 2);
        add({.kind = domain::FaultKind::automation}, 2);
    }
    void add(domain::Fault fault, std::int64_t device)
    {
        fault.device = domain::DeviceKey{device};
        fault.identity = {"Acme", "00D09E", device == 1 ? "HG-1000" : "STB", device == 1 ? "S1" : "S2"};
        fault.model = fault.identity.product_class;
        fault.text = "it did not work";
        fault.since = clock_.time;
        faults_.all.push_back(std::move(fault));
    }
    static std::string kinds(Reply const& reply)
    {
        std::string kinds;
        for (auto const& item : reply.body.at("items").as_array())
            kinds += std::string{support::view(item.at("kind").as_string())} + ' ';
        return kinds;
    }
};

TEST_F(FaultsTest, WhatIsWrongIsListedKindByKind)
{
    auto const all = get("/api/v1/faults");
    ASSERT_EQ(all.status, 200u) << all.text;
    EXPECT_EQ(kinds(all), "task task rule sessions automation ");
    auto const first = all.body.at("items").at(0);
    EXPECT_EQ(first.at("task").as_string(), "7");
    EXPECT_EQ(first.at("task_kind").as_string(), "reboot");
    EXPECT_EQ(first.at("code").as_int64(), 9002);
    EXPECT_TRUE(first.at("rule").is_null());
    EXPECT_EQ(all.body.at("items").at(2).at("what").as_string(), "Device.X");
    EXPECT_EQ(kinds(get("/api/v1/faults?kind=rule")), "rule ");
    EXPECT_EQ(kinds(get("/api/v1/faults?code=9010")), "task ");
    EXPECT_EQ(kinds(get("/api/v1/faults?device=00D09E-HG%252D1000-S1")), "task rule ");
    EXPECT_EQ(get("/api/v1/faults?device=00D09E-HG%252D1000-S9").status, 404u);
}

TEST_F(FaultsTest, PagesOfEverySizeGiveAllOfThem)
{
    for (int limit = 1; limit <= 6; ++limit) {
        std::string all, after;
        do {
            auto const page = get(fmt::format("/api/v1/faults?limit={}{}", limit, after));
            ASSERT_EQ(page.status, 200u) << page.text;
            all += kinds(page);
            auto const& next = page.body.at("next");
            after = next.is_null() ? "" : "&after=" + std::string{support::view(next.as_string())};
        } while (!after.empty());
        EXPECT_EQ(all, "task task rule sessions automation ") << limit;
    }
}

TEST_F(FaultsTest, OthersSeeTheFaultsOfTheirDevices)
{
    operators_.all.roles.push_back({"boxes", domain::Permissions::all(), "STB", false});
    auto const token = add_token(add_person("bert", "boxes"));
    EXPECT_EQ(kinds(as(token, "GET", "/api/v1/faults")), "task sessions automation ");
    EXPECT_EQ(as(token, "GET", "/api/v1/faults/summary").status, 403u);
}

TEST_F(FaultsTest, PagesAreFullForWhoSeesAPartOfTheFleet)
{
    operators_.all.roles.push_back({"boxes", domain::Permissions::all(), "STB", false});
    auto const token = add_token(add_person("bert", "boxes"));
    auto const first = as(token, "GET", "/api/v1/faults?limit=2");
    EXPECT_EQ(kinds(first), "task sessions ");
    auto const after = std::string{support::view(first.body.at("next").as_string())};
    auto const last = as(token, "GET", "/api/v1/faults?limit=2&after=" + after);
    EXPECT_EQ(kinds(last), "automation ");
    EXPECT_TRUE(last.body.at("next").is_null());
}

TEST_F(FaultsTest, LoginsInWhatADeviceSaysAreNotShown)
{
    faults_.all[0].text = "cannot fetch http://anna:hunter22@files.example.net/fw.bin";
    auto const reply = get("/api/v1/faults?kind=task");
    EXPECT_THAT(reply.text, HasSubstr("@files.example.net"));
    EXPECT_THAT(reply.text, testing::Not(HasSubstr("hunter22")));
}

TEST_F(FaultsTest, BadFieldsAreAllNamed)
{
    EXPECT_EQ(get("/api/v1/faults?days=4000000000").fields(), "days");
    EXPECT_EQ(get("/api/v1/faults?kind=x&code=0&days=x&after=x").fields(), "kind code days after");
}

TEST_F(FaultsTest, TheFleetIsCountedOnceAMinute)
{
    faults_.all_groups = {{domain::FaultKind::task, 9002, "HG-1000", 3, 4}};
    fleet_.counts.by_state = {{"active", 2}};
    fleet_.counts.by_software = {{"HG-1000", "1.0", 2}};
    EXPECT_THAT(get("/api/v1/faults/summary").text,
                HasSubstr(R"("code":9002,"model":"HG-1000","devices":3,"faults":4)"));
    EXPECT_EQ(get("/api/v1/statistics").body.at("fleet").at("by_state").at("active").as_int64(), 2);
    fleet_.counts.by_state["active"] = 3;
    clock_.time += std::chrono::seconds{59};
    get("/api/v1/faults/summary");
    EXPECT_EQ(get("/api/v1/statistics").body.at("fleet").at("by_state").at("active").as_int64(), 2);
    EXPECT_EQ(faults_.grouped, 1u);
    clock_.time += std::chrono::seconds{1};
    EXPECT_EQ(get("/api/v1/statistics").body.at("fleet").at("by_state").at("active").as_int64(), 3);
    EXPECT_EQ(fleet_.counted, 2u);
}

TEST_F(FaultsTest, TheConfigurationIsShown)
{
    auto const reply = get("/api/v1/settings?limit=1");
    ASSERT_EQ(reply.status, 200u) << reply.text;
    EXPECT_EQ(reply.body.at("file").as_string(), "acs.toml");
    auto const setting = reply.body.at("items").at(0);
    EXPECT_EQ(setting.at("name").as_string(), "threads");
    EXPECT_EQ(setting.at("value").as_int64(), 4);
    EXPECT_EQ(setting.at("default").as_int64(), 0);
    EXPECT_EQ(setting.at("source").as_string(), "file");
    auto const next = get("/api/v1/settings?after=" + std::string{support::view(reply.body.at("next").as_string())});
    EXPECT_EQ(next.body.at("items").as_array().size(), 1u);
    EXPECT_TRUE(next.body.at("next").is_null());
}

class RuleSettingsTest : public ApiTest {
protected:
    static constexpr std::string_view url = "/api/v1/rule-settings/wifi.ssid.1:Device.::HG%2D1000";
    Reply put(std::string_view target, std::string_view path, net::Headers headers = {})
    {
        headers.set("Content-Type", "application/json");
        return call("PUT", target, fmt::format(R"({{"path":"{}"}})", path), std::move(headers));
    }
};

TEST_F(RuleSettingsTest, ASettingIsWrittenFoundAndForgotten)
{
    EXPECT_EQ(get(url).status, 404u);
    auto const made = put(url, "Device.WiFi.SSID.1.SSID");
    ASSERT_EQ(made.status, 200u) << made.text;
    EXPECT_EQ(made.body.at("product_class").as_string(), "HG-1000");
    EXPECT_EQ(made.body.at("id").as_string(), "wifi.ssid.1:Device.::HG-1000");
    EXPECT_EQ(get("/api/v1/rule-settings/wifi.ssid.1:Device.::HG-1000").body, made.body);
    EXPECT_EQ(get("/api/v1/rule-settings/wifi.ssid.1%3ADevice.%3A%3AHG-1000").body, made.body);
    EXPECT_EQ(get("/api/v1/rule-settings").body.at("items").at(0), made.body);
    EXPECT_EQ(put(url, "Device.WiFi.SSID.1.SSID").status, 200u);
    EXPECT_EQ(audited().size(), 1u) << "the second time nothing changed";
    EXPECT_EQ(put(url, "Device.WiFi.SSID.2.SSID", {{"If-Match", "\"x\""}}).status, 412u);
    EXPECT_EQ(put(url, "Device.WiFi.SSID.2.SSID", {{"If-Match", get(url).headers.get("ETag")}}).status, 200u);
    EXPECT_EQ(call("DELETE", url).status, 204u);
    EXPECT_EQ(call("DELETE", url).status, 404u);
    EXPECT_EQ(audited().size(), 3u);
}

TEST_F(RuleSettingsTest, NamesAndPathsAreChecked)
{
    for (auto const* const bad : {"x", "a:b:c", "A:Device.::", "a:Devices.::", "a:Device.:00d09e:", "a:::%FF", ":::"})
        EXPECT_EQ(put(std::string{"/api/v1/rule-settings/"} + bad, "Device.X").status, 400u) << bad;
    EXPECT_EQ(put(url, "InternetGatewayDevice.X").status, 422u);
    EXPECT_EQ(put(url, "Device.X.").status, 422u);
    EXPECT_EQ(call("PUT", url, R"({"paths":1})", {{"Content-Type", "application/json"}}).fields(), "path paths");
    EXPECT_EQ(put("/api/v1/rule-settings/a:::", "InternetGatewayDevice.X").status, 200u);
}

}  // namespace
}  // namespace api_test
