#include "datamodel/markup.hpp"

#include "datamodel/text.hpp"

#include <algorithm>

namespace datamodel {
namespace {

/// How much longer than the plain text the markup may be before it is cut.
constexpr std::size_t markup_factor = 4;

/// What the inside of "{{...}}" says.
std::string said_by(std::string_view inside)
{
    auto const bar = inside.find('|');
    auto const name = inside.substr(0, bar);
    if (bar == inside.npos) {
        bool const is_word = name == "true" || name == "false" || name == "empty" || name == "null";
        return is_word ? std::string{name == "empty" ? "an empty string" : name} : std::string{};
    }
    auto arguments = inside.substr(bar + 1);
    if (name != "bibref")
        return std::string{arguments.substr(0, arguments.find('|'))};
    std::string reference{arguments};
    std::ranges::replace(reference, '|', ' ');
    return reference;
}

void append_folded(std::string& text, char c)
{
    if (!is_white(c))
        text += c;
    else if (!text.empty() && text.back() != ' ')
        text += ' ';
}

}  // namespace

std::string plain_text(std::string_view markup, std::size_t most)
{
    markup = cut(markup, most * markup_factor);
    std::string text;
    for (std::size_t at = 0; at < markup.size(); ++at) {
        auto const rest = markup.substr(at);
        if (rest.starts_with("''")) {
            at += rest.starts_with("'''") ? 2 : 1;
        } else if (auto const open = rest.starts_with("}}") ? text.rfind("{{") : text.npos; open != text.npos) {
            // The innermost one ends here, so that templates within templates come out right.
            auto const said = said_by(std::string_view{text}.substr(open + 2));
            text.resize(open);
            text += said;
            ++at;
        } else {
            append_folded(text, markup[at]);
        }
    }
    return std::string{trimmed(cut(text, most))};
}

}  // namespace datamodel
