#include "api_fixture.hpp"
#include "support/openapi.hpp"

#include <boost/asio/post.hpp>

namespace api_test {
namespace {

class TasksTest : public ApiTest {
protected:
    std::string const url_ = std::string{device_url} + "/tasks";

    Reply create(std::string_view body) { return post(url_, body); }
    std::string fields(std::string_view body)
    {
        auto const reply = create(body);
        EXPECT_EQ(reply.status, 422u) << body;
        return reply.status == 422 ? reply.fields() : "";
    }
};

TEST_F(TasksTest, ATaskIsQueuedAndFoundWhereLocationSays)
{
    auto const reply = create(R"({"kind":"set","values":{"Device.ManagementServer.PeriodicInformInterval":300}})");
    ASSERT_EQ(reply.status, 201u);
    EXPECT_EQ(reply.headers.get("Location"), "/api/v1/tasks/1");
    EXPECT_EQ(reply.body.at("id").as_string(), "1");
    EXPECT_EQ(reply.body.at("state").as_string(), "queued");
    EXPECT_EQ(reply.body.at("origin").as_string(), "api:anna");
    EXPECT_EQ(reply.body.at("created").as_string(), "2026-03-01T12:00:00Z");
    EXPECT_EQ(reply.body.at("device").as_string(), "00D09E-HG%2D1000-S1");
    EXPECT_EQ(get("/api/v1/tasks/1").body, reply.body);
    EXPECT_TRUE(waker_.woken.empty());
}

TEST_F(TasksTest, ADeviceHasOnlySoManyOpenTasks)
{
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(create(R"({"kind":"reboot"})").status, 201u);
    auto const reply = create(R"({"kind":"reboot"})");
    EXPECT_EQ(reply.status, 409u);
    EXPECT_NE(reply.text.find("open_tasks_per_device"), std::string::npos);
    EXPECT_EQ(call("DELETE", "/api/v1/tasks/1").status, 200u);
    EXPECT_EQ(create(R"({"kind":"reboot"})").status, 201u);
}

TEST_F(TasksTest, EveryKindIsTakenAsTheContractSays)
{
    static support::OpenApi const contract{ACS_OPENAPI_JSON};
    call("POST", "/api/v1/files?name=fw.bin&version=2.0", "bytes");
    for (
        auto const* body : {
            R"({"kind":"get","paths":["Device.DeviceInfo.","Device.WiFi.SSID.1.SSID"]})",
            R"({"kind":"set","values":{"Device.A.B":"x","Device.A.C":{"value":1,"type":"xsd:int"},"Device.A.D":true}})",
            R"({"kind":"add","object":"Device.NAT.PortMapping.","values":{"ExternalPort":80}})",
            R"({"kind":"delete","object":"Device.NAT.PortMapping.3."})",
            R"({"kind":"attributes","attributes":[{"path":"Device.A.B","notification":2,"access_list":["Subscriber"]}]})",
            R"({"kind":"refresh"})",
            R"({"kind":"refresh","paths":["Device.WiFi."]})",
            R"({"kind":"reboot"})",
            R"({"kind":"factory_reset","priority":"bulk"})",
            R"({"kind":"download","file":"1"})",
            R"({"kind":"download","url":"http://files.example/x.bin","file_type":"2 Web Content","username":"u","password":"p"})",
            R"({"kind":"upload","file_type":"2 Vendor Log File","delay_seconds":3})",
            R"({"kind":"schedule_inform","delay_seconds":60})",
            R"({"kind":"diagnostics","test":"IPPing","arguments":{"Host":"192.0.2.1","NumberOfRepetitions":3}})",
            R"({"kind":"rpc","method":"GetRPCMethods","not_before":"2026-03-01T13:00:00Z","expires_at":"2026-03-02T00:00:00Z"})",
        }) {
        auto const complaints = contract.check_request("POST", url_, body);
        EXPECT_TRUE(complaints.empty()) << body << '\n' << fmt::format("{}", fmt::join(complaints, "\n"));
        auto const reply = create(body);
        EXPECT_EQ(reply.status, 201u) << body << reply.text;
    }
}

TEST_F(TasksTest, WhatIsNoJsonObjectIsABadRequest)
{
    for (auto const* body : {"", "{", "[]", "null", "{} x", "{\"kind\":\"\xFF\"}", "{'kind':1}"}) {
        auto const reply = create(body);
        EXPECT_EQ(reply.status, 400u) << body;
    }
    EXPECT_EQ(create(std::string(100, '[')).status, 400u);
    EXPECT_THAT(create(R"({"kind":})").detail(), HasSubstr("at byte 8"));
}

TEST_F(TasksTest, EveryBadFieldIsNamed)
{
    EXPECT_EQ(fields("{}"), "kind");
    EXPECT_EQ(fields(R"({"kind":"explode"})"), "kind");
    EXPECT_EQ(fields(R"({"kind":"reboot","color":"red"})"), "color");
    EXPECT_EQ(fields(R"({"kind":"set","values":{"WiFi.X":"1","Device.WiFi.":"2","Device.A":[]},"priority":"high"})"),
              "priority values.WiFi.X values.Device.WiFi. values.Device.A");
    EXPECT_EQ(fields(R"({"kind":"get","paths":[]})"), "paths");
    EXPECT_EQ(fields(R"({"kind":"attributes","attributes":[{"path":"Device.A","notification":9}]})"),
              "attributes[0].notification");
    EXPECT_EQ(fields(R"({"kind":"refresh","discovery":true})"), "discovery");
    EXPECT_EQ(fields(R"({"kind":"rpc","method":"Inform"})"), "arguments");
}

TEST_F(TasksTest, TimesMustBeTimesInTheirOrder)
{
    EXPECT_EQ(fields(R"({"kind":"reboot","not_before":"soon","expires_at":5})"), "not_before expires_at");
    EXPECT_EQ(fields(R"({"kind":"reboot","expires_at":"2026-03-01T11:59:59Z"})"), "expires_at");
    EXPECT_EQ(fields(R"({"kind":"reboot","not_before":"2026-03-03T00:00:00Z","expires_at":"2026-03-02T00:00:00Z"})"),
              "expires_at");
    auto const reply = create(R"({"kind":"reboot","not_before":"2026-03-01T14:00:00+01:00"})");
    EXPECT_EQ(reply.body.at("not_before").as_string(), "2026-03-01T13:00:00Z");
}

TEST_F(TasksTest, TextThatNoMessageCanCarryIsRefused)
{
    EXPECT_EQ(fields(R"({"kind":"set","values":{"Device.A.B":"a\u0000b"}})"), "values.Device.A.B");
    EXPECT_EQ(fields(R"({"kind":"download","url":"http://x/\u001b"})"), "url");
    EXPECT_EQ(create(R"({"kind":"set","values":{"Device.A.B":"line\nline\t\u00fc"}})").status, 201u);
}

TEST_F(TasksTest, AValueOutsideItsRangeNamesTheRange)
{
    auto const reply = create(R"({"kind":"set","values":{"Device.ManagementServer.PeriodicInformInterval":0}})");
    EXPECT_EQ(reply.status, 422u);
    EXPECT_EQ(reply.fields(), "values.Device.ManagementServer.PeriodicInformInterval");
    EXPECT_THAT(reply.detail(), HasSubstr("1 to 4294967295"));
    EXPECT_EQ(fields(R"({"kind":"add","object":"Device.X.","values":{"PeriodicInformInterval":0}})"),
              "values.PeriodicInformInterval");
    EXPECT_TRUE(inventory_.all_tasks().empty());
}

TEST_F(TasksTest, ATaskIsBounded)
{
    EXPECT_EQ(
        fields(R"({"kind":"get","paths":["Device.1.","Device.2.","Device.3.","Device.4.","Device.5.","Device.6."]})"),
        "body");
}

TEST_F(TasksTest, ADownloadTakesWhatItsFileTells)
{
    EXPECT_EQ(fields(R"({"kind":"download","file":"1"})"), "file");
    EXPECT_EQ(fields(R"({"kind":"download"})"), "file");
    call("POST", "/api/v1/files?name=fw.bin&version=2.0", "bytes");
    auto const arguments = create(R"({"kind":"download","file":"1"})").body.at("arguments");
    EXPECT_EQ(arguments.at("expected_version").as_string(), "2.0");
    EXPECT_EQ(arguments.at("file_size").to_number<int>(), 5);
}

TEST_F(TasksTest, ADeviceThatIsGoneTakesNoTasks)
{
    add_device(9, "STB", "S9", domain::DeviceState::retired);
    auto const reply = post("/api/v1/devices/00D09E-STB-S9/tasks", R"({"kind":"reboot"})");
    EXPECT_EQ(reply.status, 409u);
    EXPECT_THAT(reply.detail(), HasSubstr("retired"));
    EXPECT_EQ(post("/api/v1/devices/00D09E-STB-S8/tasks", R"({"kind":"reboot"})").status, 404u);
}

TEST_F(TasksTest, SecretsNeverComeBack)
{
    auto const set = create(
        R"({"kind":"set","values":{"Device.WiFi.AccessPoint.1.Security.KeyPassphrase":"geheim","Device.WiFi.SSID.1.SSID":"home"}})");
    EXPECT_EQ(set.text.find("geheim"), std::string::npos);
    EXPECT_THAT(set.text, HasSubstr("home"));
    auto const typed = create(
        R"({"kind":"add","object":"Device.Users.User.","values":{"Password":{"value":"geheim","type":"xsd:string"}}})");
    EXPECT_EQ(typed.text.find("geheim"), std::string::npos);
    EXPECT_THAT(typed.text, HasSubstr("xsd:string"));
    EXPECT_EQ(create(R"({"kind":"download","url":"http://x/y","password":"geheim"})").text.find("geheim"),
              std::string::npos);
    auto const rpc = create(
        R"({"kind":"rpc","method":"Upload","arguments":{"file_type":"2 Vendor Log File","url":"http://me:geheim@x/y"}})");
    EXPECT_EQ(rpc.status, 201u) << rpc.text;
    EXPECT_EQ(rpc.text.find("geheim"), std::string::npos);
    auto const download = create(R"({"kind":"download","url":"http://me:geheim@x/y","file_type":"2 Web Content"})");
    EXPECT_THAT(download.text, HasSubstr("http://********@x/y"));
    inventory_.change(domain::TaskId{1}, [](domain::TaskRow& row) {
        row.fault_text = "nothing at http://me:geheim@x/y";
        row.result =
            R"({"values":[{"name":"Device.WiFi.AccessPoint.1.Security.KeyPassphrase","value":"geheim"},{"name":"Device.A","value":"plain"}]})";
    });
    auto const task = get("/api/v1/tasks/1");
    EXPECT_EQ(task.text.find("geheim"), std::string::npos);
    EXPECT_THAT(task.text, HasSubstr("plain"));
}

TEST_F(TasksTest, AnOutcomeIsShown)
{
    create(R"({"kind":"reboot"})");
    inventory_.change(domain::TaskId{1}, [](domain::TaskRow& row) {
        row.task.state = domain::TaskState::failed;
        row.task.attempts = 2;
        row.fault_code = 9001;
        row.fault_text = "Request denied";
        row.result = "not json";
    });
    auto const task = get("/api/v1/tasks/1").body;
    EXPECT_EQ(task.at("state").as_string(), "failed");
    EXPECT_EQ(task.at("fault"), (json::value{{"code", 9001}, {"text", "Request denied"}}));
    EXPECT_TRUE(task.at("result").is_null());
}

TEST_F(TasksTest, WaitingWakesTheDeviceAndHoldsTheAnswerUntilTheEnd)
{
    waker_.on_wake = [this](domain::DeviceKey) {
        boost::asio::post(context_, [this] {
            inventory_.change(domain::TaskId{1}, [](domain::TaskRow& row) {
                row.task.state = domain::TaskState::done;
                row.result = R"({"values":{"Device.A":"1"}})";
            });
        });
    };
    auto const reply = post(url_ + "?wait=60s", R"({"kind":"get","paths":["Device.A"]})");
    EXPECT_EQ(reply.status, 201u);
    EXPECT_EQ(reply.body.at("state").as_string(), "done");
    EXPECT_EQ(reply.body.at("result"), (json::value{{"values", {{"Device.A", "1"}}}}));
    EXPECT_TRUE(reply.body.at("connection_request").at("reached").as_bool());
    EXPECT_EQ(waker_.woken.size(), 1u);
}

TEST_F(TasksTest, WaitingEndsWithTheTimeAndTellsWhyTheDeviceWasNotReached)
{
    waker_.outcome = {false, "refused"};
    auto const reply = post(url_ + "?wait=1ms", R"({"kind":"reboot"})");
    EXPECT_EQ(reply.body.at("state").as_string(), "queued");
    EXPECT_EQ(reply.body.at("connection_request").at("cause").as_string(), "refused");
}

TEST_F(TasksTest, AWindowIsTakenAndShown)
{
    auto const made = create(R"({"kind":"reboot","window":{"from":"22:30","until":"05:00"}})");
    EXPECT_EQ(made.body.at("window"), (json::value{{"from", "22:30"}, {"until", "05:00"}}));
    EXPECT_TRUE(create(R"({"kind":"reboot"})").body.at("window").is_null());
    for (auto const* wrong : {R"({"kind":"reboot","window":"01:00-05:00"})",
                              R"({"kind":"reboot","window":{"from":"1:00","until":"05:00"}})",
                              R"({"kind":"reboot","window":{"from":"24:00","until":"05:00"}})",
                              R"({"kind":"reboot","window":{"from":"01:00"}})",
                              R"({"kind":"reboot","window":{"from":"01:00","until":"01:00"}})",
                              R"({"kind":"reboot","window":{"from":"01:00","until":"02:00","days":"all"}})"})
        EXPECT_EQ(post(url_, wrong).status, 422u) << wrong;
}

TEST_F(TasksTest, ATaskForLaterWakesNobody)
{
    auto const reply = post(url_ + "?wait=1ms", R"({"kind":"reboot","not_before":"2026-03-01T13:00:00Z"})");
    EXPECT_TRUE(reply.body.at("connection_request").is_null());
    EXPECT_TRUE(waker_.woken.empty());
}

TEST_F(TasksTest, AFinalTaskIsNotWaitedFor)
{
    create(R"({"kind":"reboot"})");
    call("DELETE", "/api/v1/tasks/1");
    EXPECT_EQ(get("/api/v1/tasks/1?wait=300s").body.at("state").as_string(), "cancelled");
    EXPECT_EQ(get("/api/v1/tasks/1?wait=301s").status, 400u);
    EXPECT_EQ(get("/api/v1/tasks/7?wait=1s").status, 404u);
}

TEST_F(TasksTest, OnlyAQueuedTaskIsCancelled)
{
    create(R"({"kind":"reboot"})");
    create(R"({"kind":"reboot"})");
    inventory_.change(domain::TaskId{2}, [](domain::TaskRow& row) { row.task.state = domain::TaskState::sent; });
    EXPECT_EQ(call("DELETE", "/api/v1/tasks/1").body.at("state").as_string(), "cancelled");
    EXPECT_EQ(call("DELETE", "/api/v1/tasks/1").status, 200u);
    auto const refused = call("DELETE", "/api/v1/tasks/2");
    EXPECT_EQ(refused.status, 409u);
    EXPECT_THAT(refused.detail(), HasSubstr("sent"));
    for (auto const* id : {"3", "x", "-1", "99999999999999999999", "1x"})
        EXPECT_EQ(call("DELETE", fmt::format("/api/v1/tasks/{}", id)).status, 404u) << id;
}

TEST_F(TasksTest, TasksAreListedPerDeviceAndByState)
{
    create(R"({"kind":"reboot"})");
    post("/api/v1/devices/00D09E-STB-S2/tasks", R"({"kind":"refresh"})");
    create(R"({"kind":"refresh"})");
    call("DELETE", "/api/v1/tasks/3");
    EXPECT_EQ(get(url_).body.at("items").as_array().size(), 2u);
    EXPECT_EQ(get(url_ + "?state=queued").body.at("items").as_array().size(), 1u);
    EXPECT_EQ(get("/api/v1/tasks?state=cancelled").body.at("items").at(0).at("id").as_string(), "3");
    EXPECT_EQ(get("/api/v1/tasks?state=lost").fields(), "state");
    auto const first = get("/api/v1/tasks?limit=2");
    auto const rest = get(fmt::format("/api/v1/tasks?after={}", support::view(first.body.at("next").as_string())));
    EXPECT_EQ(rest.body.at("items").as_array().size(), 1u);
}

TEST_F(TasksTest, WhatADeviceSentGoesBackToThatDeviceOnly)
{
    domain::File sent;
    sent.name = "upload.bin";
    sent.uploaded_by = domain::DeviceKey{2};
    auto const file = support::run(context_, files_.add(sent));
    auto const body = fmt::format(R"({{"kind":"download","file":"{}"}})", file.id.value());
    EXPECT_EQ(post(url_, body).fields(), "file");
    EXPECT_EQ(post("/api/v1/devices/00D09E-STB-S2/tasks", body).status, 201u);
}

}  // namespace
}  // namespace api_test
