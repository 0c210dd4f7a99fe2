#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/rule_texts.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

#include <fmt/format.h>

#include <ostream>

namespace cli {

namespace {

constexpr std::chrono::seconds wake_time{10};

}  // namespace

int print(Session const& session, Reply<boost::json::object> const& answer)
{
    if (!answer)
        return complain(session, answer.error());
    if (session.asked.json)
        print_json(session, *answer);
    else
        session.terminal.out << details(*answer);
    return done;
}

int list_devices(Session session)
{
    return print_list(session, "/devices?" + device_query(session),
                      {{"ID", "id"},
                       {"STATE", "state"},
                       {"MODEL", "model_name"},
                       {"SOFTWARE", "software_version"},
                       {"ADDRESS", "ip_address"},
                       {"LAST INFORM", "last_inform"}});
}

/// "device merge FROM INTO", "device state ID STATE", "device time-zone ID ZONE": no id of a device reads like these.
int show_device(Session session)
{
    auto const& what = session.asked.device;
    auto const& operands = session.asked.operands;
    bool const is_change = what == "merge" || what == "state" || what == "time-zone";
    if (!is_change && operands.empty())
        return show_device_page(session);
    if (!is_change || operands.size() != 2)
        return complain(session.terminal,
                        "give device ID, device merge FROM INTO, device state ID STATE or device time-zone ID ZONE",
                        wrong_usage);
    auto const path = fmt::format("/devices/{}", encoded(operands[0]));
    if (what == "merge")
        return print(session, session.client.post(path + "/merge", {{"into", operands[1]}}));
    return print(session, session.client.patch(path, {{what == "state" ? "state" : "time_zone", operands[1]}}));
}

int promoted(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.empty())
        return print_list(session, "/promoted?",
                          {{"PATTERN", "pattern"}, {"REASON", "reason"}, {"SINCE", "made_at"}, {"FILLED", "filled"}});
    if (operands.size() != 2 || (operands[0] != "add" && operands[0] != "remove"))
        return complain(session.terminal, "give promoted, promoted add PATTERN or promoted remove PATTERN",
                        wrong_usage);
    if (operands[0] == "remove") {
        auto const removed = session.client.remove(fmt::format("/promoted/{}", encoded(operands[1])));
        return removed ? done : complain(session, removed.error());
    }
    boost::json::object body{{"pattern", operands[1]}};
    if (!session.asked.reason.empty())
        body["reason"] = session.asked.reason;
    return print(session, session.client.post("/promoted", body));
}

int list_parameters(Session session)
{
    auto target = fmt::format("{}/parameters?", device_path(session));
    if (!session.asked.operands.empty())
        target += fmt::format("path={}&", encoded(session.asked.operands[0]));
    if (session.asked.reveal)
        target += "reveal=true";
    return print_list(session, target,
                      {{"PATH", "path"},
                       {"VALUE", "value"},
                       {"TYPE", "type"},
                       {"WRITABLE", "writable"},
                       {"SECRET", "secret"},
                       {"CHANGED", "changed_at"}});
}

namespace {

std::string how_it_came(std::string_view method)
{
    if (method == "session")
        return "the device is in a session, which takes up new tasks\n";
    return fmt::format("the device has opened a session{}{}\n", method.empty() ? "" : ", asked by ", method);
}

std::string not_reached(boost::json::object const& answer)
{
    auto const method = text_of(answer, "method");
    auto const outlook = text_of(answer, "outlook");
    return escaped(fmt::format("the device was not reached{}{}: {}{}{}", method.empty() ? "" : " by ", method,
                               text_of(answer, "cause"), outlook.empty() ? "" : "; ", outlook));
}

}  // namespace

int wake_device(Session session)
{
    auto const time = session.asked.wait.value_or(wake_time);
    auto const answer = session.client.post(
        fmt::format("{}/connection-request?wait={}s", device_path(session), time.count()), {}, time);
    if (!answer)
        return complain(session, answer.error());
    auto const* const reached = answer->if_contains("reached");
    auto const is_awake = reached != nullptr && reached->is_bool() && reached->get_bool();
    if (session.asked.json)
        print_json(session, *answer);
    else if (is_awake)
        session.terminal.out << how_it_came(text_of(*answer, "method"));
    else
        complain(session.terminal, not_reached(*answer));
    return is_awake ? done : failed;
}

int show_reachability(Session session)
{
    auto const answer = session.client.get(device_path(session) + "/reachability");
    if (!answer)
        return complain(session, answer.error());
    if (session.asked.json) {
        print_json(session, *answer);
        return done;
    }
    std::vector<std::pair<std::string, std::string>> lines;
    for (auto const* const name :
         {"in_session", "best_method", "model_method", "reached_at", "failed_in_row", "postponed", "outlook"})
        lines.emplace_back(name, text_of(*answer, name));
    auto const shown = [&](std::string_view name, std::vector<Column> const& columns) {
        std::vector<boost::json::object> items;
        for (auto const& each : list_of(*answer, name))
            if (each.is_object())
                items.push_back(each.get_object());
        return table(items, columns, session.terminal.width);
    };
    session.terminal.out << pairs(lines) << '\n'
                         << shown("methods", {{"METHOD", "method"}, {"APPLIES", "applies"}, {"WHY NOT", "why_not"}})
                         << '\n'
                         << shown("attempts", {{"AT", "at"},
                                               {"METHOD", "method"},
                                               {"OUTCOME", "outcome"},
                                               {"MS", "milliseconds"},
                                               {"CAUSE", "cause"}});
    return done;
}

int show_version(Session session)
{
    return print(session, session.client.get("/version"));
}

}  // namespace cli
