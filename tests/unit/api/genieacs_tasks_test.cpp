// Tasks as GenieACS takes and shows them.
#include "api_fixture.hpp"

#include <boost/asio/post.hpp>

namespace api_test {
namespace {

using testing::Not;

class GenieTasksTest : public ApiTest {
protected:
    static constexpr std::string_view url = "/compat/genieacs/devices/00D09E-HG%252D1000-S1/tasks";

    /// As curl --data does it.
    Reply order(std::string_view body, std::string_view fields = "")
    {
        return call("POST", std::string{url} + std::string{fields}, body,
                    {{"Content-Type", "application/x-www-form-urlencoded"}});
    }
    domain::TaskRow last() { return inventory_.all_tasks().back(); }
    /// What becomes of the task as soon as its device is woken.
    void on_wake(std::function<void(domain::TaskRow&)> outcome)
    {
        waker_.on_wake = [this, outcome = std::move(outcome)](domain::DeviceKey) {
            inventory_.change(last().task.id, outcome);
        };
    }
    std::string refused(std::string_view body)
    {
        auto const reply = order(body);
        EXPECT_EQ(reply.status, 400u) << body;
        EXPECT_TRUE(inventory_.all_tasks().empty());
        return reply.detail();
    }
};

TEST_F(GenieTasksTest, ATaskIsQueuedAndShownAsItWasOrdered)
{
    auto const reply =
        order(R"({"name":"setParameterValues","parameterValues":[["Device.A.B","x","xsd:string"],["Device.A.C",5]]})");
    EXPECT_EQ(reply.status, 202u);
    EXPECT_EQ(reply.reason, "");
    EXPECT_EQ(reply.body, json::parse(R"({"_id":"1","device":"00D09E-HG%2D1000-S1","name":"setParameterValues",
        "timestamp":"2026-03-01T12:00:00.000Z",
        "parameterValues":[["Device.A.B","x","xsd:string"],["Device.A.C","5"]]})"));
    EXPECT_EQ(last().task.origin, "api:anna");
    EXPECT_EQ(audited().back(), "task.created");
    EXPECT_TRUE(waker_.woken.empty());
}

TEST_F(GenieTasksTest, EveryTaskHasItsCounterpart)
{
    call("POST", "/api/v1/files?name=fw.bin&version=2.0", "bytes");
    std::map<std::string, std::string> const kinds{
        {R"({"name":"getParameterValues","parameterNames":["Device.A.B","Device.C."]})", "get"},
        {R"({"name":"refreshObject","objectName":"Device.WiFi"})", "refresh"},
        {R"({"name":"refreshObject","objectName":""})", "refresh"},
        {R"({"name":"addObject","objectName":"Device.NAT.PortMapping","parameterValues":[["ExternalPort",80]]})",
         "add"},
        {R"({"name":"deleteObject","objectName":"Device.NAT.PortMapping.3"})", "delete"},
        {R"({"name":"reboot"})", "reboot"},
        {R"({"name":"factoryReset"})", "factory_reset"},
        {R"({"name":"download","fileType":"1 Firmware Upgrade Image","fileName":"fw.bin","targetFileName":"a"})",
         "download"},
        {R"({"name":"download","file":"fw.bin"})", "download"}};
    for (auto const& [body, kind] : kinds) {
        auto const reply = order(body);
        EXPECT_EQ(reply.status, 202u) << body << reply.text;
        EXPECT_EQ(domain::kind_of(last().task.arguments), kind) << body;
        auto const given = json::parse(body);
        for (auto const* const name : {"name", "parameterNames", "objectName", "targetFileName"})
            if (auto const* const value = given.as_object().if_contains(name)) {
                EXPECT_EQ(reply.body.at(name), *value) << body;
            }
    }
}

TEST_F(GenieTasksTest, ARefreshOfAParameterReadsOnlyThat)
{
    domain::ParameterRow row;
    row.path = "Device.DeviceInfo.UpTime";
    inventory_.add(domain::DeviceKey{1}, row);
    EXPECT_EQ(order(R"({"name":"refreshObject","objectName":"Device.DeviceInfo.UpTime"})").status, 202u);
    EXPECT_EQ(std::get<domain::RefreshTask>(last().task.arguments).paths,
              std::vector<std::string>{"Device.DeviceInfo.UpTime"});
}

TEST_F(GenieTasksTest, WhoAsksForAConnectionWaitsUntilTheTaskWasDone)
{
    on_wake([](domain::TaskRow& row) { row.task.state = domain::TaskState::done; });
    auto const reply = order(R"({"name":"reboot"})", "?timeout=3000&connection_request");
    EXPECT_EQ(reply.status, 200u);
    EXPECT_EQ(reply.body.at("name").as_string(), "reboot");
    EXPECT_EQ(waker_.wish.most, std::chrono::milliseconds{2750}) << "a little less than the caller waits";
    on_wake([](domain::TaskRow& row) { row.task.state = domain::TaskState::waiting; });
    EXPECT_EQ(order(R"({"name":"reboot"})", "?connection_request").status, 200u) << "the device has accepted it";
}

TEST_F(GenieTasksTest, TheReasonPhraseTellsWhyATaskWasNotDone)
{
    on_wake([](domain::TaskRow& row) { row.task.state = domain::TaskState::failed; });
    auto const faulted = order(R"({"name":"reboot"})", "?connection_request");
    EXPECT_EQ(faulted.status, 202u);
    EXPECT_EQ(faulted.reason, "Task faulted");

    waker_.on_wake = {};
    waker_.outcome = {false, "refused"};
    auto const offline = order(R"({"name":"reboot"})", "?connection_request");
    EXPECT_EQ(offline.status, 202u);
    EXPECT_EQ(offline.reason, "refused");

    waker_.outcome = {false, "it is in a session", true};
    auto const busy = order(R"({"name":"reboot"})", "?connection_request&timeout=100");
    EXPECT_EQ(busy.status, 202u);
    EXPECT_EQ(busy.reason, "Task queued but not processed");

    auto const later =
        order(R"({"name":"reboot","timestamp":"2026-03-02T00:00:00Z","expiry":3600})", "?connection_request");
    EXPECT_EQ(later.reason, "Task queued but not processed");
    EXPECT_EQ(later.body.at("expiry").as_string(), "2026-03-02T01:00:00.000Z");
}

TEST_F(GenieTasksTest, WithoutABodyTheDeviceIsOnlyWoken)
{
    EXPECT_EQ(order("", "?connection_request").status, 200u);
    EXPECT_EQ(audited().back(), "device.woken");
    waker_.outcome = {false, "no answer"};
    auto const reply = order("", "?connection_request=");
    EXPECT_EQ(reply.status, 504u);
    EXPECT_EQ(reply.reason, "no answer");
    EXPECT_EQ(order("").status, 400u);
    EXPECT_TRUE(inventory_.all_tasks().empty());
}

TEST_F(GenieTasksTest, WhatIsWrongWithATaskIsTold)
{
    EXPECT_THAT(refused("{"), HasSubstr("not JSON"));
    EXPECT_THAT(refused("{}"), HasSubstr("name is missing"));
    EXPECT_THAT(refused(R"({"name":"explode"})"), HasSubstr("there are getParameterValues"));
    EXPECT_THAT(refused(R"({"name":"provisions","provisions":[["x"]]})"), HasSubstr("docs/rules.md"));
    EXPECT_THAT(refused(R"({"name":"getParameterValues"})"), HasSubstr("parameterNames"));
    EXPECT_THAT(refused(R"({"name":"setParameterValues","parameterValues":[["Device.A"]]})"),
                HasSubstr("parameterValues[0]"));
    EXPECT_THAT(refused(R"({"name":"setParameterValues","parameterValues":[["Device.A",1,"xsd:color"]]})"),
                HasSubstr("color"));
    EXPECT_THAT(refused(R"({"name":"deleteObject"})"), HasSubstr("objectName"));
    EXPECT_THAT(refused(R"({"name":"download","fileType":"1 Firmware Upgrade Image","fileName":"no.bin"})"),
                HasSubstr("no stored file no.bin"));
    EXPECT_THAT(refused(R"({"name":"reboot","uniqueKey":"a"})"), HasSubstr("uniqueKey"));
    EXPECT_THAT(refused(R"({"name":"reboot","expiry":"soon"})"), HasSubstr("expiry"));
    EXPECT_THAT(
        refused(
            R"({"name":"setParameterValues","parameterValues":[["Device.ManagementServer.PeriodicInformInterval",0]]})"),
        HasSubstr("1 to 4294967295"));
    EXPECT_EQ(order(R"({"name":"reboot"})", "?timeout=x").status, 400u);
}

TEST_F(GenieTasksTest, ADeviceIsFoundByItsIdInEveryWriting)
{
    for (auto const* id : {"00D09E-HG%252D1000-S1", "00D09E-HG%2D1000-S1", "00d09e-HG%2D1000-S1"})
        EXPECT_EQ(call("POST", fmt::format("/compat/genieacs/devices/{}/tasks", id), R"({"name":"reboot"})").status,
                  202u)
            << id;
    EXPECT_EQ(call("POST", "/compat/genieacs/devices/00D09E-S9/tasks", R"({"name":"reboot"})").status, 404u);
}

TEST_F(GenieTasksTest, WritingNeedsThePermissionToWriteAndSecretsAreNotToldBack)
{
    auto const token =
        add_token(add_person("bert", "administrator"), domain::Permissions{domain::Permission::tasks_write});
    EXPECT_EQ(as(token, "POST", url, R"({"name":"setParameterValues","parameterValues":[["Device.A","1"]]})").status,
              403u);
    EXPECT_EQ(as(token, "POST", url, R"({"name":"reboot"})").status, 202u);
    auto const reply = order(
        R"({"name":"setParameterValues","parameterValues":[["Device.WiFi.AccessPoint.1.Security.KeyPassphrase","abc12345"]]})");
    EXPECT_EQ(reply.status, 202u);
    EXPECT_THAT(reply.text, Not(HasSubstr("abc12345")));
}

TEST_F(GenieTasksTest, APageOfABrowserChangesNothingWithANameAndAPassword)
{
    auto const with = [this](std::string_view name, std::string_view value) {
        net::Headers headers{{"Authorization", "Basic YW5uYTpzZWNyZXQ="}};
        if (!name.empty())
            headers.set(name, value);
        return call("POST", url, R"({"name":"reboot"})", std::move(headers)).status;
    };
    EXPECT_EQ(with("", ""), 202u);
    EXPECT_EQ(with("Origin", "https://evil.example"), 403u);
    EXPECT_EQ(with("Sec-Fetch-Site", "cross-site"), 403u);
}

}  // namespace
}  // namespace api_test
