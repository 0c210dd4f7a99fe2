#include "provisioning/fleet_preview.hpp"

#include <algorithm>
#include <chrono>

namespace provisioning {

namespace {

using std::chrono::steady_clock;

/// Devices that are looked at in one statement: first few, because nobody knows yet how slow the rules are, and more
/// while they come back fast and small.
constexpr unsigned first_chunk = 100;
constexpr unsigned largest_chunk = 6'400;
constexpr unsigned growth = 4;
constexpr std::chrono::milliseconds fast{400};
constexpr std::chrono::milliseconds slow{1'500};
constexpr std::size_t few_bytes = 4 * 1024 * 1024;
/// After so long the person is told how far it is.
constexpr std::chrono::seconds time_for_one_answer{2};

unsigned next_chunk(unsigned chunk, steady_clock::duration took, std::size_t bytes)
{
    if (took < fast && bytes < few_bytes)
        return std::min(chunk * growth, largest_chunk);
    return took > slow || bytes > few_bytes * growth ? std::max(chunk / growth, first_chunk) : chunk;
}

std::vector<domain::RuleMember> members_of(std::vector<domain::DeviceKey> const& devices, std::size_t rules)
{
    std::vector<domain::RuleMember> members;
    members.reserve(devices.size());
    for (auto const device : devices)
        members.push_back({device, std::vector<bool>(rules, true)});
    return members;
}

std::size_t size_of(std::span<domain::RuleFinding const> findings)
{
    std::size_t bytes = 0;
    for (auto const& finding : findings)
        for (auto const& [rule, action] : finding.actions)
            bytes += action.path.size() + action.value.size();
    return bytes;
}

}  // namespace

base::Awaitable<domain::RulesPreview> FleetPreview::run(domain::DeviceKey after, unsigned limit)
{
    auto const begin = steady_clock::now();
    unsigned left = limit;
    std::optional<domain::DeviceKey> next = after;
    for (auto chunk = first_chunk; left > 0 && next && steady_clock::now() - begin < time_for_one_answer;) {
        auto const began = steady_clock::now();
        auto const asked = std::min(chunk, left);
        auto devices = co_await store_.devices(*next, asked);
        left -= static_cast<unsigned>(devices.size());
        next = devices.size() < asked ? std::nullopt : std::optional{devices.back()};
        co_await look_at(std::move(devices));
        chunk = next_chunk(chunk, steady_clock::now() - began, bytes_);
    }
    auto preview = summary_.finish();
    preview.next = next;
    if (after.value() == 0)
        preview.fleet = co_await store_.count_devices();
    co_return preview;
}

base::Awaitable<void> FleetPreview::look_at(std::vector<domain::DeviceKey> devices)
{
    if (where_)
        devices = co_await chosen(std::move(devices));
    auto const findings = co_await store_.evaluate(compiled_.statements, members_of(devices, compiled_.rules.size()));
    bytes_ = size_of(findings);
    summary_.add(findings, co_await store_.known(values_needed(findings, is_secret_)));
}

/// Those for which `where_` holds.
base::Awaitable<std::vector<domain::DeviceKey>> FleetPreview::chosen(std::vector<domain::DeviceKey> devices)
{
    std::vector<domain::DeviceKey> matched;
    for (auto const& finding : co_await store_.evaluate(where_, members_of(devices, 0))) {
        if (!finding.matched.empty())
            matched.push_back(finding.device);
        for (auto const& [zero, reason] : finding.failures)
            summary_.add_failure("where", reason);
    }
    co_return matched;
}

}  // namespace provisioning
