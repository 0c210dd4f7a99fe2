#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace base {

/// What computing one hash of a password costs.
struct PasswordCosts {
    std::uint32_t kibibytes = 64 * 1024;  ///< of memory
    std::uint32_t passes = 3;
};

/// Argon2id (RFC 9106) with a random salt: "$argon2id$v=19$m=65536,t=3,p=1$SALT$HASH". Takes about 0.1 s and the memory
/// of `costs`: never on an I/O thread. Throws when there is no memory for it.
[[nodiscard]] std::string hash_password(std::string_view password, PasswordCosts costs);

/// True when `hash` is one of this password, with whatever costs. As slow as hash_password.
[[nodiscard]] bool is_password(std::string_view hash, std::string_view password);

/// True when the hash was made with other costs, so that it should be made anew when the password is at hand.
[[nodiscard]] bool has_other_costs(std::string_view hash, PasswordCosts costs);

}  // namespace base
