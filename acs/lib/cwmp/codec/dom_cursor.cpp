#include "cwmp/codec/dom_cursor.hpp"

#include <fmt/format.h>

namespace cwmp::codec {
namespace {

/// Appends what pugixml prints to a string.
class StringWriter final : public pugi::xml_writer {
public:
    explicit StringWriter(std::string& out) : out_{out} {}
    void write(void const* data, std::size_t size) override { out_.append(static_cast<char const*>(data), size); }

private:
    std::string& out_;
};

pugi::xml_node first_element(pugi::xml_node node)
{
    while (node && node.type() != pugi::node_element)
        node = node.next_sibling();
    return node;
}

}  // namespace

DomCursor::DomCursor(std::string_view document)
{
    auto const flags = pugi::parse_default | pugi::parse_ws_pcdata;
    auto const result = document_.load_buffer(document.data(), document.size(), flags, pugi::encoding_utf8);
    if (!result)
        fail(errc::malformed, fmt::format("it is no well-formed XML: {} (at byte {})", result.description(),
                                          static_cast<long>(result.offset)));
    parents_.push_back(document_);
}

bool DomCursor::next()
{
    if (failed() || parents_.empty())
        return false;
    auto const node = first_element(previous_ ? previous_.next_sibling() : parents_.back().first_child());
    if (node) {
        previous_ = node;
        return true;
    }
    previous_ = parents_.back();
    parents_.pop_back();
    return false;
}

std::string_view DomCursor::name() const
{
    std::string_view const name = previous_.name();
    return name.substr(name.rfind(':') + 1);
}

std::string_view DomCursor::prefix() const
{
    std::string_view const name = previous_.name();
    auto const colon = name.rfind(':');
    return colon == std::string_view::npos ? std::string_view{} : name.substr(0, colon);
}

std::string_view DomCursor::type() const
{
    for (auto const attribute : previous_.attributes()) {
        std::string_view const name = attribute.name();
        if (name.substr(name.rfind(':') + 1) == "type")
            return attribute.value();
    }
    return {};
}

void DomCursor::enter()
{
    parents_.push_back(previous_);
    previous_ = {};
}

void DomCursor::text(std::string& out)
{
    out.clear();
    for (auto const child : previous_.children())
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
            out += child.value();
}

void DomCursor::text_and_enter(std::string& out)
{
    text(out);
    enter();
}

void DomCursor::raw(std::string& out)
{
    out.clear();
    StringWriter writer{out};
    for (auto const child : previous_.children())
        child.print(writer, "", pugi::format_raw);
}

}  // namespace cwmp::codec
