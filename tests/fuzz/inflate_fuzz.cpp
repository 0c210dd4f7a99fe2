// Any bytes either inflate within the limits or are refused, whole or in pieces, with the same result.
#include "net/compression.hpp"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

constexpr net::InflateLimits limits{1 << 20, 50};

std::optional<std::string> in_pieces(net::ContentCoding coding, std::string_view body, std::size_t step)
{
    std::string out;
    net::Inflater inflater{coding, limits};
    for (; !body.empty(); body.remove_prefix(std::min(step, body.size())))
        if (!inflater.inflate(body.substr(0, step), [&out](std::string_view part) {
                out += part;
                return true;
            }))
            return std::nullopt;
    return inflater.is_complete() ? std::optional{out} : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size < 2)
        return 0;
    auto const coding = data[0] % 2 == 0 ? net::ContentCoding::gzip : net::ContentCoding::deflate;
    std::size_t const step = 1 + data[1];
    std::string_view const body{reinterpret_cast<char const*>(data + 2), size - 2};
    auto const whole = net::inflate(coding, body, limits);
    if (whole && whole->size() > limits.bytes)
        std::abort();
    auto const pieces = in_pieces(coding, body, step);
    if (whole && (!pieces || *pieces != *whole))
        std::abort();
    return 0;
}
