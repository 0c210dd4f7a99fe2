#include "provisioning/verdict.hpp"

#include "provisioning/rule_preview.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace provisioning {

namespace {

constexpr std::chrono::minutes cut_off_pause{15};  ///< until a rule that took too long is tried again for a device
constexpr std::chrono::hours once_memory{400 * 24};
constexpr std::size_t most_done = 500;  ///< things done once that are remembered of one device

/// "rule kind path "; the key follows.
std::string once_prefix(std::string const& rule, domain::RuleAction const& action)
{
    return fmt::format("{} {} {} ", rule, action.kind, action.path);
}

bool is_disruptive(std::string const& kind)
{
    return kind == "reboot" || kind == "download";
}

class Verdict {
public:
    Verdict(CompiledRules const& compiled, RuleRunner::Evaluation evaluation, base::TimePoint now)
        : compiled_{compiled}, evaluation_{std::move(evaluation)}, now_{now}
    {
    }

    domain::RuleVerdict make(domain::DeviceKey device)
    {
        verdict_.epoch = compiled_.epoch;
        if (evaluation_.after != evaluation_.before)
            verdict_.outcomes = boost::json::serialize(evaluation_.after);
        verdict_.attempts = std::move(evaluation_.kept.attempts);
        verdict_.done = std::move(evaluation_.kept.done);
        verdict_.given_up = std::move(evaluation_.kept.given_up);
        verdict_.tags = std::move(evaluation_.kept.tags);
        verdict_.until = now_ + std::chrono::hours{24};
        for (auto const& rule : compiled_.rules)
            verdict_.until = std::min(verdict_.until, now_ + rule.rule.max_age);
        take_levels(device);
        for (auto const& [rule, action] : evaluation_.finding.actions)
            if (!domain::is_level(action.kind))
                take_once(compiled_.rules[rule].rule, action);
        take_failures();
        forget_done();
        return std::move(verdict_);
    }

private:
    void take_levels(domain::DeviceKey device)
    {
        auto const wanted = finding_of(compiled_, device, evaluation_.after);
        for (auto const& wish : wishes_of(wanted)) {
            if (!wish.overruled_by)
                verdict_.wishes.push_back({compiled_.rules[wish.rule].rule.name, *wish.action});
        }
    }

    void take_once(domain::RuleText const& rule, domain::RuleAction const& action)
    {
        auto const prefix = once_prefix(rule.name, action);
        auto const& key = action.type;
        bool const is_keyed = !key.empty();
        if (is_keyed && verdict_.done.contains(prefix + key))
            return;
        if (!is_keyed || is_disruptive(action.kind))
            if (auto const last = newest(prefix); last && now_ < *last + rule.min_interval) {
                verdict_.until = std::min(verdict_.until, *last + rule.min_interval);
                return;
            }
        verdict_.wishes.push_back({rule.name, action, prefix + key});
        if (!is_keyed)
            verdict_.until = std::min(verdict_.until, now_ + rule.min_interval);
    }

    [[nodiscard]] std::optional<base::TimePoint> newest(std::string const& prefix) const
    {
        std::optional<base::TimePoint> found;
        for (auto at = verdict_.done.lower_bound(prefix); at != verdict_.done.end() && at->first.starts_with(prefix);
             ++at)
            found = std::max(found, std::optional{base::TimePoint{std::chrono::seconds{at->second}}});
        return found;
    }

    void take_failures()
    {
        for (auto const& [rule, reason] : evaluation_.finding.failures) {
            if (evaluation_.finding.cut_off.contains(rule))
                verdict_.until = std::min(verdict_.until, now_ + cut_off_pause);
            else
                verdict_.failures.push_back({compiled_.rules[rule].rule.name, "", reason, "{}"});
        }
    }

    void forget_done()
    {
        auto const oldest = base::seconds_since_1970(now_ - once_memory);
        std::erase_if(verdict_.done, [&](auto const& entry) { return entry.second < oldest; });
        while (verdict_.done.size() > most_done)
            verdict_.done.erase(
                std::ranges::min_element(verdict_.done, {}, [](auto const& entry) { return entry.second; }));
    }

    CompiledRules const& compiled_;
    RuleRunner::Evaluation evaluation_;
    base::TimePoint now_;
    domain::RuleVerdict verdict_;
};

}  // namespace

domain::RuleVerdict verdict_of(CompiledRules const& compiled, domain::DeviceKey device,
                               RuleRunner::Evaluation evaluation, base::TimePoint now)
{
    return Verdict{compiled, std::move(evaluation), now}.make(device);
}

}  // namespace provisioning
