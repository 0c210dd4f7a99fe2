#include "provisioning/rule_text.hpp"

#include "provisioning/parameter_name.hpp"
#include "provisioning/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace provisioning {

namespace {

using domain::PlacedText;
using domain::RuleProblem;
using domain::RuleText;
using domain::TextPlace;

constexpr std::string_view keys = "rule, for, priority, on, when, max-age, min-interval, budget and set";

constexpr auto events = std::to_array<std::string_view>(
    {"0 BOOTSTRAP", "1 BOOT", "2 PERIODIC", "3 SCHEDULED", "4 VALUE CHANGE", "5 KICKED", "6 CONNECTION REQUEST",
     "7 TRANSFER COMPLETE", "8 DIAGNOSTICS COMPLETE", "9 REQUEST DOWNLOAD", "10 AUTONOMOUS TRANSFER COMPLETE",
     "11 DU STATE CHANGE COMPLETE", "12 AUTONOMOUS DU STATE CHANGE COMPLETE", "13 WAKEUP", "14 HEARTBEAT"});

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

unsigned characters(std::string_view bytes)
{
    return position_of(bytes, bytes.size()).column - 1;
}

/// A value of the header, with the place of each line.
struct Entry {
    std::string key;
    TextPlace key_at;
    PlacedText value;
};

class Parser {
public:
    Parser(std::string const& file, std::string_view text, RuleTextLimits const& limits)
        : file_{file}, text_{text}, limits_{limits}
    {
    }

    RuleText run()
    {
        check_size();
        read_header();
        for (auto const& entry : entries_)
            take(entry);
        if (rule_.name.empty())
            refuse({1, 1}, "the rule has no name", "Begin the file with a line such as -- rule: wifi-from-crm");
        bool const has_body = !rule_.body.text.empty();
        if (has_body == !rule_.assignments.empty())
            refuse(has_body ? rule_.body.lines.front() : TextPlace{line_, 1},
                   has_body ? "the rule has set lines and a body" : "the rule has neither set lines nor a body",
                   "Write either -- set: lines or one SELECT.");
        rule_.text = text_;
        return std::move(rule_);
    }

private:
    [[noreturn]] void refuse(TextPlace at, std::string reason, std::string hint) const
    {
        throw RuleProblem{file_, at, std::move(reason), std::move(hint)};
    }

    void check_size() const
    {
        if (text_.size() > limits_.file_bytes)
            refuse({1, 1}, fmt::format("the file is longer than {} bytes", limits_.file_bytes), "Divide the rule.");
        if (auto const unsound = find_unsound_byte(text_)) {
            auto const [line, column] = position_of(text_, *unsound);
            refuse({line, column}, "there is a byte that is no text: ill-formed UTF-8 or a control character",
                   "Save the file as UTF-8.");
        }
    }

    void read_header()
    {
        std::size_t at = 0;
        for (; at < text_.size(); ++line_) {
            auto const end = std::min(text_.find('\n', at), text_.size());
            auto const line = text_.substr(at, end - at);
            if (!trimmed(line).empty() && !line.starts_with("--")) {
                read_body(at);
                return;
            }
            if (!trimmed(line).empty())
                read_line(line);
            at = end + 1;
        }
    }

    void read_body(std::size_t at)
    {
        auto body = text_.substr(at);
        body = body.substr(0, body.find_last_not_of(" \t\r\n") + 1);
        if (body.ends_with(';'))
            body.remove_suffix(1);
        auto const lines = static_cast<unsigned>(std::ranges::count(body, '\n')) + 1;
        rule_.body.text = body;
        for (unsigned i = 0; i < lines; ++i)
            rule_.body.lines.push_back({line_ + i, 1});
    }

    void read_line(std::string_view line)
    {
        auto const content = line.substr(2);
        auto const value = trimmed(content);
        auto const column_of = [&](std::string_view part) {
            return characters(line.substr(0, static_cast<std::size_t>(part.data() - line.data()))) + 1;
        };
        if (value.empty() || value.starts_with('#'))
            return;
        if (content.starts_with("   ")) {
            if (entries_.empty())
                refuse({line_, column_of(value)}, "this line goes on with nothing",
                       "Write -- key: value, or -- # for a comment.");
            auto& entry = entries_.back();
            entry.value.text += '\n';
            entry.value.text += value;
            entry.value.lines.push_back({line_, column_of(value)});
            return;
        }
        auto const colon = value.find(':');
        if (colon == std::string_view::npos)
            refuse({line_, column_of(value)}, "this line of the header is not -- key: value",
                   fmt::format("The keys are {}; a comment is written -- # text.", keys));
        auto const rest = trimmed(value.substr(colon + 1));
        auto const column = rest.empty() ? characters(line) + 1 : column_of(rest);
        entries_.push_back({std::string{trimmed(value.substr(0, colon))},
                            {line_, column_of(value)},
                            {std::string{rest}, {{line_, column}}}});
    }

    void take(Entry const& entry)
    {
        if (entry.key != "set" && !seen_.insert(entry.key).second)
            refuse(entry.key_at, fmt::format("{} stands twice in the header", entry.key), "Keep one of them.");
        if (entry.value.text.empty())
            refuse(entry.value.lines.front(), fmt::format("{} has no value", entry.key),
                   "Write it, or take the line away.");
        auto const& value = entry.value;
        if (entry.key == "rule")
            rule_.name = name(value);
        else if (entry.key == "for")
            rule_.for_pending = is_pending(value);
        else if (entry.key == "priority")
            rule_.priority = static_cast<int>(number(value, 0, 10'000));
        else if (entry.key == "on")
            rule_.on = triggers(value);
        else if (entry.key == "when")
            rule_.when = value;
        else if (entry.key == "max-age")
            rule_.max_age = duration(value, std::chrono::minutes{1}, std::chrono::days{30});
        else if (entry.key == "min-interval")
            rule_.min_interval = duration(value, std::chrono::minutes{1}, std::chrono::days{365});
        else if (entry.key == "budget")
            rule_.budget = static_cast<unsigned>(number(value, 1, 10'000'000));
        else if (entry.key == "set")
            rule_.assignments.push_back(assignment(value));
        else
            refuse(entry.key_at, fmt::format("the header has no key {}", entry.key),
                   fmt::format("The keys are {}; a comment is written -- # text.", keys));
    }

    [[nodiscard]] std::string name(PlacedText const& value) const
    {
        auto const is_allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
        auto const& text = value.text;
        if (text.size() > limits_.name_bytes || !std::ranges::all_of(text, is_allowed) || text.starts_with('-'))
            refuse(value.lines.front(), "this is no name for a rule",
                   fmt::format("Write at most {} lower-case letters, digits and hyphens.", limits_.name_bytes));
        return text;
    }

    [[nodiscard]] bool is_pending(PlacedText const& value) const
    {
        if (value.text != "pending" && value.text != "active")
            refuse(value.lines.front(), "a rule is for active or for pending devices",
                   "Write -- for: pending for devices that wait to be let in, or take the line away.");
        return value.text == "pending";
    }

    [[nodiscard]] std::int64_t number(PlacedText const& value, std::int64_t least, std::int64_t most) const
    {
        std::int64_t result = 0;
        auto const* const end = value.text.data() + value.text.size();
        auto const [stop, error] = std::from_chars(value.text.data(), end, result);
        if (error != std::errc{} || stop != end || result < least || result > most)
            refuse(value.lines.front(), "this is not a number as it must be here",
                   fmt::format("Write a whole number between {} and {}.", least, most));
        return result;
    }

    [[nodiscard]] std::chrono::seconds duration(PlacedText const& value, std::chrono::seconds least,
                                                std::chrono::seconds most) const
    {
        std::int64_t count = 0;
        auto const* const end = value.text.data() + value.text.size();
        auto const [stop, error] = std::from_chars(value.text.data(), end, count);
        std::int64_t seconds = 0;
        if (error == std::errc{} && end - stop == 1 && count >= 0 && count <= 100'000'000)
            seconds = *stop == 's' ? 1 : *stop == 'm' ? 60 : *stop == 'h' ? 3'600 : *stop == 'd' ? 86'400 : 0;
        std::chrono::seconds const result{count * seconds};
        if (seconds == 0 || result < least || result > most)
            refuse(value.lines.front(), "this is not a duration as it must be here",
                   fmt::format("Write a number and s, m, h or d, from {}s to {}s.", least.count(), most.count()));
        return result;
    }

    [[nodiscard]] std::vector<std::string> triggers(PlacedText const& value) const
    {
        std::vector<std::string> found;
        std::string_view rest = value.text;
        while (!rest.empty()) {
            auto const word = trimmed(rest.substr(0, rest.find_first_of(",\n")));
            rest.remove_prefix(std::min(rest.find_first_of(",\n"), rest.size() - 1) + 1);
            auto const event = std::ranges::find_if(
                events, [&](auto code) { return code == word || code.substr(code.find(' ') + 1) == word; });
            if (event == events.end() && !word.empty())
                refuse(value.lines.front(), fmt::format("there is no event {}", word),
                       "The events are BOOTSTRAP, BOOT, PERIODIC, VALUE CHANGE and so on, with commas between them.");
            if (event != events.end())
                found.emplace_back(*event);
        }
        return found;
    }

    [[nodiscard]] domain::RuleAssignment assignment(PlacedText const& value) const
    {
        auto const at = value.lines.front();
        if (rule_.assignments.size() >= limits_.assignments)
            refuse(at, fmt::format("the rule sets more than {} parameters", limits_.assignments), "Divide it.");
        if (value.lines.size() > 1)
            refuse(value.lines[1], "a set line does not go over several lines", "Write it in one, or write a body.");
        std::string_view const text = value.text;
        auto const sign = text.find('=');
        auto const target = trimmed(text.substr(0, sign));
        auto const expression = sign == std::string_view::npos ? std::string_view{} : trimmed(text.substr(sign + 1));
        if (target.empty() || expression.empty())
            refuse(at, "this is not path = expression", "Write -- set: Device.WiFi.SSID.1.Enable = true");
        if (auto problem = problem_of_parameter_name(target, 256))
            refuse(at, std::move(*problem), "Write the full path of one parameter, or the name of a setting.");
        auto const before = static_cast<std::size_t>(expression.data() - text.data());
        return {std::string{target},
                std::string{expression},
                at,
                {at.line, at.column + characters(text.substr(0, before))}};
    }

    std::string const& file_;
    std::string_view text_;
    RuleTextLimits const& limits_;
    RuleText rule_;
    std::vector<Entry> entries_;
    std::set<std::string> seen_;
    unsigned line_ = 1;
};

}  // namespace

base::Result<domain::RuleText, domain::RuleProblem> parse_rule(std::string const& file, std::string_view text,
                                                               RuleTextLimits const& limits)
try {
    return Parser{file, text, limits}.run();
} catch (RuleProblem& problem) {
    return std::unexpected{std::move(problem)};
}

}  // namespace provisioning
