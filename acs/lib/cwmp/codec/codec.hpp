#pragma once

#include "cwmp/dialect.hpp"
#include "cwmp/envelope.hpp"

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace cwmp {

/// Why a body was refused.
enum class errc {
    not_xml = 1,  ///< it does not begin like XML: JSON, HTTP, compressed bytes, noise
    not_soap,     ///< XML, but no SOAP envelope with a body
    malformed,    ///< XML that cannot be put right: cut short, unbalanced, unquoted attributes, two roots
    forbidden,    ///< a document type declaration (entities, external files): never read
    too_large,    ///< beyond a limit of DecodeLimits
    no_serial,    ///< an Inform whose DeviceId has no serial number
    two_methods,  ///< more than one message in the body
};

/// "too_large" and so on, for logs and counters.
[[nodiscard]] std::string_view to_text(errc code) noexcept;

/// Why a body was refused, and where.
struct DecodeError {
    errc code;
    std::string what;  ///< a sentence for the person who reads it; never holds more than a few bytes of the body
};

/// What one body may ask of us; every limit is finite.
struct DecodeLimits {
    std::size_t body_bytes = 32U << 20;  ///< of the whole message, before and after its conversion to UTF-8
    std::size_t depth = 32;              ///< elements within elements
    std::size_t attributes = 32;         ///< on one element
    std::size_t tag_bytes = 8 * 1024;    ///< of one tag with its attributes
    std::size_t text_bytes = 1U << 20;   ///< between two tags
    std::size_t elements = 2'000'000;    ///< in one message
    std::size_t list_items = 200'000;    ///< in one list
    std::size_t events = 1'000;          ///< in one Inform; the specification allows 64
    std::size_t name_bytes = 4 * 1024;   ///< of a parameter's name; the specification allows 256
    std::size_t identity_bytes = 256;    ///< of each part of a DeviceId; the specification allows 64
    std::size_t id_bytes = 1024;         ///< of cwmp:ID and of the other headers
};

/// Reads one HTTP body. A body of nothing but blanks and NULs is the message Empty.
/// Forgiving about namespaces, order, counts, types and encodings; never about document types, sizes or two roots.
/// Pure: no I/O, no shared state, safe from any thread.
[[nodiscard]] std::expected<Envelope, DecodeError> decode(std::string_view body, DecodeLimits const& limits = {});

/// Writes the HTTP body for an envelope in a dialect; Empty becomes the empty string. Characters that XML 1.0 forbids
/// are dropped. `Unknown::raw` is written as it is when it is well-formed, else as text.
/// Pure: no I/O, no shared state, safe from any thread. Throws std::bad_alloc only.
[[nodiscard]] std::string encode(Envelope const& envelope, Dialect const& dialect);

}  // namespace cwmp
