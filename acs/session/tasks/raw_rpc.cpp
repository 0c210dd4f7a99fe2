#include "session/tasks/runner.hpp"

#include "cwmp/message_json.hpp"

#include <boost/json/serialize.hpp>

namespace session {
namespace {

/// Any RPC as it is; its answer is the result. Only what reads is sent again after it was lost.
class RpcRunner final : public Runner {
public:
    explicit RpcRunner(domain::Task t) : Runner{std::move(t)} {}

    Move start(Desk&) override { return Send{request(), true}; }

    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        if (auto const* fault = std::get_if<cwmp::Fault>(&answer))
            return failed_by(*fault);
        auto shown = answer;
        if (auto* values = std::get_if<cwmp::GetParameterValuesResponse>(&shown)) {
            desk.take_values(values->parameter_list);
            for (auto& value : values->parameter_list)
                value.value = shown_value(value.name, value.value);
        }
        auto result = cwmp::to_json(cwmp::Envelope{.id = std::nullopt, .message = std::move(shown)});
        result.erase("id");
        result.erase("namespace");
        return Done{boost::json::serialize(result)};
    }
    Move reconcile(Evidence const&, Desk&) override
    {
        if (only_reads())
            return Again{};
        return Failed{std::nullopt, "The session ended before the answer to " +
                                        std::string{cwmp::method_name(request())} +
                                        " came. The device may have carried it out, so it was not sent again."};
    }
    [[nodiscard]] bool only_reads() const override { return cwmp::method_name(request()).starts_with("Get"); }

private:
    [[nodiscard]] cwmp::Message const& request() const { return std::get<domain::RpcTask>(task.arguments).request; }
};

}  // namespace

std::unique_ptr<Runner> rpc_runner(domain::Task task)
{
    return std::make_unique<RpcRunner>(std::move(task));
}

}  // namespace session
