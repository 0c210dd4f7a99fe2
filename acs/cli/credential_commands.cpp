// Logins of devices: how they stand, new ones, and what becomes of devices that were reset or leave.
#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"

#include <fmt/format.h>

#include <charconv>
#include <ostream>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::string_view rotations_usage =
    "give rotations, rotations start [--where CONDITION] [--rate DEVICES-A-MINUTE], rotations show ID, or rotations "
    "pause, resume or cancel ID";

int start_rotation(Session const& session)
{
    json::object body{{"where", session.asked.where}};
    if (session.asked.rate > 0)
        body["per_minute"] = session.asked.rate;
    return print(session, session.client.post("/credential-rotations", body));
}

}  // namespace

int show_credential(Session session)
{
    auto const answer = session.client.get(device_path(session) + "/credentials");
    if (!answer || session.asked.json)
        return print(session, answer);
    auto const& found = *answer;
    session.terminal.out << fmt::format("{}\n", text_of(found, "state"));
    std::vector<json::object> logins;
    if (auto const* const list = found.if_contains("logins"); list != nullptr && list->is_array())
        for (auto const& login : list->get_array())
            if (login.is_object())
                logins.push_back(login.get_object());
    if (auto const* const wake = found.if_contains("connection_request"); wake != nullptr && wake->is_object()) {
        logins.push_back(wake->get_object());
        logins.back()["created"] = logins.back()["changed_at"];
        logins.back()["used_at"] = logins.back()["confirmed_at"];
        logins.back()["origin"] = text_of(logins.back(), "origin") + ", connection requests";
    }
    session.terminal.out << table(logins,
                                  {{"USER NAME", "username"},
                                   {"ORIGIN", "origin"},
                                   {"SINCE", "created"},
                                   {"USED", "used_at"},
                                   {"CHANGING SINCE", "changing_since"},
                                   {"REVOKED", "revoked_at"}},
                                  session.terminal.width);
    return done;
}

int rotate_credential(Session session)
{
    return print(session, session.client.post(device_path(session) + "/credentials/rotate", {}));
}

int rotations(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.empty())
        return print_list(session, "/credential-rotations?",
                          {{"ID", "id"},
                           {"STATE", "state"},
                           {"WHERE", "where"},
                           {"A MINUTE", "per_minute"},
                           {"ORDERED", "ordered"},
                           {"WAITING", "waiting"},
                           {"DONE", "done"},
                           {"FAILED", "failed"},
                           {"BY", "made_by"},
                           {"PROBLEM", "problem"}});
    if (operands[0] == "start" && operands.size() == 1)
        return start_rotation(session);
    if (operands.size() != 2)
        return complain(session.terminal, rotations_usage, wrong_usage);
    auto const path = fmt::format("/credential-rotations/{}", encoded(operands[1]));
    if (operands[0] == "show")
        return print(session, session.client.get(path));
    if (operands[0] == "pause" || operands[0] == "resume" || operands[0] == "cancel")
        return print(session, session.client.post(fmt::format("{}/{}", path, operands[0]), {}));
    return complain(session.terminal, rotations_usage, wrong_usage);
}

int re_enrol(Session session)
{
    json::object body;
    if (session.asked.hours > 0)
        body["hours"] = session.asked.hours;
    return print(session, session.client.post(device_path(session) + "/re-enrol", body));
}

int retire(Session session)
{
    json::object body{{"factory_reset", !session.asked.no_reset}};
    if (session.asked.days > 0)
        body["days"] = session.asked.days;
    return print(session, session.client.post(device_path(session) + "/retire", body));
}

int purge(Session session)
{
    if (!session.asked.sure)
        return complain(session.terminal,
                        "purge erases everything that is kept of the device, for good; say so with --yes", wrong_usage);
    auto const removed = session.client.remove(device_path(session) + "?purge=true");
    return removed ? done : complain(session, removed.error());
}

}  // namespace cli
