#include "session/tasks/runner.hpp"

#include <algorithm>

namespace session {
namespace {

/// DeleteObject. After a lost RPC the ParameterKey or the table itself tells whether it was carried out.
class DeleteRunner final : public Runner {
public:
    explicit DeleteRunner(domain::Task t)
        : Runner{std::move(t)},
          looking_{number_in(saved(), "looking") != 0},
          doubtful_{number_in(saved(), "doubtful") != 0}
    {
    }

    Move start(Desk&) override
    {
        if (doubtful_) {
            looking_ = true;
            return Send{cwmp::GetParameterNames{std::string{cwmp::parent(object())}, true}};
        }
        return order();
    }
    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        if (looking_)
            return on_names(answer, desk);
        if (auto const* fault = std::get_if<cwmp::Fault>(&answer))
            return failed_by(*fault);
        return gone(desk);
    }
    Move reconcile(Evidence const& evidence, Desk& desk) override
    {
        if (!looking_ && evidence.parameter_key == task.command_key)
            return gone(desk);
        doubtful_ = true;
        return Again{};
    }
    void save(boost::json::object& progress) const override
    {
        if (looking_)
            progress["looking"] = 1;
        if (doubtful_)
            progress["doubtful"] = 1;
    }

private:
    [[nodiscard]] std::string const& object() const { return std::get<domain::DeleteTask>(task.arguments).object; }

    Move order()
    {
        looking_ = false;
        task.command_key = new_key();
        return Send{cwmp::DeleteObject{object(), task.command_key}, true};
    }
    Move on_names(cwmp::Message const& answer, Desk& desk)
    {
        auto const* names = std::get_if<cwmp::GetParameterNamesResponse>(&answer);
        if (names == nullptr)
            return failed_by(std::get<cwmp::Fault>(answer));
        doubtful_ = false;
        bool const still_there = std::ranges::any_of(
            names->parameter_list, [this](auto const& entry) { return cwmp::trim_path(entry.name) == object(); });
        return still_there ? order() : gone(desk);
    }
    Move gone(Desk& desk) const
    {
        desk.forget(object());
        return Done{};
    }

    bool looking_;   ///< the RPC sent last reads the table
    bool doubtful_;  ///< a DeleteObject was lost: look before it is sent again
};

}  // namespace

std::unique_ptr<Runner> delete_runner(domain::Task task)
{
    return std::make_unique<DeleteRunner>(std::move(task));
}

}  // namespace session
