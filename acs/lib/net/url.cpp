#include "net/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace net {

namespace urls = boost::urls;

namespace {

constexpr std::size_t longest_url = 8'192;  ///< bytes
constexpr std::string_view hidden_login = "********";

bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"-._~"}.find(c) != std::string_view::npos;
}

void append_escaped(std::string& out, char c)
{
    out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
}

std::string_view trimmed(std::string_view text)
{
    auto const is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

/// `text` with what may not stand in a URL percent-encoded; brackets only behind the authority, where IPv6 has them. Of
/// several '@' in the authority the last one ends the login: a password may hold one.
std::string repaired(std::string_view text)
{
    auto const scheme = text.find("://");
    auto const start = scheme == std::string_view::npos ? 0 : scheme + 3;
    auto const path = std::min(text.find_first_of("/?#", start), text.size());
    auto const login_end = text.substr(0, path).rfind('@');
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const c = text[i];
        auto const byte = static_cast<unsigned char>(c);
        bool const is_bracket = c == '[' || c == ']';
        bool const is_escape = c == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
        bool const is_foreign =
            byte <= ' ' || byte >= 0x7f || std::string_view{"\"<>\\^`{|}"}.find(c) != std::string_view::npos;
        bool const is_in_login = c == '@' && login_end != std::string_view::npos && i >= start && i < login_end;
        if (is_foreign || is_in_login || (is_bracket && i >= path) || (c == '%' && !is_escape))
            append_escaped(out, c);
        else
            out += c;
    }
    return out;
}

/// What an error tells of a URL.
std::string shown_part(std::string_view text)
{
    constexpr std::size_t most = 200;
    auto shown = without_logins(text);
    shown.resize(std::min(shown.size(), most));
    return shown;
}

base::Result<Url> from_view(urls::url_view const& view, std::string_view text)
{
    Url url;
    url.is_https = view.scheme_id() == urls::scheme::https;
    if (!url.is_https && view.scheme_id() != urls::scheme::http)
        return base::fail(fmt::format("'{}' is neither an http nor an https URL", text));
    url.host = view.host_address();
    if (url.host.empty())
        return base::fail(fmt::format("'{}' names no host", text));
    std::ranges::transform(url.host, url.host.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (std::ranges::any_of(url.host, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; }))
        return base::fail(fmt::format("'{}' has control characters in its host", text));
    url.port = url.is_https ? 443 : 80;
    if (view.has_port() && !view.port().empty()) {
        auto const digits = std::string{view.port()};
        auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
        if (error != std::errc{} || url.port == 0)
            return base::fail(fmt::format("'{}' has a port that is not 1-65535", text));
    }
    url.target = std::string{view.encoded_path()};
    if (url.target.empty() || url.target.front() != '/')
        url.target.insert(0, "/");
    if (view.has_query())
        url.target += '?' + std::string{view.encoded_query()};
    url.username = view.user();
    url.password = view.password();
    return url;
}

}  // namespace

std::string Url::authority() const
{
    bool const is_v6 = host.find(':') != std::string::npos;
    auto text = is_v6 ? '[' + host + ']' : host;
    if (port != (is_https ? 443 : 80))
        text += fmt::format(":{}", port);
    return text;
}

std::string Url::to_string() const
{
    return fmt::format("{}://{}{}", is_https ? "https" : "http", authority(), target);
}

base::Result<Url> parse_url(std::string_view text)
{
    auto const shown = shown_part(text);
    text = trimmed(text);
    if (text.size() > longest_url)
        return base::fail(fmt::format("the URL '{}...' is longer than {} bytes", shown, longest_url));
    auto const clean = repaired(text);
    auto const parsed = urls::parse_uri(clean);
    if (!parsed)
        return base::fail(fmt::format("'{}' is not a URL: {}", shown, parsed.error().message()));
    return from_view(*parsed, shown);
}

base::Result<Url> resolve_url(Url const& base, std::string_view location)
{
    location = trimmed(location);
    if (location.size() > longest_url)
        return base::fail(fmt::format("the Location is longer than {} bytes", longest_url));
    auto const clean_base = repaired(base.to_string());
    auto const clean = repaired(location);
    auto const from = urls::parse_uri(clean_base);
    auto const to = urls::parse_uri_reference(clean);
    urls::url resolved;
    if (!from || !to || !urls::resolve(*from, *to, resolved))
        return base::fail(fmt::format("the Location '{}' is not a URL", shown_part(location)));
    return from_view(resolved, shown_part(location));
}

std::string without_logins(std::string_view text)
{
    std::string out;
    for (;;) {
        auto const scheme = text.find("://");
        auto const start = scheme == std::string_view::npos ? text.size() : scheme + 3;
        out += text.substr(0, start);
        text.remove_prefix(start);
        if (text.empty())
            return out;
        auto const authority = text.substr(0, text.find_first_of("/?#"));
        if (auto const end = authority.rfind('@'); end != std::string_view::npos) {
            out += hidden_login;
            text.remove_prefix(end);
        }
    }
}

std::string percent_decoded(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    auto const value = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
            out += static_cast<char>(value(text[i + 1]) * 16 + value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string percent_encoded(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (auto const c : text) {
        if (is_unreserved(c))
            out += c;
        else
            append_escaped(out, c);
    }
    return out;
}

}  // namespace net
