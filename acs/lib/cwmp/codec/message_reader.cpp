#include "cwmp/codec/message_reader.hpp"

#include "cwmp/codec/fault_reader.hpp"
#include "cwmp/codec/scalars.hpp"
#include "cwmp/codec/structure_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace cwmp::codec {
namespace {

template <class T>
constexpr bool is_method = !std::is_same_v<T, Empty> && !std::is_same_v<T, Fault> && !std::is_same_v<T, Unknown> &&
                           !std::is_same_v<T, Notification> && !std::is_same_v<T, XmppConnectionRequest>;

/// Makes `message` the method of that name, in any case; false when TR-069 has no such method.
template <std::size_t Index = 0>
bool become(Message& message, std::string_view name)
{
    if constexpr (Index == std::variant_size_v<Message>) {
        return false;
    } else {
        using Alternative = std::variant_alternative_t<Index, Message>;
        if constexpr (is_method<Alternative>)
            if (equal_ignoring_case(name, method_name_of<Alternative>)) {
                message.emplace<Index>();
                return true;
            }
        return become<Index + 1>(message, name);
    }
}

class EnvelopeReader {
public:
    EnvelopeReader(ElementCursor& cursor, std::string_view cwmp_prefix, DecodeLimits const& limits, Envelope& envelope)
        : cursor_{cursor}, cwmp_prefix_{cwmp_prefix}, limits_{limits}, envelope_{envelope}
    {
    }

    void read()
    {
        if (!cursor_.next())
            return cursor_.fail(errc::not_soap, "the document has no root element");
        auto const root = cursor_.name();
        if (root == "Envelope")
            soap();
        else if (root == method_name_of<Notification>)
            bare<Notification>();
        else if (root == method_name_of<XmppConnectionRequest>)
            bare<XmppConnectionRequest>();
        else
            cursor_.fail(errc::not_soap, "the root element is no SOAP Envelope");
    }

private:
    /// A message that comes without an envelope.
    template <class T>
    void bare()
    {
        StructureReader reader{cursor_, cursor_.prefix(), limits_};
        reader.structure(envelope_.message.emplace<T>());
    }

    void soap()
    {
        bool has_body = false;
        cursor_.enter();
        while (cursor_.next()) {
            if (cursor_.name() == "Header") {
                headers();
            } else if (cursor_.name() == "Body") {
                if (std::exchange(has_body, true))
                    return cursor_.fail(errc::two_methods, "the Envelope has two Bodies");
                body();
            } else {
                cursor_.skip();
            }
        }
        if (!has_body)
            cursor_.fail(errc::not_soap, "the Envelope has no Body");
    }

    void headers()
    {
        cursor_.enter();
        while (cursor_.next())
            header(cursor_.name(), cursor_.prefix() == cwmp_prefix_);
    }

    void header(std::string_view name, bool is_ours)
    {
        if (name == "ID" && (is_ours || !envelope_.id))
            envelope_.id = header_text();
        else if (name == "HoldRequests")
            envelope_.hold_requests = to_bool(header_text());
        else if (equal_ignoring_case(name, "SessionTimeout"))
            envelope_.session_timeout = to_unsigned(header_text());
        else if (name == "SupportedCWMPVersions")
            split_versions(header_text());
        else if (name == "UseCWMPVersion")
            envelope_.use_cwmp_version = header_text();
        else
            cursor_.skip();
    }

    std::string header_text()
    {
        std::string text;
        cursor_.text(text);
        trim(text);
        if (text.size() > limits_.id_bytes)
            cursor_.fail(errc::too_large,
                         fmt::format("a SOAP header has {} bytes, more than {}", text.size(), limits_.id_bytes));
        return text;
    }

    void split_versions(std::string_view list)
    {
        while (!list.empty()) {
            auto const comma = std::min(list.find(','), list.size());
            if (auto const version = trimmed(list.substr(0, comma)); !version.empty())
                envelope_.supported_cwmp_versions.emplace_back(version);
            list.remove_prefix(std::min(comma + 1, list.size()));
        }
    }

    void body()
    {
        cursor_.enter();
        if (!cursor_.next())
            return;  // an Envelope that says nothing is as good as no envelope
        method();
        if (cursor_.next())
            cursor_.fail(errc::two_methods, "the Body holds more than one message");
    }

    void method()
    {
        auto const name = cursor_.name();
        if (name == "Fault") {
            envelope_.message = read_fault(cursor_, limits_);
        } else if (become(envelope_.message, name)) {
            StructureReader reader{cursor_, cursor_.prefix().empty() ? cwmp_prefix_ : cursor_.prefix(), limits_};
            std::visit([&](auto& message) { reader.structure(message); }, envelope_.message);
        } else {
            auto& unknown = envelope_.message.emplace<Unknown>();
            unknown.method = name;
            cursor_.raw(unknown.raw);
        }
    }

    ElementCursor& cursor_;
    std::string_view cwmp_prefix_;
    DecodeLimits const& limits_;
    Envelope& envelope_;
};

}  // namespace

void read_envelope(ElementCursor& cursor, std::string_view cwmp_prefix, DecodeLimits const& limits, Envelope& envelope)
{
    EnvelopeReader{cursor, cwmp_prefix, limits, envelope}.read();
    auto const* inform = std::get_if<Inform>(&envelope.message);
    if (inform != nullptr && inform->device_id.serial_number.empty())
        cursor.fail(errc::no_serial, "the Inform has no SerialNumber: nobody knows whose it is");
}

}  // namespace cwmp::codec
