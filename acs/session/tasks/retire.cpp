#include "base/crypto.hpp"
#include "session/tasks/runner.hpp"

namespace session {
namespace {

constexpr std::size_t most_secrets = 64;  ///< that are written over where there is no FactoryReset

/// The last that is done to a device: FactoryReset. A device that has none keeps its customer's secrets unless they are
/// written over, one by one: what it refuses stays.
class RetireRunner final : public Runner {
public:
    explicit RetireRunner(domain::Task t)
        : Runner{std::move(t)},
          scrubs_{number_in(saved(), "scrubs") != 0},
          done_{static_cast<std::size_t>(number_in(saved(), "done"))}
    {
    }

    Move start(Desk& desk) override { return scrubs_ ? scrub(desk) : Send{cwmp::FactoryReset{}, true}; }

    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        auto const* fault = std::get_if<cwmp::Fault>(&answer);
        if (scrubs_) {
            ++done_;
            return scrub(desk);
        }
        if (fault == nullptr)
            return end(desk, R"({"factory_reset":true})");
        if (fault->code != cwmp::fault_code::method_not_supported)
            return failed_by(*fault);
        scrubs_ = true;
        return scrub(desk);
    }
    Move reconcile(Evidence const& evidence, Desk& desk) override
    {
        if (evidence.has(cwmp::event_code::bootstrap))
            return end(desk, R"({"factory_reset":true})");
        return Again{};
    }
    void save(boost::json::object& progress) const override
    {
        if (!scrubs_)
            return;
        progress["scrubs"] = 1;
        progress["done"] = static_cast<std::int64_t>(done_);
    }

private:
    static Move end(Desk& desk, char const* result)
    {
        desk.is_retired = true;
        return Done{result};
    }

    Move scrub(Desk& desk)
    {
        std::size_t at = 0;
        for (auto const node : desk.tree) {
            bool const is_ours = node.path.contains(".ManagementServer.");
            if (is_ours || !node.value || node.writable == datamodel::Writable::no || !cwmp::is_secret_path(node.path))
                continue;
            if (at++ < done_)
                continue;
            if (done_ >= most_secrets)
                break;
            task.command_key = new_key(static_cast<unsigned>(done_) + 1);
            return Send{
                cwmp::SetParameterValues{{{std::string{node.path}, base::random_hex(13), cwmp::ValueType::string}},
                                         task.command_key},
                false};
        }
        return end(desk, R"({"factory_reset":false})");
    }

    bool scrubs_;       ///< there is no FactoryReset
    std::size_t done_;  ///< secrets that were written over, or refused
};

}  // namespace

std::unique_ptr<Runner> retire_runner(domain::Task task)
{
    return std::make_unique<RetireRunner>(std::move(task));
}

}  // namespace session
