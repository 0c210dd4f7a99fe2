#include "domain/file_token.hpp"

#include "base/crypto.hpp"

#include <algorithm>

namespace domain {

namespace {

constexpr std::size_t half = 16;        ///< bytes of randomness, and of checksum
constexpr std::size_t token_size = 43;  ///< 32 bytes in base64 without padding

std::string url_form(std::string_view bytes)
{
    auto text = base::to_base64(bytes);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    text.erase(text.find_last_not_of('=') + 1);
    return text;
}

std::string checksum(std::string_view key, std::string_view random)
{
    return base::hmac_sha256(key, random).substr(0, half);
}

}  // namespace

std::string FileTokens::make() const
{
    auto const random = base::random_bytes(half);
    return url_form(random + checksum(keys_.front(), random));
}

bool FileTokens::is_genuine(std::string_view token) const
{
    if (token.size() != token_size)
        return false;
    auto const bytes = base::from_base64(token);
    if (bytes.size() != 2 * half)
        return false;
    auto const random = std::string_view{bytes}.substr(0, half);
    auto const told = std::string_view{bytes}.substr(half);
    return std::ranges::any_of(
        keys_, [&](auto const& key) { return base::equal_in_constant_time(told, checksum(key, random)); });
}

}  // namespace domain
