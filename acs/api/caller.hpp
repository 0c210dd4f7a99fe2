#pragma once

#include "domain/condition.hpp"
#include "domain/operator.hpp"
#include "domain/permission.hpp"

#include <memory>
#include <optional>
#include <string>

namespace api {

/// How a caller shows who it is.
enum class CallerKind {
    nobody,          ///< it does not, and need not: it is about to log in
    password,        ///< with name and password, in the login itself
    token_file,      ///< with the token of the configuration
    one_time_token,  ///< with the token of a first start, or of a recovery
    token,           ///< with an API token of an operator
    session,         ///< with the cookie of a browser's session
};

/// Who asks, and what they may do.
struct Caller {
    std::string name;  ///< of the operator; may be empty for a token without a name
    CallerKind kind = CallerKind::nobody;
    domain::OperatorId id;  ///< zero for tokens that belong to nobody
    std::string token;      ///< its name, of CallerKind::token
    std::optional<domain::ApiTokenId> token_id;
    std::string session;  ///< hash of its cookie, of CallerKind::session
    domain::Permissions permissions;
    /// The part of the fleet that the caller may see and touch; null: all of it.
    std::shared_ptr<domain::Condition const> devices;
    std::string devices_text;  ///< the SQL that `devices` was checked from
};

/// "session", "token NAME", ...: as the audit trail has it.
[[nodiscard]] std::string how(Caller const& caller);

/// Who it is in the end: an operator, whatever they log in with, or a token of the configuration.
[[nodiscard]] std::string owner_of(Caller const& caller);

/// What a route asks of its caller.
struct Need {
    enum class Kind {
        nothing,     ///< anybody at all: how one gets in
        login,       ///< whoever is logged in: what concerns only the caller itself
        permission,  ///< `permission`
    };
    Kind kind = Kind::permission;
    domain::Permission permission = domain::Permission::operators_manage;

    constexpr Need(domain::Permission wanted) : permission{wanted} {}
    constexpr explicit Need(Kind what) : kind{what} {}
};

inline constexpr Need needs_nothing{Need::Kind::nothing};
inline constexpr Need needs_login{Need::Kind::login};

/// What a route has to do with devices: callers who may see a part of the fleet only need care.
enum class Reach {
    /// It concerns the whole fleet, or others than devices that decide over all of them: refused (403) to callers who
    /// see a part only.
    fleet,
    /// Its endpoint keeps to the caller's part: it asks find_device, visible_devices or narrowed.
    part,
    /// It has nothing to do with devices.
    elsewhere,
};

}  // namespace api
