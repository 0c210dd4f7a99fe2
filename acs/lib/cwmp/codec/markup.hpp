#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace cwmp::codec {

/// A part of a document, by its bytes.
struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;

    [[nodiscard]] std::string_view of(std::string_view document) const { return document.substr(begin, end - begin); }
};

/// Where what is in a document. Names are views into it.
struct Markup {
    struct Element {
        std::string_view name;   ///< local
        std::size_t parent = 0;  ///< index of the element around it; the root's own
        Range inner;             ///< what is between its tags
    };
    struct Attribute {
        std::string_view prefix;  ///< empty when it has none
        std::string_view name;    ///< local
        Range value;              ///< between its quotes
    };
    std::vector<Element> elements;  ///< in the order of their start tags
    std::vector<Attribute> attributes;
    std::vector<Range> texts;   ///< between tags, what is in CDATA sections included; never empty
    std::vector<Range> asides;  ///< comments and processing instructions, with their marks
};

/// Takes a root element apart that `guard` has let pass (GuardReport::root). Linear in its size.
[[nodiscard]] Markup markup_of(std::string_view root);

/// What a piece of a document says to a reader: without comments, CDATA marks and blanks around it, references
/// replaced. Elements in it are left out with their tags only.
[[nodiscard]] std::string plain_text(std::string_view markup);

}  // namespace cwmp::codec
