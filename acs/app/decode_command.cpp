#include "app/decode_command.hpp"

#include "cwmp/codec/codec.hpp"
#include "cwmp/message_json.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string_view>

namespace app {
namespace {

using base::fail;
using base::Result;

Result<std::string> contents(std::string const& file)
{
    if (file == "-")
        return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
    std::ifstream stream{file, std::ios::binary};
    if (!stream)
        return fail("cannot be opened; check the name and the permissions");
    std::string bytes{std::istreambuf_iterator<char>{stream}, {}};
    if (stream.bad())
        return fail("cannot be read");
    return bytes;
}

bool is_http(std::string_view bytes)
{
    return bytes.starts_with("POST ") || bytes.starts_with("PUT ") || bytes.starts_with("HTTP/1.");
}

std::string lower_case(std::string_view text)
{
    std::string result{text};
    std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    return result;
}

/// The body of a captured HTTP message, whose headers end with an empty line.
Result<std::string_view> http_body(std::string_view bytes)
{
    auto const crlf = bytes.find("\r\n\r\n");
    auto const lf = bytes.find("\n\n");
    auto const end = std::min(crlf, lf);
    if (end == std::string_view::npos)
        return fail("is an HTTP message whose headers do not end");
    auto const headers = lower_case(bytes.substr(0, end));
    for (std::string_view const coding : {"transfer-encoding:", "content-encoding:"})
        if (headers.find(coding) != std::string::npos)
            return fail(fmt::format("is an HTTP message with {} its body must be decoded first", coding));
    return bytes.substr(end + (end == crlf ? 4 : 2));
}

/// The JSON line for one file.
Result<std::string> line_of(std::string const& file)
{
    auto const bytes = contents(file);
    if (!bytes)
        return std::unexpected{bytes.error()};
    auto const body = is_http(*bytes) ? http_body(*bytes) : Result<std::string_view>{*bytes};
    if (!body)
        return std::unexpected{body.error()};
    auto const envelope = cwmp::decode(*body);
    if (!envelope)
        return fail(fmt::format("refused, {}: {}", cwmp::to_text(envelope.error().code), envelope.error().what));
    return boost::json::serialize(cwmp::to_json(*envelope));
}

}  // namespace

int decode_command(std::span<std::string const> files, std::ostream& out, std::ostream& err)
{
    int result = 0;
    for (auto const& file : files) {
        auto const line = line_of(file);
        if (line) {
            out << *line << '\n';
            continue;
        }
        err << file << ": " << line.error().what << '\n';
        result = 1;
    }
    return result;
}

}  // namespace app
