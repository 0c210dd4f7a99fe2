// acsctl rules history, rollback, export, pause, resume.
#include "cli/output.hpp"
#include "cli/rule_texts.hpp"
#include "cli/session.hpp"
#include "cli/text.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <set>

namespace cli {

namespace json = boost::json;

namespace {

std::string joined(json::array const& names)
{
    std::string text;
    for (auto const& name : names)
        text += fmt::format(" {}", escaped({name.as_string().data(), name.as_string().size()}));
    return text;
}

int history_of(Session const& session, std::string const& rule)
{
    auto const answer = session.client.get(fmt::format("/rules/{}", encoded(rule)));
    if (!answer)
        return complain(session, answer.error());
    if (session.asked.json)
        print_json(session, *answer);
    else
        print_versions(session, *answer);
    return done;
}

int history(Session const& session)
{
    std::string after;
    for (unsigned left = session.asked.limit; session.asked.limit == 0 || left > 0;) {
        auto const page = session.client.get(fmt::format("/rule-sets?limit={}{}",
                                                         session.asked.limit == 0 ? 1'000 : std::min(left, 1'000U),
                                                         after.empty() ? "" : "&after=" + encoded(after)));
        if (!page)
            return complain(session, page.error());
        for (auto const& each : list_of(*page, "items")) {
            auto const& change = each.as_object();
            if (session.asked.json) {
                print_json(session, change);
                continue;
            }
            session.terminal.out << escaped(fmt::format("epoch {} of {}, by {}: {}", text_of(change, "epoch"),
                                                        text_of(change, "made_at"), text_of(change, "made_by"),
                                                        text_of(change, "reason")))
                                 << '\n';
            for (auto const* const what : {"added", "changed", "removed"})
                if (auto const& names = list_of(change, what); !names.empty())
                    session.terminal.out << fmt::format("    {}{}\n", what, joined(names));
        }
        left -= std::min(left, static_cast<unsigned>(list_of(*page, "items").size()));
        after = text_of(*page, "next");
        if (after.empty())
            break;
    }
    return done;
}

int rollback(Session const& session, std::string const& epoch)
{
    json::object body{{"epoch", epoch}, {"dry_run", session.asked.dry_run}};
    if (!session.asked.reason.empty())
        body["reason"] = session.asked.reason;
    auto const answer = session.client.post("/rules/rollback", body);
    return answer ? tell_applied(session, *answer) : complain(session, answer.error());
}

/// The name under which a rule's file is written: its own when that is harmless, and that nobody has yet.
std::string file_name(json::object const& rule, std::set<std::string> const& taken)
{
    auto const name = text_of(rule, "file");
    bool const is_plain =
        name.ends_with(".sql") && !name.starts_with('.') && std::ranges::all_of(name, [](unsigned char c) {
            return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
        });
    auto chosen = is_plain ? name : text_of(rule, "rule") + ".sql";
    for (unsigned n = 2; taken.contains(chosen); ++n)
        chosen = fmt::format("{}-{}.sql", text_of(rule, "rule"), n);
    return chosen;
}

int export_to(Session const& session, std::filesystem::path const& folder)
{
    auto const answer = session.client.get("/rule-sets/current");
    if (!answer)
        return complain(session, answer.error());
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::set<std::string> written;
    for (auto const& each : list_of(*answer, "rules")) {
        auto const name = file_name(each.as_object(), written);
        std::ofstream stream{folder / name, std::ios::binary};
        stream << text_of(each.as_object(), "text");
        if (!stream.flush())
            return complain(session.terminal, fmt::format("{}: the file cannot be written", (folder / name).string()));
        written.insert(name);
    }
    session.terminal.out << fmt::format("{} rules of epoch {} written\n", written.size(), text_of(*answer, "epoch"));
    for (auto const& entry : std::filesystem::directory_iterator{folder, error})
        if (entry.path().extension() == ".sql" && !written.contains(entry.path().filename()))
            session.terminal.error << fmt::format("acsctl: {} is not in force; applying this folder would add it\n",
                                                  entry.path().string());
    return done;
}

int set_paused(Session const& session, bool pause, std::string const& rule)
{
    json::object body;
    if (!rule.empty())
        body["rule"] = rule;
    if (pause)
        body["reason"] = session.asked.reason;
    auto const answer = session.client.post(pause ? "/rules/pause" : "/rules/resume", body);
    if (!answer)
        return complain(session, answer.error());
    if (session.asked.json)
        print_json(session, *answer);
    else
        session.terminal.out << fmt::format("{} {}\n", rule.empty() ? "all rules" : escaped(rule),
                                            pause ? "paused" : "resumed");
    return done;
}

}  // namespace

std::optional<int> rule_sets(Session const& session)
{
    auto const& operands = session.asked.operands;
    auto const action = operands.empty() ? std::string{} : operands[0];
    auto const operand = operands.size() > 1 ? operands[1] : std::string{};
    if (action == "history")
        return operand.empty() ? history(session) : history_of(session, operand);
    if (action == "rollback" && !operand.empty())
        return rollback(session, operand);
    if (action == "export" && !operand.empty())
        return export_to(session, operand);
    if (action == "pause" && session.asked.reason.empty())
        return complain(session.terminal, "give --reason: others will want to know", wrong_usage);
    if (action == "pause" || action == "resume")
        return set_paused(session, action == "pause", operand);
    return std::nullopt;
}

}  // namespace cli
