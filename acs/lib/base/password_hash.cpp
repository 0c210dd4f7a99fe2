#include "base/password_hash.hpp"

#include "base/crypto.hpp"

#include <argon2.h>
#include <fmt/format.h>

#include <stdexcept>

namespace base {

namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;
constexpr std::uint32_t lanes = 1;

}  // namespace

std::string hash_password(std::string_view password, PasswordCosts costs)
{
    auto const salt = random_bytes(salt_bytes);
    std::string encoded(argon2_encodedlen(costs.passes, costs.kibibytes, lanes, salt_bytes, hash_bytes, Argon2_id),
                        '\0');
    auto const outcome = argon2id_hash_encoded(costs.passes, costs.kibibytes, lanes, password.data(), password.size(),
                                               salt.data(), salt.size(), hash_bytes, encoded.data(), encoded.size());
    if (outcome != ARGON2_OK)
        throw std::runtime_error{fmt::format("a password could not be hashed: {}", argon2_error_message(outcome))};
    encoded.resize(encoded.find('\0'));
    return encoded;
}

bool is_password(std::string_view hash, std::string_view password)
{
    auto const outcome = argon2id_verify(std::string{hash}.c_str(), password.data(), password.size());
    if (outcome == ARGON2_MEMORY_ALLOCATION_ERROR)
        throw std::runtime_error{"a password could not be looked at: there is no memory for it"};
    return outcome == ARGON2_OK;
}

bool has_other_costs(std::string_view hash, PasswordCosts costs)
{
    return !hash.starts_with(fmt::format("$argon2id$v=19$m={},t={},p={}$", costs.kibibytes, costs.passes, lanes));
}

}  // namespace base
