#include "api/announcement_views.hpp"
#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "cwmp/device_id.hpp"
#include "domain/stranger.hpp"

#include <utility>

namespace api {

namespace {

constexpr char strangers_cursor = 's';

boost::json::object view_of_stranger(domain::Stranger const& stranger)
{
    return {{"id", std::to_string(stranger.id)},
            {"device", cwmp::external_id(stranger.identity)},
            {"manufacturer", stranger.identity.manufacturer},
            {"oui", stranger.identity.oui},
            {"product_class", stranger.identity.product_class},
            {"serial_number", stranger.identity.serial_number},
            {"address", stranger.address},
            {"username", stranger.username},
            {"reason", stranger.reason},
            {"first_at", base::to_rfc3339(stranger.first_at)},
            {"last_at", base::to_rfc3339(stranger.last_at)},
            {"times", stranger.times}};
}

}  // namespace

Answer list_strangers(Call call)
{
    Query query{call.request.query()};
    domain::StrangerQuery wanted;
    wanted.serial_number = query.text("serial_number").value_or("");
    wanted.address = query.text("address").value_or("");
    auto const limit = query.limit();
    wanted.before = query.after_number(strangers_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    wanted.limit = limit + 1;
    auto found = co_await call.context.services.strangers.list(std::move(wanted));
    std::optional<std::string> next;
    if (found.size() > limit) {
        found.resize(limit);
        next = make_cursor(strangers_cursor, std::to_string(found.back().id));
    }
    boost::json::array items;
    for (auto const& stranger : found)
        items.push_back(view_of_stranger(stranger));
    co_return list_response(std::move(items), next);
}

/// It is announced, and let in when it comes again with a login that lets devices in, or with the one given here.
Answer enrol_stranger(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const id = parse_id(call.argument);
    auto& strangers = call.context.services.strangers;
    auto const stranger = id ? co_await strangers.find(*id) : std::nullopt;
    if (!stranger)
        co_return not_found("stranger", call.argument);
    auto wanted = read_announcement(call.request.body.empty() ? "{}" : std::string_view{call.request.body}, false);
    if (!wanted)
        co_return std::unexpected{std::move(wanted).error()};
    wanted->serial_number = stranger->identity.serial_number;
    wanted->oui = stranger->identity.oui;
    wanted->product_class = stranger->identity.product_class;
    auto const device = cwmp::external_id(stranger->identity);
    auto after = view_of(*wanted);
    after.erase("id");
    auto const result = co_await announce(call, *std::move(wanted));
    if (!result)
        co_return std::unexpected{result.error()};
    co_await strangers.remove(stranger->id);
    base::log::info("api.stranger_enrolled", {{"device", device}, {"by", call.caller.name}});
    co_await audit(call, "stranger.enrolled", device, view_of_stranger(*stranger), std::move(after));
    co_return json_response(201, {{"device", device}, {"outcome", to_text(result->outcome)}});
}

Answer forget_stranger(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const id = parse_id(call.argument);
    if (!id || !co_await call.context.services.strangers.remove(*id))
        co_return not_found("stranger", call.argument);
    co_await audit(call, "stranger.forgotten", std::string{call.argument}, nullptr, nullptr);
    net::Response response;
    response.status = 204;
    co_return response;
}

}  // namespace api
