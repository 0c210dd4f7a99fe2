#include "cwmp/codec/soap_cursor.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cwmp::codec {
namespace {

/// What gSOAP has read ahead when it stands at "</" (its SOAP_TT, which is not in its header).
constexpr soap_wchar end_tag_ahead = -3;

std::string_view local_name(std::string_view tag)
{
    return tag.substr(tag.rfind(':') + 1);
}

bool is_type(std::string_view attribute)
{
    return local_name(attribute) == "type";
}

/// A start tag without attributes, or with xsi:type only.
struct PlainTag {
    std::string_view tag;
    std::string_view type;
    bool is_self_closing = false;
    std::size_t size = 0;  ///< from "<" to ">"; 0: the tag is not a plain one
};

PlainTag plain_tag(std::string_view text)
{
    auto const name_end = text.find_first_of(" />\t\r\n", 1);
    if (name_end == std::string_view::npos)
        return {};
    PlainTag found{.tag = text.substr(1, name_end - 1), .type = {}};
    auto at = name_end;
    if (text[at] == ' ') {
        auto const equals = text.find_first_of("= \t\r\n/><\"'", at + 1);
        if (equals == std::string_view::npos || equals + 1 >= text.size() || text[equals] != '=' ||
            !is_type(text.substr(at + 1, equals - at - 1)))
            return {};
        if (text[equals + 1] != '"' && text[equals + 1] != '\'')
            return {};
        auto const close = text.find(text[equals + 1], equals + 2);
        if (close == std::string_view::npos)
            return {};
        found.type = text.substr(equals + 2, close - equals - 2);
        at = close + 1;
    }
    found.is_self_closing = at < text.size() && text[at] == '/';
    at += found.is_self_closing ? 1 : 0;
    if (at < text.size() && text[at] == '>')
        found.size = at + 1;
    return found;
}

}  // namespace

SoapCursor::SoapCursor(std::string_view document, bool ignore_namespaces, std::size_t attribute_names)
    : input_{SoapInput::of_thread()}, soap_{input_.get()}
{
    input_.start(document, ignore_namespaces, attribute_names);
}

SoapCursor::~SoapCursor()
{
    input_.finish(failed());
}

std::string_view SoapCursor::buffered() const
{
    if (soap_->ahead != 0 || soap_->peeked != 0 || soap_->cdata != 0)
        return {};
    return {soap_->buf + soap_->bufidx, soap_->buflen - soap_->bufidx};
}

bool SoapCursor::next()
{
    if (failed() || is_childless_) {
        is_childless_ = false;
        return false;
    }
    auto const rest = to_next_tag();
    if (rest.starts_with("</"))
        return !read_end_tag(rest, 0) && next_by_gsoap();
    if (rest.size() > 1 && rest[1] != '!' && rest[1] != '?' && read_start_tag(rest))
        return true;
    return next_by_gsoap();
}

/// Passes text between elements, comments and instructions, which mean nothing; the rest of the buffer.
std::string_view SoapCursor::to_next_tag()
{
    for (auto rest = buffered();; rest = buffered()) {
        auto const tag = rest.find('<');
        if (tag == std::string_view::npos)
            return {};
        rest.remove_prefix(tag);
        consume(tag);
        auto const mark = rest.starts_with("<!--")        ? std::string_view{"-->"}
                          : rest.starts_with("<![CDATA[") ? std::string_view{"]]>"}
                          : rest.starts_with("<?")        ? std::string_view{"?>"}
                                                          : std::string_view{};
        auto const end = mark.empty() ? std::string_view::npos : rest.find(mark, mark.size() == 3 ? 4 : 2);
        if (end == std::string_view::npos)
            return rest;
        consume(end + mark.size());
    }
}

/// Reads "</tag>"; `tag_size` is where the ">" most likely is.
bool SoapCursor::read_end_tag(std::string_view rest, std::size_t tag_size)
{
    auto const guess = tag_size + 2;
    auto const end = guess < rest.size() && rest[guess] == '>' ? guess : rest.find('>');
    if (end == std::string_view::npos)
        return false;
    consume(end + 1);
    --soap_->level;
    return true;
}

bool SoapCursor::read_start_tag(std::string_view rest)
{
    auto const found = plain_tag(rest);
    if (found.size == 0)
        return false;
    consume(found.size);
    tag_ = found.tag;
    type_ = found.type;
    start_tag_ = found.is_self_closing ? StartTag::read_self_closing : StartTag::read;
    return true;
}

bool SoapCursor::next_by_gsoap()
{
    if (soap_peek_element(soap_) == SOAP_OK) {
        tag_ = soap_->tag;
        start_tag_ = StartTag::left_to_gsoap;
        find_type();
        return true;
    }
    if (soap_->error != SOAP_NO_TAG) {
        give_up();
        return false;
    }
    soap_->error = SOAP_OK;
    if (soap_->level == 0)
        return false;
    if (soap_->ahead != end_tag_ahead)
        fail(errc::malformed, "text stands between elements");  // gSOAP would pass over all that follows
    else if (soap_element_end_in(soap_, nullptr) != SOAP_OK)
        give_up();
    return false;
}

void SoapCursor::find_type()
{
    type_ = soap_->type;
    for (auto const* attribute = soap_->attributes; type_.empty() && attribute != nullptr; attribute = attribute->next)
        if (attribute->visible != 0 && attribute->value != nullptr && is_type(attribute->name))
            type_ = attribute->value;
}

void SoapCursor::give_up()
{
    auto const error = soap_->error;
    bool const is_limit = error == SOAP_LENGTH || error == SOAP_LEVEL || error == SOAP_OCCURS;
    fail(is_limit ? errc::too_large : errc::malformed,
         fmt::format("gSOAP cannot read it (error {} near byte {})", error,
                     soap_->count - soap_->buflen + soap_->bufidx));
}

std::string_view SoapCursor::name() const
{
    return local_name(tag_);
}

std::string_view SoapCursor::prefix() const
{
    auto const colon = tag_.rfind(':');
    return colon == std::string_view::npos ? std::string_view{} : tag_.substr(0, colon);
}

/// Passes the start tag; false when nothing follows it inside the element, or after a failure.
bool SoapCursor::begin()
{
    if (failed() || start_tag_ == StartTag::read_self_closing)
        return false;
    if (start_tag_ == StartTag::read) {
        ++soap_->level;
        soap_->body = 1;
        return true;
    }
    if (soap_element_begin_in(soap_, nullptr, 1, nullptr) != SOAP_OK) {
        give_up();
        return false;
    }
    return soap_->body != 0;
}

void SoapCursor::enter()
{
    is_childless_ = !begin();
}

void SoapCursor::text(std::string& out)
{
    out.clear();
    if (!begin() || read_plain_text(out))
        return;
    char const* const read = soap_string_in(soap_, 1, -1, -1, nullptr);
    if (read == nullptr || soap_element_end_in(soap_, nullptr) != SOAP_OK)
        return give_up();
    out = read;
}

/// Text that needs no decoding, with the end tag that follows it.
bool SoapCursor::read_plain_text(std::string& out)
{
    auto const rest = buffered();
    auto const end = rest.find('<');
    if (end == std::string_view::npos || !rest.substr(end).starts_with("</"))
        return false;
    auto const read = rest.substr(0, end);
    if (read.find('&') != std::string_view::npos)
        return false;
    if (!read_end_tag(rest.substr(end), tag_.size()))
        return false;
    consume(end);
    out = read;
    return true;
}

void SoapCursor::text_and_enter(std::string& out)
{
    text(out);
    if (out.find('<') != std::string::npos)
        fail(errc::malformed, "a text holds elements");
    is_childless_ = true;
}

void SoapCursor::raw(std::string& out)
{
    out.clear();
    if (!begin())
        return;
    auto const position = [&] { return static_cast<std::size_t>(soap_->count - soap_->buflen + soap_->bufidx); };
    auto const start = position();
    if (soap_string_in(soap_, 1, -1, -1, nullptr) == nullptr || soap_element_end_in(soap_, nullptr) != SOAP_OK)
        return give_up();
    auto const end = input_.document().rfind("</", position() - 1);
    if (end == std::string_view::npos || end < start)
        return fail(errc::malformed, "gSOAP lost its place");
    out = input_.document().substr(start, end - start);
}

void SoapCursor::skip()
{
    text(scratch_);
}

}  // namespace cwmp::codec
