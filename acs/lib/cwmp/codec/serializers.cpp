#include "cwmp/codec/serializers.hpp"

#include "cwmp/codec/text_repair.hpp"

#include <string>

namespace cwmp::codec {

int put_text(soap* context, std::string_view text)
{
    if (needs_no_escape(text))
        return text.empty() ? SOAP_OK : put_raw(context, text);
    thread_local std::string escaped;
    escaped.clear();
    append_escaped(escaped, text);
    return put_raw(context, escaped);
}

}  // namespace cwmp::codec

// The names and signatures below are gSOAP's. The generated readers that call the soap_in functions are not used to
// read messages (message_reader.cpp is), yet they must link; what they read is text by itself, and no list.

void soap_default_xsd__text(soap*, SoapText* text)
{
    *text = cwmp::codec::soap_text({});
}

void soap_serialize_xsd__text(soap*, SoapText const*) {}

int soap_out_xsd__text(soap* context, char const* tag, int, SoapText const* text, char const*)
{
    if (soap_element_begin_out(context, tag, -1, nullptr) != SOAP_OK ||
        cwmp::codec::put_text(context, {text->data, text->size}) != SOAP_OK)
        return context->error;
    return soap_element_end_out(context, tag);
}

SoapText* soap_in_xsd__text(soap* context, char const* tag, SoapText* text, char const*)
{
    if (soap_element_begin_in(context, tag, 1, nullptr) != SOAP_OK)
        return nullptr;
    if (text == nullptr)
        text = static_cast<SoapText*>(soap_malloc(context, sizeof *text));
    char const* const read = text != nullptr && context->body != 0 ? soap_string_in(context, 1, -1, -1, nullptr) : "";
    if (text == nullptr || read == nullptr || (context->body != 0 && soap_element_end_in(context, tag) != SOAP_OK))
        return nullptr;
    *text = cwmp::codec::soap_text(read);
    return text;
}

void soap_default_cwmp__List(soap*, SoapList* list)
{
    *list = cwmp::codec::soap_list(nullptr, nullptr);
}

void soap_serialize_cwmp__List(soap*, SoapList const*) {}

int soap_out_cwmp__List(soap* context, char const* tag, int, SoapList const* list, char const*)
{
    if (list->write == nullptr)
        return SOAP_OK;
    return reinterpret_cast<cwmp::codec::ListWriter>(list->write)(context, tag, list->items);
}

SoapList* soap_in_cwmp__List(soap* context, char const*, SoapList* list, char const*)
{
    if (list == nullptr || soap_ignore_element(context) != SOAP_OK)
        return nullptr;
    return list;
}
