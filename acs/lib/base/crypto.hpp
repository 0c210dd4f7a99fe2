#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace base {

/// Bytes as lower-case hexadecimal digits.
[[nodiscard]] std::string to_hex(std::string_view bytes);

/// The bytes that hexadecimal digits (either case) stand for; empty when they are not pairs of digits.
[[nodiscard]] std::string from_hex(std::string_view digits);

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Empty when the text is not base64; blanks and line ends are skipped, padding may be missing.
[[nodiscard]] std::string from_base64(std::string_view text);

/// `count` bytes from the system's cryptographic generator.
[[nodiscard]] std::string random_bytes(std::size_t count);
/// `count` random bytes as 2 * `count` hexadecimal digits.
[[nodiscard]] std::string random_hex(std::size_t count);

/// Raw digests (16, 20, 32 bytes). MD5 and SHA-1 only where TR-069 demands them.
[[nodiscard]] std::string md5(std::string_view bytes);
[[nodiscard]] std::string sha1(std::string_view bytes);
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// Equality whose time does not depend on where the texts differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

/// A fast, stable 64-bit hash (the first eight bytes of SHA-256, big-endian) for identities kept in the database.
[[nodiscard]] std::uint64_t stable_hash(std::string_view bytes);

}  // namespace base
