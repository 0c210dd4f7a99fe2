#include "agent/quirks.hpp"
#include "base/log.hpp"
#include "device/tree.hpp"
#include "fleet/command_line.hpp"
#include "fleet/fleet.hpp"
#include "load/load_run.hpp"
#include "load/verify.hpp"

#include <fmt/core.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <sys/resource.h>
#include <unistd.h>

namespace {

enum ExitCode { done = 0, failed = 1, wrong_usage = 2 };

/// A connection needs a descriptor: as many as the system allows.
void raise_descriptor_limit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

sigset_t stop_signals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

/// Waits for a signal or the end of the duration; tells how things are on a terminal.
void wait_for_end(sim::Fleet const& fleet, sim::FleetSettings const& settings)
{
    using Clock = std::chrono::steady_clock;
    auto const shows_status = !settings.json && isatty(STDERR_FILENO) != 0;
    auto const signals = stop_signals();
    auto const end = settings.duration ? Clock::now() + *settings.duration : Clock::time_point::max();
    while (Clock::now() < end) {
        auto const wait = std::min<Clock::duration>(std::chrono::seconds{3}, end - Clock::now());
        auto const nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(wait).count();
        timespec const patience{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
        if (sigtimedwait(&signals, nullptr, &patience) > 0)
            return;
        if (shows_status)
            fmt::print(stderr, "{}\n", sim::to_status_line(fleet.statistics(), fleet.size()));
    }
}

int run(sim::FleetSettings const& settings)
{
    if (!base::log::set_level(settings.log_level)) {
        fmt::print(stderr, "cpe-sim: there is no log level \"{}\": debug, info, warning, error\n", settings.log_level);
        return wrong_usage;
    }
    raise_descriptor_limit();
    auto const signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // the threads inherit it: only wait_for_end() sees them
    std::signal(SIGPIPE, SIG_IGN);
    auto fleet = sim::Fleet::create(settings);
    if (!fleet) {
        fmt::print(stderr, "cpe-sim: {}\n", fleet.error().what);
        return wrong_usage;
    }
    if (auto const started = (*fleet)->start(); !started) {
        fmt::print(stderr, "cpe-sim: {}\n", started.error().what);
        return failed;
    }
    wait_for_end(**fleet, settings);
    (*fleet)->stop();
    auto const& statistics = (*fleet)->statistics();
    fmt::print("{}\n", sim::to_json(statistics, (*fleet)->size()));
    auto const nothing_worked =
        statistics.sessions_failed.value() > 0 && statistics.sessions_failed.value() >= statistics.sessions.value();
    return nothing_worked ? failed : done;
}

/// Waits for a signal or the end of the scenario.
void wait_for_end(sim::LoadRun const& load)
{
    auto const signals = stop_signals();
    timespec const patience{0, 20'000'000};
    while (!load.is_over() && sigtimedwait(&signals, nullptr, &patience) <= 0)
        ;
}

int load(sim::LoadCommand command)
{
    if (!base::log::set_level(command.log_level)) {
        fmt::print(stderr, "cpe-sim: there is no log level \"{}\": debug, info, warning, error\n", command.log_level);
        return wrong_usage;
    }
    raise_descriptor_limit();
    auto const signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    auto const shows_progress = !command.json && isatty(STDERR_FILENO) != 0;
    auto load = sim::LoadRun::create(std::move(command.scenario), command.ledger, shows_progress);
    if (!load) {
        fmt::print(stderr, "cpe-sim: {}\n", load.error().what);
        return wrong_usage;
    }
    if (auto const started = (*load)->start(); !started) {
        fmt::print(stderr, "cpe-sim: {}\n", started.error().what);
        return failed;
    }
    wait_for_end(**load);
    (*load)->stop();
    fmt::print("{}\n", sim::to_json((*load)->statistics(), (*load)->summary()));
    if (!(*load)->failure().empty())
        fmt::print(stderr, "cpe-sim: {}\n", (*load)->failure());
    return (*load)->failure().empty() && (*load)->summary().complete ? done : failed;
}

int verify(sim::VerifyCommand const& command)
{
    auto const verdict = sim::verify_ledger(command.ledger, command.database);
    if (!verdict) {
        fmt::print(stderr, "cpe-sim: {}\n", verdict.error().what);
        return wrong_usage;
    }
    fmt::print("{}\n", sim::to_json(*verdict));
    return verdict->is_good() ? done : failed;
}

std::size_t parameters_of(sim::Persona const& persona)
{
    sim::Identity const identity;
    sim::DeviceFacts const facts;
    std::size_t count = 0;
    sim::Tree{persona, identity, facts}.walk(
        "", false, [&](sim::Node const& node) { count += node.parameter != nullptr ? 1 : 0; });
    return count;
}

int list()
{
    fmt::print("Personas:\n");
    for (auto const& persona : sim::personas())
        fmt::print("  {:24} {} ({} parameters)\n", persona.name, persona.title, parameters_of(persona));
    fmt::print("\nQuirks:\n");
    for (auto const& quirk : sim::all_quirks())
        fmt::print("  {:24} {} ({})\n", quirk.name, quirk.what, quirk.where);
    return done;
}

}  // namespace

int main(int argc, char const* const* argv)
{
    auto command = sim::parse_command_line(argc, argv);
    if (!command) {
        fmt::print(stderr, "cpe-sim: {}\n", command.error().what);
        return wrong_usage;
    }
    if (auto const* help = std::get_if<sim::HelpCommand>(&*command)) {
        fmt::print("{}", help->text);
        return done;
    }
    if (std::holds_alternative<sim::ListCommand>(*command))
        return list();
    if (auto* wanted = std::get_if<sim::LoadCommand>(&*command))
        return load(std::move(*wanted));
    if (auto const* wanted = std::get_if<sim::VerifyCommand>(&*command))
        return verify(*wanted);
    return run(std::get<sim::RunCommand>(*command).settings);
}
