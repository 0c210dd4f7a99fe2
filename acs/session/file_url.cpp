#include "session/file_url.hpp"

#include <fmt/format.h>

namespace session {
namespace {

constexpr std::size_t longest_url = 256;

std::string encoded(std::string_view name)
{
    std::string out;
    for (auto const c : name) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace

std::string file_url(FileUrls const& urls, std::string_view scheme, std::string_view token, std::string_view name)
{
    auto const& wanted = scheme == "http" ? urls.http : urls.https;
    auto const& other = scheme == "http" ? urls.https : urls.http;
    auto const& base = wanted.empty() ? other : wanted;
    if (base.empty())
        return {};
    auto url = fmt::format("{}/f/{}/", base, token);
    auto last = encoded(name.empty() ? "file" : name);
    while (url.size() + last.size() > longest_url && name.size() > 1) {
        name.remove_prefix(1);
        last = encoded(name);
    }
    return url + last;
}

}  // namespace session
