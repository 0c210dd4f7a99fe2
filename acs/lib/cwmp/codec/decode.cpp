#include "cwmp/codec/codec.hpp"
#include "cwmp/codec/dom_cursor.hpp"
#include "cwmp/codec/guard.hpp"
#include "cwmp/codec/message_reader.hpp"
#include "cwmp/codec/soap_cursor.hpp"
#include "cwmp/codec/text_repair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cwmp {
namespace {

using codec::GuardReport;

/// What pugixml's tree may cost: about 70 bytes for an element, and a copy of the text.
constexpr std::size_t dom_elements = 150'000;
constexpr std::size_t dom_bytes = 8U << 20;

bool is_blank_or_nul(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

std::unexpected<DecodeError> refuse(errc code, std::string what)
{
    return std::unexpected{DecodeError{code, std::move(what)}};
}

/// The document without byte order mark, leading blanks and trailing NULs.
std::string_view stripped(std::string_view body)
{
    while (!body.empty() && is_blank_or_nul(body.front()))
        body.remove_prefix(1);
    if (body.starts_with("\xEF\xBB\xBF"))
        body.remove_prefix(3);
    while (!body.empty() && is_blank_or_nul(body.front()))
        body.remove_prefix(1);
    while (!body.empty() && is_blank_or_nul(body.back()))
        body.remove_suffix(1);
    return body;
}

/// The body in UTF-8 when it says that it is something else.
std::optional<std::string> from_utf16_or_latin1(std::string_view body)
{
    if (auto converted = codec::from_utf16(body))
        return converted;
    return codec::from_declared_latin1(stripped(body));
}

/// The namespace that the document declares for CWMP.
struct CwmpNamespace {
    std::optional<unsigned> digit;
    std::string_view prefix;
};

CwmpNamespace cwmp_namespace(std::string_view document)
{
    static constexpr std::string_view urn = "urn:dslforum-org:cwmp-1-";
    auto const at = document.find(urn);
    if (at == std::string_view::npos || at + urn.size() >= document.size())
        return {};
    char const digit = document[at + urn.size()];
    if (digit < '0' || digit > '9')
        return {};
    CwmpNamespace found{.digit = static_cast<unsigned>(digit - '0'), .prefix = {}};
    auto const declaration = document.substr(0, at).rfind("xmlns:");
    if (declaration == std::string_view::npos)
        return found;
    auto const name = document.substr(declaration + 6, at - declaration - 6);
    auto const end = name.find_first_of(" \t\r\n=");
    if (end != std::string_view::npos && name.find_first_not_of(" \t\r\n=\"'", end) == std::string_view::npos)
        found.prefix = name.substr(0, end);
    return found;
}

/// May another reader make more of a message that one could not read?
bool is_worth_another_try(DecodeError const& error)
{
    return error.code == errc::malformed || error.code == errc::not_soap || error.code == errc::no_serial;
}

std::expected<Envelope, DecodeError> read_with(codec::ElementCursor& cursor, ReadBy reader, CwmpNamespace const& ns,
                                               DecodeLimits const& limits)
{
    std::expected<Envelope, DecodeError> envelope;
    codec::read_envelope(cursor, ns.prefix, limits, *envelope);
    if (cursor.failed())
        return std::unexpected{*cursor.error()};
    envelope->facts.read_by = reader;
    envelope->facts.namespace_digit = ns.digit;
    return envelope;
}

/// gSOAP, gSOAP without namespaces, pugixml: the first that makes sense of the document.
std::expected<Envelope, DecodeError> read(GuardReport const& report, DecodeLimits const& limits)
{
    auto const ns = cwmp_namespace(report.root);
    for (auto const reader : {ReadBy::gsoap, ReadBy::gsoap_without_namespaces}) {
        codec::SoapCursor cursor{report.root, reader == ReadBy::gsoap_without_namespaces, report.attribute_names};
        auto envelope = read_with(cursor, reader, ns, limits);
        if (envelope || !is_worth_another_try(envelope.error()))
            return envelope;
    }
    if (report.elements > dom_elements || report.root.size() > dom_bytes)
        return refuse(errc::too_large, "the document is damaged and too large to be put right");
    codec::DomCursor cursor{report.root};
    return read_with(cursor, ReadBy::pugixml, ns, limits);
}

std::expected<Envelope, DecodeError> decode_text(std::string_view document, DecodeLimits const& limits)
{
    if (!document.starts_with('<'))
        return refuse(errc::not_xml, "the body does not begin with \"<\"");
    auto report = codec::guard(document, limits);
    if (!report)
        return std::unexpected{std::move(report).error()};
    auto const repaired = codec::repaired(report->root);
    if (repaired)
        report->root = *repaired;
    auto envelope = read(*report, limits);
    if (envelope) {
        envelope->facts.had_declaration = document.starts_with("<?xml");
        envelope->facts.was_repaired = repaired.has_value();
    }
    return envelope;
}

}  // namespace

std::string_view to_text(errc code) noexcept
{
    switch (code) {
        case errc::not_xml: return "not_xml";
        case errc::not_soap: return "not_soap";
        case errc::malformed: return "malformed";
        case errc::forbidden: return "forbidden";
        case errc::too_large: return "too_large";
        case errc::no_serial: return "no_serial";
        case errc::two_methods: return "two_methods";
    }
    return "unknown";
}

std::expected<Envelope, DecodeError> decode(std::string_view body, DecodeLimits const& limits)
{
    if (body.size() > limits.body_bytes)
        return refuse(errc::too_large,
                      fmt::format("the body has {} bytes, more than {}", body.size(), limits.body_bytes));
    auto const converted = from_utf16_or_latin1(body);
    auto const document = stripped(converted ? std::string_view{*converted} : body);
    if (document.empty())
        return Envelope{.id = {}, .message = Empty{}};
    auto envelope = decode_text(document, limits);
    if (envelope && converted)
        envelope->facts.was_repaired = true;
    return envelope;
}

}  // namespace cwmp
