// acsctl sessions, session, trace.
#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"
#include "cli/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <ostream>
#include <string_view>

namespace cli {

namespace json = boost::json;

namespace {

bool is_session(std::string_view operand)
{
    return !operand.empty() && operand.find_first_not_of("0123456789") == std::string_view::npos;
}

int save(Session const& session, std::string const& text)
{
    std::ofstream file{session.asked.save, std::ios::binary};
    file << text;
    file.close();
    if (!file)
        return complain(session.terminal, fmt::format("{} cannot be written", session.asked.save));
    session.terminal.error << fmt::format("acsctl: {} bytes in {}; acs decode reads it\n", text.size(),
                                          session.asked.save);
    return done;
}

/// Line by line, what CPEs sent made harmless for the terminal.
void show(Session const& session, std::string_view text)
{
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        session.terminal.out << escaped(text.substr(0, end)) << '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

int show_trace(Session const& session, std::string const& id)
{
    auto const target = fmt::format("/sessions/{}/trace", id);
    if (session.asked.json)
        return print(session, session.client.get(target));
    auto const text = session.client.text(target + "?format=text");
    if (!text)
        return complain(session, text.error());
    if (!session.asked.save.empty())
        return save(session, *text);
    show(session, *text);
    return done;
}

int order_trace(Session const& session, std::string const& target)
{
    json::object body;
    if (session.asked.sessions != 0)
        body["sessions"] = session.asked.sessions;
    if (!session.asked.until.empty())
        body["until"] = session.asked.until;
    return print(session, session.client.put(target, body));
}

int cancel_trace(Session const& session, std::string const& target)
{
    auto const answer = session.client.remove(target);
    if (!answer)
        return complain(session, answer.error());
    if (!session.asked.json)
        session.terminal.out << "traced no more, but for sessions that fail\n";
    return done;
}

}  // namespace

int list_sessions(Session session)
{
    auto const& asked = session.asked;
    auto target = asked.device.empty() ? std::string{"/sessions?"} : device_path(session) + "/sessions?";
    if (!asked.state.empty())
        target += fmt::format("state={}", encoded(asked.state));
    return print_list(session, target,
                      {{"SESSION", "id"},
                       {"DEVICE", "device"},
                       {"STATE", "state"},
                       {"STARTED", "started"},
                       {"EVENTS", "events"},
                       {"RPCS", "rpcs"},
                       {"DONE", "tasks_done"},
                       {"TRACE", "trace"},
                       {"OUTSTANDING", "outstanding"},
                       {"REASON", "reason"}});
}

int show_session(Session session)
{
    return print(session, session.client.get(fmt::format("/sessions/{}", encoded(session.asked.operands[0]))));
}

int trace(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.size() == 1 && is_session(operands[0]))
        return show_trace(session, operands[0]);
    if (operands.size() == 2) {
        auto const target = fmt::format("/devices/{}/trace", encoded(operands[0]));
        if (operands[1] == "on")
            return order_trace(session, target);
        if (operands[1] == "off")
            return cancel_trace(session, target);
        if (operands[1] == "show")
            return print(session, session.client.get(target));
    }
    return complain(session.terminal, "write trace SESSION [--save FILE], or trace DEVICE on, off or show",
                    wrong_usage);
}

}  // namespace cli
