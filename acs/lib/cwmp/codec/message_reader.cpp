#include "cwmp/codec/message_reader.hpp"

#include "cwmp/codec/scalars.hpp"
#include "cwmp/message_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

namespace cwmp::codec {
namespace {

/// Reads what is below the method element. One object per message.
class MessageReader {
public:
    MessageReader(ElementCursor& cursor, std::string_view own_prefix, DecodeLimits const& limits)
        : cursor_{cursor}, own_prefix_{own_prefix}, limits_{limits}
    {
    }

    /// Reads the children of the current element into the fields of `object`, and passes the element.
    template <class T>
    void structure(T& object)
    {
        cursor_.enter();
        while (cursor_.next())
            if (!field_of(object))
                cursor_.skip();
    }

private:
    /// An element with a prefix that is not CWMP's: a vendor's addition, unless the CPE is confused.
    [[nodiscard]] bool is_foreign() const
    {
        auto const prefix = cursor_.prefix();
        return !prefix.empty() && prefix != own_prefix_;
    }

    template <class T>
    bool field_of(T& object)
    {
        auto const name = cursor_.name();
        return std::apply(
            [&](auto const&... fields) { return (... || (fields.name == name && field(object, fields))); },
            fields_of<T>);
    }

    template <class T, class Member>
    bool field(T& object, Field<T, Member> const& description)
    {
        auto& member = object.*description.member;
        if (is_foreign() && member != T{}.*description.member)
            return false;
        if (description.shape == Shape::repeated)
            repeated(member);
        else if (description.shape == Shape::verbatim)
            verbatim(member);
        else
            element(member);
        return true;
    }

    // ---- text ----

    void element(std::string& text)
    {
        cursor_.text(text);
        trim(text);
    }
    void element(std::optional<std::string>& text) { element(text.emplace()); }
    void element(bool& value) { value = to_bool(scratch()); }
    void element(std::uint32_t& value) { value = to_unsigned(scratch()); }
    void element(std::uint64_t& value) { value = to_unsigned_long(scratch()); }
    void element(int& value) { value = to_int(scratch()); }

    std::string const& scratch()
    {
        cursor_.text(scratch_);
        return scratch_;
    }

    void verbatim(std::string& text) { cursor_.text(text); }
    void verbatim(std::optional<std::string>& text) { cursor_.text(text.emplace()); }
    template <class T>
    void verbatim(T& value)
    {
        element(value);
    }

    // ---- structures ----

    template <class T>
        requires(std::tuple_size_v<std::remove_const_t<decltype(fields_of<T>)>> > 0)
    void element(T& object)
    {
        structure(object);
        if constexpr (std::is_same_v<T, DeviceId>)
            check(object);
    }

    void check(DeviceId const& device)
    {
        for (auto const* part : {&device.manufacturer, &device.oui, &device.product_class, &device.serial_number})
            if (part->size() > limits_.identity_bytes)
                cursor_.fail(errc::too_large, fmt::format("a part of the DeviceId has {} bytes, more than {}",
                                                          part->size(), limits_.identity_bytes));
    }

    // ---- lists: every child is an item, whatever its name; the count that the sender claims is not looked at ----

    template <class T>
    void element(std::vector<T>& list)
    {
        items(list);
    }

    template <class T>
    void items(std::vector<T>& list)
    {
        cursor_.enter();
        while (cursor_.next())
            repeated(list);
    }

    template <class T>
    void repeated(std::vector<T>& list)
    {
        auto const limit = std::is_same_v<T, Event> ? limits_.events : limits_.list_items;
        if (list.size() >= limit)
            return cursor_.fail(errc::too_large, fmt::format("a list has more than {} items", limit));
        item(list);
    }
    template <class T>
    void repeated(T& value)
    {
        element(value);
    }

    void item(std::vector<std::string>& list) { element(list.emplace_back()); }

    template <class T>
    void item(std::vector<T>& list)
    {
        T object{};
        structure(object);
        if (object == T{})
            return;  // nothing that we know was in it
        if constexpr (std::is_same_v<T, Event>)
            object.code = canonical_event_code(object.code);
        if constexpr (requires { object.name; })
            check_name(object.name);
        list.push_back(std::move(object));
    }

    void item(std::vector<ParameterValue>& list)
    {
        ParameterValue parameter{.name = {}, .value = {}, .type = ValueType::unknown};
        cursor_.enter();
        while (cursor_.next()) {
            if (cursor_.name() == "Name")
                element(parameter.name);
            else if (cursor_.name() == "Value" && !(is_foreign() && !parameter.value.empty()))
                value(parameter);
            else
                cursor_.skip();
        }
        check_name(parameter.name);
        if (!parameter.name.empty())
            list.push_back(std::move(parameter));
    }

    void value(ParameterValue& parameter)
    {
        parameter.type = value_type(trimmed(cursor_.type()));
        cursor_.text(parameter.value);
        if (is_trimmed(parameter.type))
            trim(parameter.value);
    }

    void check_name(std::string const& name)
    {
        if (name.size() > limits_.name_bytes)
            cursor_.fail(errc::too_large, fmt::format("the name of a parameter has {} bytes, more than {}", name.size(),
                                                      limits_.name_bytes));
    }

    /// Which operation it is, is told by xsi:type, or by agents that do not know xsi:type by the element's name.
    void item(std::vector<OperationStruct>& list)
    {
        auto kind = cursor_.type();
        kind.remove_prefix(kind.rfind(':') + 1);
        if (kind.empty())
            kind = cursor_.name();
        if (kind == "InstallOpStruct")
            structure(std::get<InstallOpStruct>(list.emplace_back(InstallOpStruct{})));
        else if (kind == "UpdateOpStruct")
            structure(std::get<UpdateOpStruct>(list.emplace_back(UpdateOpStruct{})));
        else if (kind == "UninstallOpStruct")
            structure(std::get<UninstallOpStruct>(list.emplace_back(UninstallOpStruct{})));
        else
            cursor_.skip();
    }

    ElementCursor& cursor_;
    std::string own_prefix_;
    DecodeLimits const& limits_;
    std::string scratch_;
};

// ---- the fault ------------------------------------------------------------------------------------------------------

/// A SOAP fault with the CWMP fault that hangs somewhere inside it: in its detail, in its faultstring, without a
/// namespace, or not at all.
class FaultReader {
public:
    FaultReader(ElementCursor& cursor, DecodeLimits const& limits) : cursor_{cursor}, arguments_{cursor, {}, limits} {}

    Fault read()
    {
        children();
        tidy();
        return std::move(fault_);
    }

private:
    void children()
    {
        cursor_.enter();
        rest();
    }

    void rest()
    {
        while (cursor_.next())
            child(cursor_.name());
    }

    void child(std::string_view name)
    {
        if (name == "faultcode" || name == "Value")
            cursor_.text(faultcode_);
        else if (name == "faultstring" || name == "Text")
            faultstring();
        else if (name == "FaultCode")
            number(fault_.code);
        else if (name == "FaultString")
            cursor_.text(fault_string_.emplace());
        else if (name == "SetParameterValuesFault")
            arguments_.structure(fault_.set_parameter_values_faults.emplace_back());
        else if (name == "detail" || name == "Detail" || name == "Fault" || name == "Code" || name == "Reason")
            children();
        else
            cursor_.skip();
    }

    void faultstring()
    {
        cursor_.text_and_enter(faultstring_);
        rest();
    }

    void number(unsigned& value)
    {
        std::string text;
        cursor_.text(text);
        value = to_unsigned(text);
    }

    /// Without a CWMP fault the code may stand at the front of the faultcode or of the faultstring.
    [[nodiscard]] unsigned code_elsewhere() const
    {
        for (auto const* text : {&faultcode_, &faultstring_})
            if (is_fault_code(to_unsigned(*text)))
                return to_unsigned(*text);
        return fault_code::internal_error;
    }

    static bool is_fault_code(unsigned code) { return code >= 8000 && code <= 9899; }

    void tidy()
    {
        trim(faultcode_);
        trim(faultstring_);
        fault_.string = fault_string_.value_or(faultstring_);
        trim(fault_.string);
        faultcode_.erase(0, faultcode_.rfind(':') + 1);
        if (fault_.code == 0)
            fault_.code = code_elsewhere();
        bool const blames_sender = faultcode_.starts_with("Client") || faultcode_ == "Sender";
        bool const blames_server = faultcode_.starts_with("Server") || faultcode_ == "Receiver";
        fault_.soap_code = blames_sender ? "Client" : blames_server ? "Server" : soap_code_for(fault_.code);
    }

    ElementCursor& cursor_;
    MessageReader arguments_;
    Fault fault_;
    std::string faultcode_;
    std::string faultstring_;                  ///< SOAP's
    std::optional<std::string> fault_string_;  ///< CWMP's
};

// ---- the envelope ---------------------------------------------------------------------------------------------------

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
        MessageReader reader{cursor_, cursor_.prefix(), limits_};
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
            envelope_.message = FaultReader{cursor_, limits_}.read();
        } else if (become(envelope_.message, name)) {
            MessageReader reader{cursor_, cursor_.prefix().empty() ? cwmp_prefix_ : cursor_.prefix(), limits_};
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
