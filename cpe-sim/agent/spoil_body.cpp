#include "agent/quirks.hpp"

namespace sim {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to)
{
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// Cuts every `name="..."` out, with the blank before it.
void drop_attribute(std::string& text, std::string_view name)
{
    auto const start = " " + std::string{name} + "=\"";
    for (auto at = text.find(start); at != text.npos; at = text.find(start, at)) {
        auto const end = text.find('"', at + start.size());
        text.erase(at, end - at + 1);
    }
}

/// [7] becomes [0016].
void miscount(std::string& text)
{
    for (auto at = text.find("arrayType=\""); at != text.npos; at = text.find("arrayType=\"", at + 1)) {
        auto const open = text.find('[', at);
        auto const close = text.find(']', open);
        if (close != text.npos)
            text.replace(open, close - open + 1, "[0016]");
    }
}

/// <cwmp:Inform> becomes <Inform xmlns="urn:...">: its children are then in the namespace too.
void qualify(std::string& text)
{
    auto const name_start = text.find("xmlns:cwmp=\"");
    auto const body = text.find(":Body>");
    auto const method = text.find("<cwmp:", body);
    if (name_start == text.npos || body == text.npos || method == text.npos)
        return;
    auto const uri_start = name_start + 12;
    auto const uri = text.substr(uri_start, text.find('"', uri_start) - uri_start);
    auto const name_end = text.find_first_of(" />", method + 1);
    auto const name = text.substr(method + 6, name_end - method - 6);
    replace_all(text, "</cwmp:" + name + ">", "</" + name + ">");
    text.replace(method, name_end - method, "<" + name + " xmlns=\"" + uri + "\"");
}

void drop_header(std::string& text)
{
    auto const start = text.find("<SOAP-ENV:Header>");
    constexpr std::string_view close = "</SOAP-ENV:Header>";
    auto const end = text.find(close);
    if (start != text.npos && end != text.npos)
        text.erase(start, end + close.size() - start);
}

/// A line end before every opening tag; never inside an element that has text.
void pretty_print(std::string& text)
{
    std::string spread;
    for (std::size_t i = 0; i < text.size(); ++i) {
        spread += text[i];
        if (text[i] == '>' && i + 2 < text.size() && text[i + 1] == '<' && text[i + 2] != '/')
            spread += "\n   ";
    }
    text = std::move(spread);
}

}  // namespace

std::string spoil_body(Quirks const& quirks, std::string body)
{
    if (body.empty() || !quirks.any())
        return body;
    if (quirks.has(Quirk::no_xsi_type))
        drop_attribute(body, "xsi:type");
    if (quirks.has(Quirk::wrong_array_count))
        miscount(body);
    if (quirks.has(Quirk::qualified_children))
        qualify(body);
    if (quirks.has(Quirk::no_header))
        drop_header(body);
    if (quirks.has(Quirk::undeclared_soap))
        replace_all(body, "SOAP-ENV:Body", "soap:Body");
    if (quirks.has(Quirk::latin1))
        replace_all(body, "\xc3\xa5\xc3\xa4\xc3\xb6", "\xe5\xe4\xf6");
    if (quirks.has(Quirk::bare_ampersand))
        replace_all(body, "&amp; Sons", "& Sons");
    if (quirks.has(Quirk::control_character))
        replace_all(body, "\xe2\x90\x82", "\x02");
    if (quirks.has(Quirk::pretty_printed))
        pretty_print(body);
    if (quirks.has(Quirk::single_quotes))
        replace_all(body, "\"", "'");
    if (quirks.has(Quirk::byte_order_mark))
        body.insert(0, "\xef\xbb\xbf");
    if (quirks.has(Quirk::trailing_nul))
        body.push_back('\0');
    return body;
}

}  // namespace sim
