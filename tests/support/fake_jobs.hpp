#pragma once

#include "domain/jobs.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// Jobs in memory, with tasks that a test ends as it likes. There is no rate and no clock: every running job may always
/// go on with `page` devices. One thread.
class FakeJobs final : public domain::Jobs {
public:
    ~FakeJobs() override;
    struct Kept {
        domain::Job job;
        domain::DeviceKey position;
        std::vector<domain::DeviceKey> named;
        std::vector<domain::TaskRow> tasks;
        unsigned held_by = 0;
        bool is_closed = false;
        std::uint64_t former_ended = 0, former_failed = 0;
    };
    std::map<std::int64_t, Kept> all;
    std::uint32_t page = 2;
    std::size_t open_tasks = 1000;  ///< of one device, at most

    /// Ends a task, or moves it on.
    void change_task(std::int64_t job, domain::DeviceKey device, domain::TaskState state, unsigned fault = 0)
    {
        for (auto& row : all.at(job).tasks)
            if (row.task.device == device) {
                row.task.state = state;
                if (fault != 0) {
                    row.fault_code = fault;
                    row.fault_text = "Refused";
                }
            }
    }

    base::Awaitable<domain::Job> add(domain::JobOrder order, std::vector<domain::DeviceKey> devices) override
    {
        co_return insert(std::move(order), std::move(devices));
    }
    base::Awaitable<std::optional<domain::Job>> retry(std::int64_t id, std::string by) override
    {
        auto const found = all.find(id);
        if (found == all.end())
            co_return std::nullopt;
        std::vector<domain::DeviceKey> devices;
        for (auto const& row : found->second.tasks)
            if (row.task.state == domain::TaskState::failed || row.task.state == domain::TaskState::expired)
                devices.push_back(row.task.device);
        if (devices.empty())
            co_return std::nullopt;
        auto order = found->second.job.order;
        order.is_list = true;
        order.where.clear();
        order.group.clear();
        order.not_before.reset();
        order.expires_at.reset();
        order.total = devices.size();
        order.by = std::move(by);
        order.retry_of = id;
        co_return insert(std::move(order), std::move(devices));
    }
    base::Awaitable<std::vector<domain::Job>> list(domain::JobQuery query) override
    {
        std::vector<domain::Job> found;
        for (auto each = all.rbegin(); each != all.rend() && found.size() < query.limit; ++each)
            if ((query.before == 0 || each->first < query.before) &&
                (!query.part || *query.part == each->second.job.order.part) &&
                (!query.state || *query.state == each->second.job.state))
                found.push_back(shown(each->second));
        co_return found;
    }
    base::Awaitable<std::optional<domain::Job>> find(std::int64_t id) override
    {
        auto const found = all.find(id);
        co_return found == all.end() ? std::nullopt : std::optional{shown(found->second)};
    }
    base::Awaitable<std::vector<domain::JobFault>> faults(std::int64_t id) override
    {
        std::map<std::optional<unsigned>, domain::JobFault> found;
        for (auto const& row : all.at(id).tasks)
            if (row.task.state == domain::TaskState::failed) {
                auto& fault = found[row.fault_code];
                fault.code = row.fault_code;
                fault.text = row.fault_text;
                if (++fault.tasks <= 3)
                    fault.examples.push_back(row.identity);
            }
        std::vector<domain::JobFault> list;
        for (auto& [code, fault] : found)
            list.push_back(std::move(fault));
        std::ranges::sort(list, [](domain::JobFault const& a, domain::JobFault const& b) {
            return a.tasks == b.tasks ? a.code < b.code : a.tasks > b.tasks;
        });
        co_return list;
    }
    base::Awaitable<std::vector<domain::TaskRow>> tasks(domain::JobTaskQuery query) override
    {
        std::vector<domain::TaskRow> found;
        for (auto const& row : all.at(query.job).tasks)
            if (row.task.id.value() > query.after && found.size() < query.limit &&
                (!query.state || *query.state == row.task.state))
                found.push_back(row);
        co_return found;
    }
    base::Awaitable<std::optional<domain::Job>> change(std::int64_t id, domain::JobState state) override
    {
        using enum domain::JobState;
        auto const found = all.find(id);
        if (found == all.end())
            co_return std::nullopt;
        auto& kept = found->second;
        if ((kept.job.state == running || kept.job.state == paused) && kept.job.state != state) {
            kept.job.state = state;
            kept.job.stopped.clear();
            auto const counts = counts_of(kept);
            kept.former_failed = count(counts, domain::TaskState::failed);
            kept.former_ended = kept.former_failed + count(counts, domain::TaskState::done);
            if (state == cancelled)
                kept.job.ended_at = base::SystemClock{}.now();
        }
        co_return shown(kept);
    }

    base::Awaitable<std::vector<domain::JobTurn>> turns(unsigned node) override
    {
        std::vector<domain::JobTurn> found;
        for (auto& [id, kept] : all) {
            auto const& order = kept.job.order;
            if (kept.job.state != domain::JobState::running || kept.job.is_walked ||
                (kept.held_by != 0 && kept.held_by != node))
                continue;
            kept.held_by = node;
            auto devices = page;
            if (order.at_once)
                devices = static_cast<std::uint32_t>(std::min<std::uint64_t>(
                    devices,
                    *order.at_once - std::min<std::uint64_t>(*order.at_once, domain::open_tasks(counts_of(kept)))));
            auto const is_wake = std::holds_alternative<domain::WakeWork>(order.work);
            if (devices > 0)
                found.push_back({id, order.where, order.part, order.is_list, order.wakes || is_wake, false,
                                 kept.position, devices});
        }
        co_return found;
    }
    base::Awaitable<std::vector<domain::FleetDevice>> named(std::int64_t id, domain::DeviceKey after,
                                                            unsigned limit) override
    {
        std::vector<domain::FleetDevice> found;
        for (auto const device : all.at(id).named)
            if (after < device && found.size() < limit)
                found.push_back({device, domain::DeviceState::active});
        co_return found;
    }
    base::Awaitable<domain::JobProgress> advance(domain::JobTurn turn, domain::JobStep step, unsigned node) override
    {
        auto& kept = all.at(turn.id);
        domain::JobProgress progress;
        if (kept.job.state != domain::JobState::running || kept.position != turn.position || kept.held_by != node ||
            kept.job.is_walked)
            co_return progress;
        progress.is_taken = true;
        kept.position = step.position;
        kept.job.is_walked = step.is_last;
        kept.job.seen += step.devices.size() + step.skipped;
        kept.job.skipped_state += step.skipped;
        kept.job.stopped = step.stopped;
        for (auto const device : step.devices)
            do_work(kept, device, progress);
        kept.job.ordered += progress.ordered;
        kept.job.skipped_full += progress.full;
        co_return progress;
    }
    base::Awaitable<std::vector<domain::JobReview>> reviews() override
    {
        std::vector<domain::JobReview> found;
        for (auto const& [id, kept] : all)
            if (!kept.is_closed && kept.job.state != domain::JobState::paused)
                found.push_back({id, kept.job.state, kept.job.is_walked, kept.job.order.most_failed, counts_of(kept),
                                 kept.former_ended, kept.former_failed});
        co_return found;
    }
    base::Awaitable<void> stop(std::int64_t id, std::string why) override
    {
        auto& job = all.at(id).job;
        if (job.state == domain::JobState::running) {
            job.state = domain::JobState::paused;
            job.stopped = std::move(why);
        }
        co_return;
    }
    base::Awaitable<void> finish(std::int64_t id) override
    {
        auto& kept = all.at(id);
        if (domain::open_tasks(counts_of(kept)) > 0)
            co_return;
        kept.is_closed = true;
        if (kept.job.state == domain::JobState::running) {
            kept.job.state = domain::JobState::done;
            kept.job.ended_at = base::SystemClock{}.now();
        }
    }
    base::Awaitable<std::uint64_t> cancel_tasks(unsigned limit) override
    {
        std::uint64_t cancelled = 0;
        for (auto& [id, kept] : all)
            for (auto& row : kept.tasks)
                if (kept.job.state == domain::JobState::cancelled && cancelled < limit &&
                    row.task.state == domain::TaskState::queued) {
                    row.task.state = domain::TaskState::cancelled;
                    ++cancelled;
                }
        co_return cancelled;
    }
    base::Awaitable<void> note_wakes(std::int64_t id, std::uint64_t reached, std::uint64_t unreached) override
    {
        all.at(id).job.reached += reached;
        all.at(id).job.unreached += unreached;
        co_return;
    }

private:
    static std::uint64_t count(domain::TaskCounts const& counts, domain::TaskState state)
    {
        auto const found = counts.find(state);
        return found == counts.end() ? 0 : found->second;
    }
    static domain::TaskCounts counts_of(Kept const& kept)
    {
        domain::TaskCounts counts;
        for (auto const& row : kept.tasks)
            ++counts[row.task.state];
        return counts;
    }
    static domain::Job shown(Kept const& kept)
    {
        auto job = kept.job;
        job.tasks = counts_of(kept);
        return job;
    }
    domain::Job insert(domain::JobOrder order, std::vector<domain::DeviceKey> devices)
    {
        std::ranges::sort(devices);
        Kept kept;
        kept.job.id = static_cast<std::int64_t>(all.size()) + 1;
        kept.job.order = std::move(order);
        kept.job.made_at = base::SystemClock{}.now();
        kept.named = std::move(devices);
        return shown(all[kept.job.id] = kept);
    }
    void do_work(Kept& kept, domain::DeviceKey device, domain::JobProgress& progress)
    {
        auto const& order = kept.job.order;
        if (auto const* const arguments = std::get_if<domain::TaskArguments>(&order.work)) {
            if (open_of(device) >= open_tasks) {
                ++progress.full;
                return;
            }
            domain::TaskRow row{};
            row.task.id = domain::TaskId{++last_task_};
            row.task.device = device;
            row.task.arguments = *arguments;
            row.task.priority = domain::Priority::bulk;
            row.task.origin = "job:" + std::to_string(kept.job.id);
            kept.tasks.push_back(row);
        }
        ++progress.ordered;
        if (order.wakes || std::holds_alternative<domain::WakeWork>(order.work))
            progress.to_wake.push_back(device);
    }
    std::size_t open_of(domain::DeviceKey device) const
    {
        std::size_t open = 0;
        for (auto const& [id, kept] : all)
            open += static_cast<std::size_t>(std::ranges::count_if(kept.tasks, [&](domain::TaskRow const& row) {
                return row.task.device == device && !domain::is_final(row.task.state);
            }));
        return open;
    }

    std::int64_t last_task_ = 0;
};

}  // namespace support
