#include "api/secret_text.hpp"

#include "base/crypto.hpp"

#include <algorithm>

namespace api {

namespace {

constexpr std::string_view prefix = "acs_";
constexpr std::size_t random_part = 32;  // bytes
constexpr std::size_t token_size = prefix.size() + 43;

std::string base64url(std::string_view bytes)
{
    auto text = base::to_base64(bytes);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    std::erase(text, '=');
    return text;
}

}  // namespace

std::string make_token()
{
    return std::string{prefix} + base64url(base::random_bytes(random_part));
}

bool is_token(std::string_view text) noexcept
{
    auto const fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return text.size() == token_size && text.starts_with(prefix) && std::ranges::all_of(text, fits);
}

std::string csrf_token(std::string_view cookie)
{
    return base64url(base::hmac_sha256(cookie, "acs csrf"));
}

}  // namespace api
