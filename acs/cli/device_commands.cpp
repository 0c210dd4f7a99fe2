#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"

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
        return print(session, session.client.get(device_path(session)));
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
        session.terminal.out << "the device has opened a session\n";
    else
        complain(session.terminal, fmt::format("the device was not reached: {}", text_of(*answer, "cause")));
    return is_awake ? done : failed;
}

int show_version(Session session)
{
    return print(session, session.client.get("/version"));
}

}  // namespace cli
