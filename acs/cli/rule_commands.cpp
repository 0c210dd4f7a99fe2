#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/rule_texts.hpp"
#include "cli/session.hpp"
#include "cli/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <ostream>
#include <utility>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::chrono::seconds preview_time{120};  ///< for one page

base::Result<json::object> read_file(std::filesystem::path const& path)
{
    std::ifstream stream{path, std::ios::binary};
    if (!stream)
        return base::fail(fmt::format("{}: the file cannot be read", path.string()));
    std::string const text{std::istreambuf_iterator<char>{stream}, {}};
    return json::object{{"file", path.filename().string()}, {"text", text}};
}

/// The file itself, or the files *.sql of the folder, by name.
base::Result<json::array> read_rules(std::string const& operand)
{
    std::error_code error;
    std::vector<std::filesystem::path> paths;
    if (std::filesystem::is_directory(operand, error)) {
        for (auto const& entry : std::filesystem::directory_iterator{operand, error})
            if (entry.path().extension() == ".sql")
                paths.push_back(entry.path());
        std::ranges::sort(paths);
    } else {
        paths.emplace_back(operand);
    }
    json::array rules;
    for (auto const& path : paths) {
        auto file = read_file(path);
        if (!file)
            return std::unexpected{file.error()};
        rules.push_back(*std::move(file));
    }
    return rules;
}

int check(Session const& session, json::array rules)
{
    auto const answer = session.client.post("/rules/check", {{"rules", std::move(rules)}});
    if (!answer)
        return complain(session, answer.error());
    auto const& problems = list_of(*answer, "problems");
    if (session.asked.json)
        print_json(session, *answer);
    else if (problems.empty())
        session.terminal.out << "in order\n";
    else
        for (auto const& each : problems) {
            auto const& problem = each.as_object();
            session.terminal.error << escaped(fmt::format("{}:{}:{}: {}. {}", text_of(problem, "file"),
                                                          number_of(problem, "line"), number_of(problem, "column"),
                                                          text_of(problem, "reason"), text_of(problem, "hint")))
                                   << '\n';
        }
    return problems.empty() ? done : failed;
}

/// A file, or a folder without rules, would take all the others out of force: nobody means that.
std::optional<std::string> why_not_whole(Session const& session, std::string const& operand, std::size_t rules)
{
    std::error_code error;
    if (!std::filesystem::is_directory(operand, error))
        return fmt::format("{} is a file: the rules in force become exactly those that are applied. Apply the folder "
                           "with all of them; see rules export",
                           operand);
    if (rules == 0 && !session.asked.remove_all)
        return fmt::format("{} has no rules (*.sql): applying it would remove all that are in force. To stop them, use "
                           "rules pause; if you mean it, --remove-all",
                           operand);
    return std::nullopt;
}

int apply(Session const& session, std::string const& operand, json::array rules)
{
    if (auto const problem = why_not_whole(session, operand, rules.size()))
        return complain(session.terminal, *problem, wrong_usage);
    json::object body{{"rules", std::move(rules)}, {"dry_run", session.asked.dry_run}};
    if (!session.asked.reason.empty())
        body["reason"] = session.asked.reason;
    auto const answer = session.client.post("/rules/apply", body);
    if (!answer)
        return complain(session, answer.error());
    return tell_applied(session, *answer);
}

/// Adds up the pages of a preview.
class Preview {
public:
    void add(json::object const& page)
    {
        devices += number_of(page, "devices");
        changed += number_of(page, "devices_changed");
        restarted += number_of(page, "devices_restarted");
        for (auto const& each : list_of(page, "changes"))
            add_up(each.as_object(), {"rule", "kind", "path"}, {"devices", "in_place", "waiting", "given_up"},
                   changes_);
        for (auto const& each : list_of(page, "conflicts"))
            add_up(each.as_object(), {"path", "winner", "loser"}, {"devices"}, conflicts_);
        for (auto const& each : list_of(page, "failures"))
            add_up(each.as_object(), {"rule", "reason"}, {"devices"}, failures_);
    }

    [[nodiscard]] json::object whole() const
    {
        return {{"devices", devices},          {"devices_changed", changed},      {"devices_restarted", restarted},
                {"changes", values(changes_)}, {"conflicts", values(conflicts_)}, {"failures", values(failures_)}};
    }

    std::uint64_t devices = 0, changed = 0, restarted = 0;

private:
    using Sums = std::map<std::string, json::object>;

    static void add_up(json::object const& each, std::vector<char const*> const& names,
                       std::vector<char const*> const& counts, Sums& sums)
    {
        std::string key;
        for (auto const* const name : names)
            key += text_of(each, name) + '\n';
        auto const [found, is_new] = sums.emplace(key, each);
        for (auto const* const count : counts)
            if (!is_new)
                found->second[count] = number_of(found->second, count) + number_of(each, count);
    }
    static json::array values(Sums const& sums)
    {
        json::array list;
        for (auto const& [key, value] : sums)
            list.push_back(value);
        return list;
    }

    Sums changes_, conflicts_, failures_;
};

/// ", 3 quarantined"; nothing when there are none.
std::string count_of(json::object const& object, char const* member, char const* what)
{
    auto const count = number_of(object, member);
    return count == 0 ? std::string{} : fmt::format(", {} {}", count, what);
}

void print(Session const& session, json::object const& whole)
{
    auto& out = session.terminal.out;
    out << fmt::format("{} devices looked at, {} would change, {} would be told to reboot or download\n",
                       number_of(whole, "devices"), number_of(whole, "devices_changed"),
                       number_of(whole, "devices_restarted"));
    for (auto const& each : list_of(whole, "changes")) {
        auto const& change = each.as_object();
        out << escaped(fmt::format("{}: {}{}{}: {} to change, {} in place{}{}", text_of(change, "rule"),
                                   text_of(change, "kind"), text_of(change, "path").empty() ? "" : " ",
                                   text_of(change, "path"), number_of(change, "devices"), number_of(change, "in_place"),
                                   count_of(change, "waiting", "to be tried later"),
                                   count_of(change, "given_up", "quarantined")))
            << '\n';
        for (auto const& sample : list_of(change, "samples"))
            out << escaped(fmt::format("    device {}: \"{}\" -> \"{}\"", text_of(sample.as_object(), "device"),
                                       text_of(sample.as_object(), "from"), text_of(sample.as_object(), "to")))
                << '\n';
    }
    for (auto const& each : list_of(whole, "conflicts")) {
        auto const& conflict = each.as_object();
        out << escaped(fmt::format("conflict: {}: {} overrules {} on {} devices", text_of(conflict, "path"),
                                   text_of(conflict, "winner"), text_of(conflict, "loser"),
                                   number_of(conflict, "devices")))
            << '\n';
    }
    for (auto const& each : list_of(whole, "failures")) {
        auto const& failure = each.as_object();
        out << escaped(fmt::format("failure: {} on {} devices: {}", text_of(failure, "rule"),
                                   number_of(failure, "devices"), text_of(failure, "reason")))
            << '\n';
    }
}

/// How far a preview is, on a terminal only: one line that is written over and over.
class Progress {
public:
    explicit Progress(Terminal const& terminal) : terminal_{terminal} {}
    ~Progress() { hide(); }
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;

    void show(std::uint64_t devices, std::uint64_t fleet, std::uint64_t changed)
    {
        if (!terminal_.error_is_terminal)
            return;
        is_shown_ = true;
        terminal_.error << fmt::format("\r{} of {} devices, {} would change", devices, std::max(fleet, devices),
                                       changed)
                        << std::flush;
    }

    void hide()
    {
        if (std::exchange(is_shown_, false))
            terminal_.error << "\r\x1b[K" << std::flush;
    }

private:
    Terminal const& terminal_;
    bool is_shown_ = false;
};

int preview(Session const& session, json::array const& rules, bool is_whole)
{
    Preview preview;
    Progress progress{session.terminal};
    std::uint64_t fleet = 0;
    json::object body{{"rules", rules}, {"whole", is_whole}};
    if (!session.asked.where.empty())
        body["where"] = session.asked.where;
    for (;;) {
        auto const page = session.client.post("/rules/preview", body, preview_time);
        if (!page)
            return complain(session, page.error());
        preview.add(*page);
        fleet = std::max(fleet, number_of(*page, "fleet"));
        auto const next = text_of(*page, "next");
        if (next.empty())
            break;
        progress.show(preview.devices, fleet, preview.changed);
        body["after"] = next;
    }
    progress.hide();
    if (session.asked.json)
        print_json(session, preview.whole());
    else
        print(session, preview.whole());
    return done;
}

int show(Session const& session, std::string const& rule)
{
    auto const answer = session.client.get(fmt::format("/rules/{}", encoded(rule)));
    if (!answer)
        return complain(session, answer.error());
    if (session.asked.json) {
        print_json(session, *answer);
        return done;
    }
    print_versions(session, *answer);
    auto const& newest = list_of(*answer, "versions").front().as_object();
    auto const text = newest.at("text").is_null() ? std::string{"(removed)"} : text_of(newest, "text");
    session.terminal.out << '\n'
                         << (session.terminal.width > 0 ? harmless_lines(text) : text)
                         << (text.ends_with('\n') ? "" : "\n");
    return done;
}

int with_files(Session const& session, std::string const& action, std::string const& operand)
{
    auto rules = read_rules(operand);
    if (!rules)
        return complain(session.terminal, rules.error().what, wrong_usage);
    if (action == "check")
        return check(session, *std::move(rules));
    if (action == "apply")
        return apply(session, operand, *std::move(rules));
    std::error_code error;
    return preview(session, *rules, std::filesystem::is_directory(operand, error));
}

}  // namespace

json::array const& list_of(json::object const& object, std::string_view name)
{
    static json::array const none;
    auto const* const value = object.if_contains(json::string_view{name.data(), name.size()});
    return value && value->is_array() ? value->get_array() : none;
}

std::uint64_t number_of(json::object const& object, std::string_view name)
{
    auto const* const value = object.if_contains(json::string_view{name.data(), name.size()});
    return value && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

void print_versions(Session const& session, json::object const& rule)
{
    for (auto const& each : list_of(rule, "versions")) {
        auto const& version = each.as_object();
        session.terminal.out << escaped(fmt::format("version {} of {}, by {}: {}", text_of(version, "version"),
                                                    text_of(version, "made_at"), text_of(version, "made_by"),
                                                    text_of(version, "reason")))
                             << '\n';
    }
}

int tell_applied(Session const& session, json::object const& applied)
{
    if (session.asked.json) {
        print_json(session, applied);
        return done;
    }
    for (auto const* const what : {"added", "changed", "removed"})
        for (auto const& rule : list_of(applied, what))
            session.terminal.out << fmt::format("{} {}\n", what,
                                                escaped({rule.as_string().data(), rule.as_string().size()}));
    session.terminal.out << fmt::format("{} unchanged; {}\n", number_of(applied, "unchanged"),
                                        session.asked.dry_run ? "nothing was applied" : "in force");
    return done;
}

int rules(Session session)
{
    auto const& operands = session.asked.operands;
    auto const action = operands.empty() ? std::string{"list"} : operands[0];
    if (action == "list" && operands.size() <= 1)
        return print_list(session, "/rules?",
                          {{"RULE", "rule"},
                           {"PRIORITY", "priority"},
                           {"VERSION", "version"},
                           {"SINCE", "made_at"},
                           {"BY", "made_by"},
                           {"PAUSED", "paused"},
                           {"WHEN", "when"}});
    if (action == "show" && operands.size() == 2)
        return show(session, operands[1]);
    if ((action == "check" || action == "apply" || action == "preview") && operands.size() == 2)
        return with_files(session, action, operands[1]);
    if (auto const code = rule_sets(session))
        return *code;
    if (auto const code = rule_quarantine(session))
        return *code;
    return complain(
        session.terminal,
        "give rules list, show NAME, check or preview with a file or folder, apply FOLDER, history, rollback EPOCH,"
        " export FOLDER, pause, resume, quarantine, or release DEVICE [RULE [WHAT]]",
        wrong_usage);
}

}  // namespace cli
