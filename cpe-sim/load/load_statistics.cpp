#include "load/load_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sim {
namespace {

constexpr std::array<std::string_view, timed_count> timed_names{"connect",    "tls_handshake", "inform",  "login",
                                                                "empty_post", "rpc_answer",    "request", "session",
                                                                "transfer",   "start_delay"};

double milliseconds(std::chrono::microseconds time)
{
    return static_cast<double>(time.count()) / 1000;
}

std::string to_json(Histogram const& times)
{
    return fmt::format(R"({{"count":{},"p50":{:.3f},"p90":{:.3f},"p99":{:.3f},"p99_9":{:.3f},"max":{:.3f}}})",
                       times.count(), milliseconds(times.percentile(50)), milliseconds(times.percentile(90)),
                       milliseconds(times.percentile(99)), milliseconds(times.percentile(99.9)),
                       milliseconds(times.longest()));
}

}  // namespace

std::string_view to_text(Timed what) noexcept
{
    return timed_names[static_cast<std::size_t>(what)];
}

void LoadStatistics::count_error(std::string_view kind)
{
    if (auto const found = errors.find(kind); found != errors.end())
        ++found->second;
    else
        errors.emplace(kind, 1);
}

void LoadStatistics::time(Timed what, std::chrono::steady_clock::duration took) noexcept
{
    times[static_cast<std::size_t>(what)].add(took);
}

std::string to_json(LoadStatistics const& s, LoadSummary const& summary)
{
    std::string out;
    auto const into = std::back_inserter(out);
    auto const cpu = summary.cpu_user + summary.cpu_system;
    fmt::format_to(into,
                   R"({{"trace_hash":"{}","seed":{},"complete":{},"devices":{},"whole_devices":{},"seconds":{:.3f},)"
                   R"("sessions":{},"succeeded":{},"failed":{},"spoilt":{},"retries":{},"undelivered":{},)"
                   R"("sessions_per_second":{:.1f},"live_most":{},"informs":{},"periodic_informs":{},)",
                   summary.trace_hash, summary.seed, summary.complete, summary.devices, summary.whole_devices,
                   summary.seconds, s.sessions, s.succeeded, s.failed, s.spoilt, s.retries, summary.undelivered,
                   summary.seconds > 0 ? static_cast<double>(s.succeeded) / summary.seconds : 0.0, s.live_most,
                   s.informs, s.periodic_informs);
    fmt::format_to(into,
                   R"("rpcs":{},"faults_sent":{},"requests":{},"connection_requests":{},"downloads":{},"uploads":{},)"
                   R"("transfers_failed":{},"restarts":{},"tls_handshakes":{},"tls_resumed":{},"bytes_in":{},)"
                   R"("bytes_out":{},"cpu_seconds":{:.3f},"cpu_user":{:.3f},"cpu_system":{:.3f},)"
                   R"("cpu_us_per_session":{:.1f},"peak_memory":{},"errors":{{)",
                   s.rpcs, s.faults_sent, s.requests, s.connection_requests, s.downloads, s.uploads, s.transfers_failed,
                   s.restarts, s.handshakes, s.resumed, s.bytes_in, s.bytes_out, cpu, summary.cpu_user,
                   summary.cpu_system, s.sessions > 0 ? cpu * 1e6 / static_cast<double>(s.sessions) : 0.0,
                   summary.peak_memory);
    bool is_first = true;
    for (auto const& [kind, count] : s.errors)
        fmt::format_to(into, "{}\"{}\":{}", std::exchange(is_first, false) ? "" : ",", kind, count);
    out += "},\"milliseconds\":{";
    is_first = true;
    for (std::size_t i = 0; i < timed_count; ++i)
        if (s.times[i].count() > 0)
            fmt::format_to(into, "{}\"{}\":{}", std::exchange(is_first, false) ? "" : ",", timed_names[i],
                           to_json(s.times[i]));
    return out += "}}";
}

std::string to_progress_line(LoadStatistics const& now, std::uint64_t sessions_before, double seconds, double elapsed)
{
    auto const& informs = now.of(Timed::inform);
    auto line = fmt::format(
        "{:6.1f} s  {:7.0f} sessions/s  {} live  {} done  {} failed  Inform p50 {:.1f} ms p99 {:.1f} ms", elapsed,
        static_cast<double>(now.succeeded - sessions_before) / std::max(seconds, 1e-3), now.live, now.succeeded,
        now.failed, milliseconds(informs.percentile(50)), milliseconds(informs.percentile(99)));
    for (auto const& [kind, count] : now.errors)
        line += fmt::format("  {} {}", kind, count);
    return line;
}

}  // namespace sim
