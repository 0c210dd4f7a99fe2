#include "provisioning/rule_book.hpp"

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "domain/json_read.hpp"
#include "provisioning/explanation.hpp"
#include "provisioning/fleet_preview.hpp"
#include "provisioning/rule_preview.hpp"
#include "provisioning/rule_sql.hpp"
#include "provisioning/rule_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace provisioning {

namespace {

using domain::RuleFile;
using domain::RuleProblem;
using Problems = domain::Rules::Problems;

/// Rules that may be in force together.
constexpr std::size_t most_rules = 1'000;
/// Of one device that are shown.
constexpr unsigned most_quarantined = 1'000;
/// The name of everything, as a question of a tree.
constexpr char whole_tree[] = "Device.";

std::vector<RuleFile> files_of(std::vector<domain::RuleVersion> const& versions)
{
    std::vector<RuleFile> files;
    for (auto const& version : versions)
        files.push_back({version.file, version.text.value_or("")});
    return files;
}

/// Two files must not be one rule.
void find_twins(std::vector<CheckedRule> const& rules, std::vector<RuleFile> const& files, Problems& problems)
{
    std::map<std::string, std::string> seen;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        auto const [first, is_new] = seen.emplace(rules[i].rule.name, files[i].file);
        if (!is_new)
            problems.push_back({files[i].file,
                                {1, 1},
                                fmt::format("the rule {} is in {} too", rules[i].rule.name, first->second),
                                "Give one of them another name."});
    }
}

/// By priority, then name.
bool counts_before(CheckedRule const& one, CheckedRule const& other)
{
    return std::pair{-one.rule.priority, one.rule.name} < std::pair{-other.rule.priority, other.rule.name};
}

/// The files, with those of the set in force that they do not replace and nobody paused.
std::vector<RuleFile> joined(std::vector<RuleFile> files, domain::RuleSet const& set)
{
    std::set<std::string> names;
    for (auto const& file : files)
        if (auto const rule = parse_rule(file.file, file.text))
            names.insert(rule->name);
    for (auto const& version : set.rules)
        if (!names.contains(version.rule) && !version.paused)
            files.push_back({version.file, version.text.value_or("")});
    return files;
}

domain::RulesApplied difference(std::vector<CheckedRule> const& rules, std::vector<RuleFile> const& files,
                                domain::RuleSet const& set, std::vector<domain::RuleChange>& changes)
{
    domain::RulesApplied applied{.epoch = set.epoch};
    std::set<std::string> kept;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        auto const& name = rules[i].rule.name;
        kept.insert(name);
        auto const before = std::ranges::find(set.rules, name, &domain::RuleVersion::rule);
        if (before != set.rules.end() && before->text == files[i].text) {
            ++applied.unchanged;
            continue;
        }
        (before == set.rules.end() ? applied.added : applied.changed).push_back(name);
        changes.push_back({name, files[i].file, files[i].text});
    }
    for (auto const& version : set.rules)
        if (!kept.contains(version.rule)) {
            applied.removed.push_back(version.rule);
            changes.push_back({version.rule, version.file, std::nullopt});
        }
    return applied;
}

}  // namespace

base::Awaitable<base::Result<std::vector<CheckedRule>, Problems>> RuleBook::read(std::vector<RuleFile> files)
{
    Problems problems;
    std::vector<CheckedRule> rules;
    auto const tables = co_await store_.readable_tables();
    auto const may_read = [&tables](std::string_view table) { return tables.contains(table); };
    if (files.size() > most_rules)
        problems.push_back(
            {files.back().file, {1, 1}, fmt::format("there are more than {} rules", most_rules), "Join some."});
    for (auto const& file : files) {
        auto parsed = parse_rule(file.file, file.text);
        auto checked = parsed ? check_rule(file.file, *std::move(parsed), is_secret_, may_read)
                              : base::Result<CheckedRule, RuleProblem>{std::unexpected{std::move(parsed).error()}};
        if (!checked) {
            problems.push_back(std::move(checked).error());
            continue;
        }
        auto const& rule = checked->rule;
        auto const when = co_await store_.probe(condition_probe(checked->when));
        if (!when)
            problems.push_back(
                {file.file, rule.when.place_of({1, 1}), when.error().what, "PostgreSQL refused the condition."});
        auto const body = co_await store_.probe(body_probe(*checked));
        if (!body)
            problems.push_back(
                {file.file, rule.assignments.empty() ? rule.body.place_of({1, 1}) : rule.assignments[0].expression_at,
                 body.error().what, "PostgreSQL refused the body."});
        rules.push_back(*std::move(checked));
    }
    if (rules.size() == files.size())
        find_twins(rules, files, problems);
    if (!problems.empty())
        co_return std::unexpected{std::move(problems)};
    co_return rules;
}

base::Awaitable<base::Result<void, Problems>> RuleBook::check(std::vector<RuleFile> files)
{
    auto const rules = co_await read(std::move(files));
    if (!rules)
        co_return std::unexpected{rules.error()};
    co_return base::Result<void, Problems>{};
}

base::Awaitable<base::Result<domain::RulesApplied, Problems>>
RuleBook::apply(std::vector<RuleFile> files, std::string by, std::string reason, bool dry_run)
{
    auto const rules = co_await read(files);
    if (!rules)
        co_return std::unexpected{rules.error()};
    for (;;) {
        auto const set = co_await store_.load();
        std::vector<domain::RuleChange> changes;
        auto applied = difference(*rules, files, set, changes);
        if (dry_run || changes.empty())
            co_return applied;
        auto const now = co_await store_.apply(std::move(changes), paths_read(*rules), by, reason, set.epoch);
        if (!now)
            continue;  // somebody else was faster: what changes is worked out again
        applied.epoch = now->epoch;
        base::log::info("rules.applied", {{"epoch", applied.epoch},
                                          {"added", applied.added.size()},
                                          {"changed", applied.changed.size()},
                                          {"removed", applied.removed.size()},
                                          {"by", by},
                                          {"reason", reason}});
        co_return applied;
    }
}

base::Awaitable<std::vector<domain::RuleShown>> RuleBook::list()
{
    auto const set = co_await store_.load();
    std::vector<domain::RuleShown> shown;
    for (auto const& version : set.rules)
        if (auto rule = parse_rule(version.file, version.text.value_or("")))
            shown.push_back({version, *std::move(rule)});
    std::ranges::sort(shown, {},
                      [](domain::RuleShown const& rule) { return std::pair{-rule.rule.priority, rule.rule.name}; });
    co_return shown;
}

base::Awaitable<std::vector<domain::RuleVersion>> RuleBook::history(std::string rule)
{
    return store_.history(std::move(rule));
}

base::Awaitable<std::vector<domain::RuleSetChange>> RuleBook::changes(std::int64_t before, unsigned limit)
{
    return store_.changes(before, limit);
}

base::Awaitable<std::optional<std::vector<domain::RuleVersion>>> RuleBook::at(std::int64_t epoch)
{
    auto const set = co_await store_.load();
    if (epoch < 0 || epoch > set.epoch)
        co_return std::nullopt;
    co_return co_await store_.load_at(epoch);
}

base::Awaitable<base::Result<domain::RulesApplied, Problems>> RuleBook::rollback(std::int64_t epoch, std::string by,
                                                                                 std::string reason, bool dry_run)
{
    auto const before = co_await at(epoch);
    if (!before)
        co_return std::unexpected{Problems{
            {"epoch", {1, 1}, fmt::format("there never was an epoch {}", epoch), "Look at the history of the rules."}}};
    if (reason.empty())
        reason = fmt::format("rollback to epoch {}", epoch);
    co_return co_await apply(files_of(*before), std::move(by), std::move(reason), dry_run);
}

base::Awaitable<bool> RuleBook::pause(std::string rule, std::string by, std::string reason)
{
    if (!co_await store_.pause(rule, by, reason))
        co_return false;
    base::log::warning("rules.paused", {{"rule", rule.empty() ? "all" : rule}, {"by", by}, {"reason", reason}});
    co_return true;
}

base::Awaitable<bool> RuleBook::resume(std::string rule, std::string by)
{
    if (!co_await store_.resume(rule))
        co_return false;
    base::log::info("rules.resumed", {{"rule", rule.empty() ? "all" : rule}, {"by", by}});
    co_return true;
}

base::Awaitable<std::shared_ptr<CompiledRules>> RuleBook::compile(std::vector<CheckedRule> rules,
                                                                  domain::RuleSet const& set, std::string name)
{
    auto compiled = std::make_shared<CompiledRules>();
    compiled->epoch = set.epoch;
    compiled->is_paused = set.paused_at.has_value();
    std::ranges::sort(rules, counts_before);
    for (auto const& rule : rules) {
        auto const version = std::ranges::find(set.rules, rule.rule.name, &domain::RuleVersion::rule);
        bool const is_applied = version != set.rules.end() && version->text == rule.rule.text;
        compiled->versions.push_back(is_applied ? version->id : 0);
    }
    auto const paths = paths_read(rules);
    auto const promoted = co_await store_.promoted(paths);
    std::ranges::copy_if(paths, std::back_inserter(compiled->looked_up),
                         [&](std::string const& path) { return !promoted.contains(path); });
    auto statements = compose_rules(rules, promoted, std::move(name));
    if (!statements.name.empty())
        statements.name += fmt::format("_{:x}", base::stable_hash(statements.conditions + statements.bodies));
    compiled->statements = std::make_shared<domain::RuleStatements>(std::move(statements));
    compiled->rules = std::move(rules);
    co_return compiled;
}

/// A parameter that is promoted but that no device had told when the rules were compiled may have been told since.
base::Awaitable<bool> RuleBook::is_outdated(std::shared_ptr<CompiledRules const> compiled)
{
    if (compiled->looked_up.empty())
        co_return false;
    {
        std::lock_guard const lock{mutex_};
        auto const now = std::chrono::steady_clock::now();
        if (now - looked_ < look_again_)
            co_return false;
        looked_ = now;
    }
    auto const promoted = co_await store_.promoted(compiled->looked_up);
    co_return !promoted.empty();
}

base::Awaitable<std::shared_ptr<CompiledRules const>> RuleBook::compiled()
{
    auto const fingerprint = co_await store_.fingerprint();
    std::shared_ptr<CompiledRules const> last;
    {
        std::lock_guard const lock{mutex_};
        if (fingerprint_ == fingerprint)
            last = compiled_;
    }
    if (last && !co_await is_outdated(last))
        co_return last;
    auto const set = co_await store_.load();
    std::vector<CheckedRule> good;
    std::vector<std::string> paused;
    for (auto const& version : set.rules) {
        if (version.paused) {
            paused.push_back(version.rule);
            continue;
        }
        auto rules = co_await read({{version.file, version.text.value_or("")}});
        if (rules)
            good.push_back(std::move(rules->front()));
        else
            base::log::warning("rules.left_out", {{"file", version.file}, {"cause", rules.error().front().text()}});
    }
    auto result = co_await compile(std::move(good), set, "rules");
    result->paused = std::move(paused);
    std::lock_guard const lock{mutex_};
    fingerprint_ = fingerprint;
    compiled_ = result;
    co_return result;
}

/// The condition that a preview is restricted by.
base::Awaitable<base::Result<std::shared_ptr<domain::RuleStatements const>, RuleProblem>>
RuleBook::compile_where(std::string where)
{
    auto const condition = guard_condition(where, is_secret_);
    if (!condition) {
        auto const& error = condition.error();
        co_return std::unexpected{RuleProblem{"where", {error.line, error.column}, error.reason, error.hint}};
    }
    if (auto const judged = co_await store_.probe(condition_probe(*condition)); !judged)
        co_return std::unexpected{
            RuleProblem{"where", {1, 1}, judged.error().what, "PostgreSQL refused the condition."}};
    co_return std::make_shared<domain::RuleStatements const>(
        compose_condition(*condition, co_await store_.promoted(condition->paths)));
}

base::Awaitable<base::Result<domain::RulesPreview, Problems>> RuleBook::preview(domain::PreviewRequest request)
{
    auto const set = co_await store_.load();
    auto rules = co_await read(request.is_whole ? std::move(request.files) : joined(std::move(request.files), set));
    if (!rules)
        co_return std::unexpected{rules.error()};
    std::shared_ptr<domain::RuleStatements const> where;
    if (!request.where.empty()) {
        auto compiled_where = co_await compile_where(request.where);
        if (!compiled_where)
            co_return std::unexpected{Problems{compiled_where.error()}};
        where = *compiled_where;
    }
    auto const compiled = co_await compile(*std::move(rules), set, "");
    FleetPreview preview{store_, clock_, *compiled, where, is_secret_};
    co_return co_await preview.run(request.after, request.limit);
}

base::Awaitable<domain::RulesExplanation> RuleBook::explain(domain::DeviceKey device, std::string path)
{
    auto const rules = co_await compiled();
    std::vector<domain::RuleMember> const one{{device, std::vector<bool>(rules->rules.size(), true)}};
    auto findings = co_await store_.evaluate(rules->statements, one);
    if (findings.empty())
        co_return domain::RulesExplanation{
            .epoch = rules->epoch, .is_paused = rules->is_paused, .paused = rules->paused};
    auto kept = co_await store_.kept({device});
    auto const now = clock_.now();
    ExplainedDevice told;
    told.is_due = due_rules(*rules, domain::object_of(kept.front().outcomes), {"2 PERIODIC"}, now);
    told.all = basis_of(*rules, kept.front(), findings.front(), one.front().is_due, now);
    told.now = basis_of(*rules, std::move(kept.front()), std::move(findings.front()), told.is_due, now);
    auto trees = co_await store_.trees({{device, {whole_tree}}});
    told.tree = std::move(trees.front());
    told.plan = plan_of(told.now.verdict, told.tree, now);
    told.plan_of_all = plan_of(told.all.verdict, told.tree, now);
    for (auto const& version : (co_await store_.load()).rules)
        told.versions_made.emplace(version.rule, version.made_at);
    told.quarantined = co_await store_.quarantined({.device = device}, {}, most_quarantined);
    co_return explained(*rules, std::move(told), path, is_secret_);
}

base::Awaitable<std::vector<domain::Quarantine>> RuleBook::quarantined(domain::QuarantineFilter filter,
                                                                       domain::QuarantinePlace after, unsigned limit)
{
    return store_.quarantined(std::move(filter), std::move(after), limit);
}

base::Awaitable<std::size_t> RuleBook::release(domain::QuarantineFilter filter, std::string by)
{
    auto const rule = filter.rule.value_or("all");
    auto const device = filter.device ? std::to_string(filter.device->value()) : "all";
    auto const released = co_await store_.release(std::move(filter));
    if (released > 0)
        base::log::info("rules.released", {{"rule", rule}, {"device", device}, {"released", released}, {"by", by}});
    co_return released;
}

}  // namespace provisioning
