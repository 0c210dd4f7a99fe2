#include "agent/quirks.hpp"

#include "cwmp/path.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sim {
namespace {

namespace fault = cwmp::fault_code;

constexpr std::array<QuirkInfo, quirk_count> infos{{
    {Quirk::no_bootstrap, "no-bootstrap", "session", "never sends 0 BOOTSTRAP"},
    {Quirk::missing_transfer_event, "missing-transfer-event", "session",
     "TransferComplete without 7 and M Download in the Inform"},
    {Quirk::no_transfer_key, "no-transfer-key", "session", "TransferComplete with an empty CommandKey"},
    {Quirk::no_transfer_complete, "no-transfer-complete", "session",
     "boots new firmware but never sends TransferComplete"},
    {Quirk::late_transfer_complete, "late-transfer-complete", "session", "TransferComplete only after the empty POST"},
    {Quirk::numeric_events, "numeric-events", "session", "event codes without their text: \"2\""},
    {Quirk::lower_case_oui, "lower-case-oui", "session", "the OUI in small letters"},
    {Quirk::duplicate_inform, "duplicate-inform", "session", "sends every Inform twice"},
    {Quirk::ignore_hold, "ignore-hold", "session", "sends requests although HoldRequests is set"},
    {Quirk::empty_post_first, "empty-post-first", "session",
     "an empty POST before the Inform, to be asked for its login"},
    {Quirk::lost_rpc, "lost-rpc", "session", "answers the second request of each session with an empty POST"},
    {Quirk::drop_mid_session, "drop-mid-session", "session", "falls silent at the third request of each session"},
    {Quirk::slow_answers, "slow-answers", "session", "thinks two seconds about every request"},
    {Quirk::empty_id, "empty-id", "session", "answers with an empty cwmp:ID"},
    {Quirk::wrong_id, "wrong-id", "session", "answers with a cwmp:ID of its own"},
    {Quirk::no_id, "no-id", "session", "answers without cwmp:ID"},
    {Quirk::gpn_root_refused, "gpn-root-refused", "methods", "GetParameterNames of \"\" fails with 9005"},
    {Quirk::gpv_partial_refused, "gpv-partial-refused", "methods",
     "GetParameterValues of a partial path fails with 9005"},
    {Quirk::gpv_few_names, "gpv-few-names", "methods", "GetParameterValues of more than 32 names fails with 9004"},
    {Quirk::gpv_big_fails, "gpv-big-fails", "methods",
     "GetParameterValues of more than 100 names, or of a root, fails with 9002"},
    {Quirk::vanishing_instances, "vanishing-instances", "methods",
     "hosts and Wi-Fi clients that were named are gone when they are read: 9005"},
    {Quirk::digits_only, "digits-only", "methods", "takes only 0 and 1 for booleans"},
    {Quirk::hidden_add_fault, "hidden-add-fault", "methods",
     "a failed AddObject is told by Status 9005 in its response"},
    {Quirk::fault_without_detail, "fault-without-detail", "methods",
     "faults without code: all are told as vendor's \"error\""},
    {Quirk::no_parameter_key, "no-parameter-key", "methods", "ParameterKey is never kept"},
    {Quirk::short_passwords, "short-passwords", "methods",
     "keeps the first 16 characters of its password for the ACS, and says that it took it"},
    {Quirk::ignores_login, "ignores-login", "methods",
     "says that it took a new login for the ACS, and goes on with the one before"},
    {Quirk::wrong_array_count, "wrong-array-count", "xml", "arrayType tells a number that is not the list's: [0016]"},
    {Quirk::no_array_type, "no-array-type", "xml", "lists without arrayType"},
    {Quirk::xsi_array, "xsi-array", "xml", "xsi:type=\"SOAP-ENC:Array\" beside arrayType"},
    {Quirk::no_xsi_type, "no-xsi-type", "xml", "values without xsi:type"},
    {Quirk::qualified_children, "qualified-children", "xml",
     "a default namespace on the method, so that its children are in it"},
    {Quirk::no_declaration, "no-declaration", "xml", "no XML declaration"},
    {Quirk::undeclared_soap, "undeclared-soap", "xml", "the Body has a prefix that is declared nowhere"},
    {Quirk::trailing_nul, "trailing-nul", "xml", "a NUL after the message, counted by Content-Length"},
    {Quirk::latin1, "latin1", "xml", "ISO-8859-1 bytes in a message that says it is UTF-8"},
    {Quirk::bare_ampersand, "bare-ampersand", "xml", "an unescaped & in the manufacturer's name"},
    {Quirk::control_character, "control-character", "xml", "U+0002 in the manufacturer's name"},
    {Quirk::byte_order_mark, "byte-order-mark", "xml", "begins with a UTF-8 byte order mark"},
    {Quirk::pretty_printed, "pretty-printed", "xml", "line ends and blanks between elements"},
    {Quirk::single_quotes, "single-quotes", "xml", "attributes in single quotes"},
    {Quirk::no_header, "no-header", "xml", "no SOAP Header at all"},
    {Quirk::namespace_1_3, "namespace-1-3", "xml", "the namespace cwmp-1-3, which does not exist"},
    {Quirk::namespace_1_4, "namespace-1-4", "xml", "the namespace cwmp-1-4, which does not exist"},
    {Quirk::no_cookie, "no-cookie", "http", "never sends a cookie back"},
    {Quirk::cookie_attributes, "cookie-attributes", "http", "sends cookies back with their attributes"},
    {Quirk::old_cookie, "old-cookie", "http", "begins a session with the cookie of the last one"},
    {Quirk::login_once, "login-once", "http", "Authorization with the Inform only"},
    {Quirk::login_always_asked, "login-always-asked", "http", "every POST first without Authorization"},
    {Quirk::basic_unasked, "basic-unasked", "http", "Basic credentials without being asked"},
    {Quirk::digest_empty_uri, "digest-empty-uri", "http", "Digest with uri=\"\""},
    {Quirk::digest_no_qop, "digest-no-qop", "http", "Digest of RFC 2069: without qop, nc and cnonce"},
    {Quirk::gzip, "gzip", "http", "compresses from the first message on"},
    {Quirk::connection_close, "connection-close", "http", "a new connection for every POST"},
    {Quirk::http_1_0, "http-1.0", "http", "speaks HTTP/1.0"},
    {Quirk::no_content_type, "no-content-type", "http", "no Content-Type and no SOAPAction"},
    {Quirk::request_open, "request-open", "connection request", "connection requests need no login"},
    {Quirk::request_basic, "request-basic", "connection request", "connection requests need Basic"},
    {Quirk::request_no_answer, "request-no-answer", "connection request",
     "accepts connection requests but never informs"},
}};

constexpr bool in_order()
{
    for (std::size_t i = 0; i < infos.size(); ++i)
        if (static_cast<std::size_t>(infos[i].quirk) != i)
            return false;
    return true;
}
static_assert(in_order(), "the table is in the order of the enumeration");

std::optional<cwmp::Message> refuse_values(Quirks const& quirks, cwmp::GetParameterValues const& request, unsigned turn)
{
    auto const& names = request.parameter_names;
    auto const has_partial = std::ranges::any_of(names, [](auto const& name) { return cwmp::is_partial(name); });
    auto const has_root =
        std::ranges::any_of(names, [](auto const& name) { return cwmp::depth(name) < 2 && cwmp::is_partial(name); });
    if (quirks.has(Quirk::gpv_partial_refused) && has_partial)
        return cwmp::make_fault(fault::invalid_parameter_name);
    if (quirks.has(Quirk::gpv_few_names) && names.size() > 32)
        return cwmp::make_fault(fault::resources_exceeded);
    if (quirks.has(Quirk::gpv_big_fails) && (names.size() > 100 || has_root))
        return cwmp::make_fault(fault::internal_error);
    auto const is_gone = [](std::string const& name) {
        return !cwmp::is_partial(name) &&
               (name.find(".Host.2.") != name.npos || name.find(".AssociatedDevice.2.") != name.npos);
    };
    if (quirks.has(Quirk::vanishing_instances) && turn % 2 == 0 && std::ranges::any_of(names, is_gone))
        return cwmp::make_fault(fault::invalid_parameter_name);
    return std::nullopt;
}

std::optional<cwmp::Message> refuse_words(cwmp::SetParameterValues const& request)
{
    auto refused = cwmp::make_fault(fault::invalid_arguments);
    for (auto const& wanted : request.parameter_list)
        if (wanted.type == cwmp::ValueType::boolean && wanted.value != "0" && wanted.value != "1")
            refused.set_parameter_values_faults.push_back({wanted.name, fault::invalid_parameter_value, "not 0 or 1"});
    if (refused.set_parameter_values_faults.empty())
        return std::nullopt;
    return refused;
}

}  // namespace

std::span<QuirkInfo const> all_quirks() noexcept
{
    return infos;
}

std::optional<Quirk> find_quirk(std::string_view name) noexcept
{
    auto const* found = std::ranges::find(infos, name, &QuirkInfo::name);
    return found == infos.end() ? std::nullopt : std::optional{found->quirk};
}

Quirks::Quirks(std::initializer_list<Quirk> quirks)
{
    for (auto const quirk : quirks)
        add(quirk);
}

cwmp::Dialect dialect_of(Quirks const& quirks, unsigned minor)
{
    cwmp::Dialect dialect;
    dialect.namespace_digit = std::min(minor, 2U);
    if (quirks.has(Quirk::namespace_1_3))
        dialect.namespace_digit = 3;
    if (quirks.has(Quirk::namespace_1_4))
        dialect.namespace_digit = 4;
    dialect.xml_declaration = !quirks.has(Quirk::no_declaration);
    if (quirks.has(Quirk::xsi_array))
        dialect.array_style = cwmp::ArrayStyle::array_type_and_xsi_type;
    if (quirks.has(Quirk::no_array_type))
        dialect.array_style = cwmp::ArrayStyle::none;
    return dialect;
}

void spoil(Quirks const& quirks, cwmp::Message& message)
{
    if (auto* complete = std::get_if<cwmp::TransferComplete>(&message); complete && quirks.has(Quirk::no_transfer_key))
        complete->command_key.clear();
    auto* inform = std::get_if<cwmp::Inform>(&message);
    if (inform == nullptr)
        return;
    auto const drop = [&](std::string_view code) {
        std::erase_if(inform->event, [&](auto const& event) { return event.code == code; });
    };
    if (quirks.has(Quirk::no_bootstrap))
        drop(cwmp::event_code::bootstrap);
    if (quirks.has(Quirk::missing_transfer_event) || quirks.has(Quirk::no_transfer_complete)) {
        drop(cwmp::event_code::transfer_complete);
        drop(cwmp::event_code::m_download);
    }
    if (quirks.has(Quirk::numeric_events))
        for (auto& event : inform->event)
            if (std::isdigit(static_cast<unsigned char>(event.code[0])) != 0)
                event.code = event.code.substr(0, event.code.find(' '));
    if (quirks.has(Quirk::lower_case_oui))
        std::ranges::transform(inform->device_id.oui, inform->device_id.oui.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (quirks.has(Quirk::latin1))
        inform->device_id.manufacturer += " \xc3\xa5\xc3\xa4\xc3\xb6";  // spoil_body makes single bytes of them
    if (quirks.has(Quirk::bare_ampersand))
        inform->device_id.manufacturer += " & Sons";
    if (quirks.has(Quirk::control_character))
        inform->device_id.manufacturer += " \xe2\x90\x82";  // the picture of U+0002: spoil_body puts the real one
}

std::optional<cwmp::Message> quirky_answer(Quirks const& quirks, cwmp::Message const& request, unsigned turn)
{
    if (auto const* names = std::get_if<cwmp::GetParameterNames>(&request);
        names && names->parameter_path.empty() && quirks.has(Quirk::gpn_root_refused))
        return cwmp::make_fault(fault::invalid_parameter_name);
    if (auto const* values = std::get_if<cwmp::GetParameterValues>(&request))
        return refuse_values(quirks, *values, turn);
    if (auto const* set = std::get_if<cwmp::SetParameterValues>(&request); set && quirks.has(Quirk::digits_only))
        return refuse_words(*set);
    return std::nullopt;
}

void spoil_request(Quirks const& quirks, cwmp::Message& request)
{
    auto* const set = std::get_if<cwmp::SetParameterValues>(&request);
    if (set == nullptr)
        return;
    for (auto& [name, value, type] : set->parameter_list)
        if (quirks.has(Quirk::short_passwords) && name.ends_with(".ManagementServer.Password"))
            value = value.substr(0, 16);
    if (quirks.has(Quirk::ignores_login))
        std::erase_if(set->parameter_list, [](auto const& wanted) {
            return wanted.name.ends_with(".ManagementServer.Password") ||
                   wanted.name.ends_with(".ManagementServer.Username");
        });
}

void spoil_answer(Quirks const& quirks, cwmp::Message& answer)
{
    if (auto* refused = std::get_if<cwmp::Fault>(&answer); refused && quirks.has(Quirk::fault_without_detail)) {
        refused->code = 9800;
        refused->string = "error";
    }
}

}  // namespace sim
