#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// How numbers stand in STUN messages; for stun.cpp and stun_writer.cpp.
namespace net::stun {

inline constexpr std::size_t header_bytes = 20;
inline constexpr std::size_t attribute_header = 4;
inline constexpr std::size_t integrity_bytes = 20;
inline constexpr std::uint32_t magic_cookie = 0x2112a442;
inline constexpr std::uint8_t family_v4 = 1;
inline constexpr std::uint8_t family_v6 = 2;

[[nodiscard]] inline unsigned byte_at(std::string_view bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

[[nodiscard]] inline std::uint16_t two_bytes_at(std::string_view bytes, std::size_t at)
{
    return static_cast<std::uint16_t>(byte_at(bytes, at) << 8U | byte_at(bytes, at + 1));
}

inline void put_two_bytes(std::string& bytes, std::size_t at, std::size_t value)
{
    bytes[at] = static_cast<char>(value >> 8U & 255U);
    bytes[at + 1] = static_cast<char>(value & 255U);
}

/// The length as it is when values are filled up to four bytes.
[[nodiscard]] constexpr std::size_t filled(std::size_t size)
{
    return (size + 3) / 4 * 4;
}

/// What MESSAGE-INTEGRITY is over: `before` is all that stands before it, its header with the length that includes it.
[[nodiscard]] std::string integrity_over(std::string before, std::string_view key, bool is_padded);

}  // namespace net::stun
