#include "datamodel/value.hpp"
#include "device_fixture.hpp"

namespace {

using namespace test;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

constexpr auto ssid = "Device.WiFi.SSID.1.SSID";
constexpr auto key_phrase = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase";

struct SetParameterValues : DeviceTest {};
struct GetParameterNames : DeviceTest {};
struct ParameterAttributes : DeviceTest {};
struct Objects : DeviceTest {};

TEST_F(SetParameterValues, AppliesAllAndKeepsTheKey)
{
    auto const answer = ask(cwmp::SetParameterValues{
        {{ssid, "mine", cwmp::ValueType::string}, {"Device.WiFi.SSID.2.Enable", "false", cwmp::ValueType::boolean}},
        "key-1"});
    EXPECT_EQ(answer, cwmp::Message{cwmp::SetParameterValuesResponse{0}});
    EXPECT_EQ(get(ssid), "mine");
    EXPECT_EQ(get("Device.WiFi.SSID.2.Enable"), "0");
    EXPECT_EQ(get("Device.ManagementServer.ParameterKey"), "key-1");
}

TEST_F(SetParameterValues, AppliesNothingWhenOneIsBadAndTellsEachFault)
{
    auto const before = get(ssid);
    auto const answer =
        ask(cwmp::SetParameterValues{{{ssid, "mine", cwmp::ValueType::string},
                                      {"Device.WiFi.SSID.1.Colour", "red", cwmp::ValueType::string},
                                      {"Device.WiFi.SSID.1.Enable", "1", cwmp::ValueType::string},
                                      {"Device.WiFi.Radio.1.Channel", "999", cwmp::ValueType::unsigned_int},
                                      {"Device.DeviceInfo.SerialNumber", "x", cwmp::ValueType::string}},
                                     "key-1"});
    auto const& fault = std::get<cwmp::Fault>(answer);
    EXPECT_EQ(fault.code, 9003u);
    std::vector<unsigned> found;
    for (auto const& each : fault.set_parameter_values_faults)
        found.push_back(each.code);
    EXPECT_THAT(found, ElementsAre(9005u, 9006u, 9007u, 9008u));
    EXPECT_EQ(get(ssid), before);
    EXPECT_EQ(get("Device.ManagementServer.ParameterKey"), "");
}

TEST_F(SetParameterValues, RefusesTheSameNameTwice)
{
    auto const answer = ask(cwmp::SetParameterValues{{{ssid, "a"}, {ssid, "b"}}, "k"});
    EXPECT_EQ(code(answer), 9003u);
    EXPECT_TRUE(std::get<cwmp::Fault>(answer).set_parameter_values_faults.empty());
}

TEST_F(SetParameterValues, ChecksEnumerationsLengthsAndForms)
{
    auto const bad = [&](std::string const& path, std::string const& value) {
        auto const answer = set(path, value);
        return code(answer) == 9003 ? std::get<cwmp::Fault>(answer).set_parameter_values_faults.at(0).code : 0;
    };
    EXPECT_EQ(bad("Device.WiFi.Radio.1.OperatingChannelBandwidth", "30MHz"), 9007u);
    EXPECT_EQ(bad("Device.WiFi.Radio.1.OperatingStandards", "b,g,q"), 9007u);
    EXPECT_EQ(bad("Device.WiFi.Radio.1.OperatingStandards", "b, g"), 0u);
    EXPECT_EQ(bad(ssid, std::string(33, 'x')), 9007u);
    EXPECT_EQ(bad("Device.DHCPv4.Server.Pool.1.MinAddress", "192.168.1.300"), 9007u);
    EXPECT_EQ(bad("Device.DHCPv4.Server.Pool.1.MinAddress", ""), 0u);
    EXPECT_EQ(bad("Device.ManagementServer.PeriodicInformTime", "yesterday"), 9007u);
    EXPECT_EQ(bad("Device.IP.Diagnostics.IPPing.DiagnosticsState", "Complete"), 9007u);
    EXPECT_EQ(bad("Device.WiFi.SSID.1.Enable", "yes"), 9007u);
}

TEST_F(SetParameterValues, TellsWhatIsAppliedLater)
{
    EXPECT_EQ(set("Device.WiFi.Radio.1.OperatingFrequencyBand", "5GHz"),
              cwmp::Message{cwmp::SetParameterValuesResponse{1}});
}

TEST_F(SetParameterValues, NeverShowsASecretButKeepsIt)
{
    EXPECT_EQ(code(set(key_phrase, "correct horse")), 0u);
    EXPECT_EQ(get(key_phrase), "");
    EXPECT_EQ(device.parameters().tree().value(key_phrase, noon), "correct horse");
}

struct GetParameterValues : DeviceTest {};

TEST_F(GetParameterValues, ReadsFullAndPartialNamesWithTypes)
{
    auto const answer = ask(cwmp::GetParameterValues{{"Device.WiFi.SSID.1.", "Device.DeviceInfo.UpTime"}}, noon + 60s);
    auto const& list = std::get<cwmp::GetParameterValuesResponse>(answer).parameter_list;
    EXPECT_EQ(list.back(), (cwmp::ParameterValue{"Device.DeviceInfo.UpTime", "60", cwmp::ValueType::unsigned_int}));
    EXPECT_EQ(list.front(), (cwmp::ParameterValue{"Device.WiFi.SSID.1.Enable", "1", cwmp::ValueType::boolean}));
}

TEST(AllParameters, ReadAsValuesOfTheirTypes)
{
    for (auto const& persona : sim::personas()) {
        sim::Device device{persona, {.serial_number = "T1", .acs_url = "http://acs.example/"}};
        device.start(noon);
        auto const answer = device.answer(cwmp::GetParameterValues{{""}}, noon);
        for (auto const& value : std::get<cwmp::GetParameterValuesResponse>(answer).parameter_list)
            EXPECT_TRUE(datamodel::check_value(value.value, value.type)) << value.name << " = " << value.value;
    }
}

TEST_F(GetParameterValues, OneBadNameSpoilsTheCall)
{
    EXPECT_EQ(code(ask(cwmp::GetParameterValues{{"Device.DeviceInfo.UpTime", "Device.DeviceInfo.Nothing"}})), 9005u);
    EXPECT_EQ(code(ask(cwmp::GetParameterValues{{"Device.Nothing."}})), 9005u);
    EXPECT_EQ(code(ask(cwmp::GetParameterValues{{}})), 9003u);
}

TEST_F(GetParameterValues, AnEmptyTableIsNoFault)
{
    auto const answer = ask(cwmp::GetParameterValues{{"Device.ManagementServer.InformParameter."}});
    EXPECT_TRUE(std::get<cwmp::GetParameterValuesResponse>(answer).parameter_list.empty());
}

std::vector<std::string> listed(cwmp::Message const& answer)
{
    std::vector<std::string> names;
    for (auto const& info : std::get<cwmp::GetParameterNamesResponse>(answer).parameter_list)
        names.push_back(info.name + (info.writable ? " w" : ""));
    return names;
}

TEST_F(GetParameterNames, NextLevelShowsChildrenOnly)
{
    EXPECT_THAT(listed(ask(cwmp::GetParameterNames{"", true})), ElementsAre("Device."));
    EXPECT_THAT(listed(ask(cwmp::GetParameterNames{"Device.NAT.", true})),
                ElementsAre("Device.NAT.InterfaceSettingNumberOfEntries", "Device.NAT.PortMappingNumberOfEntries",
                            "Device.NAT.InterfaceSetting. w", "Device.NAT.PortMapping. w"));
    EXPECT_THAT(listed(ask(cwmp::GetParameterNames{"Device.NAT.InterfaceSetting.", true})),
                ElementsAre("Device.NAT.InterfaceSetting.1. w"));
}

TEST_F(GetParameterNames, AllLevelsShowTheObjectItselfToo)
{
    auto const names = listed(ask(cwmp::GetParameterNames{"Device.NAT.InterfaceSetting.", false}));
    EXPECT_EQ(names.front(), "Device.NAT.InterfaceSetting. w");
    EXPECT_THAT(names, Contains("Device.NAT.InterfaceSetting.1.Enable w"));
    EXPECT_THAT(names, Contains("Device.NAT.InterfaceSetting.1.Status"));
    EXPECT_GT(listed(ask(cwmp::GetParameterNames{"", false})).size(), 2000u);
}

TEST_F(GetParameterNames, AParameterNeedsNextLevelFalse)
{
    EXPECT_THAT(listed(ask(cwmp::GetParameterNames{ssid, false})), ElementsAre(std::string{ssid} + " w"));
    EXPECT_EQ(code(ask(cwmp::GetParameterNames{ssid, true})), 9003u);
    EXPECT_EQ(code(ask(cwmp::GetParameterNames{"Device.Nothing.", true})), 9005u);
    EXPECT_EQ(code(ask(cwmp::GetParameterNames{"Device.Nothing", false})), 9005u);
}

int notification(cwmp::Message const& answer)
{
    return std::get<cwmp::GetParameterAttributesResponse>(answer).parameter_list.at(0).notification;
}

TEST_F(ParameterAttributes, AreSetForOneOrForAllBelow)
{
    auto const read = [&](std::string const& path) { return notification(ask(cwmp::GetParameterAttributes{{path}})); };
    EXPECT_EQ(ask(cwmp::SetParameterAttributes{{{"Device.WiFi.SSID.1.", true, 1, false, {}}}}),
              cwmp::Message{cwmp::SetParameterAttributesResponse{}});
    EXPECT_EQ(read(ssid), 1);
    EXPECT_EQ(read("Device.WiFi.SSID.2.SSID"), 0);
    ask(cwmp::SetParameterAttributes{{{ssid, true, 2, false, {}}}});
    EXPECT_EQ(read(ssid), 2);
    ask(cwmp::SetParameterAttributes{{{"Device.WiFi.", true, 0, false, {}}}});
    EXPECT_EQ(read(ssid), 0) << "the newest counts, although it is the shorter path";
}

TEST_F(ParameterAttributes, OnlyWhatIsToBeChangedIsChanged)
{
    ask(cwmp::SetParameterAttributes{{{ssid, true, 1, true, {}}}});
    ask(cwmp::SetParameterAttributes{{{ssid, false, 2, true, {"Subscriber"}}}});
    auto const answer = ask(cwmp::GetParameterAttributes{{ssid}});
    EXPECT_EQ(notification(answer), 1);
    EXPECT_THAT(std::get<cwmp::GetParameterAttributesResponse>(answer).parameter_list[0].access_list,
                ElementsAre("Subscriber"));
}

TEST_F(ParameterAttributes, ForcedOnesStayActiveAndDeniedOnesCannotBecomeIt)
{
    auto const version = "Device.DeviceInfo.SoftwareVersion";
    ask(cwmp::SetParameterAttributes{{{version, true, 0, false, {}}}});
    EXPECT_EQ(notification(ask(cwmp::GetParameterAttributes{{version}})), 2);
    auto const uptime = "Device.DeviceInfo.UpTime";
    EXPECT_EQ(code(ask(cwmp::SetParameterAttributes{{{ssid, true, 2, false, {}}, {uptime, true, 2, false, {}}}})),
              9009u);
    EXPECT_EQ(notification(ask(cwmp::GetParameterAttributes{{ssid}})), 0) << "nothing is set when one is refused";
    EXPECT_EQ(code(ask(cwmp::SetParameterAttributes{{{uptime, true, 1, false, {}}}})), 0u);
    EXPECT_EQ(code(ask(cwmp::SetParameterAttributes{{{"Device.No", true, 1, false, {}}}})), 9005u);
    EXPECT_EQ(code(ask(cwmp::SetParameterAttributes{{{ssid, true, 7, false, {}}}})), 9003u);
}

TEST_F(Objects, AreAddedWithDefaultsAndDeleted)
{
    auto const added = std::get<cwmp::AddObjectResponse>(ask(cwmp::AddObject{"Device.NAT.PortMapping.", "key-2"}));
    EXPECT_EQ(added, (cwmp::AddObjectResponse{6, 0}));
    EXPECT_EQ(get("Device.NAT.PortMapping.6.Protocol"), "TCP");
    EXPECT_EQ(get("Device.NAT.PortMapping.6.Enable"), "0");
    EXPECT_EQ(get("Device.NAT.PortMappingNumberOfEntries"), "6");
    EXPECT_EQ(get("Device.ManagementServer.ParameterKey"), "key-2");
    EXPECT_EQ(code(ask(cwmp::DeleteObject{"Device.NAT.PortMapping.2.", "key-3"})), 0u);
    EXPECT_EQ(get("Device.NAT.PortMappingNumberOfEntries"), "5");
    EXPECT_EQ(code(ask(cwmp::GetParameterValues{{"Device.NAT.PortMapping.2.Enable"}})), 9005u);
    EXPECT_EQ(std::get<cwmp::AddObjectResponse>(ask(cwmp::AddObject{"Device.NAT.PortMapping.", ""})).instance_number,
              7u);
}

TEST_F(Objects, CannotBeMadeWhereTheModelAllowsNone)
{
    EXPECT_EQ(code(ask(cwmp::AddObject{"Device.Hosts.Host.", ""})), 9005u);
    EXPECT_EQ(code(ask(cwmp::AddObject{"Device.NAT.", ""})), 9005u);
    EXPECT_EQ(code(ask(cwmp::AddObject{"Device.NAT.PortMapping.1.", ""})), 9005u);
    EXPECT_EQ(code(ask(cwmp::DeleteObject{"Device.Hosts.Host.1.", ""})), 9005u);
    EXPECT_EQ(code(ask(cwmp::DeleteObject{"Device.NAT.PortMapping.", ""})), 9005u);
    EXPECT_EQ(code(ask(cwmp::DeleteObject{"Device.NAT.PortMapping.99.", ""})), 9005u);
    EXPECT_EQ(get("Device.ManagementServer.ParameterKey"), "") << "failures leave the key alone";
}

TEST_F(Objects, AreBoundedInNumber)
{
    cwmp::Message answer;
    for (int i = 0; i < 300 && code(answer) == 0; ++i)
        answer = ask(cwmp::AddObject{"Device.NAT.PortMapping.", ""});
    EXPECT_EQ(code(answer), 9004u);
}

}  // namespace
