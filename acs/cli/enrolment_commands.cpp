// acsctl announcements, strangers, incidents.
#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"
#include "cli/text.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <ostream>

namespace cli {

namespace json = boost::json;

namespace {

/// "/strangers?address=...&": the fields that were given.
std::string target_of(std::string_view path, std::initializer_list<std::pair<char const*, std::string>> fields)
{
    auto target = fmt::format("{}?", path);
    for (auto const& [name, value] : fields)
        if (!value.empty())
            target += fmt::format("{}{}={}", target.ends_with('?') ? "" : "&", name, encoded(value));
    return target;
}

/// What options say of a device that is expected.
json::object facts_of(Invocation const& asked)
{
    json::object body;
    for (auto const& [name, value] :
         {std::pair{"subscriber", asked.subscriber}, {"username", asked.username}, {"password", asked.password}})
        if (!value.empty())
            body[name] = value;
    if (!asked.tags.empty())
        body["tags"] = json::array(asked.tags.begin(), asked.tags.end());
    return body;
}

/// Bad lines go to standard error, one a line.
int report(Session const& session, json::object const& answer)
{
    if (session.asked.json) {
        print_json(session, answer);
        return text_of(answer, "refused") == "0" ? done : failed;
    }
    if (auto const* problems = answer.if_contains("problems"); problems != nullptr && problems->is_array())
        for (auto const& problem : problems->get_array())
            if (problem.is_object())
                session.terminal.error << escaped(fmt::format("line {}: {} {}", text_of(problem.get_object(), "line"),
                                                              text_of(problem.get_object(), "column"),
                                                              text_of(problem.get_object(), "reason")))
                                       << '\n';
    if (auto const left_out = text_of(answer, "problems_left_out"); left_out != "0")
        session.terminal.error << fmt::format("and {} more\n", left_out);
    session.terminal.out << fmt::format(
        "{}{} lines: {} added, {} updated, {} enrolled, {} in service already, {} refused\n",
        session.asked.dry_run ? "nothing was changed; " : "", text_of(answer, "lines"), text_of(answer, "added"),
        text_of(answer, "updated"), text_of(answer, "enrolled"), text_of(answer, "known"), text_of(answer, "refused"));
    return text_of(answer, "refused") == "0" ? done : failed;
}

int import_list(Session const& session)
{
    auto const answer =
        session.client.upload(fmt::format("/announcements?dry_run={}", session.asked.dry_run ? "true" : "false"),
                              session.asked.operands[1], "text/csv");
    if (!answer)
        return complain(session, answer.error());
    return report(session, *answer);
}

/// Prints what was answered, or a sentence for people.
int tell(Session const& session, Reply<json::object> const& answer, std::string const& sentence)
{
    if (!answer)
        return complain(session, answer.error());
    if (session.asked.json)
        print_json(session, *answer);
    else
        session.terminal.out << escaped(sentence) << '\n';
    return done;
}

int announce(Session const& session)
{
    auto const& operands = session.asked.operands;
    auto body = facts_of(session.asked);
    body["serial_number"] = operands[1];
    if (operands.size() > 2)
        body["oui"] = operands[2];
    if (operands.size() > 3)
        body["product_class"] = operands[3];
    auto const answer = session.client.post("/announcements", body);
    return tell(session, answer, answer ? fmt::format("{}: {}", operands[1], text_of(*answer, "outcome")) : "");
}

int wrong(Session const& session, std::string_view what)
{
    return complain(session.terminal, what, wrong_usage);
}

}  // namespace

int announcements(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.empty())
        return print_list(session, target_of("/announcements", {{"state", session.asked.state}}),
                          {{"ID", "id"},
                           {"SERIAL NUMBER", "serial_number"},
                           {"OUI", "oui"},
                           {"PRODUCT CLASS", "product_class"},
                           {"SUBSCRIBER", "subscriber"},
                           {"TAGS", "tags"},
                           {"STATE", "state"},
                           {"CONTACT", "contact"},
                           {"ANNOUNCED", "announced_at"},
                           {"BY", "announced_by"}});
    if (operands[0] == "import" && operands.size() == 2)
        return import_list(session);
    if (operands[0] == "add" && operands.size() >= 2)
        return announce(session);
    if (operands[0] == "remove" && operands.size() == 2)
        return tell(session, session.client.remove(fmt::format("/announcements/{}", encoded(operands[1]))),
                    fmt::format("announcement {} taken back", operands[1]));
    return wrong(session, "write announcements import FILE.csv, add SERIAL [OUI [CLASS]], or remove ID");
}

int strangers(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.empty())
        return print_list(session, target_of("/strangers", {{"address", session.asked.address}}),
                          {{"ID", "id"},
                           {"DEVICE", "device"},
                           {"ADDRESS", "address"},
                           {"USERNAME", "username"},
                           {"TIMES", "times"},
                           {"LAST", "last_at"},
                           {"REASON", "reason"}});
    if (operands[0] == "enrol" && operands.size() == 2) {
        auto const answer =
            session.client.post(fmt::format("/strangers/{}/enrol", encoded(operands[1])), facts_of(session.asked));
        return tell(session, answer,
                    answer ? fmt::format("{} is let in when it comes again", text_of(*answer, "device")) : "");
    }
    if (operands[0] == "forget" && operands.size() == 2)
        return tell(session, session.client.remove(fmt::format("/strangers/{}", encoded(operands[1]))),
                    fmt::format("stranger {} forgotten", operands[1]));
    return wrong(session, "write strangers enrol ID, or strangers forget ID");
}

int incidents(Session session)
{
    auto const& asked = session.asked;
    return print_list(
        session, target_of("/incidents", {{"kind", asked.kind}, {"device", asked.device}, {"address", asked.address}}),
        {{"LAST", "last_at"},
         {"KIND", "kind"},
         {"IDENTITY", "identity"},
         {"ADDRESS", "address"},
         {"USERNAME", "username"},
         {"TIMES", "times"},
         {"DETAIL", "detail"}});
}

}  // namespace cli
