#include "device/diagnostics.hpp"

#include "cwmp/path.hpp"
#include "datamodel/value.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sim {

void Diagnostics::on_set(std::string_view path, std::string_view value)
{
    auto const object = cwmp::parent(path);
    if (cwmp::last_segment(path) == "DiagnosticsState") {
        requested_ = value == "Requested" ? std::string{object} : std::string{};
        ends_.reset();
        parameters_.tree().set(path, value == "Requested" ? "Requested" : "None");
        return;
    }
    auto const state = std::string{object} + "DiagnosticsState";
    if (!parameters_.exists(state))
        return;
    // An argument was written: results of before are void, a running test stops.
    if (requested_ == object) {
        requested_.clear();
        ends_.reset();
    }
    parameters_.tree().set(state, "None");
}

void Diagnostics::session_ended(base::TimePoint now)
{
    if (!requested_.empty() && !ends_)
        ends_ = now + std::chrono::seconds{1};
}

bool Diagnostics::finish(base::TimePoint now)
{
    if (!ends_ || *ends_ > now)
        return false;
    if (is_ping())
        ping(now);
    else
        put("DiagnosticsState", "Complete");
    requested_.clear();
    ends_.reset();
    return true;
}

void Diagnostics::restarted()
{
    if (!requested_.empty())
        put("DiagnosticsState", "None");
    requested_.clear();
    ends_.reset();
}

bool Diagnostics::is_ping() const
{
    return requested_.ends_with(".IPPing.") || requested_.ends_with(".IPPingDiagnostics.");
}

std::string Diagnostics::argument(std::string_view name, base::TimePoint now) const
{
    return parameters_.tree().value(requested_ + std::string{name}, now);
}

void Diagnostics::put(std::string_view name, std::string value)
{
    auto const path = requested_ + std::string{name};
    if (parameters_.exists(path))
        parameters_.tree().set(path, std::move(value));
}

void Diagnostics::ping(base::TimePoint now)
{
    auto const host = argument("Host", now);
    if (host.empty() || host.ends_with(".invalid"))
        return put("DiagnosticsState", "Error_CannotResolveHostName");
    auto const repetitions =
        std::clamp<std::int64_t>(datamodel::to_integer(argument("NumberOfRepetitions", now)).value_or(3), 1, 1000);
    auto const timeout = datamodel::to_integer(argument("Timeout", now)).value_or(1000);
    auto const typical = static_cast<std::int64_t>(1 + text_hash(host) % 60);
    auto const least = std::max<std::int64_t>(1, typical - typical / 8);
    auto const most = typical + typical / 4;
    auto answered = host.starts_with("192.0.2.") || least > timeout ? 0 : repetitions;
    if (host.starts_with("203.0.113."))
        answered /= 2;
    auto const shown = [&](std::int64_t value) { return fmt::to_string(answered == 0 ? 0 : value); };
    put("SuccessCount", fmt::to_string(answered));
    put("FailureCount", fmt::to_string(repetitions - answered));
    put("AverageResponseTime", shown(typical));
    put("MinimumResponseTime", shown(least));
    put("MaximumResponseTime", shown(most));
    put("AverageResponseTimeDetailed", shown(typical * 1000));
    put("MinimumResponseTimeDetailed", shown(least * 1000));
    put("MaximumResponseTimeDetailed", shown(most * 1000));
    put("IPAddressUsed",
        datamodel::is_ipv4_address(host) ? host : fmt::format("198.51.100.{}", 1 + text_hash(host) % 250));
    put("DiagnosticsState", "Complete");
}

}  // namespace sim
