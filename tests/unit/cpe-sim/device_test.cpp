#include "device_fixture.hpp"

#include "base/crypto.hpp"

namespace {

using namespace test;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

struct DeviceLife : DeviceTest {};

TEST(NewDevice, BeginsWithBootstrapAndBootAndForcedParameters)
{
    sim::Device device{*sim::find_persona("dsl-gateway"), {.serial_number = "T1", .acs_url = "http://acs.example/"}};
    device.start(noon);
    ASSERT_TRUE(device.wants_session(noon));
    auto const inform = device.inform(noon);
    EXPECT_THAT(DeviceTest::codes(inform), ElementsAre("0 BOOTSTRAP", "1 BOOT"));
    EXPECT_THAT(DeviceTest::names(inform), Contains("InternetGatewayDevice.DeviceSummary"));
    EXPECT_EQ(inform.device_id, (cwmp::DeviceId{"Halvorsen Networks", "02D51A", "HN-7490", "T1"}));
    EXPECT_EQ(inform.current_time, "2026-03-01T12:00:00Z");
}

TEST_F(DeviceLife, RebootTellsItsKeyAndKeepsWhatWasSet)
{
    set("Device.WiFi.SSID.1.SSID", "mine");
    EXPECT_EQ(ask(cwmp::Reboot{"again"}), cwmp::Message{cwmp::RebootResponse{}});
    ASSERT_TRUE(device.restart());
    EXPECT_FALSE(device.wants_session(noon)) << "it is about to restart";
    device.start(noon + 60s);
    auto const codes_told = codes(device.inform(noon + 60s));
    EXPECT_THAT(codes_told, AllOf(Contains("1 BOOT"), Contains("M Reboot (again)"), Not(Contains("0 BOOTSTRAP"))));
    EXPECT_EQ(get("Device.WiFi.SSID.1.SSID"), "mine");
    EXPECT_EQ(get("Device.DeviceInfo.UpTime", noon + 65s), "5");
}

TEST_F(DeviceLife, ANewInternetAddressAfterARebootIsAValueChange)
{
    auto const address = "Device.IP.Interface.1.IPv4Address.1.IPAddress";
    auto const before = get(address);
    ask(cwmp::Reboot{""});
    device.start(noon + 60s);
    auto const inform = device.inform(noon + 60s);
    EXPECT_NE(get(address), before);
    EXPECT_THAT(codes(inform), Contains("4 VALUE CHANGE"));
    EXPECT_THAT(names(inform), Contains(address));
}

TEST_F(DeviceLife, AttributesSurviveAReboot)
{
    auto const ssid = "Device.WiFi.SSID.1.SSID";
    ask(cwmp::SetParameterAttributes{{{ssid, true, 2, false, {}}}});
    device.start(noon + 60s);
    deliver(noon + 60s);
    ASSERT_TRUE(device.change(ssid, "theirs"));
    device.advance(noon + 61s);
    EXPECT_THAT(codes(device.inform(noon + 61s)), ElementsAre("4 VALUE CHANGE"));
}

TEST_F(DeviceLife, AFactoryResetForgetsEverythingAndBootstraps)
{
    auto const ssid = "Device.WiFi.SSID.1.SSID";
    auto const factory = get(ssid);
    set(ssid, "mine");
    ask(cwmp::SetParameterAttributes{{{ssid, true, 2, false, {}}}});
    ask(cwmp::AddObject{"Device.NAT.PortMapping.", "k"});
    ask(cwmp::FactoryReset{});
    device.start(noon + 60s);
    EXPECT_THAT(codes(device.inform(noon + 60s)), ElementsAre("0 BOOTSTRAP", "1 BOOT"));
    EXPECT_EQ(get(ssid), factory);
    EXPECT_EQ(get("Device.NAT.PortMappingNumberOfEntries"), "5");
    EXPECT_EQ(get("Device.ManagementServer.ParameterKey"), "");
    deliver(noon + 60s);
    device.change(ssid, "theirs");
    device.advance(noon + 61s);
    EXPECT_FALSE(device.wants_session(noon + 61s));
}

TEST_F(DeviceLife, ANewAcsUrlIsABootstrapForTheNewAcs)
{
    auto const ssid = "Device.WiFi.SSID.1.SSID";
    ask(cwmp::SetParameterAttributes{{{ssid, true, 2, false, {}}}});
    set("Device.ManagementServer.URL", "https://other.example/");
    device.session_ended(true, noon);
    EXPECT_THAT(codes(device.inform(noon)), ElementsAre("0 BOOTSTRAP"));
    EXPECT_EQ(device.management("URL", noon), "https://other.example/");
    deliver();
    device.change(ssid, "theirs");
    device.advance(noon);
    EXPECT_FALSE(device.wants_session(noon)) << "notification is back to what the model says";
}

struct Notification : DeviceTest {};

TEST_F(Notification, WhatTheAcsSetsItselfIsNotReported)
{
    ask(cwmp::SetParameterAttributes{{{"Device.WiFi.SSID.1.SSID", true, 2, false, {}}}});
    set("Device.WiFi.SSID.1.SSID", "mine");
    device.session_ended(true, noon);
    EXPECT_FALSE(device.wants_session(noon));
}

TEST_F(Notification, PassiveChangesWaitForAnotherReasonAndThenBringTheirEvent)
{
    ask(cwmp::SetParameterAttributes{{{"Device.WiFi.SSID.1.SSID", true, 1, false, {}}}});
    device.change("Device.WiFi.SSID.1.SSID", "theirs");
    device.advance(noon);
    EXPECT_FALSE(device.wants_session(noon));
    device.connection_requested();
    device.advance(noon);
    auto const inform = deliver();
    EXPECT_THAT(codes(inform), UnorderedElementsAre("6 CONNECTION REQUEST", "4 VALUE CHANGE"));
    EXPECT_THAT(names(inform), Contains("Device.WiFi.SSID.1.SSID"));
    EXPECT_THAT(names(device.inform(noon)), Not(Contains("Device.WiFi.SSID.1.SSID"))) << "told once";
}

TEST_F(Notification, ActiveChangesOpenASessionButNotBeforeTheThrottle)
{
    ask(cwmp::SetParameterAttributes{{{"Device.WiFi.SSID.1.SSID", true, 2, false, {}}}});
    set("Device.ManagementServer.DefaultActiveNotificationThrottle", "30");
    device.session_ended(true, noon);
    device.change("Device.WiFi.SSID.1.SSID", "theirs");
    device.advance(noon + 29s);
    EXPECT_FALSE(device.wants_session(noon + 29s));
    EXPECT_EQ(device.next(noon + 29s), noon + 30s);
    device.advance(noon + 30s);
    EXPECT_TRUE(device.wants_session(noon + 30s));
}

TEST_F(Notification, TheInformParameterTableAddsWhatItsEventsSay)
{
    auto const row = "Device.ManagementServer.InformParameter.1.";
    ask(cwmp::AddObject{"Device.ManagementServer.InformParameter.", ""});
    ask(cwmp::SetParameterValues{{{std::string{row} + "Enable", "1", cwmp::ValueType::boolean},
                                  {std::string{row} + "ParameterName", "Device.DeviceInfo.UpTime"},
                                  {std::string{row} + "EventList", "2 PERIODIC,6 CONNECTION REQUEST"}},
                                 ""});
    device.events().raise("8 DIAGNOSTICS COMPLETE");
    EXPECT_THAT(names(device.inform(noon)), Not(Contains("Device.DeviceInfo.UpTime")));
    device.connection_requested();
    EXPECT_THAT(names(device.inform(noon)), Contains("Device.DeviceInfo.UpTime"));
}

TEST_F(Notification, PeopleAtHomeChangeOnlyWhatPeopleChange)
{
    ask(cwmp::SetParameterAttributes{{{"Device.", true, 1, false, {}}}});
    for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(device.change_at_home());
    for (auto const& change : device.parameters().changes())
        EXPECT_THAT(sim::find_persona("fibre-gateway")->home_paths(), Contains(change.first));
    EXPECT_FALSE(device.parameters().changes().empty());
}

struct Sessions : DeviceTest {};

TEST_F(Sessions, FailuresAreRetriedLaterAndCounted)
{
    device.connection_requested();
    device.events().raise("2 PERIODIC");
    device.session_ended(false, noon);
    EXPECT_EQ(device.retry_count(), 1u);
    EXPECT_FALSE(device.wants_session(noon + 4s));
    EXPECT_TRUE(device.wants_session(noon + 10s));
    auto const inform = device.inform(noon + 10s);
    EXPECT_EQ(inform.retry_count, 1u);
    EXPECT_THAT(codes(inform), ElementsAre("2 PERIODIC")) << "a connection request is not tried twice";
    device.session_ended(true, noon + 11s);
    EXPECT_EQ(device.retry_count(), 0u);
}

TEST_F(Sessions, ScheduledInformsComeWithTheirKeys)
{
    ask(cwmp::ScheduleInform{30, "soon"});
    ask(cwmp::ScheduleInform{60, "later"});
    EXPECT_EQ(code(ask(cwmp::ScheduleInform{0, "never"})), 9003u);
    device.advance(noon + 30s);
    EXPECT_THAT(codes(deliver(noon + 30s)), ElementsAre("3 SCHEDULED", "M ScheduleInform (soon)"));
    device.advance(noon + 61s);
    EXPECT_THAT(codes(deliver(noon + 61s)), ElementsAre("3 SCHEDULED", "M ScheduleInform (later)"));
}

TEST_F(Sessions, ThePeriodFollowsWhatTheAcsSets)
{
    set("Device.ManagementServer.PeriodicInformInterval", "60");
    set("Device.ManagementServer.PeriodicInformTime", "2026-01-01T00:00:10Z");
    device.session_ended(true, noon);
    EXPECT_EQ(device.next(noon), noon + 10s);
    device.advance(noon + 10s);
    EXPECT_THAT(codes(deliver(noon + 10s)), ElementsAre("2 PERIODIC"));
    EXPECT_EQ(device.next(noon + 10s), noon + 70s);
    set("Device.ManagementServer.PeriodicInformEnable", "0");
    device.session_ended(true, noon + 11s);
    EXPECT_FALSE(device.next(noon + 11s));
}

struct Methods : DeviceTest {};

TEST_F(Methods, AreListedAndTheRestIsNotSupported)
{
    auto const list = std::get<cwmp::GetRPCMethodsResponse>(ask(cwmp::GetRPCMethods{})).method_list;
    EXPECT_EQ(list.size(), 20u);
    EXPECT_EQ(code(ask(cwmp::Unknown{"X_ACME_Dance", ""})), 9000u);
    EXPECT_EQ(code(ask(cwmp::Kicked{})), 9000u);
}

struct OldMethods : DeviceTest {
    OldMethods() : DeviceTest{"dsl-gateway", 0} {}
};

TEST_F(OldMethods, OfLaterVersionsAreUnknownToAnOldDevice)
{
    EXPECT_EQ(code(ask(cwmp::GetQueuedTransfers{})), 0u);
    EXPECT_EQ(code(ask(cwmp::GetAllQueuedTransfers{})), 9000u);
    EXPECT_EQ(code(ask(cwmp::ScheduleDownload{})), 9000u);
    EXPECT_EQ(code(ask(cwmp::ChangeDUState{})), 9000u);
}

TEST_F(Methods, VouchersGiveOptions)
{
    auto const voucher = base::to_base64("<Option><VSerialNum>7</VSerialNum><OptionIdent>Voice</OptionIdent>"
                                         "<Mode>EnableIndefinitely</Mode></Option>");
    EXPECT_EQ(code(ask(cwmp::GetOptions{"Voice"})), 9003u);
    EXPECT_EQ(code(ask(cwmp::SetVouchers{{voucher, base::to_base64("noise")}})), 9003u);
    EXPECT_TRUE(std::get<cwmp::GetOptionsResponse>(ask(cwmp::GetOptions{""})).option_list.empty());
    EXPECT_EQ(code(ask(cwmp::SetVouchers{{voucher}})), 0u);
    auto const options = std::get<cwmp::GetOptionsResponse>(ask(cwmp::GetOptions{"Voice"})).option_list;
    EXPECT_EQ(options.at(0).voucher_sn, 7u);
    EXPECT_EQ(options.at(0).mode, 2);
}

}  // namespace
