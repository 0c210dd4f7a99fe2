#include "wakeup/plan.hpp"

#include "base/time_text.hpp"
#include "wakeup/nat.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wakeup {

namespace {

std::string clock_text(base::TimePoint time)
{
    return base::to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

std::chrono::seconds pause_after(Backoff const& backoff, std::uint32_t failures)
{
    auto pause = backoff.first;
    for (std::uint32_t at = 1; at < failures && pause < backoff.longest; ++at)
        pause *= 2;
    return std::min(pause, backoff.longest);
}

}  // namespace

Plan plan_of(std::span<WakeMethod* const> methods, WakeTarget const& target, domain::WakeFacts const& facts)
{
    Plan plan;
    std::vector<WakeMethod*> unlikely;
    bool const is_behind_nat = !sign_of_nat(target.device).empty();
    for (auto* const method : methods) {
        std::string why;
        if (method->applies(target, why))
            (is_behind_nat && method->name() == "http" ? unlikely : plan.methods).push_back(method);
        else
            plan.others.push_back({std::string{method->name()}, std::move(why)});
    }
    plan.methods.insert(plan.methods.end(), unlikely.begin(), unlikely.end());
    auto const& first = facts.known.best_method.empty() ? facts.model_method : facts.known.best_method;
    auto const found = std::ranges::find(plan.methods, first, [](WakeMethod* method) { return method->name(); });
    if (found != plan.methods.end())
        std::rotate(plan.methods.begin(), found, found + 1);
    return plan;
}

std::string postponed(Backoff const& backoff, domain::Reachability const& known,
                      std::optional<base::TimePoint> last_inform, base::TimePoint now)
{
    if (known.failed_in_row == 0 || !known.failed_at || (last_inform && *last_inform > *known.failed_at))
        return {};
    auto const in_vain = fmt::format("asked {} time{} in vain, the last time at {}", known.failed_in_row,
                                     known.failed_in_row == 1 ? "" : "s", clock_text(*known.failed_at));
    if (known.failed_in_row >= backoff.most)
        return in_vain + ": it is left alone until it comes by itself or a person asks it";
    auto const again = *known.failed_at + pause_after(backoff, known.failed_in_row);
    return now < again ? fmt::format("{}: it is left alone until {}", in_vain, clock_text(again)) : std::string{};
}

std::optional<base::TimePoint> next_inform(domain::WakeFacts const& facts, std::optional<base::TimePoint> last_inform)
{
    if (!facts.inform_interval || !last_inform)
        return std::nullopt;
    return *last_inform + *facts.inform_interval;
}

std::string outlook(std::optional<base::TimePoint> next_inform, base::TimePoint now)
{
    if (!next_inform)
        return "when it informs by itself is not known; its tasks stay queued until then";
    if (*next_inform < now)
        return fmt::format("its periodic Inform was due at about {} and did not come; its tasks stay queued until it "
                           "does",
                           clock_text(*next_inform));
    return fmt::format("its next periodic Inform is due at about {}; its tasks stay queued until then",
                       clock_text(*next_inform));
}

}  // namespace wakeup
