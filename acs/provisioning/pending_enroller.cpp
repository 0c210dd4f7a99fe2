#include "provisioning/pending_enroller.hpp"

#include "base/log.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <span>
#include <utility>

namespace provisioning {

namespace {

constexpr unsigned devices_at_once = 500;
constexpr std::size_t enrolled_at_once = 50;  ///< nobody else writes to the audit trail meanwhile

/// The first rule, by priority, that enrols each device.
std::map<unsigned, std::vector<domain::DeviceKey>> by_rule(CompiledRules const& compiled,
                                                           std::vector<domain::RuleFinding> const& findings)
{
    std::map<unsigned, std::vector<domain::DeviceKey>> devices;
    for (auto const& finding : findings) {
        auto const is_enrolment = [&](auto const& wish) {
            return compiled.rules[wish.first].rule.for_pending && wish.second.kind == "enrol";
        };
        auto const first = std::ranges::find_if(finding.actions, is_enrolment);
        if (first != finding.actions.end())
            devices[first->first].push_back(finding.device);
        for (auto const& [rule, reason] : finding.failures)
            if (compiled.rules[rule].rule.for_pending)
                base::log::warning("rules.enrolment_failed",
                                   {{"rule", compiled.rules[rule].rule.name}, {"cause", reason}});
    }
    return devices;
}

}  // namespace

PendingEnroller::PendingEnroller(Parts parts)
    : parts_{parts},
      enrolled_{parts.metrics.counter("acs_rule_enrolments_total", "Pending devices that rules of this node let in")}
{
}

base::Awaitable<std::size_t> PendingEnroller::look()
{
    auto const compiled = parts_.runner.rules();
    auto const is_meant = [](CheckedRule const& rule) { return rule.rule.for_pending; };
    if (!compiled || compiled->is_paused || std::ranges::none_of(compiled->rules, is_meant))
        co_return 0;
    std::size_t enrolled = 0;
    for (domain::DeviceKey after{0};;) {
        auto devices = co_await parts_.rules.pending_devices(after, devices_at_once);
        bool const is_last = devices.size() < devices_at_once;
        if (!devices.empty())
            after = devices.back();
        enrolled += co_await look_at(compiled, std::move(devices));
        if (is_last)
            co_return enrolled;
    }
}

base::Awaitable<std::size_t> PendingEnroller::look_at(std::shared_ptr<CompiledRules const> compiled,
                                                      std::vector<domain::DeviceKey> devices)
{
    std::vector<bool> due;
    for (auto const& rule : compiled->rules)
        due.push_back(rule.rule.for_pending);
    std::vector<domain::RuleMember> members;
    for (auto const device : devices)
        members.push_back({device, due});
    auto const findings = co_await parts_.rules.evaluate(compiled->statements, std::move(members));
    std::size_t enrolled = 0;
    for (auto& [rule, meant] : by_rule(*compiled, findings))
        enrolled += co_await enrol(compiled->rules[rule].rule.name, std::move(meant));
    co_return enrolled;
}

/// As many as the rule's budget allows.
base::Awaitable<std::size_t> PendingEnroller::enrol(std::string rule, std::vector<domain::DeviceKey> devices)
{
    std::vector<domain::DeviceKey> paid;
    for (auto const device : devices) {
        if (!(co_await parts_.runner.spend({rule})).empty())
            break;
        paid.push_back(device);
    }
    std::size_t number = 0;
    for (std::span<domain::DeviceKey const> rest{paid}; !rest.empty();) {
        auto const some = rest.first(std::min(rest.size(), enrolled_at_once));
        rest = rest.subspan(some.size());
        auto const enrolled = co_await parts_.rules.enrol(rule, {some.begin(), some.end()});
        for (auto const& [device, identity] : enrolled) {
            base::log::info("rules.enrolled", {{"device", cwmp::external_id(identity)}, {"rule", rule}});
            enrolled_.add();
            co_await parts_.sweep.mark({device});
            parts_.wakes.add(device);
        }
        number += enrolled.size();
    }
    co_return number;
}

base::Awaitable<void> PendingEnroller::run(std::chrono::milliseconds pause)
{
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      base::Executor>
        timer{co_await boost::asio::this_coro::executor};
    bool failed = false;
    for (;;) {
        std::string problem;
        try {
            co_await look();
        } catch (std::exception const& failure) {
            problem = failure.what();
        }
        if (!problem.empty() && !std::exchange(failed, true))
            base::log::warning("rules.enrolment_failed", {{"cause", problem}});
        failed = !problem.empty();
        timer.expires_after(pause);
        co_await timer.async_wait(base::use_awaitable);
    }
}

}  // namespace provisioning
