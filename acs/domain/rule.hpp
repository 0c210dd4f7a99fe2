#pragma once

#include "cwmp/value_type.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// A place in a text as editors show it: lines and columns (in characters) from 1.
struct TextPlace {
    unsigned line = 1;
    unsigned column = 1;
    friend bool operator==(TextPlace const&, TextPlace const&) = default;
};

/// What is wrong with a rule, for the person who wrote it.
struct RuleProblem {
    std::string file;
    TextPlace at;
    std::string reason;  ///< part of a sentence
    std::string hint;    ///< a whole sentence: what to write instead

    /// "wifi.sql:3:12: the function pg_sleep is not allowed. Bodies may call ..."
    [[nodiscard]] std::string text() const;
};

/// One line "-- set: path = expression".
struct RuleAssignment {
    std::string target;      ///< a parameter's path, or a name of `acs.setting`
    std::string expression;  ///< SQL over the columns of `acs.device`
    TextPlace target_at;
    TextPlace expression_at;
};

/// A text that may go over several lines of a header, and where each of its lines begins in the file.
struct PlacedText {
    std::string text;  ///< lines joined by '\n'
    std::vector<TextPlace> lines;

    /// The place in the file of a place in `text`.
    [[nodiscard]] TextPlace place_of(TextPlace inside) const noexcept;
};

/// A rule as its file says it; docs/rules.md explains each part.
struct RuleText {
    std::string name;
    int priority = 100;           ///< of two values for one parameter the one of the higher priority counts
    std::vector<std::string> on;  ///< event codes ("0 BOOTSTRAP") that evaluate it again; empty: every Inform
    PlacedText when;              ///< boolean SQL; empty: every device
    std::chrono::seconds max_age{std::chrono::hours{24}};       ///< its outcome is worked out again at least so often
    std::chrono::seconds min_interval{std::chrono::hours{24}};  ///< between two reboots, downloads, ... of one device
    unsigned budget = 3'600;                                    ///< devices that it may change in an hour
    std::vector<RuleAssignment> assignments;
    PlacedText body;           ///< one SELECT; empty when there are assignments
    std::string text;          ///< the whole file
    bool for_pending = false;  ///< for devices that wait to be let in: all it does is to enrol them
};

/// What one row of a rule's body wants.
struct RuleAction {
    std::string
        kind;  ///< set, ensure, delete, notify, tag: kept true; refresh, download, reboot, task, emit: done once
    std::string path;  ///< a parameter, a table, a file, a tag, a kind of task: whatever the kind is about
    std::string value;
    std::string type;  ///< of a value: PostgreSQL's name; of what is done once: the key that it is done once for
    friend auto operator<=>(RuleAction const&, RuleAction const&) = default;
};

/// Kept true, unlike what is done once for each key.
[[nodiscard]] bool is_level(std::string_view action_kind) noexcept;

/// True when a value that a device told stands for what a rule wants: by the type of the rule's value or, where it is
/// known, by that of the parameter; for texts also as booleans are spelt.
[[nodiscard]] bool is_in_place(RuleAction const& wanted, std::string_view told,
                               cwmp::ValueType type = cwmp::ValueType::unknown);

}  // namespace domain
