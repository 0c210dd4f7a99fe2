#include "session/tasks/runner.hpp"
#include "session/tasks/writing.hpp"

namespace session {
namespace {

/// SetParameterValues. After a lost RPC the ParameterKey of the next Inform tells whether it was carried out.
class SetRunner final : public Runner {
public:
    explicit SetRunner(domain::Task t)
        : Runner{std::move(t)}, writing_{std::get<domain::SetTask>(task.arguments).settings, saved()}
    {
    }

    Move start(Desk& desk) override { return next(desk); }

    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        if (auto const fault = writing_.take(answer, desk))
            return failed_write(*fault);
        return next(desk);
    }
    Move reconcile(Evidence const& evidence, Desk& desk) override
    {
        if (!task.command_key.empty() && evidence.parameter_key == task.command_key)
            writing_.confirm(desk);
        return Again{};
    }
    void save(boost::json::object& progress) const override { writing_.save(progress); }

private:
    Move next(Desk& desk)
    {
        auto const make_key = [this](unsigned part) { return new_key(part); };
        if (auto request = writing_.next(desk, make_key, task.command_key))
            return Send{std::move(*request), true};
        return Done{writing_.is_delayed() ? R"({"status":1})" : R"({"status":0})"};
    }

    Writing writing_;
};

}  // namespace

std::unique_ptr<Runner> set_runner(domain::Task task)
{
    return std::make_unique<SetRunner>(std::move(task));
}

}  // namespace session
