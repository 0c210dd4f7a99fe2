#include "cwmp/codec/message_writer.hpp"

#include "cwmp/codec/guard.hpp"
#include "cwmp/codec/scalars.hpp"
#include "cwmp/codec/serializers.hpp"
#include "cwmp/codec/soap_types.hpp"
#include "cwmp/dialect.hpp"
#include "cwmp/message_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <type_traits>

namespace cwmp::codec {
namespace {

// ---- lists ----------------------------------------------------------------------------------------------------------

/// The element that an item of a list is; its type is the same name in CWMP's namespace.
template <class Item>
constexpr char const* item_name = nullptr;
template <>
constexpr char const* item_name<Event> = "EventStruct";
template <>
constexpr char const* item_name<ParameterValue> = "ParameterValueStruct";
template <>
constexpr char const* item_name<ParameterInfoStruct> = "ParameterInfoStruct";
template <>
constexpr char const* item_name<SetParameterAttributesStruct> = "SetParameterAttributesStruct";
template <>
constexpr char const* item_name<ParameterAttributeStruct> = "ParameterAttributeStruct";
template <>
constexpr char const* item_name<QueuedTransferStruct> = "QueuedTransferStruct";
template <>
constexpr char const* item_name<AllQueuedTransferStruct> = "AllQueuedTransferStruct";
template <>
constexpr char const* item_name<TimeWindowStruct> = "TimeWindowStruct";
template <>
constexpr char const* item_name<OptionStruct> = "OptionStruct";
template <>
constexpr char const* item_name<ArgStruct> = "ArgStruct";

int put_structure(soap* context, char const* tag, ParameterValue const& parameter);
int put_structure(soap* context, char const* tag, OperationStruct const& operation);
template <class T>
int put_structure(soap* context, char const* tag, T const& value);

int begin_list(soap* context, char const* tag, std::string_view item_type, std::size_t count)
{
    auto const style = SoapOutput::behind(context).dialect().array_style;
    if (soap_element(context, tag, -1, nullptr) != SOAP_OK)
        return context->error;
    if (style == ArrayStyle::array_type_and_xsi_type &&
        soap_attribute(context, "xsi:type", "SOAP-ENC:Array") != SOAP_OK)
        return context->error;
    auto const array_type = fmt::format("{}[{}]", item_type, count);
    if (style != ArrayStyle::none && soap_attribute(context, "SOAP-ENC:arrayType", array_type.c_str()) != SOAP_OK)
        return context->error;
    return soap_element_start_end_out(context, nullptr);
}

/// A list in its wrapper, as SOAP 1.1 section 5 encodes arrays.
template <class Item>
int put_list(soap* context, char const* tag, void const* items)
{
    auto const& list = *static_cast<std::vector<Item> const*>(items);
    auto const type = fmt::format("cwmp:{}", item_name<Item>);
    if (begin_list(context, tag, type, list.size()) != SOAP_OK)
        return context->error;
    for (auto const& item : list)
        if (put_structure(context, item_name<Item>, item) != SOAP_OK)
            return context->error;
    return soap_element_end_out(context, tag);
}

int put_texts(soap* context, char const* tag, std::string_view type, char const* name,
              std::vector<std::string> const& list)
{
    if (begin_list(context, tag, type, list.size()) != SOAP_OK)
        return context->error;
    for (auto const& item : list) {
        auto const text = soap_text(item);
        if (soap_out_xsd__text(context, name, -1, &text, nullptr) != SOAP_OK)
            return context->error;
    }
    return soap_element_end_out(context, tag);
}

template <>
int put_list<std::string>(soap* context, char const* tag, void const* items)
{
    return put_texts(context, tag, "xsd:string", "string", *static_cast<std::vector<std::string> const*>(items));
}

int put_vouchers(soap* context, char const* tag, void const* items)
{
    return put_texts(context, tag, "SOAP-ENC:base64", "base64", *static_cast<std::vector<std::string> const*>(items));
}

/// A list without a wrapper.
template <class Item>
int put_repeated(soap* context, char const* tag, void const* items)
{
    for (auto const& item : *static_cast<std::vector<Item> const*>(items))
        if (put_structure(context, tag, item) != SOAP_OK)
            return context->error;
    return SOAP_OK;
}

// ---- parameter values -----------------------------------------------------------------------------------------------

/// As the schema allows it; a value of unknown type is sent as a string.
std::string_view spelling(ValueType type, Base64Spelling base64)
{
    switch (type) {
        case ValueType::int_: return "xsd:int";
        case ValueType::unsigned_int: return "xsd:unsignedInt";
        case ValueType::long_: return "xsd:long";
        case ValueType::unsigned_long: return "xsd:unsignedLong";
        case ValueType::boolean: return "xsd:boolean";
        case ValueType::date_time: return "xsd:dateTime";
        case ValueType::hex_binary: return "xsd:hexBinary";
        case ValueType::decimal: return "xsd:decimal";
        case ValueType::base64: break;
        case ValueType::string:
        case ValueType::unknown: return "xsd:string";
    }
    switch (base64) {
        case Base64Spelling::soap_encoding_base64: return "SOAP-ENC:base64";
        case Base64Spelling::xsd_base64: return "xsd:base64";
        case Base64Spelling::xsd_base64_binary: break;
    }
    return "xsd:base64Binary";
}

std::string_view spelling(bool value, BooleanSpelling style)
{
    if (style == BooleanSpelling::words)
        return value ? "true" : "false";
    return value ? "1" : "0";
}

/// A boolean is spelt as the dialect says; what is no boolean stays as it is.
std::string_view spelling(ParameterValue const& parameter, Dialect const& dialect)
{
    std::string_view const value = parameter.value;
    if (parameter.type != ValueType::boolean)
        return value;
    bool const is_true = value == "1" || equal_ignoring_case(value, "true");
    bool const is_false = value == "0" || equal_ignoring_case(value, "false");
    return is_true || is_false ? spelling(is_true, dialect.boolean_spelling) : value;
}

/// The most frequent structure by far, without gSOAP's detours.
int put_structure(soap* context, char const* tag, ParameterValue const& parameter)
{
    auto const& dialect = SoapOutput::behind(context).dialect();
    if (soap_element_begin_out(context, tag, -1, nullptr) != SOAP_OK || put_raw(context, "<Name>") != SOAP_OK ||
        put_text(context, parameter.name) != SOAP_OK || put_raw(context, "</Name><Value xsi:type=\"") != SOAP_OK ||
        put_raw(context, spelling(parameter.type, dialect.base64_spelling)) != SOAP_OK ||
        put_raw(context, "\">") != SOAP_OK || put_text(context, spelling(parameter, dialect)) != SOAP_OK ||
        put_raw(context, "</Value>") != SOAP_OK)
        return context->error;
    return soap_element_end_out(context, tag);
}

// ---- values -> generated structures
// ----------------------------------------------------------------------------------

/// Fills generated structures with views of a message; what does not live in the message is gSOAP's to free.
class Filler {
public:
    explicit Filler(soap* context) : context_{context} {}

    template <class T>
    void fill(T const& value, SoapTypeOf<T>& soap)
    {
        fill_members(value, members_of<field_count<T>>(soap), std::make_index_sequence<field_count<T>>{});
    }

private:
    template <class T, class Members, std::size_t... Index>
    void fill_members(T const& value, Members members, std::index_sequence<Index...>)
    {
        (member(std::get<Index>(fields_of<T>), value, std::get<Index>(members)), ...);
    }

    template <class T, class Member, class Soap>
    void member(Field<T, Member> const& field, T const& value, Soap& soap)
    {
        assign(field.name, field.shape, value.*field.member, soap);
    }

    /// A time that is not known is written as the time that means so: the schema knows no empty dateTime.
    static bool is_time(std::string_view name) { return name.ends_with("Time") || name.ends_with("Date"); }

    static void assign(std::string_view name, Shape, std::string const& value, SoapText& soap)
    {
        soap = soap_text(value.empty() && is_time(name) ? unknown_time : value);
    }

    void assign(std::string_view name, Shape shape, std::optional<std::string> const& value, SoapText*& soap)
    {
        soap = value ? static_cast<SoapText*>(soap_malloc(context_, sizeof *soap)) : nullptr;
        if (soap != nullptr)
            assign(name, shape, *value, *soap);
    }

    void assign(std::string_view, Shape, bool value, SoapText& soap)
    {
        soap = soap_text(spelling(value, SoapOutput::behind(context_).dialect().boolean_spelling));
    }

    static void assign(std::string_view, Shape, std::uint32_t value, unsigned& soap) { soap = value; }
    static void assign(std::string_view, Shape, int value, int& soap) { soap = value; }

    template <class Item>
    void assign(std::string_view name, Shape shape, std::vector<Item> const& value, SoapList& soap)
    {
        if constexpr (std::is_same_v<Item, std::string>)
            soap = soap_list(&value, name == "VoucherList" ? &put_vouchers : &put_list<std::string>);
        else if constexpr (item_name<Item> != nullptr)
            soap = soap_list(&value, shape == Shape::repeated ? &put_repeated<Item> : &put_list<Item>);
        else
            soap = soap_list(&value, &put_repeated<Item>);
    }

    template <class T>
        requires(field_count<T> > 0)
    void assign(std::string_view, Shape, T const& value, SoapTypeOf<T>& soap)
    {
        fill(value, soap);
    }

    soap* context_;
};

template <class T>
int put_structure(soap* context, char const* tag, T const& value)
{
    SoapTypeOf<T> structure;
    Filler{context}.fill(value, structure);
    return soap_putelement(context, &structure, tag, -1, static_cast<int>(structure.soap_type()));
}

/// Which operation it is, must be told by xsi:type: the schema's type of Operations is abstract.
int put_structure(soap* context, char const* tag, OperationStruct const& operation)
{
    context->mode &= ~static_cast<soap_mode>(SOAP_XML_NOTYPE);
    std::visit([&](auto const& value) { return put_structure(context, tag, value); }, operation);
    context->mode |= SOAP_XML_NOTYPE;
    return context->error;
}

// ---- envelope, header, body
// ------------------------------------------------------------------------------------------

int put_header(soap* context, char const* tag, std::string_view text, bool must_understand)
{
    must_understand = must_understand && SoapOutput::behind(context).dialect().must_understand;
    if (soap_element(context, tag, -1, nullptr) != SOAP_OK ||
        (must_understand && soap_attribute(context, "SOAP-ENV:mustUnderstand", "1") != SOAP_OK) ||
        soap_element_start_end_out(context, nullptr) != SOAP_OK || put_text(context, text) != SOAP_OK)
        return context->error;
    return soap_element_end_out(context, tag);
}

int put_headers(soap* context, Envelope const& envelope)
{
    auto const style = SoapOutput::behind(context).dialect().boolean_spelling;
    auto const versions = fmt::format("{}", fmt::join(envelope.supported_cwmp_versions, ","));
    bool const has_any = envelope.id || envelope.hold_requests || envelope.session_timeout || !versions.empty() ||
                         envelope.use_cwmp_version;
    if (!has_any)
        return SOAP_OK;
    if (soap_element_begin_out(context, "SOAP-ENV:Header", -1, nullptr) != SOAP_OK ||
        (envelope.id && put_header(context, "cwmp:ID", *envelope.id, true) != SOAP_OK) ||
        (envelope.hold_requests && put_header(context, "cwmp:HoldRequests", spelling(true, style), true) != SOAP_OK) ||
        (envelope.session_timeout &&
         put_header(context, "cwmp:SessionTimeout", std::to_string(*envelope.session_timeout), false) != SOAP_OK) ||
        (!versions.empty() && put_header(context, "cwmp:SupportedCWMPVersions", versions, false) != SOAP_OK) ||
        (envelope.use_cwmp_version &&
         put_header(context, "cwmp:UseCWMPVersion", *envelope.use_cwmp_version, true) != SOAP_OK))
        return context->error;
    return soap_element_end_out(context, "SOAP-ENV:Header");
}

/// The argument of a message that TR-069 does not know is passed through when it is XML.
int put_unknown(soap* context, Unknown const& unknown)
{
    std::string tag{"cwmp:"};
    std::ranges::copy_if(unknown.method, std::back_inserter(tag), [](char c) {
        return c == '_' || c == '-' || c == '.' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    });
    bool const is_xml = is_well_formed_content(unknown.raw);
    if (soap_element_begin_out(context, tag.c_str(), -1, nullptr) != SOAP_OK ||
        (is_xml ? put_raw(context, unknown.raw) : put_text(context, unknown.raw)) != SOAP_OK)
        return context->error;
    return soap_element_end_out(context, tag.c_str());
}

int put_fault(soap* context, Fault const& fault)
{
    auto const text = [&](char const* tag, std::string_view value) {
        auto const view = soap_text(value);
        return soap_out_xsd__text(context, tag, -1, &view, nullptr);
    };
    auto const soap_code = fault.soap_code.empty() ? soap_code_for(fault.code) : std::string_view{fault.soap_code};
    if (soap_element_begin_out(context, "SOAP-ENV:Fault", -1, nullptr) != SOAP_OK ||
        text("faultcode", soap_code) != SOAP_OK || text("faultstring", "CWMP fault") != SOAP_OK ||
        soap_element_begin_out(context, "detail", -1, nullptr) != SOAP_OK ||
        put_structure(context, "cwmp:Fault", fault) != SOAP_OK || soap_element_end_out(context, "detail") != SOAP_OK)
        return context->error;
    return soap_element_end_out(context, "SOAP-ENV:Fault");
}

struct BodyWriter {
    soap* context;

    int operator()(Fault const& fault) const { return put_fault(context, fault); }
    int operator()(Unknown const& unknown) const { return put_unknown(context, unknown); }
    int operator()(Empty const&) const { return SOAP_OK; }
    int operator()(Notification const&) const { return SOAP_OK; }
    int operator()(XmppConnectionRequest const&) const { return SOAP_OK; }
    template <class T>
    int operator()(T const& message) const
    {
        static std::string const tag = "cwmp:" + std::string{method_name_of<T>};
        return put_structure(context, tag.c_str(), message);
    }
};

}  // namespace

int write_envelope(SoapOutput& output, Envelope const& envelope)
{
    soap* const s = output.get();
    if (soap_envelope_begin_out(s) != SOAP_OK || put_headers(s, envelope) != SOAP_OK ||
        soap_body_begin_out(s) != SOAP_OK || std::visit(BodyWriter{s}, envelope.message) != SOAP_OK ||
        soap_body_end_out(s) != SOAP_OK)
        return s->error;
    return soap_envelope_end_out(s);
}

}  // namespace cwmp::codec
