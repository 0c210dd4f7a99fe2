#include "session/tasks/runner.hpp"

namespace session {
namespace {

/// Reboot: done when the device says that it has booted (M Reboot, or any 1 BOOT after the RPC was sent).
class RebootRunner final : public Runner {
public:
    explicit RebootRunner(domain::Task t) : Runner{std::move(t)} {}

    Move start(Desk&) override
    {
        task.command_key = new_key();
        return Send{cwmp::Reboot{task.command_key}, true};
    }
    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        if (auto const* fault = std::get_if<cwmp::Fault>(&answer))
            return failed_by(*fault);
        return Wait{desk.limits.reboot_wait};
    }
    Move reconcile(Evidence const& evidence, Desk& desk) override
    {
        namespace code = cwmp::event_code;
        if (evidence.has(code::m_reboot, task.command_key) || evidence.has(code::boot) || evidence.has(code::bootstrap))
            return Done{};
        if (booted_before(evidence))
            return Done{};
        return was_sent() ? Move{Wait{desk.limits.reboot_wait}} : Move{Stay{}};
    }
    [[nodiscard]] bool needs_tree() const override { return false; }

private:
    /// The Inform that told of the boot was acknowledged, but the ACS died before it could draw the conclusion: the
    /// device will not tell it again.
    [[nodiscard]] bool booted_before(Evidence const& evidence) const
    {
        namespace code = cwmp::event_code;
        if (!task.command_key.empty() &&
            cwmp::find_event(evidence.events_before, code::m_reboot, task.command_key) != nullptr)
            return true;
        bool const after_sending = task.sent_at && evidence.informed_before > *task.sent_at;
        return after_sending && cwmp::has_event(evidence.events_before, code::boot);
    }
};

/// FactoryReset has no key: done when the device comes back with 0 BOOTSTRAP, or boots having lost its ParameterKey.
class FactoryResetRunner final : public Runner {
public:
    explicit FactoryResetRunner(domain::Task t) : Runner{std::move(t)}, key_before_{text_in(saved(), "key_before")} {}

    Move start(Desk& desk) override
    {
        key_before_ = desk.facts.parameter_key;
        return Send{cwmp::FactoryReset{}, true};
    }
    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        if (auto const* fault = std::get_if<cwmp::Fault>(&answer))
            return failed_by(*fault);
        return Wait{desk.limits.reboot_wait};
    }
    Move reconcile(Evidence const& evidence, Desk& desk) override
    {
        bool const lost_its_key = !key_before_.empty() && evidence.parameter_key && evidence.parameter_key->empty();
        if (evidence.has(cwmp::event_code::bootstrap) || (evidence.has(cwmp::event_code::boot) && lost_its_key))
            return Done{};
        return was_sent() ? Move{Wait{desk.limits.reboot_wait}} : Move{Stay{}};
    }
    [[nodiscard]] bool needs_tree() const override { return false; }
    void save(boost::json::object& progress) const override { progress["key_before"] = key_before_; }

private:
    std::string key_before_;
};

}  // namespace

std::unique_ptr<Runner> reboot_runner(domain::Task task)
{
    return std::make_unique<RebootRunner>(std::move(task));
}

std::unique_ptr<Runner> factory_reset_runner(domain::Task task)
{
    return std::make_unique<FactoryResetRunner>(std::move(task));
}

}  // namespace session
