// Commands about the fleet as a whole: what is wrong, how many there are, what the server is set to.
#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <ostream>

namespace cli {

namespace json = boost::json;

namespace {

std::vector<json::object> objects_in(json::object const& answer, std::string_view name)
{
    std::vector<json::object> found;
    auto const* const list = answer.if_contains(name);
    if (list != nullptr && list->is_array())
        for (auto const& each : list->get_array())
            if (each.is_object())
                found.push_back(each.get_object());
    return found;
}

int summarize(Session const& session)
{
    auto const answer = session.client.get("/faults/summary");
    if (!answer)
        return complain(session, answer.error());
    auto const groups = objects_in(*answer, "groups");
    if (session.asked.json)
        for (auto const& group : groups)
            print_json(session, group);
    else
        session.terminal.out << table(
            groups,
            {{"KIND", "kind"}, {"CODE", "code"}, {"MODEL", "model"}, {"DEVICES", "devices"}, {"FAULTS", "faults"}},
            session.terminal.width);
    return done;
}

/// One line for each count: "active 17".
void print_counts(Session const& session, json::object const& fleet, std::string_view heading, std::string_view name)
{
    auto const* const counts = fleet.if_contains(name);
    if (counts == nullptr || !counts->is_object() || counts->get_object().empty())
        return;
    session.terminal.out << heading << ":\n";
    for (auto const& [what, count] : counts->get_object())
        session.terminal.out << fmt::format("  {:<12} {}\n", std::string_view{what.data(), what.size()},
                                            json::serialize(count));
}

}  // namespace

int faults(Session session)
{
    auto const& asked = session.asked;
    if (asked.device == "summary")
        return summarize(session);
    std::string target = "/faults?";
    for (auto const& [name, value] : {std::pair{"device", asked.device}, {"kind", asked.kind}, {"code", asked.code}})
        if (!value.empty())
            target += fmt::format("&{}={}", name, encoded(value));
    if (asked.days != 0)
        target += fmt::format("&days={}", asked.days);
    return print_list(session, target,
                      {{"KIND", "kind"},
                       {"DEVICE", "device"},
                       {"MODEL", "model"},
                       {"TASK", "task_kind"},
                       {"RULE", "rule"},
                       {"CODE", "code"},
                       {"TIMES", "times"},
                       {"SINCE", "since"},
                       {"WHY", "text"}});
}

int statistics(Session session)
{
    auto const answer = session.client.get("/statistics");
    if (!answer)
        return complain(session, answer.error());
    if (session.asked.json) {
        print_json(session, *answer);
        return done;
    }
    auto& out = session.terminal.out;
    out << fmt::format("devices: {}\nopen tasks: {}\nfiles: {}\n", text_of(*answer, "devices"),
                       text_of(*answer, "open_tasks"), text_of(*answer, "files"));
    auto const* const fleet = answer->if_contains("fleet");
    if (fleet == nullptr || !fleet->is_object())
        return done;
    auto const& counts = fleet->get_object();
    print_counts(session, counts, "devices by state", "by_state");
    print_counts(session, counts, "devices by when they last informed", "by_contact");
    print_counts(session, counts, "open tasks by state", "open_tasks");
    print_counts(session, counts, "tasks ordered within a day that have ended", "ended_tasks");
    out << table(objects_in(counts, "by_software"),
                 {{"MODEL", "model"}, {"SOFTWARE", "software_version"}, {"DEVICES", "devices"}},
                 session.terminal.width);
    return done;
}

int settings(Session session)
{
    return print_list(session, "/settings?",
                      {{"NAME", "name"}, {"VALUE", "value"}, {"DEFAULT", "default"}, {"SOURCE", "source"}});
}

int rule_settings(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.empty())
        return print_list(session, "/rule-settings?", {{"ID", "id"}, {"PATH", "path"}});
    if (operands.size() == 3 && operands[0] == "set")
        return print(session, session.client.put(fmt::format("/rule-settings/{}", encoded(operands[1])),
                                                 {{"path", operands[2]}}));
    if (operands.size() != 2 || operands[0] != "remove")
        return complain(session.terminal,
                        "give rule-settings, rule-settings set NAME:ROOT:OUI:CLASS PATH or rule-settings remove ID",
                        wrong_usage);
    auto const removed = session.client.remove(fmt::format("/rule-settings/{}", encoded(operands[1])));
    return removed ? done : complain(session, removed.error());
}

}  // namespace cli
