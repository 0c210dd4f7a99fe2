#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "api/wake_view.hpp"
#include "base/log.hpp"
#include "cwmp/device_id.hpp"
#include "domain/wakeup.hpp"

namespace api {

Answer request_connection(Call call)
{
    Query query{call.request.query()};
    auto const most =
        query.wait(call.context.settings.max_wait).value_or(call.context.settings.connection_request_wait);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{std::move(device).error()};

    auto const outcome = co_await call.context.services.waker.wake(device->key, {.most = most});
    auto const id = cwmp::external_id(device->identity);
    base::log::info("api.connection_request", {{"device", id},
                                               {"reached", outcome.reached},
                                               {"method", outcome.method},
                                               {"cause", outcome.cause},
                                               {"by", call.caller.name}});
    co_await audit(call, "device.woken", id, nullptr, boost::json::object{{"reached", outcome.reached}}, device->key);
    auto answer = view_of(outcome);
    answer["device"] = id;
    co_return json_response(200, answer);
}

}  // namespace api
