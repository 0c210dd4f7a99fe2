#include "session/cpe_requests.hpp"

#include "cwmp/message_json.hpp"
#include "domain/event_kind.hpp"

#include <boost/json/serialize.hpp>

#include <type_traits>

namespace session {
namespace {

using namespace cwmp;

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};

/// What CPEs may call here (TR-069 A.3.1, A.3.3, A.4.2).
GetRPCMethodsResponse methods()
{
    return {{"Inform", "GetRPCMethods", "TransferComplete", "AutonomousTransferComplete", "RequestDownload", "Kicked",
             "DUStateChangeComplete", "AutonomousDUStateChangeComplete"}};
}

Message kicked(Kicked const& request)
{
    bool const is_web = request.next.starts_with("http://") || request.next.starts_with("https://");
    if (!is_web)
        return make_fault(fault_code::acs_request_denied, "Next is not the URL of a web page.");
    return KickedResponse{request.next};
}

}  // namespace

Heard heard(Message const& message) noexcept
{
    return std::visit(
        Overloaded{
            [](Empty const&) { return Heard::empty; },
            [](Inform const&) { return Heard::inform; },
            [](Fault const&) { return Heard::fault; },
            [](TransferComplete const&) { return Heard::request; },
            [](AutonomousTransferComplete const&) { return Heard::request; },
            [](DUStateChangeComplete const&) { return Heard::request; },
            [](AutonomousDUStateChangeComplete const&) { return Heard::request; },
            [](RequestDownload const&) { return Heard::request; },
            [](Kicked const&) { return Heard::request; },
            [](GetRPCMethods const&) { return Heard::request; },
            [](Unknown const& unknown) {
                return unknown.method.ends_with("Response") ? Heard::response : Heard::unknown_method;
            },
            [&message](auto const&) { return is_answer(message) ? Heard::response : Heard::unknown_method; },
        },
        message);
}

Message response_to(Message const& request)
{
    return std::visit(
        Overloaded{
            [](TransferComplete const&) -> Message { return TransferCompleteResponse{}; },
            [](AutonomousTransferComplete const&) -> Message { return AutonomousTransferCompleteResponse{}; },
            [](DUStateChangeComplete const&) -> Message { return DUStateChangeCompleteResponse{}; },
            [](AutonomousDUStateChangeComplete const&) -> Message { return AutonomousDUStateChangeCompleteResponse{}; },
            [](RequestDownload const&) -> Message { return RequestDownloadResponse{}; },
            [](Kicked const& called) { return kicked(called); },
            [](GetRPCMethods const&) -> Message { return methods(); },
            [&request](auto const&) -> Message {
                return make_fault(fault_code::acs_method_not_supported,
                                  "This ACS has no method " + std::string{method_name(request)} + ".");
            },
        },
        request);
}

std::optional<Report> report_of(Message const& request)
{
    if (heard(request) != Heard::request || std::holds_alternative<GetRPCMethods>(request))
        return std::nullopt;
    auto json = to_json(Envelope{.id = std::nullopt, .message = request});
    for (auto const* name : {"method", "id", "namespace"})
        json.erase(name);
    return Report{std::string{domain::kind_of_report(method_name(request))}, boost::json::serialize(json)};
}

}  // namespace session
