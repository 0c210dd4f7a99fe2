#include "cli/device_page.hpp"

#include "base/time_text.hpp"
#include "cli/output.hpp"
#include "cli/rule_texts.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ranges>
#include <utility>

namespace cli {

namespace json = boost::json;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t shown = 5;              ///< of each list
constexpr std::chrono::seconds lateness{60};  ///< before a device that does not come is called late

std::string span_text(std::chrono::seconds span)
{
    using namespace std::chrono;
    if (span < minutes{2})
        return fmt::format("{} s", span.count());
    if (span < hours{2})
        return fmt::format("{} min", duration_cast<minutes>(span).count());
    if (span < days{2})
        return fmt::format("{} h", duration_cast<hours>(span).count());
    return fmt::format("{} days", duration_cast<days>(span).count());
}

/// "2026-11-30 21:04 UTC (2 min ago)", or empty.
std::string when(json::object const& object, std::string_view member, base::TimePoint now)
{
    auto time = text_of(object, member);
    if (time.size() < 16)
        return time;
    auto const ago = how_long_ago(time, now);
    time[10] = ' ';
    return fmt::format("{} UTC ({})", time.substr(0, 16), ago);
}

std::string state_trouble(std::string const& state)
{
    if (state == "pending")
        return "it waits to be let in: it is read, nothing is done with it (acsctl device state ID active)";
    if (state == "conflict")
        return "several boxes claim its identity: it is answered, nothing is done with it (see acsctl incidents)";
    if (state == "retiring" || state == "retired")
        return fmt::format("it is {}: it is out of service", state);
    if (state == "rejected")
        return "it is rejected: its sessions are refused";
    return {};
}

std::string fault_of(json::object const& task)
{
    auto const* const fault = task.if_contains("fault");
    if (fault == nullptr || !fault->is_object())
        return "no reason was told";
    auto const code = text_of(fault->get_object(), "code");
    return fmt::format("{}{}{}", code, code.empty() ? "" : " ", text_of(fault->get_object(), "text"));
}

void add_reach_troubles(json::object const& reach, base::TimePoint now, std::vector<std::string>& troubles)
{
    auto const next = base::parse_rfc3339(text_of(reach, "next_inform"));
    bool const in_session = text_of(reach, "in_session") == "yes";
    if (next && *next + lateness < now && !in_session)
        troubles.push_back(
            fmt::format("it is late: its Inform was due {}", how_long_ago(text_of(reach, "next_inform"), now)));
    auto const failed = number_of(reach, "failed_in_row");
    auto const& attempts = list_of(reach, "attempts");
    if (failed == 0)
        return;
    auto const cause = attempts.empty() ? std::string{} : text_of(attempts.front().as_object(), "cause");
    troubles.push_back(fmt::format("it could not be woken {} {} in a row{}{}", failed, failed == 1 ? "time" : "times",
                                   cause.empty() ? "" : ": ", cause));
}

class Page {
public:
    Page(DeviceFacts const& facts, base::TimePoint now, std::size_t width) : facts_{facts}, now_{now}, width_{width} {}

    std::string print()
    {
        print_troubles();
        print_who();
        if (facts_.reachability)
            print_reachability(*facts_.reachability);
        print_tasks("Open tasks", facts_.open_tasks);
        print_faults();
        if (facts_.explanation)
            print_rules(*facts_.explanation);
        if (!facts_.withheld.empty())
            text_ += fmt::format("\nYou may not read: {}\n", fmt::join(facts_.withheld, ", "));
        return std::move(text_);
    }

private:
    void title(std::string_view name) { text_ += fmt::format("\n{}\n", name); }
    void line(std::string const& text) { text_ += "  " + escaped(text) + "\n"; }
    void add(Pairs const& lines)
    {
        auto const block = pairs(lines);
        for (std::size_t from = 0; from < block.size();) {
            auto const end = block.find('\n', from);
            text_ += "  " + block.substr(from, end - from + 1);
            from = end + 1;
        }
    }

    void print_troubles()
    {
        text_ += escaped(text_of(facts_.device, "id")) + "\n";
        auto const troubles = troubles_of(facts_, now_);
        title("What is wrong");
        for (auto const& trouble : troubles)
            line(trouble);
        if (troubles.empty())
            line("nothing that is known here");
    }

    void print_who()
    {
        auto const& device = facts_.device;
        title("Who");
        add({{"model", fmt::format("{} {}", text_of(device, "manufacturer"), text_of(device, "model_name"))},
             {"software", text_of(device, "software_version")},
             {"hardware", text_of(device, "hardware_version")},
             {"state", text_of(device, "state")},
             {"subscriber", text_of(device, "subscriber")},
             {"tags", text_of(device, "tags")},
             {"provisioning code", text_of(device, "provisioning_code")},
             {"parameters known", text_of(device, "parameters")}});
        title("Last contact");
        add({{"Inform", when(device, "last_inform", now_)},
             {"with", text_of(device, "last_events")},
             {"from", text_of(device, "ip_address")},
             {"boot", when(device, "last_boot", now_)},
             {"first seen", when(device, "first_seen", now_)}});
    }

    void print_reachability(json::object const& reach)
    {
        title("Reaching it");
        add({{"in a session", text_of(reach, "in_session")},
             {"works best", text_of(reach, "best_method")},
             {"reached", when(reach, "reached_at", now_)},
             {"comes by itself", when(reach, "next_inform", now_)},
             {"not asked because", text_of(reach, "postponed")},
             {"outlook", text_of(reach, "outlook")}});
        for (auto const& each : list_of(reach, "methods")) {
            auto const& method = each.as_object();
            auto const why_not = text_of(method, "why_not");
            line(fmt::format("{}: {}", text_of(method, "method"), why_not.empty() ? "possible" : why_not));
        }
        print_attempts(list_of(reach, "attempts"));
    }

    void print_attempts(json::array const& attempts)
    {
        std::size_t count = 0;
        for (auto const& each : attempts) {
            if (++count > shown)
                return;
            auto const& attempt = each.as_object();
            auto const cause = text_of(attempt, "cause");
            line(fmt::format("{} over {}: {}", how_long_ago(text_of(attempt, "at"), now_), text_of(attempt, "method"),
                             cause.empty() ? fmt::format("reached in {} ms", number_of(attempt, "milliseconds"))
                                           : cause));
        }
    }

    void print_tasks(std::string_view name, std::vector<json::object> const& tasks)
    {
        title(fmt::format("{}: {}", name, tasks.empty() ? "none" : std::to_string(tasks.size())));
        Table rows{{"  TASK", "KIND", "STATE", "ORDERED", "BY"}};
        for (auto const& task : tasks | std::views::take(shown))
            rows.add({"  " + text_of(task, "id"), text_of(task, "kind"), text_of(task, "state"),
                      how_long_ago(text_of(task, "created"), now_), text_of(task, "origin")});
        if (!rows.empty())
            text_ += rows.to_string(width_);
        if (tasks.size() > shown)
            line(fmt::format("... {} more: acsctl tasks ID", tasks.size() - shown));
    }

    void print_faults()
    {
        title(facts_.failed_tasks.empty() ? "Last faults: none" : "Last faults");
        auto const& failed = facts_.failed_tasks;
        for (auto const& task : failed | std::views::reverse | std::views::take(shown))
            line(fmt::format("{}: {} (task {}): {}", how_long_ago(text_of(task, "updated"), now_),
                             text_of(task, "kind"), text_of(task, "id"), fault_of(task)));
    }

    void print_rules(json::object const& explanation)
    {
        auto const& wishes = list_of(explanation, "wishes");
        title(wishes.empty() ? "Rules want nothing of it" : "Rules want (acsctl explain ID tells all)");
        std::size_t count = 0;
        for (auto const& each : wishes) {
            auto const& wish = each.as_object();
            if (text_of(wish, "state") == "overruled" || ++count > shown)
                continue;
            line(fmt::format("{} {} = \"{}\" by {}: {}", text_of(wish, "kind"), text_of(wish, "path"),
                             text_of(wish, "wanted"), text_of(wish, "rule"), text_of(wish, "state")));
        }
        if (count > shown)
            line(fmt::format("... {} more", count - shown));
    }

    DeviceFacts const& facts_;
    base::TimePoint now_;
    std::size_t width_;
    std::string text_;
};

}  // namespace

std::string how_long_ago(std::string const& time, base::TimePoint now)
{
    auto const moment = base::parse_rfc3339(time);
    if (!moment)
        return time.empty() ? "never" : time;
    auto const span = std::chrono::duration_cast<std::chrono::seconds>(now - *moment);
    if (span.count() == 0)
        return "now";
    return span.count() > 0 ? span_text(span) + " ago" : "in " + span_text(-span);
}

std::vector<std::string> troubles_of(DeviceFacts const& facts, base::TimePoint now)
{
    std::vector<std::string> troubles;
    if (auto trouble = state_trouble(text_of(facts.device, "state")); !trouble.empty())
        troubles.push_back(std::move(trouble));
    if (auto const reason = text_of(facts.device, "automation_stopped"); !reason.empty())
        troubles.push_back("automation leaves it alone: " + reason);
    if (text_of(facts.device, "last_inform").empty())
        troubles.emplace_back("it was never heard from");
    if (facts.reachability)
        add_reach_troubles(*facts.reachability, now, troubles);
    if (!facts.failed_tasks.empty())
        troubles.push_back(fmt::format(
            "its last task that failed ({}, {}): {}", text_of(facts.failed_tasks.back(), "kind"),
            how_long_ago(text_of(facts.failed_tasks.back(), "updated"), now), fault_of(facts.failed_tasks.back())));
    if (facts.explanation)
        for (auto const& each : list_of(*facts.explanation, "quarantined"))
            troubles.push_back(fmt::format("rule {} is given up for it: {}", text_of(each.as_object(), "rule"),
                                           text_of(each.as_object(), "reason")));
    if (auto const others = text_of(facts.device, "merge_proposals"); !others.empty())
        troubles.push_back("it is probably the same box as " + others + " (acsctl device merge FROM INTO)");
    return troubles;
}

std::string device_page(DeviceFacts const& facts, base::TimePoint now, std::size_t width)
{
    return Page{facts, now, width}.print();
}

}  // namespace cli
