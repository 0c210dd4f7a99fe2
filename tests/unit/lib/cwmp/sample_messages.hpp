#pragma once

#include "cwmp/message.hpp"

#include <string>
#include <vector>

/// One filled example of every message, with an edge in it where there is one: text to be escaped, absent options,
/// empty lists.
namespace cwmp_test {

inline std::vector<cwmp::ParameterValue> sample_values()
{
    using cwmp::ValueType;
    return {
        {"Device.DeviceInfo.SoftwareVersion", "4.2.1 <beta> & \"co\" ]]> äöü", ValueType::string},
        {"Device.WiFi.SSID.1.SSID", "  two blanks \t", ValueType::string},
        {"Device.X.Empty", "", ValueType::string},
        {"Device.X.Int", "-5", ValueType::int_},
        {"Device.DeviceInfo.UpTime", "86400", ValueType::unsigned_int},
        {"Device.X.Long", "-9000000000", ValueType::long_},
        {"Device.X.UnsignedLong", "18446744073709551615", ValueType::unsigned_long},
        {"Device.WiFi.Radio.1.Enable", "1", ValueType::boolean},
        {"Device.Time.CurrentLocalTime", "2026-03-01T12:00:00Z", ValueType::date_time},
        {"Device.X.Certificate", "PFZvdWNoZXIvPg==", ValueType::base64},
        {"Device.X.Hex", "0AFF", ValueType::hex_binary},
    };
}

inline constexpr auto sample_uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
inline constexpr auto sample_start = "2026-03-01T12:00:00Z";
inline constexpr auto sample_end = "2026-03-01T12:00:09Z";

/// Methods of CWMP 1.0.
inline std::vector<cwmp::Message> sample_messages_1_0()
{
    using namespace cwmp;
    return {
        Inform{{"Acme & Sons", "00D09E", "HG-1000", "S<1>"},
               {{"1 BOOT", ""}, {"M Reboot", "key-1"}, {"X 00D09E Door Open", ""}},
               1,
               "2026-03-01T12:34:56.5+01:00",
               3,
               sample_values()},
        Inform{{"", "00D09E", "", "1"}, {}, 1, std::string{unknown_time}, 0, {}},
        InformResponse{1},
        TransferComplete{"dl-1", {0, ""}, sample_start, sample_end},
        TransferComplete{"dl-1", {9010, "404 & gone"}, std::string{unknown_time}, std::string{unknown_time}},
        TransferCompleteResponse{},
        RequestDownload{"1 Firmware Upgrade Image", {{"Version", " 1.2 "}, {"Name", ""}}},
        RequestDownload{"2 Web Content", {}},
        RequestDownloadResponse{},
        Kicked{"cmd", "http://192.168.1.1/", "a=1&b=2", "http://isp.example/next"},
        KickedResponse{"http://isp.example/next?x=1&y=2"},
        GetRPCMethods{},
        GetRPCMethodsResponse{{"Inform", "GetRPCMethods", "X_00D09E_Blink"}},
        SetParameterValues{sample_values(), "key-1"},
        SetParameterValuesResponse{1},
        GetParameterValues{{"Device.DeviceInfo.", "Device.WiFi.SSID.1.SSID"}},
        GetParameterValues{{""}},
        GetParameterValuesResponse{sample_values()},
        GetParameterValuesResponse{},
        GetParameterNames{"Device.", true},
        GetParameterNames{"", false},
        GetParameterNamesResponse{{{"Device.", false}, {"Device.WiFi.SSID.", true}}},
        GetParameterNamesResponse{},
        SetParameterAttributes{{{"Device.DeviceInfo.SoftwareVersion", true, 2, false, {}},
                                {"Device.WiFi.", false, 0, true, {"Subscriber"}}}},
        SetParameterAttributesResponse{},
        GetParameterAttributes{{"Device.DeviceInfo."}},
        GetParameterAttributesResponse{{{"Device.A", 1, {"Subscriber"}}, {"Device.B", 0, {}}}},
        AddObject{"Device.WiFi.SSID.", "key-2"},
        AddObjectResponse{4, 1},
        DeleteObject{"Device.WiFi.SSID.4.", ""},
        DeleteObjectResponse{0},
        Download{"dl-1", "1 Firmware Upgrade Image", "http://10.0.0.1:7567/f/abc/fw.bin?a=1&b=2", "user ", " p<ss&",
                 7340032, "fw.bin", 5, "http://a/", "http://b/"},
        Download{"", "3 Vendor Configuration File", "http://10.0.0.1/c", "", "", 0, "", 0, "", ""},
        DownloadResponse{1, std::string{unknown_time}, std::string{unknown_time}},
        DownloadResponse{0, sample_start, sample_end},
        Reboot{"reboot-1"},
        RebootResponse{},
        GetQueuedTransfers{},
        GetQueuedTransfersResponse{{{"dl-1", 2}, {"", 3}}},
        GetQueuedTransfersResponse{},
        ScheduleInform{60, "si-1"},
        ScheduleInformResponse{},
        SetVouchers{{"PFZvdWNoZXIvPg==", "AAAA"}},
        SetVouchersResponse{},
        GetOptions{"First option"},
        GetOptions{""},
        GetOptionsResponse{{{"First option", 12345, 3, 1, sample_start, sample_end, 1},
                            {"Second", 1, 0, 0, sample_start, std::nullopt, 0}}},
        GetOptionsResponse{},
        Upload{"up-1", "1 Vendor Configuration File", "http://10.0.0.1/u", "u", "p", 0},
        UploadResponse{0, sample_start, sample_end},
        FactoryReset{},
        FactoryResetResponse{},
        Fault{8000, "Method not supported", "Server", {}},
        Fault{9005, "Invalid parameter name", "Client", {}},
        Fault{9003, "Invalid arguments", "Client", {{"Device.A", 9007, "out of <range>"}, {"Device.B", 9008, ""}}},
    };
}

/// What CWMP 1.1 added.
inline std::vector<cwmp::Message> sample_messages_1_1()
{
    using namespace cwmp;
    return {
        AutonomousTransferComplete{"http://a/",
                                   "http://b/?x&y",
                                   true,
                                   "1 Firmware Upgrade Image",
                                   1000,
                                   "f.bin",
                                   {0, ""},
                                   sample_start,
                                   sample_end},
        AutonomousTransferComplete{"", "", false, "4 Vendor Log File", 0, "", {9011, "no"}, sample_start, sample_end},
        AutonomousTransferCompleteResponse{},
        GetAllQueuedTransfers{},
        GetAllQueuedTransfersResponse{{{"dl-1", 2, true, "1 Firmware Upgrade Image", 1000, "f.bin"},
                                       {"up-1", 1, false, "4 Vendor Log File", 0, ""}}},
        GetAllQueuedTransfersResponse{},
    };
}

/// What CWMP 1.2 added.
inline std::vector<cwmp::Message> sample_messages_1_2()
{
    using namespace cwmp;
    return {
        DUStateChangeComplete{{{sample_uuid,
                                "Device.SoftwareModules.DeploymentUnit.1",
                                "1.1",
                                "Installed",
                                true,
                                "Device.SoftwareModules.ExecutionUnit.2",
                                sample_start,
                                sample_end,
                                {0, ""}},
                               {sample_uuid, "", "", "Failed", false, "", sample_start, sample_end, {9027, "full"}}},
                              "du-1"},
        DUStateChangeComplete{{{sample_uuid, "", "1", "Uninstalled", true, "", sample_start, sample_end, {0, ""}}},
                              std::nullopt},
        DUStateChangeCompleteResponse{},
        AutonomousDUStateChangeComplete{{{sample_uuid,
                                          "Device.SoftwareModules.DeploymentUnit.1",
                                          "1.1",
                                          "Uninstalled",
                                          true,
                                          "",
                                          sample_start,
                                          sample_end,
                                          {0, ""},
                                          "Uninstall"}}},
        AutonomousDUStateChangeCompleteResponse{},
        ScheduleDownload{"sd-1",
                         "1 Firmware Upgrade Image",
                         "http://10.0.0.1/fw.bin",
                         "",
                         "",
                         7340032,
                         "",
                         {{3600, 10800, "3 When Idle", "", 2}}},
        ScheduleDownload{"sd-2",
                         "1 Firmware Upgrade Image",
                         "http://10.0.0.1/fw.bin",
                         "u",
                         "p",
                         0,
                         "fw.bin",
                         {{3600, 10800, "1 At Any Time", "", -1}, {14400, 21600, "4 Confirmation Needed", "Now?", 0}}},
        ScheduleDownloadResponse{},
        CancelTransfer{"sd-1"},
        CancelTransferResponse{},
        ChangeDUState{
            {InstallOpStruct{"http://10.0.0.1/a.ipk", sample_uuid, "u", "p", "Device.SoftwareModules.ExecEnv.1."},
             InstallOpStruct{"http://10.0.0.1/b.ipk", {}, {}, {}, {}},
             UpdateOpStruct{sample_uuid, "1.1", "http://10.0.0.1/b.ipk", "u", "p"}, UpdateOpStruct{},
             UninstallOpStruct{sample_uuid, "0.9", "Device.SoftwareModules.ExecEnv.1."},
             UninstallOpStruct{sample_uuid, {}, {}}},
            "du-1"},
        ChangeDUState{{UninstallOpStruct{sample_uuid, {}, {}}}, std::nullopt},
        ChangeDUStateResponse{},
    };
}

/// Everything that can be said in the namespace urn:dslforum-org:cwmp-1-`digit`.
inline std::vector<cwmp::Message> sample_messages(unsigned digit)
{
    auto messages = sample_messages_1_0();
    auto const add = [&](std::vector<cwmp::Message> more) {
        messages.insert(messages.end(), more.begin(), more.end());
    };
    if (digit >= 1)
        add(sample_messages_1_1());
    if (digit >= 2)
        add(sample_messages_1_2());
    return messages;
}

/// What is no method of a SOAP envelope.
inline std::vector<cwmp::Message> sample_messages_beside()
{
    using namespace cwmp;
    return {
        Unknown{"X_00D09E_Blink", "<Led>1</Led><Rate unit=\"Hz\">2 &amp; more</Rate>"},
        Unknown{"X_00D09E_BlinkResponse", ""},
        Notification{1772366096, "00D09E-1", "5f2a", "00D09E", "HG & 1000", "1", sample_values()},
        XmppConnectionRequest{"user ", "p<ss"},
    };
}

/// The message with booleans among its values spelt 0 and 1: a dialect respells them, and nothing else.
inline cwmp::Message with_digits(cwmp::Message message)
{
    auto const respell = [](std::vector<cwmp::ParameterValue>& list) {
        for (auto& value : list)
            if (value.type == cwmp::ValueType::boolean)
                value.value = value.value == "true" ? "1" : value.value == "false" ? "0" : value.value;
    };
    if (auto* inform = std::get_if<cwmp::Inform>(&message))
        respell(inform->parameter_list);
    if (auto* set = std::get_if<cwmp::SetParameterValues>(&message))
        respell(set->parameter_list);
    if (auto* values = std::get_if<cwmp::GetParameterValuesResponse>(&message))
        respell(values->parameter_list);
    return message;
}

}  // namespace cwmp_test
