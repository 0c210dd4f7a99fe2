// Tags of devices, and groups of them.
#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"

#include <fmt/format.h>

#include <ostream>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::string_view groups_usage =
    "give groups, groups show NAME, groups add NAME --where CONDITION, groups change NAME [--where CONDITION] "
    "[--description TEXT] or groups remove NAME";

/// One tag after the other; tells what the device has then.
int change_tags(Session const& session, bool is_added)
{
    json::object last;
    for (auto const& tag : session.asked.operands) {
        auto const target = fmt::format("{}/tags/{}", device_path(session), encoded(tag));
        auto answer = is_added ? session.client.put(target, {}) : session.client.remove(target);
        if (!answer)
            return complain(session, answer.error());
        last = *std::move(answer);
    }
    return print(session, last);
}

json::object group_body(Session const& session)
{
    json::object body;
    if (!session.asked.where.empty())
        body["where"] = session.asked.where;
    if (!session.asked.reason.empty())
        body["description"] = session.asked.reason;
    return body;
}

}  // namespace

std::string device_query(Session const& session)
{
    std::string query;
    if (!session.asked.where.empty())
        query += fmt::format("where={}&", encoded(session.asked.where));
    if (!session.asked.group.empty())
        query += fmt::format("group={}&", encoded(session.asked.group));
    return query;
}

int tag_device(Session session)
{
    return change_tags(session, true);
}

int untag_device(Session session)
{
    return change_tags(session, false);
}

int tags(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.empty())
        return print_list(session, "/tags?" + device_query(session), {{"TAG", "tag"}, {"DEVICES", "devices"}});
    if (operands.size() != 2 || operands[0] != "remove")
        return complain(session.terminal, "give tags or tags remove TAG", wrong_usage);
    return print(session, session.client.remove(fmt::format("/tags/{}", encoded(operands[1]))));
}

int groups(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.empty())
        return print_list(session, "/groups?",
                          {{"NAME", "name"}, {"WHERE", "where"}, {"DESCRIPTION", "description"}, {"BY", "made_by"}});
    if (operands.size() != 2)
        return complain(session.terminal, groups_usage, wrong_usage);
    auto const path = fmt::format("/groups/{}", encoded(operands[1]));
    if (operands[0] == "show")
        return print(session, session.client.get(path));
    if (operands[0] == "change")
        return print(session, session.client.patch(path, group_body(session)));
    if (operands[0] == "add") {
        auto body = group_body(session);
        body["name"] = operands[1];
        return print(session, session.client.post("/groups", body));
    }
    if (operands[0] != "remove")
        return complain(session.terminal, groups_usage, wrong_usage);
    auto const removed = session.client.remove(path);
    return removed ? done : complain(session, removed.error());
}

}  // namespace cli
