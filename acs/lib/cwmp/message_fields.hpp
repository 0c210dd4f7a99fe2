#pragma once

#include "cwmp/message.hpp"

#include <string_view>
#include <tuple>

/// The elements of every message: TR-069's name and the member that holds it, in the order of the schema. Readers,
/// writers and JSON are driven by this one table.
namespace cwmp {

/// How an element stands in its parent.
enum class Shape {
    element,   ///< once; blanks around text mean nothing; a list is wrapped in one element
    verbatim,  ///< once; blanks around text are part of it
    repeated,  ///< a list without a wrapper: the element itself is repeated
};

/// One element of `Class`.
template <class Class, class Member>
struct Field {
    std::string_view name;
    Member Class::* member;
    Shape shape = Shape::element;
};

/// The elements of `T`, a tuple of Field; empty for messages without arguments.
template <class T>
inline constexpr std::tuple<> fields_of;

/// The name of the element that is the message `T`; empty for messages that are none.
template <class T>
inline constexpr std::string_view method_name_of;

template <>
inline constexpr std::tuple fields_of<DeviceId>{
    Field{"Manufacturer", &DeviceId::manufacturer},
    Field{"OUI", &DeviceId::oui},
    Field{"ProductClass", &DeviceId::product_class},
    Field{"SerialNumber", &DeviceId::serial_number},
};

template <>
inline constexpr std::tuple fields_of<Event>{
    Field{"EventCode", &Event::code},
    Field{"CommandKey", &Event::command_key},
};

template <>
inline constexpr std::tuple fields_of<SetParameterValuesFault>{
    Field{"ParameterName", &SetParameterValuesFault::parameter_name},
    Field{"FaultCode", &SetParameterValuesFault::code},
    Field{"FaultString", &SetParameterValuesFault::string},
};

template <>
inline constexpr std::tuple fields_of<Inform>{
    Field{"DeviceId", &Inform::device_id},         Field{"Event", &Inform::event},
    Field{"MaxEnvelopes", &Inform::max_envelopes}, Field{"CurrentTime", &Inform::current_time},
    Field{"RetryCount", &Inform::retry_count},     Field{"ParameterList", &Inform::parameter_list},
};

template <>
inline constexpr std::tuple fields_of<InformResponse>{
    Field{"MaxEnvelopes", &InformResponse::max_envelopes},
};

template <>
inline constexpr std::tuple fields_of<TransferCompleteFaultStruct>{
    Field{"FaultCode", &TransferCompleteFaultStruct::fault_code},
    Field{"FaultString", &TransferCompleteFaultStruct::fault_string},
};

template <>
inline constexpr std::tuple fields_of<TransferComplete>{
    Field{"CommandKey", &TransferComplete::command_key},
    Field{"FaultStruct", &TransferComplete::fault_struct},
    Field{"StartTime", &TransferComplete::start_time},
    Field{"CompleteTime", &TransferComplete::complete_time},
};

template <>
inline constexpr std::tuple fields_of<AutonomousTransferComplete>{
    Field{"AnnounceURL", &AutonomousTransferComplete::announce_url},
    Field{"TransferURL", &AutonomousTransferComplete::transfer_url},
    Field{"IsDownload", &AutonomousTransferComplete::is_download},
    Field{"FileType", &AutonomousTransferComplete::file_type},
    Field{"FileSize", &AutonomousTransferComplete::file_size},
    Field{"TargetFileName", &AutonomousTransferComplete::target_file_name},
    Field{"FaultStruct", &AutonomousTransferComplete::fault_struct},
    Field{"StartTime", &AutonomousTransferComplete::start_time},
    Field{"CompleteTime", &AutonomousTransferComplete::complete_time},
};

template <>
inline constexpr std::tuple fields_of<DeploymentUnitFaultStruct>{
    Field{"FaultCode", &DeploymentUnitFaultStruct::fault_code},
    Field{"FaultString", &DeploymentUnitFaultStruct::fault_string},
};

template <>
inline constexpr std::tuple fields_of<OpResultStruct>{
    Field{"UUID", &OpResultStruct::uuid},
    Field{"DeploymentUnitRef", &OpResultStruct::deployment_unit_ref},
    Field{"Version", &OpResultStruct::version},
    Field{"CurrentState", &OpResultStruct::current_state},
    Field{"Resolved", &OpResultStruct::resolved},
    Field{"ExecutionUnitRefList", &OpResultStruct::execution_unit_ref_list},
    Field{"StartTime", &OpResultStruct::start_time},
    Field{"CompleteTime", &OpResultStruct::complete_time},
    Field{"Fault", &OpResultStruct::fault},
};

template <>
inline constexpr std::tuple fields_of<AutonOpResultStruct>{
    Field{"UUID", &AutonOpResultStruct::uuid},
    Field{"DeploymentUnitRef", &AutonOpResultStruct::deployment_unit_ref},
    Field{"Version", &AutonOpResultStruct::version},
    Field{"CurrentState", &AutonOpResultStruct::current_state},
    Field{"Resolved", &AutonOpResultStruct::resolved},
    Field{"ExecutionUnitRefList", &AutonOpResultStruct::execution_unit_ref_list},
    Field{"StartTime", &AutonOpResultStruct::start_time},
    Field{"CompleteTime", &AutonOpResultStruct::complete_time},
    Field{"Fault", &AutonOpResultStruct::fault},
    Field{"OperationPerformed", &AutonOpResultStruct::operation_performed},
};

template <>
inline constexpr std::tuple fields_of<DUStateChangeComplete>{
    Field{"Results", &DUStateChangeComplete::results, Shape::repeated},
    Field{"CommandKey", &DUStateChangeComplete::command_key},
};

template <>
inline constexpr std::tuple fields_of<AutonomousDUStateChangeComplete>{
    Field{"Results", &AutonomousDUStateChangeComplete::results, Shape::repeated},
};

template <>
inline constexpr std::tuple fields_of<ArgStruct>{
    Field{"Name", &ArgStruct::name},
    Field{"Value", &ArgStruct::value, Shape::verbatim},
};

template <>
inline constexpr std::tuple fields_of<RequestDownload>{
    Field{"FileType", &RequestDownload::file_type},
    Field{"FileTypeArg", &RequestDownload::file_type_arg},
};

template <>
inline constexpr std::tuple fields_of<Kicked>{
    Field{"Command", &Kicked::command},
    Field{"Referer", &Kicked::referer},
    Field{"Arg", &Kicked::arg, Shape::verbatim},
    Field{"Next", &Kicked::next},
};

template <>
inline constexpr std::tuple fields_of<KickedResponse>{
    Field{"NextURL", &KickedResponse::next_url},
};

template <>
inline constexpr std::tuple fields_of<GetRPCMethodsResponse>{
    Field{"MethodList", &GetRPCMethodsResponse::method_list},
};

template <>
inline constexpr std::tuple fields_of<SetParameterValues>{
    Field{"ParameterList", &SetParameterValues::parameter_list},
    Field{"ParameterKey", &SetParameterValues::parameter_key},
};

template <>
inline constexpr std::tuple fields_of<SetParameterValuesResponse>{
    Field{"Status", &SetParameterValuesResponse::status},
};

template <>
inline constexpr std::tuple fields_of<GetParameterValues>{
    Field{"ParameterNames", &GetParameterValues::parameter_names},
};

template <>
inline constexpr std::tuple fields_of<GetParameterValuesResponse>{
    Field{"ParameterList", &GetParameterValuesResponse::parameter_list},
};

template <>
inline constexpr std::tuple fields_of<GetParameterNames>{
    Field{"ParameterPath", &GetParameterNames::parameter_path},
    Field{"NextLevel", &GetParameterNames::next_level},
};

template <>
inline constexpr std::tuple fields_of<ParameterInfoStruct>{
    Field{"Name", &ParameterInfoStruct::name},
    Field{"Writable", &ParameterInfoStruct::writable},
};

template <>
inline constexpr std::tuple fields_of<GetParameterNamesResponse>{
    Field{"ParameterList", &GetParameterNamesResponse::parameter_list},
};

template <>
inline constexpr std::tuple fields_of<SetParameterAttributesStruct>{
    Field{"Name", &SetParameterAttributesStruct::name},
    Field{"NotificationChange", &SetParameterAttributesStruct::notification_change},
    Field{"Notification", &SetParameterAttributesStruct::notification},
    Field{"AccessListChange", &SetParameterAttributesStruct::access_list_change},
    Field{"AccessList", &SetParameterAttributesStruct::access_list},
};

template <>
inline constexpr std::tuple fields_of<SetParameterAttributes>{
    Field{"ParameterList", &SetParameterAttributes::parameter_list},
};

template <>
inline constexpr std::tuple fields_of<GetParameterAttributes>{
    Field{"ParameterNames", &GetParameterAttributes::parameter_names},
};

template <>
inline constexpr std::tuple fields_of<ParameterAttributeStruct>{
    Field{"Name", &ParameterAttributeStruct::name},
    Field{"Notification", &ParameterAttributeStruct::notification},
    Field{"AccessList", &ParameterAttributeStruct::access_list},
};

template <>
inline constexpr std::tuple fields_of<GetParameterAttributesResponse>{
    Field{"ParameterList", &GetParameterAttributesResponse::parameter_list},
};

template <>
inline constexpr std::tuple fields_of<AddObject>{
    Field{"ObjectName", &AddObject::object_name},
    Field{"ParameterKey", &AddObject::parameter_key},
};

template <>
inline constexpr std::tuple fields_of<AddObjectResponse>{
    Field{"InstanceNumber", &AddObjectResponse::instance_number},
    Field{"Status", &AddObjectResponse::status},
};

template <>
inline constexpr std::tuple fields_of<DeleteObject>{
    Field{"ObjectName", &DeleteObject::object_name},
    Field{"ParameterKey", &DeleteObject::parameter_key},
};

template <>
inline constexpr std::tuple fields_of<DeleteObjectResponse>{
    Field{"Status", &DeleteObjectResponse::status},
};

template <>
inline constexpr std::tuple fields_of<Download>{
    Field{"CommandKey", &Download::command_key},
    Field{"FileType", &Download::file_type},
    Field{"URL", &Download::url},
    Field{"Username", &Download::username, Shape::verbatim},
    Field{"Password", &Download::password, Shape::verbatim},
    Field{"FileSize", &Download::file_size},
    Field{"TargetFileName", &Download::target_file_name},
    Field{"DelaySeconds", &Download::delay_seconds},
    Field{"SuccessURL", &Download::success_url},
    Field{"FailureURL", &Download::failure_url},
};

template <>
inline constexpr std::tuple fields_of<DownloadResponse>{
    Field{"Status", &DownloadResponse::status},
    Field{"StartTime", &DownloadResponse::start_time},
    Field{"CompleteTime", &DownloadResponse::complete_time},
};

template <>
inline constexpr std::tuple fields_of<Reboot>{
    Field{"CommandKey", &Reboot::command_key},
};

template <>
inline constexpr std::tuple fields_of<QueuedTransferStruct>{
    Field{"CommandKey", &QueuedTransferStruct::command_key},
    Field{"State", &QueuedTransferStruct::state},
};

template <>
inline constexpr std::tuple fields_of<GetQueuedTransfersResponse>{
    Field{"TransferList", &GetQueuedTransfersResponse::transfer_list},
};

template <>
inline constexpr std::tuple fields_of<ScheduleInform>{
    Field{"DelaySeconds", &ScheduleInform::delay_seconds},
    Field{"CommandKey", &ScheduleInform::command_key},
};

template <>
inline constexpr std::tuple fields_of<SetVouchers>{
    Field{"VoucherList", &SetVouchers::voucher_list},
};

template <>
inline constexpr std::tuple fields_of<GetOptions>{
    Field{"OptionName", &GetOptions::option_name},
};

template <>
inline constexpr std::tuple fields_of<OptionStruct>{
    Field{"OptionName", &OptionStruct::option_name},
    Field{"VoucherSN", &OptionStruct::voucher_sn},
    Field{"State", &OptionStruct::state},
    Field{"Mode", &OptionStruct::mode},
    Field{"StartDate", &OptionStruct::start_date},
    Field{"ExpirationDate", &OptionStruct::expiration_date},
    Field{"IsTransferable", &OptionStruct::is_transferable},
};

template <>
inline constexpr std::tuple fields_of<GetOptionsResponse>{
    Field{"OptionList", &GetOptionsResponse::option_list},
};

template <>
inline constexpr std::tuple fields_of<Upload>{
    Field{"CommandKey", &Upload::command_key},
    Field{"FileType", &Upload::file_type},
    Field{"URL", &Upload::url},
    Field{"Username", &Upload::username, Shape::verbatim},
    Field{"Password", &Upload::password, Shape::verbatim},
    Field{"DelaySeconds", &Upload::delay_seconds},
};

template <>
inline constexpr std::tuple fields_of<UploadResponse>{
    Field{"Status", &UploadResponse::status},
    Field{"StartTime", &UploadResponse::start_time},
    Field{"CompleteTime", &UploadResponse::complete_time},
};

template <>
inline constexpr std::tuple fields_of<AllQueuedTransferStruct>{
    Field{"CommandKey", &AllQueuedTransferStruct::command_key},
    Field{"State", &AllQueuedTransferStruct::state},
    Field{"IsDownload", &AllQueuedTransferStruct::is_download},
    Field{"FileType", &AllQueuedTransferStruct::file_type},
    Field{"FileSize", &AllQueuedTransferStruct::file_size},
    Field{"TargetFileName", &AllQueuedTransferStruct::target_file_name},
};

template <>
inline constexpr std::tuple fields_of<GetAllQueuedTransfersResponse>{
    Field{"TransferList", &GetAllQueuedTransfersResponse::transfer_list},
};

template <>
inline constexpr std::tuple fields_of<TimeWindowStruct>{
    Field{"WindowStart", &TimeWindowStruct::window_start},
    Field{"WindowEnd", &TimeWindowStruct::window_end},
    Field{"WindowMode", &TimeWindowStruct::window_mode},
    Field{"UserMessage", &TimeWindowStruct::user_message, Shape::verbatim},
    Field{"MaxRetries", &TimeWindowStruct::max_retries},
};

template <>
inline constexpr std::tuple fields_of<ScheduleDownload>{
    Field{"CommandKey", &ScheduleDownload::command_key},
    Field{"FileType", &ScheduleDownload::file_type},
    Field{"URL", &ScheduleDownload::url},
    Field{"Username", &ScheduleDownload::username, Shape::verbatim},
    Field{"Password", &ScheduleDownload::password, Shape::verbatim},
    Field{"FileSize", &ScheduleDownload::file_size},
    Field{"TargetFileName", &ScheduleDownload::target_file_name},
    Field{"TimeWindowList", &ScheduleDownload::time_window_list},
};

template <>
inline constexpr std::tuple fields_of<CancelTransfer>{
    Field{"CommandKey", &CancelTransfer::command_key},
};

template <>
inline constexpr std::tuple fields_of<InstallOpStruct>{
    Field{"URL", &InstallOpStruct::url},
    Field{"UUID", &InstallOpStruct::uuid},
    Field{"Username", &InstallOpStruct::username, Shape::verbatim},
    Field{"Password", &InstallOpStruct::password, Shape::verbatim},
    Field{"ExecutionEnvRef", &InstallOpStruct::execution_env_ref},
};

template <>
inline constexpr std::tuple fields_of<UpdateOpStruct>{
    Field{"UUID", &UpdateOpStruct::uuid},
    Field{"Version", &UpdateOpStruct::version},
    Field{"URL", &UpdateOpStruct::url},
    Field{"Username", &UpdateOpStruct::username, Shape::verbatim},
    Field{"Password", &UpdateOpStruct::password, Shape::verbatim},
};

template <>
inline constexpr std::tuple fields_of<UninstallOpStruct>{
    Field{"UUID", &UninstallOpStruct::uuid},
    Field{"Version", &UninstallOpStruct::version},
    Field{"ExecutionEnvRef", &UninstallOpStruct::execution_env_ref},
};

template <>
inline constexpr std::tuple fields_of<ChangeDUState>{
    Field{"Operations", &ChangeDUState::operations, Shape::repeated},
    Field{"CommandKey", &ChangeDUState::command_key},
};

template <>
inline constexpr std::tuple fields_of<Notification>{
    Field{"TS", &Notification::ts},
    Field{"UN", &Notification::un},
    Field{"CN", &Notification::cn},
    Field{"OUI", &Notification::oui},
    Field{"ProductClass", &Notification::product_class},
    Field{"SerialNumber", &Notification::serial_number},
    Field{"Param", &Notification::param, Shape::repeated},
};

template <>
inline constexpr std::tuple fields_of<XmppConnectionRequest>{
    Field{"username", &XmppConnectionRequest::username, Shape::verbatim},
    Field{"password", &XmppConnectionRequest::password, Shape::verbatim},
};

template <>
inline constexpr std::tuple fields_of<Fault>{
    Field{"FaultCode", &Fault::code},
    Field{"FaultString", &Fault::string},
    Field{"SetParameterValuesFault", &Fault::set_parameter_values_faults, Shape::repeated},
};

template <>
inline constexpr std::string_view method_name_of<Empty> = "Empty";
template <>
inline constexpr std::string_view method_name_of<Inform> = "Inform";
template <>
inline constexpr std::string_view method_name_of<InformResponse> = "InformResponse";
template <>
inline constexpr std::string_view method_name_of<TransferComplete> = "TransferComplete";
template <>
inline constexpr std::string_view method_name_of<TransferCompleteResponse> = "TransferCompleteResponse";
template <>
inline constexpr std::string_view method_name_of<AutonomousTransferComplete> = "AutonomousTransferComplete";
template <>
inline constexpr std::string_view method_name_of<AutonomousTransferCompleteResponse> =
    "AutonomousTransferCompleteResponse";
template <>
inline constexpr std::string_view method_name_of<DUStateChangeComplete> = "DUStateChangeComplete";
template <>
inline constexpr std::string_view method_name_of<DUStateChangeCompleteResponse> = "DUStateChangeCompleteResponse";
template <>
inline constexpr std::string_view method_name_of<AutonomousDUStateChangeComplete> = "AutonomousDUStateChangeComplete";
template <>
inline constexpr std::string_view method_name_of<AutonomousDUStateChangeCompleteResponse> =
    "AutonomousDUStateChangeCompleteResponse";
template <>
inline constexpr std::string_view method_name_of<RequestDownload> = "RequestDownload";
template <>
inline constexpr std::string_view method_name_of<RequestDownloadResponse> = "RequestDownloadResponse";
template <>
inline constexpr std::string_view method_name_of<Kicked> = "Kicked";
template <>
inline constexpr std::string_view method_name_of<KickedResponse> = "KickedResponse";
template <>
inline constexpr std::string_view method_name_of<GetRPCMethods> = "GetRPCMethods";
template <>
inline constexpr std::string_view method_name_of<GetRPCMethodsResponse> = "GetRPCMethodsResponse";
template <>
inline constexpr std::string_view method_name_of<SetParameterValues> = "SetParameterValues";
template <>
inline constexpr std::string_view method_name_of<SetParameterValuesResponse> = "SetParameterValuesResponse";
template <>
inline constexpr std::string_view method_name_of<GetParameterValues> = "GetParameterValues";
template <>
inline constexpr std::string_view method_name_of<GetParameterValuesResponse> = "GetParameterValuesResponse";
template <>
inline constexpr std::string_view method_name_of<GetParameterNames> = "GetParameterNames";
template <>
inline constexpr std::string_view method_name_of<GetParameterNamesResponse> = "GetParameterNamesResponse";
template <>
inline constexpr std::string_view method_name_of<SetParameterAttributes> = "SetParameterAttributes";
template <>
inline constexpr std::string_view method_name_of<SetParameterAttributesResponse> = "SetParameterAttributesResponse";
template <>
inline constexpr std::string_view method_name_of<GetParameterAttributes> = "GetParameterAttributes";
template <>
inline constexpr std::string_view method_name_of<GetParameterAttributesResponse> = "GetParameterAttributesResponse";
template <>
inline constexpr std::string_view method_name_of<AddObject> = "AddObject";
template <>
inline constexpr std::string_view method_name_of<AddObjectResponse> = "AddObjectResponse";
template <>
inline constexpr std::string_view method_name_of<DeleteObject> = "DeleteObject";
template <>
inline constexpr std::string_view method_name_of<DeleteObjectResponse> = "DeleteObjectResponse";
template <>
inline constexpr std::string_view method_name_of<Download> = "Download";
template <>
inline constexpr std::string_view method_name_of<DownloadResponse> = "DownloadResponse";
template <>
inline constexpr std::string_view method_name_of<Reboot> = "Reboot";
template <>
inline constexpr std::string_view method_name_of<RebootResponse> = "RebootResponse";
template <>
inline constexpr std::string_view method_name_of<GetQueuedTransfers> = "GetQueuedTransfers";
template <>
inline constexpr std::string_view method_name_of<GetQueuedTransfersResponse> = "GetQueuedTransfersResponse";
template <>
inline constexpr std::string_view method_name_of<ScheduleInform> = "ScheduleInform";
template <>
inline constexpr std::string_view method_name_of<ScheduleInformResponse> = "ScheduleInformResponse";
template <>
inline constexpr std::string_view method_name_of<SetVouchers> = "SetVouchers";
template <>
inline constexpr std::string_view method_name_of<SetVouchersResponse> = "SetVouchersResponse";
template <>
inline constexpr std::string_view method_name_of<GetOptions> = "GetOptions";
template <>
inline constexpr std::string_view method_name_of<GetOptionsResponse> = "GetOptionsResponse";
template <>
inline constexpr std::string_view method_name_of<Upload> = "Upload";
template <>
inline constexpr std::string_view method_name_of<UploadResponse> = "UploadResponse";
template <>
inline constexpr std::string_view method_name_of<FactoryReset> = "FactoryReset";
template <>
inline constexpr std::string_view method_name_of<FactoryResetResponse> = "FactoryResetResponse";
template <>
inline constexpr std::string_view method_name_of<GetAllQueuedTransfers> = "GetAllQueuedTransfers";
template <>
inline constexpr std::string_view method_name_of<GetAllQueuedTransfersResponse> = "GetAllQueuedTransfersResponse";
template <>
inline constexpr std::string_view method_name_of<ScheduleDownload> = "ScheduleDownload";
template <>
inline constexpr std::string_view method_name_of<ScheduleDownloadResponse> = "ScheduleDownloadResponse";
template <>
inline constexpr std::string_view method_name_of<CancelTransfer> = "CancelTransfer";
template <>
inline constexpr std::string_view method_name_of<CancelTransferResponse> = "CancelTransferResponse";
template <>
inline constexpr std::string_view method_name_of<ChangeDUState> = "ChangeDUState";
template <>
inline constexpr std::string_view method_name_of<ChangeDUStateResponse> = "ChangeDUStateResponse";
template <>
inline constexpr std::string_view method_name_of<Fault> = "Fault";
template <>
inline constexpr std::string_view method_name_of<Notification> = "Notification";
template <>
inline constexpr std::string_view method_name_of<XmppConnectionRequest> = "connectionRequest";

}  // namespace cwmp
