#include "net/response_head.hpp"

#include "net/compression.hpp"

#include <fmt/format.h>

#include <iterator>

namespace net {

namespace {

constexpr std::size_t worth_compressing = 1'024;  ///< bytes

}  // namespace

std::string response_head(Response const& response, int version, bool keep, Framing framing, std::string_view date)
{
    std::string text;
    text.reserve(160 + response.headers.wire().size());
    // Always 1.1: RFC 9110 6.2 has a server tell the highest version it speaks, whatever the request's was.
    fmt::format_to(std::back_inserter(text), "HTTP/1.1 {} {}\r\n", response.status, status_phrase(response.status));
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
