#include "cwmp/device_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace cwmp {
namespace {

bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Letters, digits and "._~": what RFC 3986 leaves as it is, without the hyphen that separates the parts.
bool stays(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
           c == '~';
}

std::string percent_encoded(std::string_view text)
{
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (char const c : text) {
        if (stays(c)) {
            encoded += c;
            continue;
        }
        auto const byte = static_cast<std::uint8_t>(c);
        encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return encoded;
}

int hex_value(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

std::optional<std::string> percent_decoded(std::string_view text)
{
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size() || !is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2]))
            return std::nullopt;
        decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
        i += 2;
    }
    return decoded;
}

base::Result<std::string> part(std::string_view text, std::string_view whole)
{
    auto decoded = percent_decoded(text);
    if (!decoded)
        return base::fail(fmt::format("\"{}\" is no device id: a % must be followed by two hex digits", whole));
    return std::move(*decoded);
}

}  // namespace

std::string external_id(DeviceId const& device)
{
    return percent_encoded(device.oui) + '-' + percent_encoded(device.product_class) + '-' +
           percent_encoded(device.serial_number);
}

base::Result<DeviceId> parse_external_id(std::string_view text)
{
    auto const first = text.find('-');
    auto const second = first == std::string_view::npos ? first : text.find('-', first + 1);
    if (second == std::string_view::npos || text.find('-', second + 1) != std::string_view::npos)
        return base::fail(fmt::format("\"{}\" is no device id: it must be OUI-ProductClass-Serial with two hyphens, "
                                      "other hyphens written as %2D",
                                      text));
    auto oui = part(text.substr(0, first), text);
    auto product_class = part(text.substr(first + 1, second - first - 1), text);
    auto serial_number = part(text.substr(second + 1), text);
    for (auto const* result : {&oui, &product_class, &serial_number})
        if (!*result)
            return std::unexpected{result->error()};
    if (serial_number->empty())
        return base::fail(
            fmt::format("\"{}\" is no device id: the serial number after the last hyphen is empty", text));
    return DeviceId{{}, std::move(*oui), std::move(*product_class), std::move(*serial_number)};
}

base::Result<DeviceId> normalized(DeviceId device)
{
    if (device.serial_number.empty())
        return base::fail(fmt::format("the device \"{}\" of {} has no serial number: it cannot be told from others",
                                      device.product_class, device.oui));
    if (device.oui.size() > max_oui_bytes)
        device.oui.resize(max_oui_bytes);
    if (std::ranges::all_of(device.oui, is_hex_digit))
        std::ranges::transform(device.oui, device.oui.begin(),
                               [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    return device;
}

}  // namespace cwmp
