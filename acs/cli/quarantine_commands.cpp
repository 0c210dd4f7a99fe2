// acsctl rules quarantine, release.
#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/rule_texts.hpp"
#include "cli/session.hpp"

#include <fmt/format.h>

#include <ostream>

namespace cli {

namespace json = boost::json;

namespace {

int list(Session const& session)
{
    std::string target = "/rule-quarantine?";
    for (auto const& [name, value] : {std::pair{"rule", session.asked.rule}, {"device", session.asked.device}})
        if (!value.empty())
            target += fmt::format("{}{}={}", target.ends_with('?') ? "" : "&", name, encoded(value));
    return print_list(session, target,
                      {{"DEVICE", "device"},
                       {"RULE", "rule"},
                       {"WHAT", "what"},
                       {"VERSION", "version"},
                       {"SINCE", "since"},
                       {"REASON", "reason"},
                       {"EVIDENCE", "evidence"}});
}

int release(Session const& session)
{
    auto const& operands = session.asked.operands;
    json::object body;
    if (operands.size() > 1)
        body["device"] = operands[1];
    if (operands.size() > 2 || !session.asked.rule.empty())
        body["rule"] = operands.size() > 2 ? operands[2] : session.asked.rule;
    if (operands.size() > 3)
        body["what"] = operands[3];
    auto const answer = session.client.post("/rule-quarantine/release", body);
    if (!answer)
        return complain(session, answer.error());
    auto const count = number_of(*answer, "released");
    if (session.asked.json)
        print_json(session, *answer);
    else if (count > 0)
        session.terminal.out << fmt::format("{} released; tried again when the device informs\n", count);
    if (count == 0 && !session.asked.json)
        return complain(session.terminal, "nothing of that is quarantined; see acsctl rules quarantine");
    return count == 0 ? failed : done;
}

}  // namespace

std::optional<int> rule_quarantine(Session const& session)
{
    auto const& operands = session.asked.operands;
    auto const action = operands.empty() ? std::string{} : operands[0];
    if (action == "quarantine" && operands.size() == 1)
        return list(session);
    bool const names_rule = !session.asked.rule.empty();
    if (action != "release" || operands.size() + (names_rule ? 1 : 0) < 2 || (names_rule && operands.size() > 2))
        return std::nullopt;
    return release(session);
}

}  // namespace cli
