#pragma once

#include "cwmp/envelope.hpp"

#include <string>

namespace cwmp {

/// How a boolean is spelt.
enum class BooleanSpelling {
    digits,  ///< 0 and 1: understood by nearly everything
    words,   ///< false and true
};

/// What is written on lists.
enum class ArrayStyle {
    array_type,               ///< SOAP-ENC:arrayType="type[n]": what the schema demands
    array_type_and_xsi_type,  ///< also xsi:type="SOAP-ENC:Array": breaks the schema, some agents want it
    none,                     ///< nothing: breaks the schema
};

/// How the type of base64 values is spelt.
enum class Base64Spelling {
    xsd_base64_binary,     ///< xsd:base64Binary
    soap_encoding_base64,  ///< SOAP-ENC:base64
    xsd_base64,            ///< xsd:base64: not an XSD type, yet what the specification's text says
};

/// How messages to one CPE are written. Chosen per session, overridable per model. The defaults are schema-valid.
struct Dialect {
    unsigned namespace_digit = 0;  ///< n of urn:dslforum-org:cwmp-1-n, 0-9
    std::string soap_prefix = "SOAP-ENV";
    std::string encoding_prefix = "SOAP-ENC";
    std::string cwmp_prefix = "cwmp";
    bool xml_declaration = true;  ///< begin with <?xml version="1.0" encoding="UTF-8"?>
    bool must_understand = true;  ///< mustUnderstand="1" on ID, HoldRequests and UseCWMPVersion
    BooleanSpelling boolean_spelling = BooleanSpelling::digits;
    ArrayStyle array_style = ArrayStyle::array_type;
    Base64Spelling base64_spelling = Base64Spelling::xsd_base64_binary;

    bool operator==(Dialect const&) const = default;
};

/// The dialect that mirrors a CPE's Inform: its namespace, and no XML declaration if it had none. The prefixes stay
/// SOAP-ENV, SOAP-ENC and cwmp, which the most agents take.
[[nodiscard]] Dialect mirrored(EnvelopeFacts const& inform);

}  // namespace cwmp
