#include "cwmp/codec/text_repair.hpp"

#include <algorithm>
#include <cstdint>

namespace cwmp::codec {
namespace {

unsigned byte_at(std::string_view text, std::size_t at)
{
    return static_cast<unsigned char>(text[at]);
}

bool is_forbidden_control(unsigned byte)
{
    return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
}

/// May XML 1.0 hold this character?
bool is_xml_character(std::uint32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0xD800) ||
           (code >= 0xE000 && code < 0xFFFE) || (code >= 0x10000 && code <= 0x10FFFF);
}

/// U+FFFE and U+FFFF, which no XML may hold.
bool is_noncharacter(std::string_view character)
{
    return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
}

/// How a character is written in the content of an element; empty: as it is.
std::string_view entity_of(char c)
{
    switch (c) {
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '&': return "&amp;";
        case '\r': return "&#xD;";
        default: return {};
    }
}

/// How many bytes the character at `at` takes; 0 when it is no well-formed UTF-8.
std::size_t character_length(std::string_view text, std::size_t at)
{
    auto const first = byte_at(text, at);
    std::size_t const length = first < 0x80                    ? 1
                               : first >= 0xC2 && first < 0xE0 ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    if (length < 2)
        return length;
    if (text.size() - at < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte_at(text, at + i) & 0xC0) != 0x80)
            return 0;
    auto const second = byte_at(text, at + 1);
    bool const overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    bool const surrogate = first == 0xED && second > 0x9F;
    bool const too_high = first == 0xF4 && second > 0x8F;
    return overlong || surrogate || too_high ? 0 : length;
}

/// How many bytes are looked at together: the compiler makes a few vector instructions of it.
constexpr std::size_t block_bytes = 64;

/// Is a block all ASCII with nothing in it that could need a repair? (The usual case.)
bool is_plain_block(char const* bytes)
{
    std::uint8_t suspicious = 0;  // as wide as what is compared, or it is no vector of bytes
    for (std::size_t i = 0; i < block_bytes; ++i) {
        auto const byte = static_cast<std::uint8_t>(bytes[i]);
        std::uint8_t const beyond_ascii = byte & 0x80;
        std::uint8_t const ampersand = byte == '&' ? 1 : 0;
        std::uint8_t const control = byte < 0x20 ? 1 : 0;
        std::uint8_t const allowed = (byte == '\n' ? 1 : 0) | (byte == '\t' ? 1 : 0);
        suspicious |= beyond_ascii | ampersand | (control ^ allowed);
    }
    return suspicious == 0;
}

/// A reference such as "&lt;" or "&#233;".
struct Reference {
    std::size_t length = 0;  ///< 0: the "&" begins no reference
    bool allowed = true;     ///< false: it names a character that XML forbids
};

Reference numeric_reference(std::string_view text)
{
    bool const hex = text.size() > 2 && (text[2] | 0x20) == 'x';
    std::size_t at = hex ? 3 : 2;
    auto const first_digit = at;
    std::uint32_t code = 0;
    for (; at < text.size() && at < first_digit + 8; ++at) {
        char const c = text[at];
        bool const decimal = c >= '0' && c <= '9';
        char const letter = static_cast<char>(c | 0x20);
        if (!decimal && !(hex && letter >= 'a' && letter <= 'f'))
            break;
        code = code * (hex ? 16 : 10) + static_cast<std::uint32_t>(decimal ? c - '0' : letter - 'a' + 10);
    }
    if (at == first_digit || at >= text.size() || text[at] != ';')
        return {};
    return {at + 1, is_xml_character(code)};
}

/// What the "&" at the front of `text` begins. HTML's names are none of XML's: "&eacute;" stays visible text.
Reference reference(std::string_view text)
{
    using namespace std::string_view_literals;
    for (auto const name : {"&amp;"sv, "&lt;"sv, "&gt;"sv, "&quot;"sv, "&apos;"sv})
        if (text.starts_with(name))
            return {name.size(), true};
    return text.starts_with("&#") ? numeric_reference(text) : Reference{};
}

/// The end of a CDATA section or a comment that begins at `at`; `at` itself when none does.
std::size_t end_of_literal(std::string_view text, std::size_t at)
{
    auto const rest = text.substr(at);
    auto const mark = rest.starts_with("<![CDATA[") ? std::string_view{"]]>"}
                      : rest.starts_with("<!--")    ? std::string_view{"-->"}
                                                    : std::string_view{};
    if (mark.empty())
        return at;
    return std::min(text.find(mark, at + 4), text.size());
}

/// Is there nothing to repair? Only for documents without CDATA and comments, in which an "&" may stand alone.
bool is_sound(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        if (text.size() - at >= block_bytes && is_plain_block(text.data() + at)) {
            at += block_bytes;
            continue;
        }
        auto const byte = byte_at(text, at);
        auto length = character_length(text, at);
        if (length == 0 || byte == '\r' || is_forbidden_control(byte))
            return false;
        if (byte == '&') {
            auto const found = reference(text.substr(at));
            if (found.length == 0 || !found.allowed)
                return false;
            length = found.length;
        }
        at += length;
    }
    return true;
}

class Repairer {
public:
    explicit Repairer(std::string_view text) : text_{text} { out_.reserve(text.size() + text.size() / 8 + 16); }

    std::string run()
    {
        std::size_t literal_end = 0;
        while (at_ < text_.size()) {
            char const c = text_[at_];
            if (c == '<' && at_ >= literal_end)
                literal_end = end_of_literal(text_, at_);
            if (c == '&' && at_ >= literal_end)
                ampersand();
            else
                character();
        }
        return std::move(out_);
    }

private:
    void ampersand()
    {
        auto const found = reference(text_.substr(at_));
        if (found.length == 0) {
            out_ += "&amp;";
            ++at_;
            return;
        }
        if (found.allowed)
            out_ += text_.substr(at_, found.length);
        at_ += found.length;
    }

    void character()
    {
        auto const byte = byte_at(text_, at_);
        auto const length = character_length(text_, at_);
        if (length == 0) {
            append_utf8(out_, byte);  // Latin-1: its codes are Unicode's
            ++at_;
            return;
        }
        if (byte == '\r') {
            if (at_ + 1 >= text_.size() || text_[at_ + 1] != '\n')
                out_ += '\n';
        } else if (!is_forbidden_control(byte)) {
            out_ += text_.substr(at_, length);
        }
        at_ += length;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string out_;
};

std::string utf16_to_utf8(std::string_view bytes, bool big_endian)
{
    auto const unit = [&](std::size_t at) {
        auto const first = byte_at(bytes, at);
        auto const second = byte_at(bytes, at + 1);
        return static_cast<std::uint32_t>(big_endian ? first << 8 | second : second << 8 | first);
    };
    std::string out;
    out.reserve(bytes.size() / 2);
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        auto code = unit(at);
        if (code >= 0xD800 && code < 0xDC00 && at + 3 < bytes.size()) {
            auto const low = unit(at + 2);
            if (low >= 0xDC00 && low < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                at += 2;
            }
        }
        if (is_xml_character(code))
            append_utf8(out, code);
    }
    return out;
}

/// The encoding that an XML declaration names, in lower case; empty when it names none.
std::string declared_encoding(std::string_view body)
{
    if (!body.starts_with("<?xml"))
        return {};
    auto const declaration = body.substr(0, std::min<std::size_t>(body.find("?>"), 256));
    auto const at = declaration.find("encoding");
    auto const open = at == std::string_view::npos ? at : declaration.find_first_of("\"'", at);
    if (open == std::string_view::npos)
        return {};
    auto const close = declaration.find(declaration[open], open + 1);
    std::string name{declaration.substr(open + 1, close == std::string_view::npos ? close : close - open - 1)};
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    return name;
}

bool is_latin1(std::string_view encoding)
{
    return encoding.starts_with("iso-8859-1") || encoding.starts_with("iso8859-1") || encoding == "latin1" ||
           encoding == "latin-1" || encoding == "windows-1252" || encoding == "cp1252";
}

std::string latin1_to_utf8(std::string_view bytes)
{
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    for (std::size_t at = 0; at < bytes.size(); ++at)
        append_utf8(out, byte_at(bytes, at));
    return out;
}

}  // namespace

void append_utf8(std::string& out, std::uint32_t code)
{
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
    } else if (code < 0x10000) {
        out += {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
                static_cast<char>(0x80 | (code & 0x3F))};
    } else {
        out += {static_cast<char>(0xF0 | (code >> 18)), static_cast<char>(0x80 | ((code >> 12) & 0x3F)),
                static_cast<char>(0x80 | ((code >> 6) & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
    }
}

std::optional<std::string> from_utf16(std::string_view body)
{
    using namespace std::string_view_literals;
    if (body.starts_with("\xFF\xFE"sv))
        return utf16_to_utf8(body.substr(2), false);
    if (body.starts_with("\xFE\xFF"sv))
        return utf16_to_utf8(body.substr(2), true);
    bool const two_ascii = body.size() >= 4 && (body[0] == '\0') == (body[2] == '\0');
    if (two_ascii && body.starts_with("<\0"sv) && body[3] == '\0')
        return utf16_to_utf8(body, false);
    if (two_ascii && body.starts_with("\0<"sv) && body[3] != '\0')
        return utf16_to_utf8(body, true);
    return std::nullopt;
}

std::optional<std::string> from_declared_latin1(std::string_view document)
{
    if (!is_latin1(declared_encoding(document)))
        return std::nullopt;
    if (std::ranges::none_of(document, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return std::nullopt;
    return latin1_to_utf8(document);
}

std::optional<std::string> repaired(std::string_view document)
{
    bool const has_literals = document.find("<!") != std::string_view::npos;
    if (!has_literals && is_sound(document))
        return std::nullopt;
    auto result = Repairer{document}.run();
    if (result == document)
        return std::nullopt;
    return result;
}

bool needs_no_escape(std::string_view text) noexcept
{
    return std::ranges::all_of(text, [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F && c != '<' && c != '>' &&
               c != '&';
    });
}

void append_escaped(std::string& out, std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        auto const length = character_length(text, at);
        if (length == 0)
            append_utf8(out, byte_at(text, at));
        else if (auto const entity = entity_of(text[at]); !entity.empty())
            out += entity;
        else if (!is_forbidden_control(byte_at(text, at)) && !is_noncharacter(text.substr(at, length)))
            out += text.substr(at, length);
        at += std::max<std::size_t>(length, 1);
    }
}

}  // namespace cwmp::codec
