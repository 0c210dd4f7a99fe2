#pragma once

#include "load/load_context.hpp"
#include "load/load_requests.hpp"
#include "load/scheduler.hpp"
#include "net/threads.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sim {

/// One load test from its beginning to its end, on one I/O thread.
class LoadRun {
public:
    /// Fails when the scenario cannot be run: names that do not resolve, files that cannot be read or written.
    [[nodiscard]] static base::Result<std::unique_ptr<LoadRun>>
    create(Scenario scenario, std::string const& ledger_file, bool shows_progress);
    ~LoadRun();
    LoadRun(LoadRun const&) = delete;
    LoadRun& operator=(LoadRun const&) = delete;

    /// Begins. Fails when the connection-request port is taken.
    [[nodiscard]] base::Result<void> start();
    /// True when the scenario has come to its end, or to its time's.
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }
    /// Ends all sessions and waits for that, a second and a half at most; writes the last of the ledger.
    void stop();

    // ---- after stop() --------------------------------------------------------------------------------------------
    [[nodiscard]] LoadStatistics const& statistics() const noexcept { return context_->statistics; }
    [[nodiscard]] LoadSummary const& summary() const noexcept { return summary_; }
    /// Why the run broke off; empty: it did not.
    [[nodiscard]] std::string const& failure() const noexcept { return context_->failure; }

private:
    LoadRun(std::unique_ptr<LoadContext> context, bool shows_progress);
    base::Awaitable<void> drive();
    void write_ledger();
    void show_progress();
    void summarize();
    [[nodiscard]] bool is_time_over();

    std::unique_ptr<LoadContext> context_;
    bool shows_progress_;
    std::string trace_hash_;
    net::Threads threads_{1};
    Scheduler scheduler_;
    LoadRequests requests_;
    LoadSummary summary_;
    std::atomic<bool> is_over_{false};
    std::atomic<bool> must_stop_{false};
    std::atomic<bool> has_ended_{false};
    std::optional<std::chrono::milliseconds> planned_out_;  ///< when the last phase was over
    std::chrono::milliseconds next_look_{0};
    std::uint64_t told_periodic_ = 0;
    std::uint64_t told_sessions_ = 0;
    std::chrono::milliseconds told_at_{0};
};

}  // namespace sim
