#include "api/operator_views.hpp"

#include "base/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace api {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_password = 1024;

json::value time_or_null(std::optional<base::TimePoint> const& time)
{
    return time ? json::value(base::to_rfc3339(*time)) : json::value(nullptr);
}

/// Characters, not bytes.
std::size_t length(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

json::array names_of(domain::Permissions const& permissions)
{
    json::array list;
    for (auto const& name : permissions.names())
        list.emplace_back(name);
    return list;
}

json::object view_of(domain::Operator const& each)
{
    return {{"name", each.name},
            {"role", each.role},
            {"disabled", each.is_disabled},
            {"has_password", each.has_password},
            {"made_at", base::to_rfc3339(each.made_at)},
            {"last_login", time_or_null(each.last_login)}};
}

json::object view_of(domain::Role const& role)
{
    return {{"name", role.name},
            {"permissions", names_of(role.permissions)},
            {"devices", role.devices},
            {"builtin", role.is_builtin}};
}

json::object view_of(domain::ApiToken const& token, std::string const& owner)
{
    return {{"id", std::to_string(token.id.value())},
            {"operator", owner},
            {"name", token.name},
            {"permissions", token.permissions ? json::value(names_of(*token.permissions)) : json::value(nullptr)},
            {"made_at", base::to_rfc3339(token.made_at)},
            {"expires_at", base::to_rfc3339(token.expires_at)},
            {"last_used", time_or_null(token.last_used)}};
}

std::unexpected<Problem> refused(domain::OperatorRefusal why)
{
    switch (why) {
        case domain::OperatorRefusal::unknown: return problem(404, "not_found", "There is nothing of that name.");
        case domain::OperatorRefusal::taken: return problem(409, "conflict", "The name is taken.");
        case domain::OperatorRefusal::unknown_role:
            return unprocessable({{"role", "There is no such role; see GET /api/v1/roles."}});
        case domain::OperatorRefusal::role_in_use:
            return problem(409, "conflict", "Operators have this role: give them another one first.");
        case domain::OperatorRefusal::builtin:
            return problem(409, "conflict", "The role came with the server and stays as it is: make one of your own.");
        case domain::OperatorRefusal::last_administrator:
            return problem(409, "conflict",
                           "Nobody would be left who manages operators with a password over the whole fleet.");
        case domain::OperatorRefusal::too_many:
            return problem(409, "conflict", "The operator has too many tokens already: remove some first.");
    }
    return problem(409, "conflict", "It was not changed.");
}

domain::Permissions read_permissions(domain::JsonFields& fields, std::string_view name)
{
    domain::Permissions set;
    for (auto const& text : fields.texts(name)) {
        if (auto const known = domain::permission(text))
            set.add(*known);
        else
            fields.complain(name, fmt::format("has no permission \"{}\"", text));
    }
    return set;
}

void check_password(domain::JsonFields& fields, std::string const& password, std::string const& name,
                    OperatorSettings const& settings)
{
    if (length(password) < settings.password_length)
        fields.complain("password", fmt::format("must have at least {} characters", settings.password_length));
    else if (password.size() > longest_password)
        fields.complain("password", fmt::format("has more than {} bytes", longest_password));
    else if (!name.empty() && password.contains(name))
        fields.complain("password", "must not hold the name");
}

}  // namespace api
