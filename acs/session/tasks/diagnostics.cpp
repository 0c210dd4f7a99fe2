#include "datamodel/well_known.hpp"
#include "session/tasks/runner.hpp"
#include "session/tasks/writing.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace session {
namespace {

namespace ping = datamodel::well_known::ip_ping;

/// IPPing: its arguments and DiagnosticsState=Requested in one SetParameterValues, then 8 DIAGNOSTICS COMPLETE in a
/// later session, then the results are read. The state is never written again while a test may run: that restarts it.
class DiagnosticsRunner final : public Runner {
public:
    enum class Stage { starting, running, reading };

    explicit DiagnosticsRunner(domain::Task t)
        : Runner{std::move(t)},
          stage_{static_cast<Stage>(std::clamp<std::int64_t>(number_in(saved(), "stage"), 0, 2))},
          object_{text_in(saved(), "object")}
    {
        if (!object_.empty())
            writing_ = Writing{settings(), saved()};
    }

    Move start(Desk& desk) override
    {
        if (stage_ != Stage::starting)
            return read();
        if (arguments().test != "IPPing")
            return Failed{std::nullopt, fmt::format("There is no test named '{}'; IPPing is one.", arguments().test)};
        if (object_.empty()) {
            object_ = find_object(desk);
            writing_ = Writing{settings(), {}};
        }
        return write(desk);
    }
    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        if (stage_ == Stage::reading)
            return on_results(answer, desk);
        if (auto const fault = writing_.take(answer, desk))
            return failed_write(*fault);
        return write(desk);
    }
    Move reconcile(Evidence const& evidence, Desk& desk) override
    {
        if (stage_ == Stage::starting && evidence.parameter_key == task.command_key && !task.command_key.empty()) {
            writing_.confirm(desk);
            stage_ = Stage::running;
        }
        if (stage_ != Stage::running || was_sent() || evidence.has(cwmp::event_code::diagnostics_complete))
            return Again{};
        // Some agents never send the event: have a look when the device comes for another reason.
        bool const may_be_over = !task.sent_at || desk.now - *task.sent_at > std::chrono::seconds{60};
        return may_be_over ? Move{Again{}} : Move{Stay{}};
    }
    void save(boost::json::object& progress) const override
    {
        progress["stage"] = static_cast<std::int64_t>(stage_);
        progress["object"] = object_;
        writing_.save(progress);
    }

private:
    [[nodiscard]] domain::DiagnosticsTask const& arguments() const
    {
        return std::get<domain::DiagnosticsTask>(task.arguments);
    }
    /// Of the device's roots the one that is known to have the test, else the first.
    [[nodiscard]] static std::string find_object(Desk const& desk)
    {
        for (auto const root : desk.roots)
            if (!desk.tree.subtree(ping::object(root)).empty())
                return std::string{ping::object(root)};
        return std::string{ping::object(desk.roots.front())};
    }
    /// Requested comes last, as the order of the list is the order of the effects.
    [[nodiscard]] std::vector<domain::Setting> settings() const
    {
        auto settings = arguments().arguments;
        std::erase_if(settings, [](auto const& setting) { return setting.path == ping::state; });
        for (auto& setting : settings)
            setting.path = object_ + setting.path;
        settings.push_back({object_ + std::string{ping::state},
                            std::string{datamodel::well_known::diagnostics_requested}, cwmp::ValueType::string});
        return settings;
    }
    Move write(Desk& desk)
    {
        auto const make_key = [this](unsigned part) { return new_key(part); };
        if (auto request = writing_.next(desk, make_key, task.command_key))
            return Send{std::move(*request), true};
        stage_ = Stage::running;
        return Wait{desk.limits.diagnostics_wait};
    }
    Move read()
    {
        stage_ = Stage::reading;
        return Send{cwmp::GetParameterValues{{object_}}};
    }
    Move on_results(cwmp::Message const& answer, Desk& desk)
    {
        stage_ = Stage::running;
        if (auto const* fault = std::get_if<cwmp::Fault>(&answer))
            return failed_by(*fault);
        auto const& values = std::get<cwmp::GetParameterValuesResponse>(answer).parameter_list;
        desk.replace_values(object_, values);
        return judge(values, desk);
    }
    Move judge(std::vector<cwmp::ParameterValue> const& values, Desk const& desk) const
    {
        using datamodel::well_known::DiagnosticsProgress;
        boost::json::object told;
        std::string state;
        for (auto const& value : values) {
            auto const name = cwmp::trim_path(value.name);
            if (!cwmp::covers(object_, name))
                continue;
            told[name.substr(object_.size())] = value.value;
            if (name.substr(object_.size()) == ping::state)
                state = value.value;
        }
        auto result = boost::json::serialize(told);
        switch (datamodel::well_known::diagnostics_progress(state)) {
            case DiagnosticsProgress::running: return Wait{desk.limits.diagnostics_wait};
            case DiagnosticsProgress::complete: return Done{std::move(result)};
            case DiagnosticsProgress::none:
                return Failed{std::nullopt, "The test was undone before it ended: something wrote to its arguments.",
                              result};
            case DiagnosticsProgress::failed: break;
        }
        return Failed{std::nullopt, fmt::format("The test ended with {}.", state), std::move(result)};
    }

    Stage stage_;
    std::string object_;
    Writing writing_;
};

}  // namespace

std::unique_ptr<Runner> diagnostics_runner(domain::Task task)
{
    return std::make_unique<DiagnosticsRunner>(std::move(task));
}

}  // namespace session
