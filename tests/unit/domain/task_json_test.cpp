#include "domain/task_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace {

namespace json = boost::json;

base::Result<domain::TaskArguments> read(std::string_view kind, std::string_view text)
{
    return domain::task_arguments(kind, json::parse(text).as_object());
}

std::string error_of(std::string_view kind, std::string_view text)
{
    auto const task = read(kind, text);
    return task ? "no error" : task.error().what;
}

TEST(TaskJson, EveryKindIsReadBackAsItWasWritten)
{
    std::pair<char const*, char const*> const tasks[] = {
        {"get", R"({"paths":["Device.DeviceInfo.","Device.Time.NTPServer1"]})"},
        {"set", R"({"values":{"Device.WiFi.SSID.1.SSID":"home","Device.X":{"value":"1","type":"xsd:boolean"}}})"},
        {"add", R"({"object":"Device.NAT.PortMapping.","values":{"ExternalPort":"80"}})"},
        {"delete", R"({"object":"Device.NAT.PortMapping.3."})"},
        {"attributes", R"({"attributes":[{"path":"Device.","notification":1,"access_list":["Subscriber"]}]})"},
        {"refresh", R"({"paths":["Device.Hosts."],"discovery":true})"},
        {"reboot", "{}"},
        {"factory_reset", "{}"},
        {"download", R"({"file_type":"1 Firmware Upgrade Image","file":"7","expected_version":"2.0"})"},
        {"upload", R"({"file_type":"2 Vendor Log File","delay_seconds":5})"},
        {"schedule_inform", R"({"delay_seconds":30})"},
        {"diagnostics", R"({"test":"IPPing","arguments":{"Host":"192.0.2.1"}})"},
        {"rpc", R"({"method":"GetOptions","arguments":{"option_name":"x"}})"},
    };
    for (auto const& [kind, text] : tasks) {
        auto const task = read(kind, text);
        ASSERT_TRUE(task) << kind << ": " << task.error().what;
        EXPECT_EQ(domain::kind_of(*task), kind);
        EXPECT_EQ(domain::to_json(*task), json::parse(text)) << kind << json::serialize(domain::to_json(*task));
    }
}

TEST(TaskJson, NumbersAndBooleansBecomeParameterText)
{
    auto const task = read("set", R"({"values":{"Device.A":true,"Device.B":42}})");
    ASSERT_TRUE(task);
    auto const& settings = std::get<domain::SetTask>(*task).settings;
    EXPECT_EQ(settings.at(0).value, "1");
    EXPECT_EQ(settings.at(1).value, "42");
}

TEST(TaskJson, EveryBadFieldIsNamedAtOnce)
{
    auto const error = error_of("download", R"({"file":"x","delay_seconds":"soon","colour":"red"})");
    for (auto const* part : {"file must be", "delay_seconds must be", "colour is not known"})
        EXPECT_NE(error.find(part), std::string::npos) << error;
}

TEST(TaskJson, RefusesWhatNoDeviceCouldDo)
{
    EXPECT_NE(error_of("set", R"({"values":{}})").find("at least one"), std::string::npos);
    EXPECT_NE(error_of("set", R"({"values":{"Device.WiFi.":"x"}})").find("names an object"), std::string::npos);
    EXPECT_NE(error_of("add", R"({"object":"Device.NAT.PortMapping"})").find("end with a dot"), std::string::npos);
    EXPECT_NE(error_of("download", "{}").find("file or url"), std::string::npos);
    EXPECT_NE(error_of("explode", "{}").find("not a kind of task"), std::string::npos);
    EXPECT_NE(error_of("rpc", R"({"method":"Inform"})").find("not an RPC"), std::string::npos);
}

TEST(TaskJson, ScheduleDownloadNeedsItsWindows)
{
    EXPECT_NE(error_of("rpc", R"({"method":"ScheduleDownload","arguments":{"file_type":"1 x","url":"http://a"}})")
                  .find("one or two windows"),
              std::string::npos);
    auto const task = read("rpc", R"({"method":"ScheduleDownload","arguments":{"file_type":"1 x","url":"http://a",
        "time_window_list":[{"window_start":0,"window_end":60,"window_mode":"1 At Any Time"}]}})");
    ASSERT_TRUE(task) << task.error().what;
    auto const& rpc = std::get<cwmp::ScheduleDownload>(std::get<domain::RpcTask>(*task).request);
    EXPECT_EQ(rpc.time_window_list.at(0).max_retries, -1);
}

TEST(TaskJson, AVendorMethodIsPassedThrough)
{
    auto const task = read("rpc", R"({"method":"X_00D09E_Blink","arguments":{"raw":"<Times>3</Times>"}})");
    ASSERT_TRUE(task);
    EXPECT_EQ(std::get<cwmp::Unknown>(std::get<domain::RpcTask>(*task).request).raw, "<Times>3</Times>");
}

}  // namespace
