#include "session/tasks/runner.hpp"
#include "session/tasks/writing.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace session {
namespace {

/// The object's entry in an answer to GetParameterNames(table, NextLevel): its instance number, none for others.
std::optional<std::uint32_t> instance_below(std::string_view table, std::string_view name)
{
    name = cwmp::trim_path(name);
    if (!name.starts_with(table))
        return std::nullopt;
    name.remove_prefix(table.size());
    return cwmp::instance_number(name.ends_with('.') ? name.substr(0, name.size() - 1) : name);
}

/// AddObject, then its children are learnt, then values are written. The table's instances before it tell, after a
/// lost RPC, whether it was carried out.
class AddRunner final : public Runner {
public:
    enum class Stage { looking, adding, names, values, writing };

    explicit AddRunner(domain::Task t)
        : Runner{std::move(t)},
          stage_{static_cast<Stage>(std::clamp<std::int64_t>(number_in(saved(), "stage"), 0, 4))},
          instance_{static_cast<std::uint32_t>(number_in(saved(), "instance"))},
          doubtful_{number_in(saved(), "doubtful") != 0}
    {
        if (auto const* numbers = saved().if_contains("before"); numbers != nullptr && numbers->is_array())
            for (auto const& number : numbers->get_array())
                before_.push_back(static_cast<std::uint32_t>(number.is_int64() ? number.get_int64() : 0));
        if (instance_ != 0)
            writing_ = Writing{absolute_settings(), saved()};
    }

    Move start(Desk& desk) override { return instance_ == 0 ? look() : learn(desk); }

    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        switch (stage_) {
            case Stage::looking: return on_table(answer, desk);
            case Stage::adding: return on_added(answer, desk);
            case Stage::names: return on_names(answer, desk);
            case Stage::values: return on_values(answer, desk);
            case Stage::writing: break;
        }
        if (auto const fault = writing_.take(answer, desk)) {
            auto failed = failed_write(*fault);
            failed.text = fmt::format("{} was made, but its values were refused: {}", object(), failed.text);
            failed.result = result();
            return failed;
        }
        return write(desk);
    }
    Move reconcile(Evidence const& evidence, Desk& desk) override
    {
        if (stage_ == Stage::adding)
            doubtful_ = true;
        if (stage_ == Stage::writing && evidence.parameter_key == task.command_key)
            writing_.confirm(desk);
        return Again{};
    }
    void save(boost::json::object& progress) const override
    {
        progress["stage"] = static_cast<std::int64_t>(stage_);
        if (instance_ != 0)
            progress["instance"] = static_cast<std::int64_t>(instance_);
        if (doubtful_)
            progress["doubtful"] = 1;
        boost::json::array numbers;
        for (auto const number : before_)
            numbers.emplace_back(static_cast<std::int64_t>(number));
        progress["before"] = std::move(numbers);
        writing_.save(progress);
    }

private:
    [[nodiscard]] domain::AddTask const& arguments() const { return std::get<domain::AddTask>(task.arguments); }
    [[nodiscard]] std::string object() const { return fmt::format("{}{}.", arguments().object, instance_); }
    [[nodiscard]] std::string result() const
    {
        return boost::json::serialize(boost::json::object{{"instance", instance_}, {"object", object()}});
    }
    [[nodiscard]] std::vector<domain::Setting> absolute_settings() const
    {
        auto settings = arguments().settings;
        for (auto& setting : settings)
            setting.path = object() + setting.path;
        return settings;
    }

    Move look()
    {
        stage_ = Stage::looking;
        return Send{cwmp::GetParameterNames{arguments().object, true}};
    }
    Move on_table(cwmp::Message const& answer, Desk& desk)
    {
        std::vector<std::uint32_t> there;
        if (auto const* names = std::get_if<cwmp::GetParameterNamesResponse>(&answer)) {
            for (auto const& entry : names->parameter_list)
                if (auto const number = instance_below(arguments().object, entry.name))
                    there.push_back(*number);
        } else if (doubtful_) {
            return failed_by(std::get<cwmp::Fault>(answer));  // without the table nobody knows: not twice
        }
        if (doubtful_) {
            std::erase_if(there, [this](auto number) { return std::ranges::find(before_, number) != before_.end(); });
            doubtful_ = false;
            if (!there.empty())
                return adopt(std::ranges::max(there), desk);
        } else {
            before_ = std::move(there);
        }
        stage_ = Stage::adding;
        task.command_key = new_key();
        return Send{cwmp::AddObject{arguments().object, task.command_key}, true};
    }
    Move on_added(cwmp::Message const& answer, Desk& desk)
    {
        if (auto const* fault = std::get_if<cwmp::Fault>(&answer))
            return failed_by(*fault);
        auto const number = std::get<cwmp::AddObjectResponse>(answer).instance_number;
        if (number != 0)
            return adopt(number, desk);
        doubtful_ = true;  // made, but it does not say which: the table does
        return look();
    }
    Move adopt(std::uint32_t number, Desk& desk)
    {
        instance_ = number;
        writing_ = Writing{absolute_settings(), {}};
        return learn(desk);
    }
    Move learn(Desk& desk)
    {
        if (stage_ == Stage::writing)
            return write(desk);
        stage_ = Stage::names;
        return Send{cwmp::GetParameterNames{object(), false}, true};
    }
    Move on_names(cwmp::Message const& answer, Desk& desk)
    {
        std::vector<datamodel::NameUpdate> updates{{object(), true}};
        auto const self = object();
        updates.front().path = self;
        if (auto const* names = std::get_if<cwmp::GetParameterNamesResponse>(&answer))
            for (auto const& entry : names->parameter_list)
                if (cwmp::covers(self, cwmp::trim_path(entry.name)))
                    updates.push_back({cwmp::trim_path(entry.name), entry.writable});
        desk.take(desk.tree.set_names(std::move(updates)));
        stage_ = Stage::values;
        return Send{cwmp::GetParameterValues{{self}}};
    }
    Move on_values(cwmp::Message const& answer, Desk& desk)
    {
        if (auto const* values = std::get_if<cwmp::GetParameterValuesResponse>(&answer))
            desk.take_values(values->parameter_list);
        return write(desk);
    }
    Move write(Desk& desk)
    {
        stage_ = Stage::writing;
        auto const make_key = [this](unsigned part) { return new_key(part); };
        if (auto request = writing_.next(desk, make_key, task.command_key))
            return Send{std::move(*request), true};
        return Done{result()};
    }

    Stage stage_;
    std::uint32_t instance_;
    bool doubtful_;  ///< an AddObject may or may not have been carried out: compare the table with `before_`
    std::vector<std::uint32_t> before_;
    Writing writing_;
};

}  // namespace

std::unique_ptr<Runner> add_runner(domain::Task task)
{
    return std::make_unique<AddRunner>(std::move(task));
}

}  // namespace session
