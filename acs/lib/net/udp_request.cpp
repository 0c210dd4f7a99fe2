#include "net/udp_request.hpp"

#include "base/crypto.hpp"
#include "base/hmac_sha1.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace net {

namespace {

constexpr std::uint16_t usual_port = 80;  ///< of a UDPConnectionRequestAddress that names none

template <class Number>
bool read_number(std::string_view text, Number& value)
{
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

/// The query of a request line's target; empty when there is none.
std::string_view query_of(std::string_view target)
{
    auto const mark = target.find('?');
    return mark == target.npos ? std::string_view{} : target.substr(mark + 1);
}

void take(UdpRequest& request, std::string_view name, std::string_view value)
{
    auto const text = percent_decoded(value);
    if (name == "ts")
        request.time_text = text;
    else if (name == "id")
        request.id = text;
    else if (name == "un")
        request.username = text;
    else if (name == "cn")
        request.nonce = text;
    else if (name == "sig")
        request.signature = text;
}

}  // namespace

std::string signature_of(UdpRequest const& request, std::string_view password)
{
    return base::to_hex(base::hmac_sha1(password, request.time_text + request.id + request.username + request.nonce));
}

std::string write_udp_request(UdpRequest request, std::string_view password, Endpoint const& to)
{
    request.time_text = fmt::to_string(request.time);
    auto const host = to.to_string();
    return fmt::format("GET http://{}?ts={}&id={}&un={}&cn={}&sig={} HTTP/1.1\r\nHost: {}\r\n\r\n", host,
                       request.time_text, request.id, percent_encoded(request.username), request.nonce,
                       signature_of(request, password), host);
}

base::Result<UdpRequest> parse_udp_request(std::string_view bytes)
{
    constexpr std::string_view method = "GET ";
    if (bytes.size() > longest_udp_request)
        return base::fail(
            fmt::format("a connection request of {} bytes: it may have {}", bytes.size(), longest_udp_request));
    auto const line = bytes.substr(0, std::min(bytes.find('\r'), bytes.find('\n')));
    auto const end = line.rfind(" HTTP/1.");
    if (!line.starts_with(method) || end == line.npos || end < method.size())
        return base::fail("no connection request: its first line is not GET ... HTTP/1.1");
    UdpRequest request;
    auto query = query_of(line.substr(method.size(), end - method.size()));
    while (!query.empty()) {
        auto const pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        auto const equals = std::min(pair.find('='), pair.size());
        take(request, pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
    }
    if (!read_number(request.time_text, request.time))
        return base::fail("the connection request has no time (ts)");
    if (request.id.empty() || request.signature.empty())
        return base::fail("the connection request has no id or no signature (id, sig)");
    return request;
}

std::optional<Endpoint> parse_udp_address(std::string_view text)
{
    auto host = text;
    Endpoint endpoint{.address = {}, .port = usual_port};
    if (text.starts_with('[')) {
        auto const end = text.find(']');
        if (end == text.npos)
            return std::nullopt;
        host = text.substr(1, end - 1);
        auto const rest = text.substr(end + 1);
        if (!rest.empty() && (rest[0] != ':' || !read_number(rest.substr(1), endpoint.port)))
            return std::nullopt;
    } else if (auto const colon = text.find(':'); colon != text.npos && colon == text.rfind(':')) {
        host = text.substr(0, colon);
        if (!read_number(text.substr(colon + 1), endpoint.port))
            return std::nullopt;
    }
    boost::system::error_code no_address;
    endpoint.address = unmapped(boost::asio::ip::make_address(std::string{host}, no_address));
    if (no_address || endpoint.port == 0)
        return std::nullopt;
    return endpoint;
}

}  // namespace net
