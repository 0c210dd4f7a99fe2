#pragma once

#include "net/http.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

/// How the length of an answer is told.
struct Framing {
    std::optional<std::uint64_t> length;  ///< Content-Length
    bool chunked = false;
};

/// The status line and fields of `response`, up to the empty line; `date` goes into the Date field unless there is one.
[[nodiscard]] std::string response_head(Response const& response, int version, bool keep, Framing framing,
                                        std::string_view date);

/// Whether an answer of that status never has a body (RFC 9110 6.4.1).
[[nodiscard]] constexpr bool is_bodiless(unsigned status) noexcept
{
    return status < 200 || status == 204 || status == 304;
}

/// Compresses a body in memory when `response` wishes it, the client takes it, and it is worth it.
void compress_if_wished(Response& response, Request const& request);

}  // namespace net
