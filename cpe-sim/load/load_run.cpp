#include "load/load_run.hpp"

#include "load/plan.hpp"
#include "net/stream.hpp"

#include <fmt/format.h>

#include <sys/resource.h>

#include <thread>
#include <utility>

namespace sim {
namespace {

constexpr std::chrono::milliseconds tick_time{1};
constexpr std::chrono::milliseconds chore_time{200};
constexpr std::chrono::milliseconds progress_time{1'000};
constexpr std::chrono::milliseconds idle_look{10};  ///< between two looks at all devices with a tree

double seconds(timeval const& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

base::Result<std::unique_ptr<LoadRun>> LoadRun::create(Scenario scenario, std::string const& ledger_file,
                                                       bool shows_progress)
{
    auto context = LoadContext::create(std::move(scenario), ledger_file);
    if (!context)
        return std::unexpected{context.error()};
    return std::unique_ptr<LoadRun>{new LoadRun{std::move(*context), shows_progress}};
}

LoadRun::LoadRun(std::unique_ptr<LoadContext> context, bool shows_progress)
    : context_{std::move(context)},
      shows_progress_{shows_progress},
      trace_hash_{trace_hash(context_->scenario)},
      scheduler_{*context_},
      requests_{threads_, *context_, scheduler_}
{
}

LoadRun::~LoadRun()
{
    stop();
}

base::Result<void> LoadRun::start()
{
    if (context_->scenario.connection_requests)
        if (auto const listening = requests_.listen(); !listening)
            return listening;
    if (context_->ledger)
        context_->ledger->write(
            {.kind = LedgerKind::start, .at = context_->now(), .count = context_->scenario.seed, .text = trace_hash_});
    threads_.spawn(0, [this] { return drive(); });
    threads_.start();
    return {};
}

bool LoadRun::is_time_over()
{
    auto const elapsed = scheduler_.elapsed();
    auto const& scenario = context_->scenario;
    if (must_stop_ || !context_->failure.empty() || (scenario.duration.count() > 0 && elapsed >= scenario.duration))
        return true;
    if (!scheduler_.is_planned_out())
        return false;
    if (!planned_out_)
        planned_out_ = elapsed;
    if (elapsed - *planned_out_ >= scenario.drain)
        return true;
    if (elapsed < next_look_)
        return false;
    next_look_ = elapsed + idle_look;
    return scheduler_.is_idle();
}

base::Awaitable<void> LoadRun::drive()
{
    net::Timer timer{co_await base::asio::this_coro::executor};
    scheduler_.start(threads_.context(0).get_executor());
    std::chrono::milliseconds next_chore{0};
    while (!is_time_over()) {
        scheduler_.tick();
        if (auto const elapsed = scheduler_.elapsed(); elapsed >= next_chore) {
            next_chore = elapsed + chore_time;
            context_->check_watched();
            write_ledger();
            show_progress();
        }
        timer.expires_after(tick_time);
        co_await timer.async_wait(base::as_tuple);
    }
    summarize();
    context_->stopping = true;
    scheduler_.stop();
    is_over_ = true;
    for (int patience = 0; patience < 150 && scheduler_.active() > 0; ++patience) {
        timer.expires_after(std::chrono::milliseconds{10});
        co_await timer.async_wait(base::as_tuple);
        scheduler_.stop();
    }
    write_ledger();
    has_ended_ = true;
}

void LoadRun::write_ledger()
{
    if (!context_->ledger)
        return;
    if (auto const count = context_->statistics.periodic_informs; std::exchange(told_periodic_, count) != count)
        context_->ledger->write({.kind = LedgerKind::periodic, .at = context_->now(), .count = count});
    try {
        context_->ledger->flush();
    } catch (std::system_error const& error) {
        context_->failure = error.what();
    }
}

void LoadRun::show_progress()
{
    auto const elapsed = scheduler_.elapsed();
    if (!shows_progress_ || elapsed - told_at_ < progress_time)
        return;
    auto const passed = std::chrono::duration<double>{elapsed - std::exchange(told_at_, elapsed)}.count();
    fmt::print(stderr, "{}\n",
               to_progress_line(context_->statistics, std::exchange(told_sessions_, context_->statistics.succeeded),
                                passed, std::chrono::duration<double>{elapsed}.count()));
}

void LoadRun::summarize()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    summary_.devices = context_->scenario.devices();
    summary_.whole_devices = scheduler_.whole_count();
    summary_.seconds = std::chrono::duration<double>{scheduler_.elapsed()}.count();
    summary_.cpu_user = seconds(usage.ru_utime);
    summary_.cpu_system = seconds(usage.ru_stime);
    summary_.peak_memory = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    summary_.trace_hash = trace_hash_;
    summary_.seed = context_->scenario.seed;
    summary_.undelivered = scheduler_.undelivered();
    summary_.complete = scheduler_.is_idle();
}

void LoadRun::stop()
{
    if (!threads_.running())
        return;
    must_stop_ = true;
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{3};
    while (!has_ended_ && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    requests_.stop();
    threads_.stop();
}

}  // namespace sim
