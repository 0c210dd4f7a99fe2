#pragma once

#include "cwmp/codec/codec.hpp"

#include <cstddef>
#include <expected>
#include <optional>
#include <string_view>

namespace cwmp::codec {

/// What the guard learnt of a document that passed.
struct GuardReport {
    std::string_view root;            ///< from the "<" of the root element to the ">" that ends it
    std::size_t elements = 0;         ///< in the whole document
    std::size_t attribute_names = 0;  ///< different ones in the whole document
};

/// Walks once over a document, in time linear in its size, before any parser sees it: gSOAP is quadratic in attributes
/// and in namespaces, knows no depth limit for what it skips, and does not compare end tags with start tags.
/// What passes is one balanced root element with quoted attributes, within the limits, without a document type.
/// What follows the root is cut off; a second root is refused. Text is not looked at.
[[nodiscard]] std::expected<GuardReport, DecodeError> guard(std::string_view document, DecodeLimits const& limits);

/// Is this text well-formed content of an element (any number of elements, text, comments, CDATA)?
[[nodiscard]] bool is_well_formed_content(std::string_view text, DecodeLimits const& limits = {});

}  // namespace cwmp::codec
