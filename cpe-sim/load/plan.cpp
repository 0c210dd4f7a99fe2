#include "load/plan.hpp"

#include "device/persona.hpp"
#include "device/value_template.hpp"
#include "fleet/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sim {
namespace {

/// x with a * x = 1 (mod n); a and n have no common divisor.
std::uint64_t inverse_of(std::uint64_t a, std::uint64_t n)
{
    std::int64_t t = 0;
    std::int64_t next_t = 1;
    auto r = static_cast<std::int64_t>(n);
    auto next_r = static_cast<std::int64_t>(a % n);
    while (next_r != 0) {
        auto const quotient = r / next_r;
        t = std::exchange(next_t, t - quotient * next_t);
        r = std::exchange(next_r, r - quotient * next_r);
    }
    return static_cast<std::uint64_t>(t < 0 ? t + static_cast<std::int64_t>(n) : t);
}

std::chrono::microseconds microseconds(double seconds)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::duration<double>{seconds});
}

double seconds(std::chrono::milliseconds time)
{
    return std::chrono::duration<double>{time}.count();
}

}  // namespace

PhasePlan::PhasePlan(Scenario const& scenario, std::size_t number)
    : phase_{scenario.phases[number]}, seed_{mixed(scenario.seed, 0x706c616e + number)}
{
    auto const& group = scenario.groups[phase_.group];
    stride_ = phase_.region ? group.regions : 1;
    first_ = group.first + phase_.region.value_or(0);
    population_ = phase_.region ? (group.count - *phase_.region + group.regions - 1) / group.regions : group.count;
    auto const wanted = std::llround(phase_.share * population_);
    chosen_ = static_cast<std::uint32_t>(std::clamp<long long>(wanted, 1, population_));
    if (population_ < 2)
        return;
    factor_ = mixed(seed_, 1) % population_;
    while (std::gcd(factor_, std::uint64_t{population_}) != 1)
        factor_ = (factor_ + 1) % population_;
    inverse_ = inverse_of(factor_, population_);
    offset_ = mixed(seed_, 2) % population_;
}

std::uint32_t PhasePlan::device(std::uint64_t place) const noexcept
{
    auto const within = (factor_ * (place % chosen_) + offset_) % population_;
    return first_ + static_cast<std::uint32_t>(within) * stride_;
}

std::uint32_t PhasePlan::place(std::uint32_t device) const noexcept
{
    auto const within = (device - first_) / stride_;
    return static_cast<std::uint32_t>(inverse_ * ((within + population_ - offset_) % population_) % population_);
}

double PhasePlan::share(std::uint64_t a, std::uint64_t b) const noexcept
{
    return static_cast<double>(mixed(mixed(seed_, a), b) >> 11) * 0x1p-53;
}

std::chrono::microseconds PhasePlan::time_over(std::uint32_t place) const noexcept
{
    return phase_.start + microseconds(seconds(phase_.over) * share(3, place));
}

std::optional<std::chrono::microseconds> PhasePlan::time_at_rate(std::uint64_t k) const noexcept
{
    // Until the ramp's end rate * t^2 / (2 * ramp) sessions have begun at time t, after it rate * (t - ramp / 2).
    auto const ramp = seconds(phase_.ramp);
    auto const number = static_cast<double>(k);
    auto const in_ramp = phase_.rate * ramp / 2;
    auto const time =
        number < in_ramp ? std::sqrt(number * 2 * ramp / phase_.rate) : (number - in_ramp) / phase_.rate + ramp;
    if (time >= seconds(phase_.duration))
        return std::nullopt;
    return phase_.start + microseconds(time);
}

std::optional<std::chrono::microseconds> PhasePlan::time_in_round(std::uint32_t place,
                                                                  std::uint32_t round) const noexcept
{
    auto const interval = seconds(phase_.interval);
    auto const wander = phase_.jitter * interval * (share(5 + round, place) - 0.5);
    auto const time = std::max(0.0, (share(4, place) + round) * interval + wander);
    if (time >= seconds(phase_.duration))
        return std::nullopt;
    return phase_.start + microseconds(time);
}

namespace {

class TraceHash {
public:
    void add(std::uint32_t device, std::chrono::microseconds time)
    {
        value_ = mixed(value_ ^ device, static_cast<std::uint64_t>(time.count()));
    }
    void add(std::uint64_t number) { value_ = mixed(value_, number); }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 0x7472616365;
};

void add_phase(TraceHash& hash, PhasePlan const& plan)
{
    auto const& phase = plan.phase();
    hash.add(static_cast<std::uint64_t>(phase.kind) * 16 + static_cast<std::uint64_t>(phase.pacing));
    switch (phase.pacing) {
        case Pacing::over:
            for (std::uint32_t place = 0; place < plan.devices(); ++place)
                hash.add(plan.device(place), plan.time_over(place));
            break;
        case Pacing::rate:
            for (std::uint64_t k = 0; auto const time = plan.time_at_rate(k); ++k)
                hash.add(plan.device(k), *time);
            break;
        case Pacing::interval:
            for (std::uint32_t place = 0; place < plan.devices(); ++place)
                for (std::uint32_t round = 0; auto const time = plan.time_in_round(place, round); ++round)
                    hash.add(plan.device(place), *time);
            break;
        case Pacing::in_flight:  // when is up to the ACS; who and in which order is not
            hash.add(phase.sessions);
            for (std::uint32_t place = 0; place < plan.devices(); ++place)
                hash.add(plan.device(place), phase.start);
            break;
    }
}

}  // namespace

std::string trace_hash(Scenario const& scenario)
{
    TraceHash hash;
    for (auto const& group : scenario.groups)
        hash.add(text_hash(scenario_serial(scenario, group.first)));
    for (std::size_t number = 0; number < scenario.phases.size(); ++number)
        add_phase(hash, PhasePlan{scenario, number});
    return fmt::format("{:016x}", hash.value());
}

std::string scenario_serial(Scenario const& scenario, std::uint32_t device)
{
    auto const& group = scenario.group_of(device);
    auto const within = device - group.first;
    auto const& persona = *find_persona(group.personas[within % group.personas.size()]);
    auto const& prefix = group.serial_prefix.empty() ? persona.serial_prefix : group.serial_prefix;
    if (group.serial_digits > 0)
        return fmt::format("{}{:0{}}", prefix, std::uint64_t{group.first_serial} + within, group.serial_digits);
    return serial_number(prefix, scenario.seed, device);
}

}  // namespace sim
