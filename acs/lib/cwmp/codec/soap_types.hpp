#pragma once

#include "cwmp/message_fields.hpp"

#include "soapH.h"

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

/// Which generated structure is written for which value. Both have the same elements in the same order.
namespace cwmp::codec {

cwmp__DeviceIdStruct soap_type(DeviceId const&);
cwmp__EventStruct soap_type(Event const&);
cwmp__TransferCompleteFaultStruct soap_type(TransferCompleteFaultStruct const&);
cwmp__DeploymentUnitFaultStruct soap_type(DeploymentUnitFaultStruct const&);
cwmp__OpResultStruct soap_type(OpResultStruct const&);
cwmp__AutonOpResultStruct soap_type(AutonOpResultStruct const&);
cwmp__ArgStruct soap_type(ArgStruct const&);
cwmp__ParameterInfoStruct soap_type(ParameterInfoStruct const&);
cwmp__SetParameterAttributesStruct soap_type(SetParameterAttributesStruct const&);
cwmp__ParameterAttributeStruct soap_type(ParameterAttributeStruct const&);
cwmp__QueuedTransferStruct soap_type(QueuedTransferStruct const&);
cwmp__AllQueuedTransferStruct soap_type(AllQueuedTransferStruct const&);
cwmp__TimeWindowStruct soap_type(TimeWindowStruct const&);
cwmp__OptionStruct soap_type(OptionStruct const&);
cwmp__InstallOpStruct soap_type(InstallOpStruct const&);
cwmp__UpdateOpStruct soap_type(UpdateOpStruct const&);
cwmp__UninstallOpStruct soap_type(UninstallOpStruct const&);
cwmp__SetParameterValuesFault soap_type(SetParameterValuesFault const&);
cwmp__Inform soap_type(Inform const&);
cwmp__InformResponse soap_type(InformResponse const&);
cwmp__TransferComplete soap_type(TransferComplete const&);
cwmp__TransferCompleteResponse soap_type(TransferCompleteResponse const&);
cwmp__AutonomousTransferComplete soap_type(AutonomousTransferComplete const&);
cwmp__AutonomousTransferCompleteResponse soap_type(AutonomousTransferCompleteResponse const&);
cwmp__DUStateChangeComplete soap_type(DUStateChangeComplete const&);
cwmp__DUStateChangeCompleteResponse soap_type(DUStateChangeCompleteResponse const&);
cwmp__AutonomousDUStateChangeComplete soap_type(AutonomousDUStateChangeComplete const&);
cwmp__AutonomousDUStateChangeCompleteResponse soap_type(AutonomousDUStateChangeCompleteResponse const&);
cwmp__RequestDownload soap_type(RequestDownload const&);
cwmp__RequestDownloadResponse soap_type(RequestDownloadResponse const&);
cwmp__Kicked soap_type(Kicked const&);
cwmp__KickedResponse soap_type(KickedResponse const&);
cwmp__GetRPCMethods soap_type(GetRPCMethods const&);
cwmp__GetRPCMethodsResponse soap_type(GetRPCMethodsResponse const&);
cwmp__SetParameterValues soap_type(SetParameterValues const&);
cwmp__SetParameterValuesResponse soap_type(SetParameterValuesResponse const&);
cwmp__GetParameterValues soap_type(GetParameterValues const&);
cwmp__GetParameterValuesResponse soap_type(GetParameterValuesResponse const&);
cwmp__GetParameterNames soap_type(GetParameterNames const&);
cwmp__GetParameterNamesResponse soap_type(GetParameterNamesResponse const&);
cwmp__SetParameterAttributes soap_type(SetParameterAttributes const&);
cwmp__SetParameterAttributesResponse soap_type(SetParameterAttributesResponse const&);
cwmp__GetParameterAttributes soap_type(GetParameterAttributes const&);
cwmp__GetParameterAttributesResponse soap_type(GetParameterAttributesResponse const&);
cwmp__AddObject soap_type(AddObject const&);
cwmp__AddObjectResponse soap_type(AddObjectResponse const&);
cwmp__DeleteObject soap_type(DeleteObject const&);
cwmp__DeleteObjectResponse soap_type(DeleteObjectResponse const&);
cwmp__Download soap_type(Download const&);
cwmp__DownloadResponse soap_type(DownloadResponse const&);
cwmp__Reboot soap_type(Reboot const&);
cwmp__RebootResponse soap_type(RebootResponse const&);
cwmp__GetQueuedTransfers soap_type(GetQueuedTransfers const&);
cwmp__GetQueuedTransfersResponse soap_type(GetQueuedTransfersResponse const&);
cwmp__ScheduleInform soap_type(ScheduleInform const&);
cwmp__ScheduleInformResponse soap_type(ScheduleInformResponse const&);
cwmp__SetVouchers soap_type(SetVouchers const&);
cwmp__SetVouchersResponse soap_type(SetVouchersResponse const&);
cwmp__GetOptions soap_type(GetOptions const&);
cwmp__GetOptionsResponse soap_type(GetOptionsResponse const&);
cwmp__Upload soap_type(Upload const&);
cwmp__UploadResponse soap_type(UploadResponse const&);
cwmp__FactoryReset soap_type(FactoryReset const&);
cwmp__FactoryResetResponse soap_type(FactoryResetResponse const&);
cwmp__GetAllQueuedTransfers soap_type(GetAllQueuedTransfers const&);
cwmp__GetAllQueuedTransfersResponse soap_type(GetAllQueuedTransfersResponse const&);
cwmp__ScheduleDownload soap_type(ScheduleDownload const&);
cwmp__ScheduleDownloadResponse soap_type(ScheduleDownloadResponse const&);
cwmp__CancelTransfer soap_type(CancelTransfer const&);
cwmp__CancelTransferResponse soap_type(CancelTransferResponse const&);
cwmp__ChangeDUState soap_type(ChangeDUState const&);
cwmp__ChangeDUStateResponse soap_type(ChangeDUStateResponse const&);
cwmp__Fault soap_type(Fault const&);

/// The generated structure for `T`.
template <class T>
using SoapTypeOf = decltype(soap_type(std::declval<T const&>()));

/// How many elements `T` has.
template <class T>
inline constexpr std::size_t field_count = std::tuple_size_v<std::remove_const_t<decltype(fields_of<T>)>>;

/// References to the first `Count` members of a generated structure, all that it has. (It has constructors, so that it
/// is no aggregate, but structured bindings take it.) Does not compile when it has another number of members.
template <std::size_t Count, class Soap>
auto members_of(Soap& soap)
{
    if constexpr (Count == 0) {
        static_cast<void>(soap);
        return std::tie();
    } else if constexpr (Count == 1) {
        auto& [a] = soap;
        return std::tie(a);
    } else if constexpr (Count == 2) {
        auto& [a, b] = soap;
        return std::tie(a, b);
    } else if constexpr (Count == 3) {
        auto& [a, b, c] = soap;
        return std::tie(a, b, c);
    } else if constexpr (Count == 4) {
        auto& [a, b, c, d] = soap;
        return std::tie(a, b, c, d);
    } else if constexpr (Count == 5) {
        auto& [a, b, c, d, e] = soap;
        return std::tie(a, b, c, d, e);
    } else if constexpr (Count == 6) {
        auto& [a, b, c, d, e, f] = soap;
        return std::tie(a, b, c, d, e, f);
    } else if constexpr (Count == 7) {
        auto& [a, b, c, d, e, f, g] = soap;
        return std::tie(a, b, c, d, e, f, g);
    } else if constexpr (Count == 8) {
        auto& [a, b, c, d, e, f, g, h] = soap;
        return std::tie(a, b, c, d, e, f, g, h);
    } else if constexpr (Count == 9) {
        auto& [a, b, c, d, e, f, g, h, i] = soap;
        return std::tie(a, b, c, d, e, f, g, h, i);
    } else if constexpr (Count == 10) {
        auto& [a, b, c, d, e, f, g, h, i, j] = soap;
        return std::tie(a, b, c, d, e, f, g, h, i, j);
    }
}

}  // namespace cwmp::codec
