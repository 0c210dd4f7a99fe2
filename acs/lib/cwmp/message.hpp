#pragma once

#include "base/clock.hpp"
#include "cwmp/device_id.hpp"
#include "cwmp/event.hpp"
#include "cwmp/fault.hpp"
#include "cwmp/value_type.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Every message of TR-069 Amendment 6 as a plain value. Types are named as the specification names them, members are
/// its argument names in snake_case. Numbers that a CPE sent in a form that is no number are read as 0.
namespace cwmp {

/// The time that means "not known" (TR-106).
inline constexpr std::string_view unknown_time = "0001-01-01T00:00:00Z";

/// A dateTime as sent -> a moment. A time without a zone is taken as UTC; the unknown time is year 1.
/// None when the text is no moment of the years 1 to 9999.
[[nodiscard]] std::optional<base::TimePoint> to_time_point(std::string_view date_time);

/// A parameter with its value (ParameterValueStruct). Blanks around a value are kept unless the type says that they
/// cannot matter.
struct ParameterValue {
    std::string name;
    std::string value;
    ValueType type = ValueType::string;
    bool operator==(ParameterValue const&) const = default;
};

// ---- called by the CPE (A.3.3, A.4.2) --------------------------------------------------------------------------

/// A POST without a body: the CPE has nothing (more) to say, or the ACS has not.
struct Empty {
    bool operator==(Empty const&) const = default;
};

/// A.3.3.1 - the CPE opens a session with this.
struct Inform {
    DeviceId device_id;
    std::vector<Event> event;
    std::uint32_t max_envelopes = 1;
    std::string current_time;       ///< the CPE's clock, as sent
    std::uint32_t retry_count = 0;  ///< how often this session was tried before
    std::vector<ParameterValue> parameter_list;
    bool operator==(Inform const&) const = default;
};

struct InformResponse {
    std::uint32_t max_envelopes = 1;
    bool operator==(InformResponse const&) const = default;
};

/// How a transfer ended (TransferCompleteFaultStruct): code 0 is success.
struct TransferCompleteFaultStruct {
    unsigned fault_code = 0;
    std::string fault_string;
    bool operator==(TransferCompleteFaultStruct const&) const = default;
};

/// A.3.3.2 - a Download, ScheduleDownload or Upload of the ACS is over.
struct TransferComplete {
    std::string command_key;
    TransferCompleteFaultStruct fault_struct;
    std::string start_time{unknown_time};
    std::string complete_time{unknown_time};
    bool operator==(TransferComplete const&) const = default;
};

struct TransferCompleteResponse {
    bool operator==(TransferCompleteResponse const&) const = default;
};

/// A.3.3.3 - a transfer that the ACS did not ask for is over.
struct AutonomousTransferComplete {
    std::string announce_url;
    std::string transfer_url;
    bool is_download = true;
    std::string file_type;
    std::uint32_t file_size = 0;  ///< bytes, 0 when not known
    std::string target_file_name;
    TransferCompleteFaultStruct fault_struct;
    std::string start_time{unknown_time};
    std::string complete_time{unknown_time};
    bool operator==(AutonomousTransferComplete const&) const = default;
};

struct AutonomousTransferCompleteResponse {
    bool operator==(AutonomousTransferCompleteResponse const&) const = default;
};

/// How an operation on a deployment unit ended (DeploymentUnitFaultStruct): code 0 is success.
struct DeploymentUnitFaultStruct {
    unsigned fault_code = 0;
    std::string fault_string;
    bool operator==(DeploymentUnitFaultStruct const&) const = default;
};

/// The result of one operation of a ChangeDUState.
struct OpResultStruct {
    std::string uuid;
    std::string deployment_unit_ref;
    std::string version;
    std::string current_state;  ///< "Installed", "Uninstalled" or "Failed"
    bool resolved = false;
    std::string execution_unit_ref_list;
    std::string start_time{unknown_time};
    std::string complete_time{unknown_time};
    DeploymentUnitFaultStruct fault;
    bool operator==(OpResultStruct const&) const = default;
};

/// The result of one operation that the ACS did not ask for.
struct AutonOpResultStruct {
    std::string uuid;
    std::string deployment_unit_ref;
    std::string version;
    std::string current_state;  ///< "Installed", "Uninstalled" or "Failed"
    bool resolved = false;
    std::string execution_unit_ref_list;
    std::string start_time{unknown_time};
    std::string complete_time{unknown_time};
    DeploymentUnitFaultStruct fault;
    std::string operation_performed;  ///< "Install", "Update" or "Uninstall"
    bool operator==(AutonOpResultStruct const&) const = default;
};

/// A.4.2.3 - a ChangeDUState is over; results in the order of its operations.
struct DUStateChangeComplete {
    std::vector<OpResultStruct> results;
    std::optional<std::string> command_key;
    bool operator==(DUStateChangeComplete const&) const = default;
};

struct DUStateChangeCompleteResponse {
    bool operator==(DUStateChangeCompleteResponse const&) const = default;
};

/// A.4.2.4 - deployment units changed without the ACS.
struct AutonomousDUStateChangeComplete {
    std::vector<AutonOpResultStruct> results;
    bool operator==(AutonomousDUStateChangeComplete const&) const = default;
};

struct AutonomousDUStateChangeCompleteResponse {
    bool operator==(AutonomousDUStateChangeCompleteResponse const&) const = default;
};

/// A name and a value of RequestDownload.
struct ArgStruct {
    std::string name;
    std::string value;
    bool operator==(ArgStruct const&) const = default;
};

/// A.4.2.2 - the CPE asks to be sent a Download.
struct RequestDownload {
    std::string file_type;
    std::vector<ArgStruct> file_type_arg;
    bool operator==(RequestDownload const&) const = default;
};

struct RequestDownloadResponse {
    bool operator==(RequestDownloadResponse const&) const = default;
};

/// A.4.2.1 - a user was sent to the CPE by a web page of the ACS.
struct Kicked {
    std::string command;
    std::string referer;
    std::string arg;
    std::string next;
    bool operator==(Kicked const&) const = default;
};

struct KickedResponse {
    std::string next_url;
    bool operator==(KickedResponse const&) const = default;
};

// ---- called by either side (A.3.1) -----------------------------------------------------------------------------

/// A.3.1.1 - which methods do you have?
struct GetRPCMethods {
    bool operator==(GetRPCMethods const&) const = default;
};

struct GetRPCMethodsResponse {
    std::vector<std::string> method_list;
    bool operator==(GetRPCMethodsResponse const&) const = default;
};

// ---- called by the ACS (A.3.2, A.4.1) --------------------------------------------------------------------------

/// A.3.2.1 - all or nothing.
struct SetParameterValues {
    std::vector<ParameterValue> parameter_list;
    std::string parameter_key;
    bool operator==(SetParameterValues const&) const = default;
};

struct SetParameterValuesResponse {
    int status = 0;  ///< 0 applied, 1 accepted and applied later
    bool operator==(SetParameterValuesResponse const&) const = default;
};

/// A.3.2.2 - full names, or partial paths that end with a dot; "" is the whole tree.
struct GetParameterValues {
    std::vector<std::string> parameter_names;
    bool operator==(GetParameterValues const&) const = default;
};

struct GetParameterValuesResponse {
    std::vector<ParameterValue> parameter_list;
    bool operator==(GetParameterValuesResponse const&) const = default;
};

/// A.3.2.3 - what is below a path: its children only (`next_level`), or everything.
struct GetParameterNames {
    std::string parameter_path;
    bool next_level = false;
    bool operator==(GetParameterNames const&) const = default;
};

struct ParameterInfoStruct {
    std::string name;       ///< objects end with a dot
    bool writable = false;  ///< of a table: AddObject is possible; of an instance: DeleteObject
    bool operator==(ParameterInfoStruct const&) const = default;
};

struct GetParameterNamesResponse {
    std::vector<ParameterInfoStruct> parameter_list;
    bool operator==(GetParameterNamesResponse const&) const = default;
};

struct SetParameterAttributesStruct {
    std::string name;  ///< full or partial
    bool notification_change = false;
    int notification = 0;  ///< 0-6
    bool access_list_change = false;
    std::vector<std::string> access_list;
    bool operator==(SetParameterAttributesStruct const&) const = default;
};

/// A.3.2.4
struct SetParameterAttributes {
    std::vector<SetParameterAttributesStruct> parameter_list;
    bool operator==(SetParameterAttributes const&) const = default;
};

struct SetParameterAttributesResponse {
    bool operator==(SetParameterAttributesResponse const&) const = default;
};

/// A.3.2.5
struct GetParameterAttributes {
    std::vector<std::string> parameter_names;
    bool operator==(GetParameterAttributes const&) const = default;
};

struct ParameterAttributeStruct {
    std::string name;
    int notification = 0;  ///< 0-6
    std::vector<std::string> access_list;
    bool operator==(ParameterAttributeStruct const&) const = default;
};

struct GetParameterAttributesResponse {
    std::vector<ParameterAttributeStruct> parameter_list;
    bool operator==(GetParameterAttributesResponse const&) const = default;
};

/// A.3.2.6
struct AddObject {
    std::string object_name;  ///< of the table, ends with a dot
    std::string parameter_key;
    bool operator==(AddObject const&) const = default;
};

struct AddObjectResponse {
    std::uint32_t instance_number = 0;  ///< 1 and up; 0 when the CPE told none
    int status = 0;                     ///< 0 applied, 1 accepted and applied later
    bool operator==(AddObjectResponse const&) const = default;
};

/// A.3.2.7
struct DeleteObject {
    std::string object_name;  ///< of the instance, ends with a dot
    std::string parameter_key;
    bool operator==(DeleteObject const&) const = default;
};

struct DeleteObjectResponse {
    int status = 0;  ///< 0 applied, 1 accepted and applied later
    bool operator==(DeleteObjectResponse const&) const = default;
};

/// A.3.2.8
struct Download {
    std::string command_key;  ///< up to 32 characters; comes back in TransferComplete
    std::string file_type;    ///< "1 Firmware Upgrade Image" ...
    std::string url;          ///< up to 256 characters, no credentials
    std::string username;
    std::string password;
    std::uint32_t file_size = 0;  ///< bytes, 0 when not known
    std::string target_file_name;
    std::uint32_t delay_seconds = 0;
    std::string success_url;
    std::string failure_url;
    bool operator==(Download const&) const = default;
};

struct DownloadResponse {
    int status = 0;  ///< 0 done, 1 a TransferComplete will tell
    std::string start_time{unknown_time};
    std::string complete_time{unknown_time};
    bool operator==(DownloadResponse const&) const = default;
};

/// A.3.2.9
struct Reboot {
    std::string command_key;
    bool operator==(Reboot const&) const = default;
};

struct RebootResponse {
    bool operator==(RebootResponse const&) const = default;
};

/// A.4.1.1
struct GetQueuedTransfers {
    bool operator==(GetQueuedTransfers const&) const = default;
};

struct QueuedTransferStruct {
    std::string command_key;
    int state = 1;  ///< 1 not started, 2 running, 3 finished
    bool operator==(QueuedTransferStruct const&) const = default;
};

struct GetQueuedTransfersResponse {
    std::vector<QueuedTransferStruct> transfer_list;
    bool operator==(GetQueuedTransfersResponse const&) const = default;
};

/// A.4.1.2
struct ScheduleInform {
    std::uint32_t delay_seconds = 0;  ///< more than 0
    std::string command_key;
    bool operator==(ScheduleInform const&) const = default;
};

struct ScheduleInformResponse {
    bool operator==(ScheduleInformResponse const&) const = default;
};

/// A.4.1.3 - vouchers are base64 text.
struct SetVouchers {
    std::vector<std::string> voucher_list;
    bool operator==(SetVouchers const&) const = default;
};

struct SetVouchersResponse {
    bool operator==(SetVouchersResponse const&) const = default;
};

/// A.4.1.4 - "" asks for all options.
struct GetOptions {
    std::string option_name;
    bool operator==(GetOptions const&) const = default;
};

struct OptionStruct {
    std::string option_name;
    std::uint32_t voucher_sn = 0;
    std::uint32_t state = 0;  ///< 0-3
    int mode = 0;             ///< 0-2
    std::string start_date{unknown_time};
    std::optional<std::string> expiration_date;
    int is_transferable = 0;  ///< 0 or 1
    bool operator==(OptionStruct const&) const = default;
};

struct GetOptionsResponse {
    std::vector<OptionStruct> option_list;
    bool operator==(GetOptionsResponse const&) const = default;
};

/// A.4.1.5
struct Upload {
    std::string command_key;
    std::string file_type;  ///< "3 Vendor Configuration File 1" ...
    std::string url;
    std::string username;
    std::string password;
    std::uint32_t delay_seconds = 0;
    bool operator==(Upload const&) const = default;
};

struct UploadResponse {
    int status = 0;  ///< 0 done, 1 a TransferComplete will tell
    std::string start_time{unknown_time};
    std::string complete_time{unknown_time};
    bool operator==(UploadResponse const&) const = default;
};

/// A.4.1.6
struct FactoryReset {
    bool operator==(FactoryReset const&) const = default;
};

struct FactoryResetResponse {
    bool operator==(FactoryResetResponse const&) const = default;
};

/// A.4.1.7
struct GetAllQueuedTransfers {
    bool operator==(GetAllQueuedTransfers const&) const = default;
};

struct AllQueuedTransferStruct {
    std::string command_key;
    int state = 1;  ///< 1 not started, 2 running, 3 finished
    bool is_download = true;
    std::string file_type;
    std::uint32_t file_size = 0;
    std::string target_file_name;
    bool operator==(AllQueuedTransferStruct const&) const = default;
};

struct GetAllQueuedTransfersResponse {
    std::vector<AllQueuedTransferStruct> transfer_list;
    bool operator==(GetAllQueuedTransfersResponse const&) const = default;
};

struct TimeWindowStruct {
    std::uint32_t window_start = 0;  ///< seconds from receipt
    std::uint32_t window_end = 0;    ///< seconds from receipt
    std::string window_mode;         ///< "1 At Any Time", "2 Immediately", "3 When Idle", "4 Confirmation Needed"
    std::string user_message;
    int max_retries = -1;  ///< -1: the CPE decides
    bool operator==(TimeWindowStruct const&) const = default;
};

/// A.4.1.8 - one or two time windows that do not overlap.
struct ScheduleDownload {
    std::string command_key;
    std::string file_type;
    std::string url;
    std::string username;
    std::string password;
    std::uint32_t file_size = 0;
    std::string target_file_name;
    std::vector<TimeWindowStruct> time_window_list;
    bool operator==(ScheduleDownload const&) const = default;
};

struct ScheduleDownloadResponse {
    bool operator==(ScheduleDownloadResponse const&) const = default;
};

/// A.4.1.9
struct CancelTransfer {
    std::string command_key;
    bool operator==(CancelTransfer const&) const = default;
};

struct CancelTransferResponse {
    bool operator==(CancelTransferResponse const&) const = default;
};

/// Install a deployment unit.
struct InstallOpStruct {
    std::string url;
    std::optional<std::string> uuid;
    std::optional<std::string> username;
    std::optional<std::string> password;
    std::optional<std::string> execution_env_ref;
    bool operator==(InstallOpStruct const&) const = default;
};

/// Update one deployment unit, or all when neither UUID nor URL is given.
struct UpdateOpStruct {
    std::optional<std::string> uuid;
    std::optional<std::string> version;
    std::optional<std::string> url;
    std::optional<std::string> username;
    std::optional<std::string> password;
    bool operator==(UpdateOpStruct const&) const = default;
};

/// Uninstall a deployment unit.
struct UninstallOpStruct {
    std::string uuid;
    std::optional<std::string> version;
    std::optional<std::string> execution_env_ref;
    bool operator==(UninstallOpStruct const&) const = default;
};

/// One operation of ChangeDUState; which one is told by xsi:type.
using OperationStruct = std::variant<InstallOpStruct, UpdateOpStruct, UninstallOpStruct>;

/// A.4.1.10
struct ChangeDUState {
    std::vector<OperationStruct> operations;
    std::optional<std::string> command_key;
    bool operator==(ChangeDUState const&) const = default;
};

struct ChangeDUStateResponse {
    bool operator==(ChangeDUStateResponse const&) const = default;
};

// ---- beside the RPCs -------------------------------------------------------------------------------------------

/// A method that TR-069 does not know, request or response: passed through.
struct Unknown {
    std::string method;  ///< local name of the element: "X_00D09E_Blink", "X_00D09E_BlinkResponse"
    std::string raw;     ///< what is between its tags, as XML text
    bool operator==(Unknown const&) const = default;
};

/// Annex M - a lightweight notification, sent by UDP without a SOAP envelope. Authenticated by an HTTP-like header.
struct Notification {
    std::uint64_t ts = 0;  ///< seconds since 1970
    std::string un;        ///< ManagementServer.Username
    std::string cn;        ///< nonce
    std::string oui;
    std::string product_class;
    std::string serial_number;
    std::vector<ParameterValue> param;
    bool operator==(Notification const&) const = default;
};

/// Annex K - the body of a connection request over XMPP.
struct XmppConnectionRequest {
    std::string username;
    std::string password;
    bool operator==(XmppConnectionRequest const&) const = default;
};

/// Any one message, in either direction.
using Message = std::variant<
    Empty, Inform, InformResponse, TransferComplete, TransferCompleteResponse, AutonomousTransferComplete,
    AutonomousTransferCompleteResponse, DUStateChangeComplete, DUStateChangeCompleteResponse,
    AutonomousDUStateChangeComplete, AutonomousDUStateChangeCompleteResponse, RequestDownload, RequestDownloadResponse,
    Kicked, KickedResponse, GetRPCMethods, GetRPCMethodsResponse, SetParameterValues, SetParameterValuesResponse,
    GetParameterValues, GetParameterValuesResponse, GetParameterNames, GetParameterNamesResponse,
    SetParameterAttributes, SetParameterAttributesResponse, GetParameterAttributes, GetParameterAttributesResponse,
    AddObject, AddObjectResponse, DeleteObject, DeleteObjectResponse, Download, DownloadResponse, Reboot,
    RebootResponse, GetQueuedTransfers, GetQueuedTransfersResponse, ScheduleInform, ScheduleInformResponse, SetVouchers,
    SetVouchersResponse, GetOptions, GetOptionsResponse, Upload, UploadResponse, FactoryReset, FactoryResetResponse,
    GetAllQueuedTransfers, GetAllQueuedTransfersResponse, ScheduleDownload, ScheduleDownloadResponse, CancelTransfer,
    CancelTransferResponse, ChangeDUState, ChangeDUStateResponse, Fault, Unknown, Notification, XmppConnectionRequest>;

/// "GetParameterValuesResponse" and so on; "Fault", "Empty"; the method's own name for Unknown.
/// The view lives as long as `message`.
[[nodiscard]] std::string_view method_name(Message const& message) noexcept;

/// True for Empty, the responses and Fault: what answers and asks for nothing.
[[nodiscard]] bool is_answer(Message const& message) noexcept;

/// The fault that some agents hide in the Status of an ordinary response (AddObjectResponse with Status 9005).
[[nodiscard]] std::optional<Fault> hidden_fault(Message const& message);

}  // namespace cwmp
