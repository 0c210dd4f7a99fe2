#include "session/file_url.hpp"

#include "net/url.hpp"

#include <fmt/format.h>

namespace session {
namespace {

constexpr std::size_t longest_url = 256;

}  // namespace

std::string file_url(FileUrls const& urls, std::string_view scheme, std::string_view token, std::string_view name)
{
    auto const& wanted = scheme == "http" ? urls.http : urls.https;
    auto const& other = scheme == "http" ? urls.https : urls.http;
    auto const& base = wanted.empty() ? other : wanted;
    if (base.empty())
        return {};
    auto url = fmt::format("{}/f/{}/", base, token);
    auto last = net::percent_encoded(name.empty() ? "file" : name);
    while (url.size() + last.size() > longest_url && name.size() > 1) {
        name.remove_prefix(1);
        last = net::percent_encoded(name);
    }
    return url + last;
}

}  // namespace session
