// The messages of CWMP 1.0-1.4 (TR-069 Amendment 6) for gSOAP's soapcpp2, in the element order of the schema.
// Types only, no service functions: an ACS meets requests, responses and faults on both sides of one HTTP exchange.
// From this the serializers are generated that write every message; acs/lib/cwmp/codec/soap_types.cpp has the three
// serializers that are written by hand. cwmp.wsdl describes the same messages for other tools.
//gsoap cwmp schema namespace: urn:dslforum-org:cwmp-1-2
//gsoap cwmp schema form: unqualified

// Text that belongs to the message being written: strings, and also times and booleans, which a dialect spells.
extern typedef struct SoapText { const char *data; unsigned int size; } xsd__text;

// A list or a run of repeated elements: `items` is a std::vector of the message, `write` writes it.
extern typedef struct SoapList { const void *items; void *write; } cwmp__List;

// ---- structures ---------------------------------------------------------------------------------------------------

struct cwmp__DeviceIdStruct
{
    xsd__text Manufacturer 1;
    xsd__text OUI 1;
    xsd__text ProductClass 1;
    xsd__text SerialNumber 1;
};

struct cwmp__EventStruct { xsd__text EventCode 1; xsd__text CommandKey 1; };
struct cwmp__ParameterInfoStruct { xsd__text Name 1; xsd__text Writable 1; };
struct cwmp__ArgStruct { xsd__text Name 1; xsd__text Value 1; };
struct cwmp__TransferCompleteFaultStruct { unsigned int FaultCode 1; xsd__text FaultString 1; };
struct cwmp__DeploymentUnitFaultStruct { unsigned int FaultCode 1; xsd__text FaultString 1; };
struct cwmp__QueuedTransferStruct { xsd__text CommandKey 1; int State 1; };
struct cwmp__SetParameterValuesFault { xsd__text ParameterName 1; unsigned int FaultCode 1; xsd__text FaultString 1; };

struct cwmp__SetParameterAttributesStruct
{
    xsd__text Name 1;
    xsd__text NotificationChange 1;
    int Notification 1;
    xsd__text AccessListChange 1;
    cwmp__List AccessList 1;
};

struct cwmp__ParameterAttributeStruct { xsd__text Name 1; int Notification 1; cwmp__List AccessList 1; };

struct cwmp__AllQueuedTransferStruct
{
    xsd__text CommandKey 1;
    int State 1;
    xsd__text IsDownload 1;
    xsd__text FileType 1;
    unsigned int FileSize 1;
    xsd__text TargetFileName 1;
};

struct cwmp__TimeWindowStruct
{
    unsigned int WindowStart 1;
    unsigned int WindowEnd 1;
    xsd__text WindowMode 1;
    xsd__text UserMessage 1;
    int MaxRetries 1;
};

struct cwmp__OptionStruct
{
    xsd__text OptionName 1;
    unsigned int VoucherSN 1;
    unsigned int State 1;
    int Mode 1;
    xsd__text StartDate 1;
    xsd__text *ExpirationDate 0;
    int IsTransferable 1;
};

struct cwmp__InstallOpStruct
{
    xsd__text URL 1;
    xsd__text *UUID 0;
    xsd__text *Username 0;
    xsd__text *Password 0;
    xsd__text *ExecutionEnvRef 0;
};

struct cwmp__UpdateOpStruct
{
    xsd__text *UUID 0;
    xsd__text *Version 0;
    xsd__text *URL 0;
    xsd__text *Username 0;
    xsd__text *Password 0;
};

struct cwmp__UninstallOpStruct { xsd__text UUID 1; xsd__text *Version 0; xsd__text *ExecutionEnvRef 0; };

struct cwmp__OpResultStruct
{
    xsd__text UUID 1;
    xsd__text DeploymentUnitRef 1;
    xsd__text Version 1;
    xsd__text CurrentState 1;
    xsd__text Resolved 1;
    xsd__text ExecutionUnitRefList 1;
    xsd__text StartTime 1;
    xsd__text CompleteTime 1;
    struct cwmp__DeploymentUnitFaultStruct Fault 1;
};

struct cwmp__AutonOpResultStruct
{
    xsd__text UUID 1;
    xsd__text DeploymentUnitRef 1;
    xsd__text Version 1;
    xsd__text CurrentState 1;
    xsd__text Resolved 1;
    xsd__text ExecutionUnitRefList 1;
    xsd__text StartTime 1;
    xsd__text CompleteTime 1;
    struct cwmp__DeploymentUnitFaultStruct Fault 1;
    xsd__text OperationPerformed 1;
};

// ---- called by the CPE --------------------------------------------------------------------------------------------

struct cwmp__Inform
{
    struct cwmp__DeviceIdStruct DeviceId 1;
    cwmp__List Event 1;          // EventStruct
    unsigned int MaxEnvelopes 1;
    xsd__text CurrentTime 1;
    unsigned int RetryCount 1;
    cwmp__List ParameterList 1;  // ParameterValueStruct
};
struct cwmp__InformResponse { unsigned int MaxEnvelopes 1; };

struct cwmp__TransferComplete
{
    xsd__text CommandKey 1;
    struct cwmp__TransferCompleteFaultStruct FaultStruct 1;
    xsd__text StartTime 1;
    xsd__text CompleteTime 1;
};
struct cwmp__TransferCompleteResponse {};

struct cwmp__AutonomousTransferComplete
{
    xsd__text AnnounceURL 1;
    xsd__text TransferURL 1;
    xsd__text IsDownload 1;
    xsd__text FileType 1;
    unsigned int FileSize 1;
    xsd__text TargetFileName 1;
    struct cwmp__TransferCompleteFaultStruct FaultStruct 1;
    xsd__text StartTime 1;
    xsd__text CompleteTime 1;
};
struct cwmp__AutonomousTransferCompleteResponse {};

struct cwmp__DUStateChangeComplete { cwmp__List Results 1; /* OpResultStruct */ xsd__text *CommandKey 0; };
struct cwmp__DUStateChangeCompleteResponse {};

struct cwmp__AutonomousDUStateChangeComplete { cwmp__List Results 1; /* AutonOpResultStruct */ };
struct cwmp__AutonomousDUStateChangeCompleteResponse {};

struct cwmp__RequestDownload { xsd__text FileType 1; cwmp__List FileTypeArg 1; /* ArgStruct */ };
struct cwmp__RequestDownloadResponse {};

struct cwmp__Kicked { xsd__text Command 1; xsd__text Referer 1; xsd__text Arg 1; xsd__text Next 1; };
struct cwmp__KickedResponse { xsd__text NextURL 1; };

// ---- called by either side ----------------------------------------------------------------------------------------

struct cwmp__GetRPCMethods {};
struct cwmp__GetRPCMethodsResponse { cwmp__List MethodList 1; /* string */ };

// ---- called by the ACS --------------------------------------------------------------------------------------------

struct cwmp__SetParameterValues { cwmp__List ParameterList 1; /* ParameterValueStruct */ xsd__text ParameterKey 1; };
struct cwmp__SetParameterValuesResponse { int Status 1; };

struct cwmp__GetParameterValues { cwmp__List ParameterNames_ 1; /* string */ };
struct cwmp__GetParameterValuesResponse { cwmp__List ParameterList 1; /* ParameterValueStruct */ };

struct cwmp__GetParameterNames { xsd__text ParameterPath 1; xsd__text NextLevel 1; };
struct cwmp__GetParameterNamesResponse { cwmp__List ParameterList 1; /* ParameterInfoStruct */ };

struct cwmp__SetParameterAttributes { cwmp__List ParameterList 1; /* SetParameterAttributesStruct */ };
struct cwmp__SetParameterAttributesResponse {};

struct cwmp__GetParameterAttributes { cwmp__List ParameterNames_ 1; /* string */ };
struct cwmp__GetParameterAttributesResponse { cwmp__List ParameterList 1; /* ParameterAttributeStruct */ };

struct cwmp__AddObject { xsd__text ObjectName 1; xsd__text ParameterKey 1; };
struct cwmp__AddObjectResponse { unsigned int InstanceNumber 1; int Status 1; };

struct cwmp__DeleteObject { xsd__text ObjectName 1; xsd__text ParameterKey 1; };
struct cwmp__DeleteObjectResponse { int Status 1; };

struct cwmp__Download
{
    xsd__text CommandKey 1;
    xsd__text FileType 1;
    xsd__text URL 1;
    xsd__text Username 1;
    xsd__text Password 1;
    unsigned int FileSize 1;
    xsd__text TargetFileName 1;
    unsigned int DelaySeconds 1;
    xsd__text SuccessURL 1;
    xsd__text FailureURL 1;
};
struct cwmp__DownloadResponse { int Status 1; xsd__text StartTime 1; xsd__text CompleteTime 1; };

struct cwmp__Reboot { xsd__text CommandKey 1; };
struct cwmp__RebootResponse {};

struct cwmp__GetQueuedTransfers {};
struct cwmp__GetQueuedTransfersResponse { cwmp__List TransferList 1; /* QueuedTransferStruct */ };

struct cwmp__ScheduleInform { unsigned int DelaySeconds 1; xsd__text CommandKey 1; };
struct cwmp__ScheduleInformResponse {};

struct cwmp__SetVouchers { cwmp__List VoucherList 1; /* base64 */ };
struct cwmp__SetVouchersResponse {};

struct cwmp__GetOptions { xsd__text OptionName 1; };
struct cwmp__GetOptionsResponse { cwmp__List OptionList 1; /* OptionStruct */ };

struct cwmp__Upload
{
    xsd__text CommandKey 1;
    xsd__text FileType 1;
    xsd__text URL 1;
    xsd__text Username 1;
    xsd__text Password 1;
    unsigned int DelaySeconds 1;
};
struct cwmp__UploadResponse { int Status 1; xsd__text StartTime 1; xsd__text CompleteTime 1; };

struct cwmp__FactoryReset {};
struct cwmp__FactoryResetResponse {};

struct cwmp__GetAllQueuedTransfers {};
struct cwmp__GetAllQueuedTransfersResponse { cwmp__List TransferList 1; /* AllQueuedTransferStruct */ };

struct cwmp__ScheduleDownload
{
    xsd__text CommandKey 1;
    xsd__text FileType 1;
    xsd__text URL 1;
    xsd__text Username 1;
    xsd__text Password 1;
    unsigned int FileSize 1;
    xsd__text TargetFileName 1;
    cwmp__List TimeWindowList 1;  // TimeWindowStruct, one or two
};
struct cwmp__ScheduleDownloadResponse {};

struct cwmp__CancelTransfer { xsd__text CommandKey 1; };
struct cwmp__CancelTransferResponse {};

struct cwmp__ChangeDUState { cwmp__List Operations 1; /* told by xsi:type */ xsd__text *CommandKey 0; };
struct cwmp__ChangeDUStateResponse {};

// ---- in the detail of a SOAP fault ----------------------------------------------------------------------------------

struct cwmp__Fault
{
    unsigned int FaultCode 1;
    xsd__text FaultString 1;
    cwmp__List SetParameterValuesFault 0;  // SetParameterValuesFault
};
