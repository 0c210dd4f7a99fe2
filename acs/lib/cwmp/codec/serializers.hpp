#pragma once

#include "soapH.h"

#include <string_view>

/// The serializers for the types of wsdl/cwmp.h that soapcpp2 leaves to us ("extern typedef").
namespace cwmp::codec {

/// A text of the message as gSOAP's structures hold it: a view.
[[nodiscard]] inline SoapText soap_text(std::string_view text)
{
    SoapText view;
    view.data = text.data();
    view.size = static_cast<unsigned>(text.size());
    return view;
}

/// Writes the content of an element, escaped. Returns gSOAP's error, 0 for none.
[[nodiscard]] int put_text(soap* context, std::string_view text);

/// Writes `bytes` as they are.
[[nodiscard]] inline int put_raw(soap* context, std::string_view bytes)
{
    return soap_send_raw(context, bytes.data(), bytes.size());
}

/// Writes the list that a SoapList stands for, under `tag`.
using ListWriter = int (*)(soap* context, char const* tag, void const* items);

/// A list of the message as gSOAP's structures hold it.
[[nodiscard]] inline SoapList soap_list(void const* items, ListWriter writer)
{
    SoapList list;
    list.items = items;
    list.write = reinterpret_cast<void*>(writer);
    return list;
}

}  // namespace cwmp::codec
