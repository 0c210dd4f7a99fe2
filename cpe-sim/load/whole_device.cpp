#include "load/whole_device.hpp"

#include "agent/file_transfer.hpp"
#include "fleet/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim {
namespace {

namespace event = cwmp::event_code;

std::string_view transfer_method(TransferCause cause)
{
    return cause == TransferCause::upload              ? "Upload"
           : cause == TransferCause::schedule_download ? "ScheduleDownload"
                                                       : "Download";
}

Timed timed_as(cwmp::Message const& said)
{
    if (std::holds_alternative<cwmp::Inform>(said))
        return Timed::inform;
    if (std::holds_alternative<cwmp::Empty>(said))
        return Timed::empty_post;
    return cwmp::is_answer(said) ? Timed::rpc_answer : Timed::request;
}

}  // namespace

WholeDevice::WholeDevice(LoadContext& context, Scheduler& scheduler, std::uint32_t number)
    : context_{context},
      scheduler_{scheduler},
      number_{number},
      device_{context.persona_of(number), context.settings_of(number)}
{
}

void WholeDevice::be_settled()
{
    device_.start(context_.now());
    device_.events().clear();
    was_started_ = true;
}

void WholeDevice::raise(std::uint8_t reasons)
{
    auto const is_start = (reasons & (reason::bootstrap | reason::boot)) != 0;
    if (!was_started_ && !is_start)
        be_settled();
    if (is_start) {
        auto const is_first = (reasons & reason::bootstrap) != 0;
        if (!was_started_ && !is_first)
            be_settled();
        if (device_.restart() || powered_on_)
            return;  // it is off: it will say that it booted anyway
        device_.start(context_.now());
        if (is_first && !device_.events().has(event::bootstrap)) {
            device_.events().bootstrapped();
            device_.events().raise(event::boot);
        }
        was_started_ = true;
    }
    if ((reasons & reason::periodic) != 0)
        device_.events().raise(event::periodic);
    if ((reasons & reason::value_change) != 0 && device_.change_at_home())
        device_.events().raise(event::value_change);
    if ((reasons & reason::connection_request) != 0)
        device_.connection_requested();
}

bool WholeDevice::has_work() const
{
    auto const& waiting = device_.transfers();
    return powered_on_ || device_.restart() || waiting.has_job() || waiting.next_result() != nullptr ||
           device_.next_request().has_value() || device_.has_events();
}

bool WholeDevice::is_needed() const
{
    return has_work() || device_.is_changed() || context_.scenario.group_of(number_).is_whole;
}

void WholeDevice::advance()
{
    auto const now = context_.now();
    if (powered_on_ && now >= *powered_on_) {
        powered_on_.reset();
        device_.start(now);
    }
    if (!powered_on_)
        device_.advance(now);
}

bool WholeDevice::is_due()
{
    advance();
    if (powered_on_)
        return false;
    return device_.restart() || device_.wants_session(context_.now());
}

void WholeDevice::restart()
{
    auto const& why = *device_.restart();
    LedgerEntry entry{.kind = LedgerKind::restart};
    entry.method = why.to_factory_defaults ? "FactoryReset" : why.command_key ? "Reboot" : "Download";
    entry.command_key = why.command_key.value_or("");
    context_.note(number_, std::move(entry));
    ++context_.statistics.restarts;
    powered_on_ = context_.now() + context_.scenario.group_of(number_).boot_time;
}

void WholeDevice::plan()
{
    auto const now = context_.now();
    auto next = powered_on_ ? powered_on_ : device_.next(now);
    if (!next)
        return;
    next = std::max(*next, now + std::chrono::milliseconds{1});
    if (wake_ && *wake_ <= *next)
        return;
    wake_ = next;
    scheduler_.wake(number_, *next);
}

bool WholeDevice::wake_up()
{
    if (!wake_ || *wake_ > context_.now())
        return false;  // planned before something earlier was
    wake_.reset();
    if (is_due() || device_.transfers().has_job())
        return true;
    plan();
    return false;
}

base::Awaitable<void> WholeDevice::live()
{
    while (!context_.stopping) {
        advance();
        if (powered_on_)
            break;
        if (device_.restart()) {
            restart();
            break;
        }
        if (device_.wants_session(context_.now())) {
            co_await hold_session();
            continue;
        }
        auto job = device_.start_transfer(context_.now());
        if (!job)
            break;
        co_await move(std::move(*job));
    }
}

void WholeDevice::minimal_session_ended(bool succeeded)
{
    device_.session_ended(succeeded, context_.now());
}

void WholeDevice::stop() noexcept
{
    if (exchange_ != nullptr)
        exchange_->cancel();
}

base::Awaitable<void> WholeDevice::hold_session()
{
    auto const before = std::chrono::steady_clock::now();
    auto const& scenario = context_.scenario;
    auto& statistics = context_.statistics;
    auto const now = context_.now();
    HttpSettings settings{context_.tls, {}, to_quirks(scenario.group_of(number_).quirks), device_.cwmp_minor()};
    settings.limits.connect = settings.limits.exchange = settings.limits.stall = scenario.timeout;
    settings.source = context_.next_source();
    if (!scenario.keep_alive)
        settings.quirks.add(Quirk::connection_close);
    auto exchange =
        HttpExchange::create(device_.management("URL", now),
                             {device_.management("Username", now), device_.management("Password", now)}, settings);
    context_.session_began(device_.retry_count() > 0);
    SessionReport report;
    if (exchange) {
        exchange_ = &*exchange;
        Exchange const speak = [this](cwmp::Envelope envelope) { return say(std::move(envelope)); };
        report = co_await run_session(device_, speak, context_.clock, {settings.quirks});
        exchange_ = nullptr;
        statistics.bytes_in += exchange->bytes_received();
        statistics.bytes_out += exchange->bytes_sent();
        if (auto const wait = exchange->hold_off(); wait && !report.succeeded)
            device_.hold_off_until(context_.now() + *wait);
    } else {
        device_.session_ended(false, now);
    }
    statistics.requests += report.requests;
    if (report.failure_fault == cwmp::fault_code::acs_version_incompatible)
        device_.use_older_version();
    auto const failed_on_purpose = !report.succeeded && settings.quirks.has(Quirk::drop_mid_session);
    if (report.succeeded) {
        ++statistics.succeeded;
        statistics.time(Timed::session, std::chrono::steady_clock::now() - before);
    } else if (failed_on_purpose) {
        ++statistics.spoilt;
        statistics.count_error("made.drop");
    } else {
        auto const kind = exchange ? exchange->failure_kind() : "url";
        context_.count_failure(report.failure_fault != 0 ? fmt::format("fault.{}", report.failure_fault)
                               : kind.empty()            ? "unexpected"
                                                         : kind);
    }
    context_.session_ended();
}

/// One exchange, with what it means for ledger and statistics.
base::Awaitable<base::Result<cwmp::Envelope>> WholeDevice::say(cwmp::Envelope envelope)
{
    auto const said = envelope.message;
    auto const before = std::chrono::steady_clock::now();
    auto answer = co_await exchange_->exchange(std::move(envelope));
    if (answer)
        context_.statistics.time(timed_as(said), std::chrono::steady_clock::now() - before);
    note_exchange(said, answer ? &answer->message : nullptr);
    asked_.reset();
    if (answer && !cwmp::is_answer(answer->message))
        asked_ = answer->message;
    co_return answer;
}

void WholeDevice::note_exchange(cwmp::Message const& said, cwmp::Message const* heard)
{
    auto const* inform = std::get_if<cwmp::Inform>(&said);
    if (inform != nullptr && heard != nullptr && std::holds_alternative<cwmp::InformResponse>(*heard))
        context_.acknowledged(number_, inform->event, inform->retry_count);
    if (asked_ && cwmp::is_answer(said) && !std::holds_alternative<cwmp::Empty>(said))
        context_.answered(number_, *asked_, said, heard != nullptr);
    auto const* report = std::get_if<cwmp::TransferComplete>(&said);
    if (report == nullptr || heard == nullptr || !std::holds_alternative<cwmp::TransferCompleteResponse>(*heard))
        return;
    LedgerEntry entry{.kind = LedgerKind::report};
    entry.command_key = report->command_key;
    entry.fault = report->fault_struct.fault_code;
    context_.note(number_, std::move(entry));
}

base::Awaitable<void> WholeDevice::move(TransferJob job)
{
    auto const before = std::chrono::steady_clock::now();
    TransferSettings settings{context_.tls, {}};
    auto moved = co_await move_file(job, device_, context_.clock, settings);
    auto& statistics = context_.statistics;
    auto const is_good = moved.outcome.fault_code == 0;
    statistics.transfers_failed += !is_good;
    statistics.downloads += is_good && job.is_download();
    statistics.uploads += is_good && !job.is_download();
    statistics.bytes_in += job.is_download() ? moved.bytes : 0;
    statistics.bytes_out += job.is_download() ? 0 : moved.bytes;
    if (is_good)
        statistics.time(Timed::transfer, std::chrono::steady_clock::now() - before);
    else
        statistics.count_error(fmt::format("transfer.{}", moved.outcome.fault_code));
    LedgerEntry entry{.kind = LedgerKind::transfer};
    entry.method = transfer_method(job.cause);
    entry.command_key = job.command_key;
    entry.fault = moved.outcome.fault_code;
    entry.count = moved.bytes;
    context_.note(number_, std::move(entry));
    device_.transfer_done(job, std::move(moved.outcome), context_.now());
}

}  // namespace sim
