#include "device_fixture.hpp"

namespace {

using namespace test;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::UnorderedElementsAre;

struct DeviceTransfers : DeviceTest {
    static cwmp::Download firmware(std::string key = "up")
    {
        return {.command_key = std::move(key),
                .file_type = "1 Firmware Upgrade Image",
                .url = "http://files.example/f/2.1.0.bin"};
    }
    sim::TransferJob start(base::TimePoint now = noon) { return device.start_transfer(now).value(); }
};

TEST_F(DeviceTransfers, AreAcceptedForLater)
{
    auto request = firmware();
    request.delay_seconds = 30;
    EXPECT_EQ(ask(request), (cwmp::Message{cwmp::DownloadResponse{.status = 1}}));
    EXPECT_FALSE(device.start_transfer(noon + 29s));
    EXPECT_EQ(device.start_transfer(noon + 30s)->url, request.url);
    EXPECT_FALSE(device.start_transfer(noon + 30s)) << "it is running";
}

TEST_F(DeviceTransfers, AreRefusedWithTheRightFault)
{
    auto request = firmware();
    request.url = "ftp://files.example/x";
    EXPECT_EQ(code(ask(request)), 9013u);
    request.url = "nonsense";
    EXPECT_EQ(code(ask(request)), 9003u);
    request = firmware();
    request.file_type = "9 Something";
    EXPECT_EQ(code(ask(request)), 9003u);
    request = firmware(std::string(33, 'k'));
    EXPECT_EQ(code(ask(request)), 9003u);
    EXPECT_EQ(code(ask(cwmp::Upload{.command_key = "u", .file_type = "7 Dreams", .url = "http://x.example/"})), 9003u);
    cwmp::Message answer;
    for (int i = 0; i < 20 && code(answer) == 0; ++i)
        answer = ask(firmware(std::to_string(i)));
    EXPECT_EQ(code(answer), 9004u);
}

TEST_F(DeviceTransfers, NewFirmwareRestartsTheDeviceAndIsReportedAfterwards)
{
    ask(firmware());
    auto const job = start();
    device.transfer_done(job, {.new_version = "2.1.0", .started = noon}, noon + 5s);
    ASSERT_TRUE(device.restart());
    EXPECT_FALSE(device.next_request()) << "not before the restart";
    device.start(noon + 60s);
    auto const inform = device.inform(noon + 60s);
    EXPECT_THAT(codes(inform), AllOf(Contains("1 BOOT"), Contains("7 TRANSFER COMPLETE"), Contains("M Download (up)"),
                                     Contains("4 VALUE CHANGE"), Not(Contains("M Reboot"))));
    EXPECT_THAT(names(inform), Contains("Device.DeviceInfo.SoftwareVersion"));
    EXPECT_EQ(get("Device.DeviceInfo.SoftwareVersion"), "2.1.0");
    auto const complete = std::get<cwmp::TransferComplete>(*device.next_request());
    EXPECT_EQ(complete.command_key, "up");
    EXPECT_EQ(complete.fault_struct.fault_code, 0u);
    EXPECT_EQ(complete.start_time, "2026-03-01T12:00:00Z");
    EXPECT_EQ(complete.complete_time, "2026-03-01T12:00:05Z");
}

TEST_F(DeviceTransfers, EventsStayUntilTheTransferIsReported)
{
    ask(firmware());
    device.transfer_done(start(), {.fault_code = 9016, .fault_string = "HTTP status 404"}, noon);
    EXPECT_FALSE(device.restart());
    auto const inform = device.inform(noon);
    EXPECT_THAT(codes(inform), UnorderedElementsAre("7 TRANSFER COMPLETE", "M Download (up)"));
    device.inform_answered(inform);
    device.session_ended(false, noon);
    EXPECT_THAT(codes(device.inform(noon + 20s)), UnorderedElementsAre("7 TRANSFER COMPLETE", "M Download (up)"));
    EXPECT_EQ(std::get<cwmp::TransferComplete>(*device.next_request()).fault_struct.fault_code, 9016u);
    device.request_answered();
    EXPECT_FALSE(device.wants_session(noon + 20s));
}

TEST_F(DeviceTransfers, AConfigurationIsAppliedOrRefused)
{
    ask(cwmp::Download{
        .command_key = "c", .file_type = "3 Vendor Configuration File", .url = "http://files.example/c"});
    device.transfer_done(start(), {.settings = {{"Device.WiFi.SSID.1.SSID", "from file"}}}, noon);
    EXPECT_EQ(get("Device.WiFi.SSID.1.SSID"), "from file");
    EXPECT_EQ(std::get<cwmp::TransferComplete>(*device.next_request()).fault_struct.fault_code, 0u);
    device.request_answered();
    ask(cwmp::Download{
        .command_key = "c", .file_type = "3 Vendor Configuration File", .url = "http://files.example/c"});
    device.transfer_done(start(), {.settings = {{"Device.WiFi.Radio.1.Channel", "many"}}}, noon);
    EXPECT_EQ(std::get<cwmp::TransferComplete>(*device.next_request()).fault_struct.fault_code, 9018u);
}

TEST_F(DeviceTransfers, AreListedAndCancelled)
{
    ask(firmware("a"));
    ask(cwmp::Upload{.command_key = "b", .file_type = "4 Vendor Log File 1", .url = "http://files.example/u"});
    EXPECT_EQ(start().command_key, "a");
    auto const list = std::get<cwmp::GetAllQueuedTransfersResponse>(ask(cwmp::GetAllQueuedTransfers{})).transfer_list;
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].state, 2);
    EXPECT_TRUE(list[0].is_download);
    EXPECT_EQ(list[1].state, 1);
    EXPECT_EQ(code(ask(cwmp::CancelTransfer{"a"})), 9021u);
    EXPECT_EQ(code(ask(cwmp::CancelTransfer{"b"})), 0u);
    EXPECT_EQ(code(ask(cwmp::CancelTransfer{"unknown"})), 0u);
    EXPECT_EQ(std::get<cwmp::GetQueuedTransfersResponse>(ask(cwmp::GetQueuedTransfers{})).transfer_list.size(), 1u);
}

TEST_F(DeviceTransfers, ScheduledOnesKeepToTheirWindows)
{
    cwmp::ScheduleDownload request{.command_key = "s", .file_type = "2 Web Content", .url = "http://files.example/w"};
    EXPECT_EQ(code(ask(request)), 9003u) << "no window";
    request.time_window_list = {{100, 200, "1 At Any Time", "", 1}, {150, 300, "1 At Any Time", "", 1}};
    EXPECT_EQ(code(ask(request)), 9003u) << "they overlap";
    request.time_window_list = {{100, 200, "1 At Any Time", "", 1}};
    EXPECT_EQ(ask(request), cwmp::Message{cwmp::ScheduleDownloadResponse{}});
    EXPECT_FALSE(device.start_transfer(noon + 99s));
    device.advance(noon + 201s);
    EXPECT_THAT(codes(device.inform(noon + 201s)),
                UnorderedElementsAre("7 TRANSFER COMPLETE", "M ScheduleDownload (s)"));
    EXPECT_EQ(std::get<cwmp::TransferComplete>(*device.next_request()).fault_struct.fault_code, 9020u);
}

TEST_F(DeviceTransfers, ARestartCutsOffWhatRuns)
{
    ask(firmware());
    start();
    device.start(noon + 60s);
    EXPECT_EQ(std::get<cwmp::TransferComplete>(*device.next_request()).fault_struct.fault_code, 9010u);
}

TEST_F(DeviceTransfers, UploadsCarrySettingsWithoutSecrets)
{
    set("Device.WiFi.SSID.1.SSID", "mine");
    set("Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "hidden horse");
    auto const text = device.file_to_upload("3 Vendor Configuration File 1", noon);
    EXPECT_THAT(text, testing::HasSubstr("Device.WiFi.SSID.1.SSID=mine\n"));
    EXPECT_THAT(text, Not(testing::HasSubstr("hidden horse")));
    EXPECT_THAT(device.file_to_upload("4 Vendor Log File 1", noon), testing::HasSubstr("start of software"));
}

}  // namespace
