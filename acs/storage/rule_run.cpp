#include "storage/rule_run.hpp"

#include "storage/array_text.hpp"
#include "storage/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace storage {

namespace {

using domain::RuleFinding;
using domain::RuleMember;
using domain::RuleStatements;

// Of the names under which statements are prepared.
constexpr char conditions_suffix[] = "_conditions";
constexpr char bodies_suffix[] = "_bodies";

/// Actions that a body may give one device, and their bytes.
constexpr std::size_t most_actions = 100;
constexpr std::size_t most_bytes = 1024 * 1024;
/// Bytes of ids, kinds and numbers in one result, beside what counts.
constexpr std::size_t overhead = 16 * 1024 * 1024;

using Index = std::unordered_map<std::int64_t, std::size_t>;  ///< device -> number of its finding

/// A body gave so many rows that those of some devices were cut off.
class CutOff : public std::runtime_error {
public:
    CutOff() : std::runtime_error{"the bodies give more rows than their devices may have"} {}
};

/// Takes the rows that bodies give.
class Actions {
public:
    /// `asked`: for how many devices each rule's body was run.
    Actions(Index const& index, std::span<RuleFinding> findings, std::vector<std::size_t> asked)
        : index_{index}, findings_{findings}, asked_{std::move(asked)}, rows_(asked_.size())
    {
    }

    void take(RowView row)
    {
        if (auto const rule = static_cast<std::size_t>(row.integer(0)); rule < rows_.size())
            ++rows_[rule];
        auto const found = index_.find(row.integer(1));
        if (found == index_.end())
            return;
        auto& finding = findings_[found->second];
        auto const number = static_cast<unsigned>(row.integer(0));
        auto& size = sizes_[{found->second, number}];
        size.bytes += row.text(3).size() + row.text(4).size() + row.text(5).size();
        if (!row.is_null(6) && row.text(6) == "t")
            finding.failures[number] = fmt::format("the value for {} is longer than 32 KiB", row.text(3));
        else if (++size.actions > most_actions)
            finding.failures[number] = fmt::format("the body gives more than {} actions for one device", most_actions);
        else if (size.bytes > most_bytes)
            finding.failures[number] = "the body gives more than 1 MiB for one device";
        else
            finding.actions.emplace_back(number,
                                         domain::RuleAction{std::string{row.text(2)}, std::string{row.text(3)},
                                                            std::string{row.text(4)}, std::string{row.text(5)}});
    }

    /// A rule that failed for a device has no actions there. Throws CutOff.
    void finish()
    {
        for (std::size_t rule = 0; rule < rows_.size(); ++rule)
            if (asked_[rule] > 1 && rows_[rule] > most_actions * asked_[rule])
                throw CutOff{};
        for (auto& finding : findings_)
            if (!finding.failures.empty())
                std::erase_if(finding.actions,
                              [&](auto const& action) { return finding.failures.contains(action.first); });
    }

private:
    struct Size {
        std::size_t actions = 0, bytes = 0;
    };
    struct Hash {
        std::size_t operator()(std::pair<std::size_t, unsigned> const& key) const noexcept
        {
            return key.first * 1'024 + key.second;
        }
    };

    Index const& index_;
    std::span<RuleFinding> findings_;
    std::vector<std::size_t> asked_, rows_;  ///< by rule
    std::unordered_map<std::pair<std::size_t, unsigned>, Size, Hash> sizes_;
};

class Run {
public:
    Run(pqxx::transaction_base& work, RuleStatements const& statements, ReadLimits limits)
        : work_{work}, statements_{statements}, limits_{limits}, left_{limits.bytes}
    {
    }

    std::vector<RuleFinding> all(std::span<RuleMember const> members)
    {
        try {
            return together(members);
        } catch (pqxx::sql_error const& problem) {
            if (!is_refusal(problem))
                throw;
        } catch (TooMuch const&) {
        } catch (CutOff const&) {
        }
        left_ = limits_.bytes;
        return apart(members);
    }

private:
    using Take = std::function<void(RowView)>;

    /// Sets that are kept are prepared, what is tried once is not.
    void read(std::string const& name, std::string const& sql, std::vector<std::string> const& parameters,
              Take const& take)
    {
        if (is_plain_)
            return send(name, sql, parameters, take);
        work_.exec("SAVEPOINT rules");
        try {
            send(name, sql, parameters, take);
            work_.exec("RELEASE SAVEPOINT rules");
        } catch (pqxx::sql_error const& problem) {
            if (is_refusal(problem))
                work_.exec("ROLLBACK TO SAVEPOINT rules");
            throw;
        } catch (TooMuch const&) {
            work_.exec("ROLLBACK TO SAVEPOINT rules");
            throw;
        }
    }

    void send(std::string const& name, std::string const& sql, std::vector<std::string> const& parameters,
              Take const& take)
    {
        auto limits = limits_;
        limits.bytes = left_ + overhead;
        auto const take_and_count = [&](RowView row) {
            for (int column = 3; column < std::min(row.columns(), 6); ++column)
                left_ -= std::min(left_, row.text(column).size());
            take(row);
        };
        read_rows(work_.conn(), statements_.name.empty() ? "" : statements_.name + name, sql, parameters, limits,
                  take_and_count);
    }

    static std::string ids_of(std::span<RuleMember const> members)
    {
        ArrayText ids;
        for (auto const& member : members)
            ids.add(member.device.value());
        return ids.finish();
    }

    std::vector<RuleFinding> together(std::span<RuleMember const> members)
    {
        std::vector<RuleFinding> findings;
        Index index;
        read(conditions_suffix, statements_.conditions, {ids_of(members)}, [&](RowView row) {
            index[row.integer(0)] = findings.size();
            findings.push_back({domain::DeviceKey{row.integer(0)}, {}, {}, {}});
            for (auto const number : parse_integers(row.text(1)))
                findings.back().matched.push_back(static_cast<unsigned>(number));
        });
        std::vector<ArrayText> devices(statements_.body_of.size());
        std::vector<std::size_t> asked(devices.size());
        for (auto const& member : members) {
            auto const found = index.find(member.device.value());
            if (found == index.end())
                continue;
            for (auto const number : findings[found->second].matched)
                if (is_due(member, number)) {
                    devices[number].add(member.device.value());
                    ++asked[number];
                }
        }
        if (std::ranges::all_of(asked, [](std::size_t count) { return count == 0; }))
            return findings;
        std::vector<std::string> parameters;
        for (auto& list : devices)
            parameters.push_back(list.finish());
        Actions actions{index, findings, std::move(asked)};
        read(bodies_suffix, statements_.bodies, parameters, [&](RowView row) { actions.take(row); });
        actions.finish();
        return findings;
    }

    static bool is_due(RuleMember const& member, unsigned number)
    {
        return number < member.is_due.size() && member.is_due[number];
    }

    /// Each rule by itself.
    std::vector<RuleFinding> apart(std::span<RuleMember const> members)
    {
        std::vector<RuleFinding> findings;
        for (auto const& member : members)
            findings.push_back({member.device, {}, {}, {}});
        for (unsigned number = 0; number < statements_.body_of.size(); ++number)
            one_rule(number, members, findings);
        return findings;
    }

    void one_rule(unsigned number, std::span<RuleMember const> members, std::span<RuleFinding> findings)
    {
        if (members.empty())
            return;
        std::string what;
        bool is_cut_off = false;
        try {
            try_rule(number, members, findings);
            return;
        } catch (pqxx::sql_error const& problem) {
            if (!is_refusal(problem))
                throw;
            is_cut_off = failure_of(problem) == Failure::timed_out;  // what is slow is slow for fewer devices too
            what = sentence_of(problem);
        } catch (CutOff const&) {  // not one of a single device
        } catch (TooMuch const&) {
            is_cut_off = true;
            what = fmt::format("the actions have more than {} MiB for {} devices together",
                               limits_.bytes / (1024 * 1024), members.size());
        }
        if (is_cut_off || members.size() == 1) {
            for (auto& finding : findings) {
                finding.failures[number] = what;
                if (is_cut_off)
                    finding.cut_off.insert(number);
            }
            return;
        }
        auto const half = members.size() / 2;
        one_rule(number, members.first(half), findings.first(half));
        one_rule(number, members.subspan(half), findings.subspan(half));
    }

    void try_rule(unsigned number, std::span<RuleMember const> members, std::span<RuleFinding> findings)
    {
        Index index;
        std::vector<RuleFinding> found;
        ArrayText devices;
        std::size_t asked = 0;
        for (auto const& member : members) {
            index[member.device.value()] = found.size();
            found.push_back({member.device, {}, {}, {}});
        }
        auto const name = fmt::format("_{}", number);
        read(name + "_condition", statements_.condition_of[number], {ids_of(members)}, [&](RowView row) {
            auto const at = index.find(row.integer(0));
            bool const matched = row.text(1).size() > 2;  // not {}
            if (at == index.end() || !matched)
                return;
            found[at->second].matched.push_back(number);
            if (!is_due(members[at->second], number))
                return;
            devices.add(members[at->second].device.value());
            ++asked;
        });
        Actions actions{index, found, {asked}};
        read(name + "_body", statements_.body_of[number], {devices.finish()}, [&](RowView row) { actions.take(row); });
        actions.finish();
        for (std::size_t i = 0; i < members.size(); ++i) {
            auto& into = findings[i];
            into.matched.insert(into.matched.end(), found[i].matched.begin(), found[i].matched.end());
            for (auto& [zero, action] : found[i].actions)
                into.actions.emplace_back(number, std::move(action));
            for (auto& [zero, failure] : found[i].failures)
                into.failures[number] = std::move(failure);
        }
    }

    pqxx::transaction_base& work_;
    RuleStatements const& statements_;
    ReadLimits limits_;
    std::size_t left_;  ///< bytes of actions that may still be taken
    bool is_plain_ = dynamic_cast<pqxx::nontransaction*>(&work_) != nullptr;
};

}  // namespace

bool is_refusal(std::exception const& problem)
{
    auto const failure = failure_of(problem);
    return failure == Failure::refused || failure == Failure::timed_out;
}

std::string sentence_of(std::exception const& problem)
{
    std::string_view text = problem.what();
    text = text.substr(0, text.find('\n'));
    constexpr std::string_view label = "ERROR:";
    if (text.starts_with(label))
        text.remove_prefix(std::min(text.size(), text.find_first_not_of(' ', label.size())));
    return std::string{text};
}

std::vector<RuleFinding> run_rules(pqxx::transaction_base& work, RuleStatements const& statements,
                                   std::span<RuleMember const> members, ReadLimits const& limits)
{
    if (members.empty() || statements.body_of.empty())
        return {};
    return Run{work, statements, limits}.all(members);
}

void forget_rules(pqxx::connection_base& connection, RuleStatements const& statements)
{
    if (statements.name.empty())
        return;
    connection.unprepare(statements.name + conditions_suffix);
    connection.unprepare(statements.name + bodies_suffix);
    for (std::size_t number = 0; number < statements.body_of.size(); ++number) {
        connection.unprepare(fmt::format("{}_{}_condition", statements.name, number));
        connection.unprepare(fmt::format("{}_{}_body", statements.name, number));
    }
}

}  // namespace storage
