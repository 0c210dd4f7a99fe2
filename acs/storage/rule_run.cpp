#include "storage/rule_run.hpp"

#include "storage/array_text.hpp"
#include "storage/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace storage {

namespace {

using domain::RuleFinding;
using domain::RuleMember;
using domain::RuleStatements;

/// Actions that a body may give one device.
constexpr std::size_t most_actions = 100;

class Run {
public:
    Run(pqxx::transaction_base& work, RuleStatements const& statements) : work_{work}, statements_{statements} {}

    std::vector<RuleFinding> all(std::span<RuleMember const> members)
    {
        try {
            return together(members);
        } catch (pqxx::sql_error const& problem) {
            if (!is_refusal(problem))
                throw;
        }
        return apart(members);
    }

private:
    pqxx::result exec(std::string const& name, std::string const& sql, std::vector<std::string> const& parameters)
    {
        if (is_plain_)
            return send(name, sql, parameters);
        work_.exec("SAVEPOINT rules");
        try {
            auto rows = send(name, sql, parameters);
            work_.exec("RELEASE SAVEPOINT rules");
            return rows;
        } catch (pqxx::sql_error const& problem) {
            if (is_refusal(problem))
                work_.exec("ROLLBACK TO SAVEPOINT rules");
            throw;
        }
    }

    /// Sets that are kept are prepared, what is tried once is not.
    pqxx::result send(std::string const& name, std::string const& sql, std::vector<std::string> const& parameters)
    {
        if (statements_.name.empty())
            return work_.exec_params(sql, pqxx::prepare::make_dynamic_params(parameters));
        work_.conn().prepare(name, sql);
        return work_.exec_prepared(name, pqxx::prepare::make_dynamic_params(parameters));
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
        std::unordered_map<std::int64_t, std::size_t> index;
        for (auto const& row : exec(statements_.name + "_conditions", statements_.conditions, {ids_of(members)})) {
            index[row[0].as<std::int64_t>()] = findings.size();
            findings.push_back({domain::DeviceKey{row[0].as<std::int64_t>()}, {}, {}, {}});
            for (auto const number : parse_integers({row[1].c_str(), row[1].size()}))
                findings.back().matched.push_back(static_cast<unsigned>(number));
        }
        std::vector<ArrayText> devices(statements_.body_of.size());
        bool any = false;
        for (auto const& member : members) {
            auto const found = index.find(member.device.value());
            if (found == index.end())
                continue;
            for (auto const number : findings[found->second].matched)
                if (number < member.is_due.size() && member.is_due[number]) {
                    devices[number].add(member.device.value());
                    any = true;
                }
        }
        if (!any)
            return findings;
        std::vector<std::string> parameters;
        for (auto& list : devices)
            parameters.push_back(list.finish());
        take_actions(exec(statements_.name + "_bodies", statements_.bodies, parameters), index, findings);
        return findings;
    }

    static void take_actions(pqxx::result const& rows, std::unordered_map<std::int64_t, std::size_t> const& index,
                             std::vector<RuleFinding>& findings)
    {
        std::map<std::pair<std::size_t, unsigned>, std::size_t> counts;
        for (auto const& row : rows) {
            auto const found = index.find(row[1].as<std::int64_t>());
            if (found == index.end())
                continue;
            auto& finding = findings[found->second];
            auto const number = row[0].as<unsigned>();
            if (!row[6].is_null() && row[6].as<bool>())
                finding.failures[number] = fmt::format("the value for {} is longer than 32 KiB", row[3].c_str());
            else if (++counts[{found->second, number}] > most_actions)
                finding.failures[number] =
                    fmt::format("the body gives more than {} actions for one device", most_actions);
            else
                finding.actions.push_back({number, {row[2].c_str(), row[3].c_str(), row[4].c_str(), row[5].c_str()}});
        }
        for (auto& finding : findings)
            std::erase_if(finding.actions, [&](auto const& action) { return finding.failures.contains(action.first); });
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
        bool timed_out = false;
        try {
            try_rule(number, members, findings);
            return;
        } catch (pqxx::sql_error const& problem) {
            if (!is_refusal(problem))
                throw;
            timed_out = failure_of(problem) == Failure::timed_out;
            what = sentence_of(problem);
        }
        if (members.size() == 1 || timed_out) {  // what is slow is slow for fewer devices too
            for (auto& finding : findings)
                finding.failures[number] = what;
            return;
        }
        auto const half = members.size() / 2;
        one_rule(number, members.first(half), findings.first(half));
        one_rule(number, members.subspan(half), findings.subspan(half));
    }

    void try_rule(unsigned number, std::span<RuleMember const> members, std::span<RuleFinding> findings)
    {
        auto const name = fmt::format("{}_{}", statements_.name, number);
        std::unordered_map<std::int64_t, std::size_t> index;
        std::vector<RuleFinding> found;
        ArrayText devices;
        for (std::size_t i = 0; i < members.size(); ++i)
            found.push_back({members[i].device, {}, {}, {}});
        auto const rows = exec(name + "_condition", statements_.condition_of[number], {ids_of(members)});
        for (std::size_t i = 0; i < members.size(); ++i)
            index[members[i].device.value()] = i;
        for (auto const& row : rows) {
            auto const at = index.find(row[0].as<std::int64_t>());
            bool const matched = row[1].size() > 2;  // not {}
            if (at == index.end() || !matched)
                continue;
            found[at->second].matched.push_back(number);
            if (number < members[at->second].is_due.size() && members[at->second].is_due[number])
                devices.add(members[at->second].device.value());
        }
        take_actions(exec(name + "_body", statements_.body_of[number], {devices.finish()}), index, found);
        for (std::size_t i = 0; i < members.size(); ++i) {
            auto& into = findings[i];
            into.matched.insert(into.matched.end(), found[i].matched.begin(), found[i].matched.end());
            for (auto& [zero, action] : found[i].actions)
                into.actions.push_back({number, std::move(action)});
            for (auto& [zero, failure] : found[i].failures)
                into.failures[number] = std::move(failure);
        }
    }

    pqxx::transaction_base& work_;
    RuleStatements const& statements_;
    bool is_plain_ = dynamic_cast<pqxx::nontransaction*>(&work_) != nullptr;
};

}  // namespace

bool is_refusal(std::exception const& problem)
{
    auto const* const refusal = dynamic_cast<pqxx::sql_error const*>(&problem);
    if (refusal != nullptr && refusal->sqlstate().empty())  // libpqxx loses that of its own kinds: a missing right, ...
        return std::string_view{refusal->what()}.starts_with("ERROR:");
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
                                   std::span<RuleMember const> members)
{
    if (members.empty() || statements.body_of.empty())
        return {};
    return Run{work, statements}.all(members);
}

}  // namespace storage
