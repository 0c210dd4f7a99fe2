// Operators, roles, tokens and the audit trail.
#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <ostream>
#include <span>

namespace cli {

namespace json = boost::json;

namespace {

json::array list_of_texts(std::span<std::string const> texts)
{
    json::array list;
    for (auto const& text : texts)
        list.emplace_back(text);
    return list;
}

int remove_at(Session const& session, std::string const& target)
{
    auto const answer = session.client.remove(target);
    return answer ? done : complain(session, answer.error());
}

int add_operator(Session const& session, std::string const& name)
{
    if (session.asked.role.empty())
        return complain(session.terminal, "give the role: operators add NAME --role ROLE (see acsctl roles)",
                        wrong_usage);
    json::object body{{"name", name}, {"role", session.asked.role}};
    if (!session.asked.without_password) {
        auto const password = ask_new_password(session);
        if (!password)
            return failed;
        body["password"] = *password;
    }
    return print(session, session.client.post("/operators", body));
}

int set_password(Session const& session, std::string const& target)
{
    auto const password = ask_new_password(session);
    return password ? print(session, session.client.patch(target, {{"password", *password}})) : failed;
}

json::object role_body(Session const& session, std::span<std::string const> permissions, bool is_new)
{
    json::object body;
    if (is_new || !permissions.empty())
        body["permissions"] = list_of_texts(permissions);
    if (!session.asked.where.empty())
        body["devices"] = session.asked.where;
    return body;
}

int add_token(Session const& session, std::span<std::string const> operands)
{
    json::object body{{"name", operands[0]}};
    if (operands.size() > 1)
        body["permissions"] = list_of_texts(operands.subspan(1));
    if (session.asked.days != 0)
        body["days"] = session.asked.days;
    if (!session.asked.owner.empty())
        body["operator"] = session.asked.owner;
    return print(session, session.client.post("/tokens", body));
}

int verify(Session const& session, std::span<std::string const> anchor)
{
    auto const target = anchor.empty() ? std::string{"/audit/verification"}
                                       : fmt::format("/audit/verification?anchor={}", encoded(anchor[0]));
    auto const answer = session.client.get(target, std::chrono::seconds{600});
    auto const code = print(session, answer);
    auto const* const intact = answer ? answer->if_contains("intact") : nullptr;
    return intact != nullptr && intact->is_bool() && intact->get_bool() ? code : failed;
}

int list_audit(Session const& session)
{
    std::string target = "/audit?";
    auto const add = [&](std::string_view name, std::string const& value) {
        if (!value.empty())
            target += fmt::format("{}{}={}", target.ends_with('?') ? "" : "&", name, encoded(value));
    };
    add("by", session.asked.by);
    add("action", session.asked.action);
    add("device", session.asked.device);
    return print_list(session, target,
                      {{"ID", "id"},
                       {"AT", "at"},
                       {"BY", "by"},
                       {"HOW", "how"},
                       {"FROM", "peer"},
                       {"ACTION", "action"},
                       {"TARGET", "target"}});
}

}  // namespace

int operators(Session session)
{
    auto const& operands = session.asked.operands;
    auto const is = [&](std::string_view action, std::size_t size) {
        return operands.size() == size && operands[0] == action;
    };
    if (operands.empty())
        return print_list(session, "/operators?",
                          {{"NAME", "name"}, {"ROLE", "role"}, {"DISABLED", "disabled"}, {"LAST LOGIN", "last_login"}});
    auto const target = operands.size() > 1 ? fmt::format("/operators/{}", encoded(operands[1])) : std::string{};
    if (is("add", 2))
        return add_operator(session, operands[1]);
    if (is("role", 3))
        return print(session, session.client.patch(target, {{"role", operands[2]}}));
    if (is("password", 2))
        return set_password(session, target);
    if (is("disable", 2) || is("enable", 2))
        return print(session, session.client.patch(target, {{"disabled", operands[0] == "disable"}}));
    if (is("remove", 2))
        return remove_at(session, target);
    return complain(session.terminal,
                    "give operators, operators add NAME --role ROLE, role NAME ROLE, password NAME, disable NAME,"
                    " enable NAME or remove NAME",
                    wrong_usage);
}

int roles(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.empty())
        return print_list(session, "/roles?",
                          {{"NAME", "name"}, {"PERMISSIONS", "permissions"}, {"DEVICES", "devices"}});
    auto const permissions = operands.size() > 2 ? std::span{operands}.subspan(2) : std::span<std::string const>{};
    if (operands.size() > 1 && operands[0] == "add") {
        auto body = role_body(session, permissions, true);
        body["name"] = operands[1];
        return print(session, session.client.post("/roles", body));
    }
    auto const target = operands.size() > 1 ? fmt::format("/roles/{}", encoded(operands[1])) : std::string{};
    if (operands.size() > 1 && operands[0] == "change")
        return print(session, session.client.patch(target, role_body(session, permissions, false)));
    if (operands.size() == 2 && operands[0] == "remove")
        return remove_at(session, target);
    return complain(session.terminal,
                    "give roles, roles add NAME PERMISSION... [--where SQL], roles change NAME [PERMISSION...]"
                    " [--where SQL] or roles remove NAME",
                    wrong_usage);
}

int tokens(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.empty())
        return print_list(session, "/tokens?",
                          {{"ID", "id"},
                           {"OPERATOR", "operator"},
                           {"NAME", "name"},
                           {"PERMISSIONS", "permissions"},
                           {"EXPIRES", "expires_at"},
                           {"LAST USED", "last_used"}});
    if (operands.size() > 1 && operands[0] == "add")
        return add_token(session, std::span{operands}.subspan(1));
    if (operands.size() == 2 && operands[0] == "remove")
        return remove_at(session, fmt::format("/tokens/{}", encoded(operands[1])));
    return complain(session.terminal,
                    "give tokens, tokens add NAME [PERMISSION...] [--days N] [--operator NAME] or tokens remove TOKEN",
                    wrong_usage);
}

int audit(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.empty())
        return list_audit(session);
    if (operands[0] == "verify")
        return verify(session, std::span{operands}.subspan(1));
    return complain(session.terminal, "give audit or audit verify [ANCHOR]", wrong_usage);
}

}  // namespace cli
