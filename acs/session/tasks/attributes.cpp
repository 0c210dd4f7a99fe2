#include "session/tasks/runner.hpp"

namespace session {
namespace {

/// SetParameterAttributes. A parameter that refuses active notification (9009) is asked for passive instead.
class AttributesRunner final : public Runner {
public:
    explicit AttributesRunner(domain::Task t) : Runner{std::move(t)}, softened_{number_in(saved(), "softened") != 0} {}

    Move start(Desk&) override { return Send{request()}; }

    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        auto const* fault = std::get_if<cwmp::Fault>(&answer);
        if (fault == nullptr) {
            remember(desk);
            return Done{softened_ ? R"({"notification":"passive: the device refused active"})" : ""};
        }
        if (fault->code != cwmp::fault_code::notification_refused || softened_)
            return failed_by(*fault);
        softened_ = true;
        return Send{request()};
    }
    Move reconcile(Evidence const&, Desk&) override { return Again{}; }
    void save(boost::json::object& progress) const override
    {
        if (softened_)
            progress["softened"] = 1;
    }

private:
    [[nodiscard]] std::vector<domain::AttributeSetting> const& settings() const
    {
        return std::get<domain::AttributesTask>(task.arguments).attributes;
    }
    [[nodiscard]] unsigned notification(domain::AttributeSetting const& setting) const
    {
        auto const wanted = setting.notification.value_or(0);
        return softened_ && wanted >= 2 ? 1 : wanted;
    }
    /// Both attributes must always be there; the Change flags say which one is meant (TR-069 A.3.2.4).
    [[nodiscard]] cwmp::SetParameterAttributes request() const
    {
        cwmp::SetParameterAttributes request;
        for (auto const& setting : settings())
            request.parameter_list.push_back({setting.path, setting.notification.has_value(),
                                              static_cast<int>(notification(setting)), setting.access_list.has_value(),
                                              setting.access_list.value_or(std::vector<std::string>{})});
        return request;
    }
    void remember(Desk& desk) const
    {
        std::vector<datamodel::NotificationUpdate> updates;
        for (auto const& setting : settings())
            if (setting.notification)
                updates.push_back({setting.path, static_cast<std::uint8_t>(notification(setting))});
        desk.take(desk.tree.set_notifications(std::move(updates)));
    }

    bool softened_;
};

}  // namespace

std::unique_ptr<Runner> attributes_runner(domain::Task task)
{
    return std::make_unique<AttributesRunner>(std::move(task));
}

}  // namespace session
