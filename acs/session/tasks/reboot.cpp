#include "session/tasks/runner.hpp"

#include <limits>

namespace session {
namespace {

/// What Reboot and FactoryReset share: the session that the RPC was sent in. Its number tells whether a boot came
/// before or after, whatever clocks and whoever died say.
class RestartRunner : public Runner {
public:
    [[nodiscard]] bool needs_tree() const override { return false; }
    void save(boost::json::object& progress) const override { progress["epoch"] = sent_in_; }

protected:
    explicit RestartRunner(domain::Task t)
        : Runner{std::move(t)}, sent_in_{number_in(saved(), "epoch", std::numeric_limits<std::int64_t>::max())}
    {
    }
    void note_session(Desk const& desk) { sent_in_ = desk.epoch; }
    /// Something that happened in a session of this number happened after the RPC was sent.
    [[nodiscard]] bool is_later(std::int64_t epoch) const noexcept { return epoch > sent_in_; }

private:
    std::int64_t sent_in_;
};

/// Reboot: done when the device says that it has booted (M Reboot, or any boot in a later session).
class RebootRunner final : public RestartRunner {
public:
    explicit RebootRunner(domain::Task t) : RestartRunner{std::move(t)} {}

    Move start(Desk& desk) override
    {
        note_session(desk);
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
        if (cwmp::has_booted(evidence.events) || is_later(evidence.boot_epoch))
            return Done{};
        return was_sent() ? Move{Wait{desk.limits.reboot_wait}} : Move{Stay{}};
    }
};

/// FactoryReset has no key: done when the device comes back with 0 BOOTSTRAP, or boots having lost its ParameterKey.
class FactoryResetRunner final : public RestartRunner {
public:
    explicit FactoryResetRunner(domain::Task t)
        : RestartRunner{std::move(t)}, key_before_{text_in(saved(), "key_before")}
    {
    }

    Move start(Desk& desk) override
    {
        note_session(desk);
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
        bool const was_reset = evidence.has(cwmp::event_code::bootstrap) || is_later(evidence.bootstrap_epoch);
        bool const has_booted = cwmp::has_booted(evidence.events) || is_later(evidence.boot_epoch);
        if (was_reset || (has_booted && lost_its_key))
            return Done{};
        return was_sent() ? Move{Wait{desk.limits.reboot_wait}} : Move{Stay{}};
    }
    void save(boost::json::object& progress) const override
    {
        RestartRunner::save(progress);
        progress["key_before"] = key_before_;
    }

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
