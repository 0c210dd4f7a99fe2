#include "net/response_head.hpp"

#include "net/compression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace net {

namespace {

constexpr std::size_t worth_compressing = 1'024;  ///< bytes
constexpr std::size_t max_reason = 256;           ///< bytes; the rest is cut off

/// The standard phrase, or what stands instead of it: control characters become blanks, so that it stays on its line.
std::string reason_of(Response const& response)
{
    if (response.reason.empty())
        return std::string{status_phrase(response.status)};
    auto reason = response.reason.substr(0, max_reason);
    std::ranges::replace_if(reason, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
    return reason;
}

}  // namespace

std::string response_head(Response const& response, int version, bool keep, Framing framing, std::string_view date)
{
    std::string text;
    text.reserve(160 + response.headers.wire().size());
    // Always 1.1: RFC 9110 6.2 has a server tell the highest version it speaks, whatever the request's was.
    fmt::format_to(std::back_inserter(text), "HTTP/1.1 {} {}\r\n", response.status, reason_of(response));
    if (!response.headers.has("Date")) {
        text += "Date: ";
        text += date;
        text += "\r\n";
    }
    text += response.headers.wire();
    if (framing.chunked)
        text += "Transfer-Encoding: chunked\r\n";
    else if (framing.length)
        fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", *framing.length);
    if (!keep)
        text += "Connection: close\r\n";
    else if (version < 11)
        text += "Connection: keep-alive\r\n";
    return text += "\r\n";
}

void compress_if_wished(Response& response, Request const& request)
{
    auto* const text = std::get_if<std::string>(&response.body);
    if (!response.compress || !text || response.headers.has("Content-Encoding"))
        return;
    response.headers.add("Vary", "Accept-Encoding");
    if (text->size() < worth_compressing || !request.accepts_gzip())
        return;
    *text = gzip(*text);
    response.headers.add("Content-Encoding", "gzip");
}

}  // namespace net
