#include "xmpp/stanza.hpp"

#include <algorithm>

namespace xmpp {

std::string_view Element::field(std::string_view named) const noexcept
{
    auto const found = std::ranges::find(fields, named, &std::pair<std::string, std::string>::first);
    return found == fields.end() ? std::string_view{} : found->second;
}

bool is_jid(std::string_view text) noexcept
{
    auto const is_odd = [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || std::string_view{"\"&'<>"}.contains(c);
    };
    auto const name = bare(text);
    auto const at = name.find('@');
    return text.size() <= longest_jid && std::ranges::none_of(text, is_odd) && at != name.npos && at > 0 &&
           at + 1 < name.size() && name.find('@', at + 1) == name.npos && !text.ends_with('/');
}

std::string_view bare(std::string_view jid) noexcept
{
    return jid.substr(0, jid.find('/'));
}

std::string domain_of(std::string_view jid)
{
    auto const name = bare(jid);
    std::string domain{name.substr(name.find('@') + 1)};
    std::ranges::transform(domain, domain.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return domain;
}

}  // namespace xmpp
