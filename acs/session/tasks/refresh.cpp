#include "session/discovery.hpp"
#include "session/tasks/runner.hpp"

#include <boost/json/serialize.hpp>

namespace session {
namespace {

/// Reads parts or all of the device, in slices: a session carries so many RPCs and seconds of it, then the next one.
class RefreshRunner final : public Runner {
public:
    explicit RefreshRunner(domain::Task t) : Runner{std::move(t)}, discovery_{arguments().paths, saved()} {}

    Move start(Desk& desk) override
    {
        started_ = desk.now;
        rpcs_ = 0;
        return next(desk);
    }
    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        discovery_.take(answer, desk);
        return next(desk);
    }
    Move reconcile(Evidence const&, Desk& desk) override
    {
        discovery_.lost(desk);  // only if it was saved with what was asked
        return Again{};
    }
    void on_lost(Desk& desk) override { discovery_.lost(desk); }
    /// What is known must do for this software: discovery is not ordered again until the next one.
    void on_set_aside(Desk& desk) override
    {
        desk.tree_version = desk.facts.software_version;
        desk.tree_changed = true;
    }
    [[nodiscard]] bool only_reads() const override { return true; }
    [[nodiscard]] bool narrows_down() const override { return true; }
    void save(boost::json::object& progress) const override { discovery_.save(progress, is_careful()); }

private:
    [[nodiscard]] domain::RefreshTask const& arguments() const { return std::get<domain::RefreshTask>(task.arguments); }

    Move next(Desk& desk)
    {
        bool const is_enough = rpcs_ >= desk.limits.slice_rpcs || desk.now - started_ > desk.limits.slice_time;
        if (is_enough && arguments().discovery)
            return Pause{};
        ++rpcs_;
        if (auto request = discovery_.next(desk))
            return Send{std::move(*request)};
        return finish(desk);
    }
    Move finish(Desk& desk)
    {
        if (arguments().paths.empty()) {
            desk.read.emplace_back("");
            desk.tree_version = desk.facts.software_version;
            desk.tree_changed = true;
        }
        for (auto const& path : arguments().paths)
            desk.read.push_back(path);
        boost::json::object result{{"parameters", desk.tree.size()}};
        if (!discovery_.skipped().empty())
            result["skipped"] = discovery_.skipped();
        return Done{boost::json::serialize(result)};
    }

    Discovery discovery_;
    base::TimePoint started_{};
    std::uint32_t rpcs_ = 0;
};

}  // namespace

std::unique_ptr<Runner> refresh_runner(domain::Task task)
{
    return std::make_unique<RefreshRunner>(std::move(task));
}

}  // namespace session
