#pragma once

#include "base/clock.hpp"
#include "base/strong_id.hpp"
#include "domain/permission.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

using OperatorId = base::StrongId<struct OperatorIdTag>;
using ApiTokenId = base::StrongId<struct ApiTokenIdTag>;

/// What operators of one kind may do.
struct Role {
    std::string name;
    Permissions permissions;
    std::string devices;      ///< a guarded SQL condition: the part of the fleet that they see; empty: all of it
    bool is_builtin = false;  ///< came with the server: cannot be changed or removed
};

/// A person, or a program, that uses the API.
struct Operator {
    OperatorId id;
    std::string name;  ///< as is_operator_name wants it
    std::string role;
    bool is_disabled = false;   ///< nothing of it works: no login, no session, no token
    bool has_password = false;  ///< without: tokens only
    base::TimePoint made_at{};
    std::optional<base::TimePoint> last_login;
};

/// A token of the API; of its text only a hash is kept.
struct ApiToken {
    ApiTokenId id;
    OperatorId owner;                        ///< zero: a one-time token, which belongs to nobody
    std::string name;                        ///< what it is for
    std::string hash;                        ///< SHA-256 of the text
    std::optional<Permissions> permissions;  ///< none: all that its owner may
    base::TimePoint made_at{}, expires_at{};
    std::optional<base::TimePoint> last_used;  ///< to some minutes
    [[nodiscard]] bool is_one_time() const noexcept { return owner == OperatorId{}; }
};

/// A browser's session; of its cookie only a hash is kept.
struct OperatorSession {
    std::string hash;
    OperatorId owner;
    base::TimePoint last_used{};   ///< to some minutes
    base::TimePoint expires_at{};  ///< whether it is used or not
};

/// Everybody who may use the API, as one moment's picture that every node keeps in memory.
struct OperatorDirectory {
    std::int64_t version = 0;  ///< grows with every change
    std::vector<Role> roles;
    std::vector<Operator> operators;
    std::vector<ApiToken> tokens;
    std::vector<OperatorSession> sessions;
};

/// False for what cannot name an operator, a role or a token: 1 to 64 characters of a-z, 0-9, '.', '_', '-', '@', the
/// first a letter or a digit.
[[nodiscard]] bool is_operator_name(std::string_view name) noexcept;

}  // namespace domain
