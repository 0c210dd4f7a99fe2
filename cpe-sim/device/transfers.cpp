#include "device/transfers.hpp"

#include "base/time_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sim {

namespace fault = cwmp::fault_code;

std::string_view event_of(TransferCause cause) noexcept
{
    switch (cause) {
        case TransferCause::download: return cwmp::event_code::m_download;
        case TransferCause::schedule_download: return cwmp::event_code::m_schedule_download;
        case TransferCause::upload: break;
    }
    return cwmp::event_code::m_upload;
}

namespace {

std::string time_text(base::TimePoint time)
{
    return base::to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

/// 0, or why the arguments of a transfer are refused.
unsigned judge(TransferJob const& job)
{
    if (job.url.find("://") == job.url.npos || job.command_key.size() > 32)
        return fault::invalid_arguments;
    if (!job.url.starts_with("http://") && !job.url.starts_with("https://"))
        return fault::transfer_protocol_not_supported;
    static constexpr std::array downloads{
        "1 Firmware Upgrade Image", "2 Web Content", "3 Vendor Configuration File", "4 Tone File", "5 Ringer File",
        "6 Stored Firmware Image"};
    auto const is_known = job.is_download() ? std::ranges::find(downloads, job.file_type) != downloads.end()
                                            : job.file_type.size() > 2 && job.file_type[1] == ' ' &&
                                                  job.file_type[0] >= '1' && job.file_type[0] <= '4';
    return is_known || job.file_type.starts_with("X ") ? 0 : fault::invalid_arguments;
}

bool overlap(std::vector<cwmp::TimeWindowStruct> const& windows)
{
    return windows.size() == 2 && windows[0].window_start < windows[1].window_end &&
           windows[1].window_start < windows[0].window_end;
}

}  // namespace

cwmp::Message Transfers::add(TransferJob job, cwmp::Message accepted)
{
    if (auto const code = judge(job))
        return cwmp::make_fault(code);
    if (jobs_.size() >= max_transfers)
        return cwmp::make_fault(fault::resources_exceeded, "too many transfers are waiting");
    job.number = ++given_;
    jobs_.push_back(std::move(job));
    return accepted;
}

cwmp::Message Transfers::download(cwmp::Download const& request, base::TimePoint now)
{
    TransferJob job{TransferCause::download,
                    request.command_key,
                    request.file_type,
                    request.url,
                    request.username,
                    request.password,
                    request.file_size,
                    request.target_file_name,
                    now + std::chrono::seconds{request.delay_seconds}};
    return add(std::move(job), cwmp::DownloadResponse{.status = 1});
}

cwmp::Message Transfers::upload(cwmp::Upload const& request, base::TimePoint now)
{
    TransferJob job{TransferCause::upload,
                    request.command_key,
                    request.file_type,
                    request.url,
                    request.username,
                    request.password,
                    0,
                    {},
                    now + std::chrono::seconds{request.delay_seconds}};
    return add(std::move(job), cwmp::UploadResponse{.status = 1});
}

cwmp::Message Transfers::schedule_download(cwmp::ScheduleDownload const& request, base::TimePoint now)
{
    auto const& windows = request.time_window_list;
    auto const is_empty = [](auto const& window) { return window.window_start >= window.window_end; };
    if (windows.empty() || windows.size() > 2 || overlap(windows) || std::ranges::any_of(windows, is_empty))
        return cwmp::make_fault(fault::invalid_arguments, "one or two time windows that do not overlap are needed");
    auto const first = std::ranges::min(windows, {}, &cwmp::TimeWindowStruct::window_start);
    auto const last = std::ranges::max(windows, {}, &cwmp::TimeWindowStruct::window_end);
    TransferJob job{TransferCause::schedule_download,
                    request.command_key,
                    request.file_type,
                    request.url,
                    request.username,
                    request.password,
                    request.file_size,
                    request.target_file_name,
                    now + std::chrono::seconds{first.window_start},
                    now + std::chrono::seconds{last.window_end}};
    return add(std::move(job), cwmp::ScheduleDownloadResponse{});
}

cwmp::Message Transfers::cancel(cwmp::CancelTransfer const& request)
{
    auto const is_meant = [&](TransferJob const& job) { return job.command_key == request.command_key; };
    if (std::ranges::any_of(jobs_, [&](auto const& job) { return is_meant(job) && job.is_running; }))
        return cwmp::make_fault(fault::cancel_not_permitted);
    std::erase_if(jobs_, is_meant);
    return cwmp::CancelTransferResponse{};
}

cwmp::Message Transfers::queued() const
{
    cwmp::GetQueuedTransfersResponse response;
    for (auto const& job : jobs_)
        response.transfer_list.push_back({job.command_key, job.is_running ? 2 : 1});
    for (auto const& result : results_)
        response.transfer_list.push_back({result.complete.command_key, 3});
    return response;
}

cwmp::Message Transfers::all_queued() const
{
    cwmp::GetAllQueuedTransfersResponse response;
    for (auto const& job : jobs_)
        response.transfer_list.push_back({job.command_key, job.is_running ? 2 : 1, job.is_download(), job.file_type,
                                          job.file_size, job.target_file_name});
    for (auto const& result : results_)
        response.transfer_list.push_back(
            {result.complete.command_key, 3, result.cause != TransferCause::upload, {}, 0, {}});
    return response;
}

std::optional<TransferJob> Transfers::start_due(base::TimePoint now)
{
    if (std::ranges::any_of(jobs_, &TransferJob::is_running))
        return std::nullopt;
    auto const due = std::ranges::find_if(jobs_, [&](auto const& job) { return job.not_before <= now; });
    if (due == jobs_.end())
        return std::nullopt;
    due->is_running = true;
    return *due;
}

TransferResult& Transfers::finish(std::uint64_t number, unsigned fault_code, std::string text, base::TimePoint started,
                                  base::TimePoint now)
{
    auto const job = std::ranges::find(jobs_, number, &TransferJob::number);
    TransferResult result;
    if (job != jobs_.end()) {
        result.cause = job->cause;
        result.complete.command_key = job->command_key;
        jobs_.erase(job);
    }
    result.complete.fault_struct = {fault_code, std::move(text)};
    if (fault_code == 0) {
        result.complete.start_time = time_text(started);
        result.complete.complete_time = time_text(now);
    }
    return results_.emplace_back(std::move(result));
}

std::size_t Transfers::expire(base::TimePoint now)
{
    std::size_t count = 0;
    while (true) {
        auto const late = std::ranges::find_if(
            jobs_, [&](auto const& job) { return !job.is_running && job.not_after && *job.not_after <= now; });
        if (late == jobs_.end())
            return count;
        finish(late->number, fault::not_within_time_windows, "the time windows have passed", now, now);
        ++count;
    }
}

void Transfers::restarted(base::TimePoint now)
{
    for (auto& result : results_)
        result.is_told = true;
    while (true) {
        auto const cut = std::ranges::find_if(jobs_, &TransferJob::is_running);
        if (cut == jobs_.end())
            return;
        finish(cut->number, fault::transfer_failure, "cut off by a restart", now, now);
    }
}

TransferResult const* Transfers::next_result() const noexcept
{
    auto const found = std::ranges::find_if(results_, &TransferResult::is_told);
    return found == results_.end() ? nullptr : &*found;
}

void Transfers::result_delivered()
{
    auto const found = std::ranges::find_if(results_, &TransferResult::is_told);
    if (found != results_.end())
        results_.erase(found);
}

std::optional<base::TimePoint> Transfers::next() const
{
    std::optional<base::TimePoint> first;
    for (auto const& job : jobs_)
        if (!job.is_running && (!first || job.not_before < *first))
            first = job.not_before;
    return first;
}

void Transfers::clear()
{
    jobs_.clear();
    results_.clear();
}

}  // namespace sim
