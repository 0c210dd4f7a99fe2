#pragma once

#include "base/result.hpp"
#include "cwmp/dialect.hpp"

#include <string_view>

namespace session {

/// Puts a model's or a device's wire options over `dialect`. `options` is a JSON object, all members optional:
/// namespace_digit (0-9), soap_prefix, encoding_prefix, cwmp_prefix, xml_declaration, must_understand,
/// boolean_spelling ("digits", "words"), array_style ("array_type", "array_type_and_xsi_type", "none"),
/// base64_spelling ("xsd_base64_binary", "soap_encoding_base64", "xsd_base64"). Empty changes nothing.
/// Fails naming the first member that is unknown or has a wrong value; `dialect` then keeps what came before it.
[[nodiscard]] base::Result<void> apply_options(std::string_view options, cwmp::Dialect& dialect);

/// `dialect` as such an object, complete.
[[nodiscard]] std::string options_of(cwmp::Dialect const& dialect);

}  // namespace session
