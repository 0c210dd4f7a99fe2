// acsctl explain DEVICE [PATH]
#include "cli/output.hpp"
#include "cli/rule_texts.hpp"
#include "cli/session.hpp"
#include "cli/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <ostream>

namespace cli {

namespace json = boost::json;

namespace {

/// "2026-11-20 17:04:05 UTC"
std::string moment(std::string time)
{
    if (time.size() < 19)
        return time;
    time[10] = ' ';
    return time.substr(0, 19) + " UTC";
}

std::string since(json::object const& object, std::string_view member)
{
    auto const time = text_of(object, member);
    return time.empty() ? "" : fmt::format(", since {}", moment(time));
}

/// "ExternalPort = 8080, Protocol = TCP" of the object of that name.
std::string settings_in(json::object const& instance, char const* member)
{
    std::string text;
    if (auto const* const found = instance.if_contains(member); found != nullptr && found->is_object())
        for (auto const& [name, value] : found->get_object())
            text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", std::string_view{name},
                                text_of(found->get_object(), std::string_view{name}));
    return text;
}

/// The wanted value; of an instance its keys and what else it has.
std::string wanted_of(json::object const& wish)
{
    auto const text = text_of(wish, "wanted");
    auto const kind = text_of(wish, "kind");
    boost::system::error_code error;
    auto const instance = kind == "ensure" || kind == "delete" ? json::parse(text, error) : json::value{};
    if (error || !instance.is_object())
        return fmt::format("\"{}\"", text);
    auto const keys = settings_in(instance.get_object(), "keys");
    auto const others = settings_in(instance.get_object(), "set");
    return others.empty() ? keys : fmt::format("{}; then {}", keys, others);
}

/// What stands before a path: what is done with it.
std::string title_of(json::object const& wish)
{
    auto const kind = text_of(wish, "kind");
    auto const path = text_of(wish, "path");
    if (kind == "set")
        return path;
    if (kind == "ensure")
        return fmt::format("an instance of {}", path);
    if (kind == "delete")
        return fmt::format("no instance of {}", path);
    if (kind == "notify")
        return fmt::format("the notification of {}", path);
    return path.empty() ? kind : fmt::format("{} {}", kind, path);
}

std::string standing_of(json::object const& wish, bool is_paused)
{
    auto const state = text_of(wish, "state");
    if (state == "in_place")
        return "is so";
    if (state == "awaiting")
        return "done at the next event that the rule names";
    if (state == "given_up")
        return "given up, see below";
    if (is_paused)
        return "nothing is done: all rules are paused";
    if (state == "unknown")
        return "the next session asks the device first";
    if (state == "waiting")
        return text_of(wish, "next_try").empty() ? "waits" : "tried again " + moment(text_of(wish, "next_try"));
    return "the next session does it";
}

class Printer {
public:
    Printer(Session const& session, json::object const& told)
        : out_{session.terminal.out}, told_{told}, is_paused_{told.at("all_paused").as_bool()}
    {
    }

    void print(std::string const& path)
    {
        if (is_paused_)
            line("All rules are paused: nothing of this is done.");
        print_wishes();
        print_reported(path);
        print_quarantined();
        for (auto const& each : list_of(told_, "failures"))
            line(fmt::format("The SQL of the rule {} fails for this device: {}", text_of(each.as_object(), "rule"),
                             text_of(each.as_object(), "reason")));
        print_next(path);
        if (path.empty())
            print_rules();
    }

private:
    void line(std::string const& text) { out_ << escaped(text) << '\n'; }
    void field(char const* name, std::string const& text) { line(fmt::format("    {:<10}{}", name, text)); }

    void print_wishes()
    {
        std::string title;
        for (auto const& each : list_of(told_, "wishes")) {
            auto const& wish = each.as_object();
            bool const is_overruled = text_of(wish, "state") == "overruled";
            if (!is_overruled || title_of(wish) != title) {
                title = title_of(wish);
                line(title);
            }
            print(wish, is_overruled);
        }
    }

    void print(json::object const& wish, bool is_overruled)
    {
        auto const by = fmt::format("by rule {} (version {}, priority {}{})", text_of(wish, "rule"),
                                    text_of(wish, "version"), number_of(wish, "priority"), since(wish, "wanted_since"));
        auto const wanted = text_of(wish, "wanted").empty() && text_of(wish, "kind") != "set"
                                ? by
                                : fmt::format("{} {}", wanted_of(wish), by);
        if (is_overruled)
            return field("overruled", wanted);
        if (!wish.at("known").is_null())
            field("reported", fmt::format("\"{}\"{}", text_of(wish, "known"), since(wish, "known_since")));
        field("wanted", wanted);
        auto standing = standing_of(wish, is_paused_);
        if (auto const attempts = number_of(wish, "attempts"); attempts > 0 && !wish.at("in_place").as_bool())
            standing += fmt::format("; tried {} {}", attempts, attempts == 1 ? "time" : "times");
        if (auto const fault = text_of(wish, "fault"); !fault.empty())
            standing += fmt::format("; the device answered {}", fault);
        field("standing", standing);
    }

    void print_reported(std::string const& path)
    {
        if (path.empty() || !list_of(told_, "wishes").empty())
            return;
        auto const* const reported = told_.at("reported").if_object();
        if (reported != nullptr && !reported->at("value").is_null())
            field("reported", fmt::format("\"{}\"{}", text_of(*reported, "value"), since(*reported, "changed")));
        line(fmt::format("No rule wants anything of {}.", path));
    }

    void print_quarantined()
    {
        if (list_of(told_, "quarantined").empty())
            return;
        line("Given up (a new version of the rule tries it again, and so does acsctl rules release):");
        for (auto const& each : list_of(told_, "quarantined")) {
            auto const& entry = each.as_object();
            auto const what = text_of(entry, "what");
            line(fmt::format("    {} of rule {}{}: {} {}", what.empty() ? "everything" : what, text_of(entry, "rule"),
                             since(entry, "since"), text_of(entry, "reason"), json::serialize(entry.at("evidence"))));
        }
    }

    void print_next(std::string const& path)
    {
        auto const& rpcs = list_of(told_, "next_session");
        if (rpcs.empty()) {
            line(path.empty() ? "The next session sends nothing for rules." : "The next session sends nothing for it.");
            return;
        }
        line("The next session sends:");
        unsigned number = 0;
        for (auto const& each : rpcs) {
            line(fmt::format("    {}. {}", ++number, text_of(each.as_object(), "rpc")));
            for (auto const& about : list_of(each.as_object(), "about"))
                line(fmt::format("           {}", std::string_view{about.as_string()}));
        }
    }

    void print_rules()
    {
        constexpr std::pair<char const*, char const*> lists[] = {
            {"matched", "Rules that match"},
            {"awaiting", "Of these waiting for their event"},
            {"unmatched", "Rules that do not match"},
            {"paused", "Paused rules"},
        };
        for (auto const& [member, title] : lists)
            if (auto const names = text_of(told_, member); !names.empty())
                line(fmt::format("{}: {}", title, names));
    }

    std::ostream& out_;
    json::object const& told_;
    bool is_paused_;
};

}  // namespace

int explain(Session session)
{
    auto const path = session.asked.operands.empty() ? std::string{} : session.asked.operands[0];
    auto const answer = session.client.get(
        fmt::format("{}/explanation{}", device_path(session), path.empty() ? "" : "?path=" + encoded(path)));
    if (!answer)
        return complain(session, answer.error());
    if (session.asked.json)
        print_json(session, *answer);
    else
        Printer{session, *answer}.print(path);
    return done;
}

}  // namespace cli
