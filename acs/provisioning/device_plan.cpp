#include "provisioning/device_plan.hpp"

#include "domain/json_read.hpp"
#include "provisioning/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace provisioning {

namespace {

std::string written(std::string const& path, std::string const& value, SecretPredicate const& is_secret)
{
    return fmt::format("{} = {}", path, is_secret(path) ? masked_secret : std::string_view{value});
}

/// Adds the RPCs of one task.
class RpcList {
public:
    RpcList(std::vector<domain::PlannedRpc>& rpcs, SecretPredicate const& is_secret)
        : rpcs_{rpcs}, is_secret_{is_secret}
    {
    }

    void operator()(domain::GetTask const& task) { rpcs_.push_back({"GetParameterValues", task.paths}); }
    void operator()(domain::SetTask const& task) { set("", task.settings); }
    void operator()(domain::AddTask const& task)
    {
        rpcs_.push_back({"AddObject", {task.object}});
        if (!task.settings.empty())
            set(task.object + "{i}.", task.settings);
    }
    void operator()(domain::DeleteTask const& task) { rpcs_.push_back({"DeleteObject", {task.object}}); }
    void operator()(domain::AttributesTask const& task)
    {
        domain::PlannedRpc rpc{"SetParameterAttributes"};
        for (auto const& each : task.attributes)
            rpc.about.push_back(each.notification ? fmt::format("{} = {}", each.path, *each.notification) : each.path);
        rpcs_.push_back(std::move(rpc));
    }
    void operator()(domain::RefreshTask const& task) { rpcs_.push_back({"GetParameterNames", task.paths}); }
    void operator()(domain::RebootTask const&) { rpcs_.push_back({"Reboot"}); }
    void operator()(domain::FactoryResetTask const&) { rpcs_.push_back({"FactoryReset"}); }
    void operator()(domain::DownloadTask const& task) { rpcs_.push_back({"Download", {task.file_type}}); }
    void operator()(domain::UploadTask const& task) { rpcs_.push_back({"Upload", {task.file_type}}); }
    void operator()(domain::ScheduleInformTask const&) { rpcs_.push_back({"ScheduleInform"}); }
    void operator()(domain::DiagnosticsTask const& task)
    {
        rpcs_.push_back({"SetParameterValues", {fmt::format("{} diagnostics", task.test)}});
    }
    void operator()(domain::RpcTask const&) { rpcs_.push_back({"an RPC as it was given"}); }
    void operator()(domain::CredentialsTask const&) { rpcs_.push_back({"SetParameterValues", {"a new login"}}); }
    void operator()(domain::RetireTask const&) { rpcs_.push_back({"FactoryReset"}); }

private:
    void set(std::string const& object, std::vector<domain::Setting> const& settings)
    {
        domain::PlannedRpc rpc{"SetParameterValues"};
        for (auto const& setting : settings)
            rpc.about.push_back(written(object + setting.path, setting.value, is_secret_));
        rpcs_.push_back(std::move(rpc));
    }

    std::vector<domain::PlannedRpc>& rpcs_;
    SecretPredicate const& is_secret_;
};

}  // namespace

PlanBasis basis_of(CompiledRules const& compiled, domain::KeptOutcome kept, domain::RuleFinding finding,
                   std::vector<bool> const& is_due, base::TimePoint now)
{
    for (std::size_t i = 0; i < compiled.rules.size(); ++i)
        if (compiled.versions[i] == 0)
            std::erase_if(kept.given_up, [&](auto const& each) { return each.first == compiled.rules[i].rule.name; });
    domain::RuleMember const member{finding.device, is_due};
    std::erase_if(finding.actions, [&](auto const& action) { return !is_due[action.first]; });
    PlanBasis basis;
    basis.evaluation.before = domain::object_of(kept.outcomes);
    basis.evaluation.after = merged(compiled, basis.evaluation.before, member, finding, now);
    basis.evaluation.kept = std::move(kept);
    basis.evaluation.finding = std::move(finding);
    basis.verdict = verdict_of(compiled, member.device, basis.evaluation, now);
    return basis;
}

std::vector<std::string> paths_needed(domain::RuleVerdict const& verdict)
{
    std::vector<std::string> paths;
    for (auto const& wish : verdict.wishes) {
        auto const& kind = wish.action.kind;
        if (kind == "set" || kind == "notify" || kind == "ensure" || kind == "delete")
            paths.push_back(wish.action.path);
    }
    std::ranges::sort(paths);
    paths.erase(std::ranges::unique(paths).begin(), paths.end());
    return paths;
}

DevicePlan plan_of(domain::RuleVerdict verdict, datamodel::ParameterTree const& tree, base::TimePoint now)
{
    domain::RulePlanner planner{verdict, false, now};
    return {std::move(verdict), planner.next(tree, now)};
}

std::vector<domain::PlannedRpc> rpcs_of(domain::RuleRound const& round, SecretPredicate const& is_secret)
{
    std::vector<domain::PlannedRpc> rpcs;
    RpcList list{rpcs, is_secret};
    auto const is_reboot = [](domain::Task const& task) {
        return std::holds_alternative<domain::RebootTask>(task.arguments);
    };
    for (auto const& task : round.tasks)
        if (!is_reboot(task))
            std::visit(list, task.arguments);
    for (auto const& wish : round.downloads)
        rpcs.push_back({"Download", {wish.action.path}});
    if (std::ranges::any_of(round.tasks, is_reboot))
        rpcs.push_back({"Reboot"});
    return rpcs;
}

}  // namespace provisioning
