#include "cwmp/codec/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace cwmp::codec {
namespace {

/// Different attribute names in one document. gSOAP remembers each and searches them one by one.
constexpr std::size_t max_attribute_names = 192;

/// The deepest document that can be walked, whatever the limits say.
constexpr std::size_t deepest = 256;

bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// What a character may do in a tag.
enum CharacterClass : std::uint8_t { starts_a_name = 1, ends_a_name = 2 };

constexpr std::array<std::uint8_t, 256> classify()
{
    std::array<std::uint8_t, 256> classes{};
    for (unsigned c = 0; c < classes.size(); ++c) {
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter || c == '_' || c == ':' || c >= 0x80)  // every byte of a character beyond ASCII
            classes[c] = starts_a_name;
    }
    for (unsigned char const c : {' ', '\t', '\n', '\r', '>', '/', '=', '<', '"', '\'', '\0'})
        classes[c] = ends_a_name;
    return classes;
}

constexpr auto classes = classify();

bool starts_name(char c)
{
    return classes[static_cast<unsigned char>(c)] == starts_a_name;
}

bool ends_name(char c)
{
    return classes[static_cast<unsigned char>(c)] == ends_a_name;
}

/// A set of names by their hashes, of fixed size.
class NameSet {
public:
    /// False when there is no room for another name.
    [[nodiscard]] bool insert(std::string_view name)
    {
        if (name == last_)
            return true;
        last_ = name;
        auto hash = std::uint64_t{14695981039346656037U};
        for (char const c : name)
            hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
        hash |= 1;
        for (auto slot = (hash >> 32) % slots_.size();; slot = (slot + 1) % slots_.size()) {
            if (slots_[slot] == hash)
                return true;
            if (slots_[slot] == 0) {
                slots_[slot] = hash;
                return ++size_ <= max_attribute_names;
            }
        }
    }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::array<std::uint64_t, 256> slots_{};
    std::size_t size_ = 0;
    std::string_view last_;
};

class Walker {
public:
    Walker(std::string_view document, DecodeLimits const& limits)
        : document_{document}, limits_{limits}, depth_limit_{std::min(limits.depth, deepest)}
    {
    }

    std::expected<GuardReport, DecodeError> document()
    {
        if (!walk(true))
            return std::unexpected{*std::move(error_)};
        return GuardReport{document_.substr(root_begin_, root_end_ - root_begin_), elements_, names_.size()};
    }

    bool content() { return walk(false); }

private:
    bool walk(bool one_root)
    {
        while (to_next_tag()) {
            if (one_root && root_end_ != 0)
                return after_root();
            if (!tag())
                return false;
        }
        if (error_)
            return false;
        if (depth_ != 0 || (one_root && root_end_ == 0))
            return fail(errc::malformed, "the document is cut short inside an element");
        return true;
    }

    bool fail(errc code, std::string_view what)
    {
        if (!error_)
            error_ = DecodeError{code, fmt::format("{} (at byte {})", what, at_)};
        return false;
    }

    /// Moves to the next "<"; false when there is none or the text before it is too long.
    bool to_next_tag()
    {
        auto const next = std::min(document_.find('<', at_), document_.size());
        if (next - at_ > limits_.text_bytes && root_end_ == 0)
            return fail(errc::too_large,
                        fmt::format("a text has {} bytes, more than {}", next - at_, limits_.text_bytes));
        if (depth_ == 0 && root_end_ == 0 && elements_ == 0)
            root_begin_ = next;
        at_ = next;
        return at_ < document_.size();
    }

    /// Trailing bytes are the garbage of broken senders; a second element or a document type is an attack.
    bool after_root()
    {
        auto const rest = document_.substr(at_ + 1);
        if (rest.starts_with("!DOCTYPE"))
            return fail(errc::forbidden, "a document type declaration follows the root element");
        if (!rest.empty() && starts_name(rest.front()))
            return fail(errc::malformed, "a second root element follows the first");
        return true;
    }

    bool tag()
    {
        auto const rest = document_.substr(at_ + 1);
        if (rest.starts_with('/'))
            return end_tag();
        if (rest.starts_with('?'))
            return pass("?>", 2);
        if (rest.starts_with("!--"))
            return pass("-->", 4);
        if (rest.starts_with("![CDATA[") && depth_ > 0)
            return cdata();
        if (rest.starts_with('!'))
            return fail(errc::forbidden, "a document type declaration is never read");
        if (rest.empty() || !starts_name(rest.front()))
            return fail(errc::malformed, "a \"<\" begins no tag");
        return start_tag();
    }

    bool pass(std::string_view end, std::size_t skip)
    {
        auto const found = document_.find(end, at_ + skip);
        if (found == std::string_view::npos)
            return fail(errc::malformed, "a comment or a processing instruction does not end");
        at_ = found + end.size();
        return true;
    }

    bool cdata()
    {
        auto const begin = at_;
        if (!pass("]]>", 9))
            return false;
        return at_ - begin <= limits_.text_bytes || fail(errc::too_large, "a CDATA section is too long");
    }

    bool end_tag()
    {
        auto const rest = document_.substr(at_ + 2);
        if (depth_ == 0 || !rest.starts_with(open_[depth_ - 1]))
            return fail(errc::malformed, "an end tag does not match its start tag");
        auto end = open_[depth_ - 1].size();
        while (end < rest.size() && is_blank(rest[end]))
            ++end;
        if (end == rest.size())
            return fail(errc::malformed, "the document is cut short inside a tag");
        if (rest[end] != '>')
            return fail(errc::malformed, "an end tag does not match its start tag");
        at_ += 2 + end + 1;
        if (--depth_ == 0)
            root_end_ = at_;
        return true;
    }

    bool start_tag()
    {
        auto const limit = std::min(document_.size(), at_ + limits_.tag_bytes);
        auto const begin = at_ + 1;
        auto position = begin;
        while (position < limit && !ends_name(document_[position]))
            ++position;
        auto const name = document_.substr(begin, position - begin);
        bool const closed = attributes(position, limit);
        if (error_)
            return false;
        if (position >= limit)
            return limit == document_.size() ? fail(errc::malformed, "the document is cut short inside a tag")
                                             : fail(errc::too_large, "a tag is too long");
        at_ = position + 1;
        return open(name, closed);
    }

    /// Reads up to ">"; true when the tag is self-closing.
    bool attributes(std::size_t& position, std::size_t limit)
    {
        std::size_t count = 0;
        while (position < limit && document_[position] != '>') {
            char const c = document_[position];
            if (is_blank(c)) {
                ++position;
            } else if (c == '/' && position + 1 < limit && document_[position + 1] == '>') {
                ++position;
                return true;
            } else if (!starts_name(c)) {
                return fail(errc::malformed, "a tag holds something that is no attribute");
            } else if (++count > limits_.attributes) {
                return fail(errc::too_large, fmt::format("an element has more than {} attributes", limits_.attributes));
            } else if (!attribute(position, limit)) {
                return false;
            }
        }
        return false;
    }

    bool attribute(std::size_t& position, std::size_t limit)
    {
        auto const begin = position;
        while (position < limit && !ends_name(document_[position]))
            ++position;
        if (!names_.insert(document_.substr(begin, position - begin)))
            return fail(errc::too_large, "the document has too many different attributes");
        skip_blanks(position, limit);
        if (position >= limit)
            return false;
        if (document_[position] != '=')
            return fail(errc::malformed, "an attribute has no value");
        ++position;
        skip_blanks(position, limit);
        if (position >= limit)
            return false;
        char const quote = document_[position];
        if (quote != '"' && quote != '\'')
            return fail(errc::malformed, "the value of an attribute is not quoted");
        auto const end = document_.substr(0, limit).find(quote, position + 1);
        position = end == std::string_view::npos ? limit : end + 1;
        return position < limit;
    }

    void skip_blanks(std::size_t& position, std::size_t limit) const
    {
        while (position < limit && is_blank(document_[position]))
            ++position;
    }

    bool open(std::string_view name, bool closed)
    {
        if (++elements_ > limits_.elements)
            return fail(errc::too_large, fmt::format("the document has more than {} elements", limits_.elements));
        if (depth_ >= depth_limit_)
            return fail(errc::too_large, fmt::format("elements are nested more than {} deep", depth_limit_));
        if (!closed)
            open_[depth_++] = name;
        else if (depth_ == 0)
            root_end_ = at_;
        return true;
    }

    std::string_view document_;
    DecodeLimits const& limits_;
    std::size_t depth_limit_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::size_t elements_ = 0;
    std::size_t root_begin_ = 0;
    std::size_t root_end_ = 0;
    std::array<std::string_view, deepest> open_;
    NameSet names_;
    std::optional<DecodeError> error_;
};

}  // namespace

std::expected<GuardReport, DecodeError> guard(std::string_view document, DecodeLimits const& limits)
{
    return Walker{document, limits}.document();
}

bool is_well_formed_content(std::string_view text, DecodeLimits const& limits)
{
    return Walker{text, limits}.content();
}

}  // namespace cwmp::codec
