#include "cwmp/codec/markup.hpp"

#include "cwmp/codec/scalars.hpp"
#include "cwmp/codec/text_repair.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace cwmp::codec {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view name_ends{" \t\r\n>/=<\"'\0", 11};
constexpr std::string_view cdata_begin = "<![CDATA[";
constexpr std::string_view cdata_end = "]]>";

/// The end of what begins at `at` and ends with `mark`; the end of the document when it does not.
std::size_t after(std::string_view document, std::string_view mark, std::size_t at)
{
    auto const found = document.find(mark, at);
    return found == std::string_view::npos ? document.size() : found + mark.size();
}

struct Name {
    std::string_view prefix;
    std::string_view local;
};

Name split(std::string_view name)
{
    auto const colon = name.rfind(':');
    if (colon == std::string_view::npos)
        return {{}, name};
    return {name.substr(0, colon), name.substr(colon + 1)};
}

class Walker {
public:
    explicit Walker(std::string_view document) : document_{document} {}

    Markup walk()
    {
        while (at_ < document_.size()) {
            if (document_[at_] != '<')
                text(std::min(document_.find('<', at_), document_.size()));
            else
                tag();
        }
        while (!open_.empty())
            close(document_.size());
        return std::move(markup_);
    }

private:
    void text(std::size_t end)
    {
        if (end > at_)
            markup_.texts.push_back({at_, end});
        at_ = end;
    }

    void tag()
    {
        auto const rest = document_.substr(at_);
        if (rest.starts_with("<!--"))
            aside(after(document_, "-->", at_ + 4));
        else if (rest.starts_with(cdata_begin))
            cdata();
        else if (rest.starts_with("<?"))
            aside(after(document_, "?>", at_ + 2));
        else if (rest.starts_with("</"))
            end_tag();
        else
            start_tag();
    }

    void aside(std::size_t end)
    {
        markup_.asides.push_back({at_, end});
        at_ = end;
    }

    void cdata()
    {
        at_ += cdata_begin.size();
        auto const end = std::min(document_.find(cdata_end, at_), document_.size());
        text(end);
        at_ = std::min(end + cdata_end.size(), document_.size());
    }

    void end_tag()
    {
        close(at_);
        at_ = after(document_, ">", at_);
    }

    void close(std::size_t end)
    {
        if (open_.empty())
            return;
        markup_.elements[open_.back()].inner.end = end;
        open_.pop_back();
    }

    void start_tag()
    {
        auto const index = markup_.elements.size();
        ++at_;
        auto& element = markup_.elements.emplace_back();
        element.name = split(name()).local;
        element.parent = open_.empty() ? index : open_.back();
        bool const is_closed = attributes();
        at_ = std::min(at_ + 1, document_.size());
        markup_.elements[index].inner = {at_, at_};
        if (!is_closed)
            open_.push_back(index);
    }

    std::string_view name()
    {
        auto const begin = at_;
        at_ = std::min(document_.find_first_of(name_ends, at_), document_.size());
        return document_.substr(begin, at_ - begin);
    }

    /// Up to the ">"; true when there is a "/" before it.
    bool attributes()
    {
        for (bool is_closed = false;; is_closed = document_[at_ - 1] == '/') {
            at_ = std::min(document_.find_first_not_of(blanks, at_), document_.size());
            if (at_ == document_.size() || document_[at_] == '>')
                return is_closed;
            auto const begin = at_;
            auto const [prefix, local] = split(name());
            at_ = std::min(document_.find_first_not_of("= \t\r\n", at_), document_.size());
            if (at_ < document_.size() && (document_[at_] == '"' || document_[at_] == '\'')) {
                auto const end = std::min(document_.find(document_[at_], at_ + 1), document_.size());
                markup_.attributes.push_back({prefix, local, {at_ + 1, end}});
                at_ = std::min(end + 1, document_.size());
            } else if (at_ == begin) {
                ++at_;
            }
        }
    }

    std::string_view document_;
    std::size_t at_ = 0;
    std::vector<std::size_t> open_;
    Markup markup_;
};

/// Appends the character that "&...;" stands for, or the reference itself when it is none.
void append_reference(std::string& out, std::string_view reference)
{
    constexpr std::pair<std::string_view, char> known[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    auto const name = reference.substr(1, reference.size() - 2);
    for (auto const& [text, character] : known)
        if (name == text) {
            out += character;
            return;
        }
    bool const is_hexadecimal = name.starts_with("#x") || name.starts_with("#X");
    auto const digits = name.substr(std::min<std::size_t>(name.size(), is_hexadecimal ? 2 : 1));
    std::uint32_t code = 0;
    auto const [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, is_hexadecimal ? 16 : 10);
    if (name.starts_with('#') && failure == std::errc{} && end == digits.data() + digits.size() && code <= 0x10FFFF)
        append_utf8(out, code);
    else
        out += reference;
}

void append_text(std::string& out, std::string_view text)
{
    constexpr std::size_t longest_reference = 12;
    while (!text.empty()) {
        auto const mark = std::min(text.find('&'), text.size());
        out += text.substr(0, mark);
        text.remove_prefix(mark);
        auto const end = text.substr(0, longest_reference).find(';');
        if (text.empty())
            return;
        auto const size = end == std::string_view::npos ? 1 : end + 1;
        if (size > 2)
            append_reference(out, text.substr(0, size));
        else
            out += text.substr(0, size);
        text.remove_prefix(size);
    }
}

}  // namespace

Markup markup_of(std::string_view root)
{
    return Walker{root}.walk();
}

std::string plain_text(std::string_view markup)
{
    std::string out;
    for (auto const& range : markup_of(markup).texts) {
        auto const text = range.of(markup);
        bool const is_literal = range.begin >= cdata_begin.size() &&
                                markup.substr(range.begin - cdata_begin.size(), cdata_begin.size()) == cdata_begin;
        if (is_literal)
            out += text;
        else
            append_text(out, text);
    }
    trim(out);
    return out;
}

}  // namespace cwmp::codec
