#include "api/caller.hpp"

#include <fmt/format.h>

namespace api {

std::string how(Caller const& caller)
{
    switch (caller.kind) {
        case CallerKind::nobody: return "nobody";
        case CallerKind::password: return "password";
        case CallerKind::token_file: return "token file";
        case CallerKind::one_time_token: return "one-time token";
        case CallerKind::token: return "token " + caller.token;
        case CallerKind::session: return "session";
    }
    return {};
}

std::string owner_of(Caller const& caller)
{
    if (caller.id.value() != 0)
        return fmt::format("operator {}", caller.id.value());
    return fmt::format("token {}", caller.name);
}

}  // namespace api
