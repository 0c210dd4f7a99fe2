// Any bytes either decode or are refused. What decodes can be written in any dialect, and what was written is read
// back as the same message.
#include "cwmp/codec/codec.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

using namespace cwmp;

[[noreturn]] void complain(char const* what, std::string const& text)
{
    std::fprintf(stderr, "%s:\n%s\n", what, text.c_str());
    std::abort();
}

Dialect dialect_of(std::uint8_t byte)
{
    Dialect dialect{.namespace_digit = byte % 5U};
    dialect.xml_declaration = (byte & 8) != 0;
    dialect.boolean_spelling = (byte & 16) != 0 ? BooleanSpelling::words : BooleanSpelling::digits;
    if ((byte & 32) != 0) {
        dialect.soap_prefix = "soapenv";
        dialect.cwmp_prefix = "c";
    }
    dialect.array_style = (byte & 64) != 0 ? ArrayStyle::array_type : ArrayStyle::none;
    return dialect;
}

/// A vendor's arguments may hold text that a second reading trims no further, but prefixes that are declared no more.
bool is_compared(Message const& message)
{
    return !std::holds_alternative<Unknown>(message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const body{reinterpret_cast<char const*>(data), size};
    auto const envelope = decode(body);
    if (!envelope || std::holds_alternative<Empty>(envelope->message))
        return 0;
    auto const dialect = dialect_of(size > 0 ? data[size / 2] : 0);
    auto const text = encode(*envelope, dialect);
    auto const again = decode(text);
    if (!again)
        complain(again.error().what.c_str(), text);
    // Written once more in the same dialect it is the same text: nothing got lost on the way.
    if (is_compared(envelope->message) && encode(*again, dialect) != text)
        complain("it is written differently the second time", text);
    return 0;
}
