#include "session/tasks/runner.hpp"

#include <algorithm>

namespace session {
namespace {

/// ScheduleInform: done when the device informs with 3 SCHEDULED or M ScheduleInform.
class ScheduleInformRunner final : public Runner {
public:
    explicit ScheduleInformRunner(domain::Task t) : Runner{std::move(t)} {}

    Move start(Desk&) override
    {
        task.command_key = new_key();
        return Send{cwmp::ScheduleInform{delay(), task.command_key}, true};
    }
    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        if (auto const* fault = std::get_if<cwmp::Fault>(&answer))
            return failed_by(*fault);
        return wait(desk);
    }
    Move reconcile(Evidence const& evidence, Desk& desk) override
    {
        namespace code = cwmp::event_code;
        if (evidence.has(code::m_schedule_inform, task.command_key) || evidence.has(code::scheduled) ||
            std::ranges::count(evidence.scheduled_before, task.command_key) > 0)
            return Done{};
        return was_sent() ? wait(desk) : Move{Stay{}};
    }
    [[nodiscard]] bool needs_tree() const override { return false; }

private:
    /// 0 is not allowed (TR-069 A.4.1.6).
    [[nodiscard]] std::uint32_t delay() const
    {
        return std::max(1U, std::get<domain::ScheduleInformTask>(task.arguments).delay_seconds);
    }
    [[nodiscard]] Move wait(Desk const& desk) const
    {
        return Wait{desk.limits.inform_wait + std::chrono::seconds{delay()}};
    }
};

}  // namespace

std::unique_ptr<Runner> schedule_inform_runner(domain::Task task)
{
    return std::make_unique<ScheduleInformRunner>(std::move(task));
}

}  // namespace session
