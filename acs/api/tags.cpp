// Labels of devices.
#include "api/audit.hpp"
#include "api/device_lookup.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "base/log.hpp"
#include "cwmp/device_id.hpp"
#include "domain/device_admin.hpp"
#include "domain/fleet.hpp"
#include "domain/tag.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace api {

namespace {

constexpr char tags_cursor = 'g';

/// One label goes on or comes off; the answer tells all that the device has then.
Answer answer_change(Call call, bool is_added)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const tag = net::percent_decoded(call.second);
    if (auto const problem = domain::tag_problem(tag); !problem.empty())
        co_return unprocessable({{"tag", fmt::format("{}.", problem)}});
    auto const device = co_await find_device(call, std::string{call.argument});
    if (!device)
        co_return std::unexpected{device.error()};
    auto tags = co_await change_tag(call, *device, tag, is_added);
    if (!tags)
        co_return std::unexpected{std::move(tags).error()};
    boost::json::array list;
    for (auto const& each : domain::plain_tags(*std::move(tags)))
        list.emplace_back(each);
    co_return json_response(200, {{"device", cwmp::external_id(device->identity)}, {"tags", std::move(list)}});
}

}  // namespace

base::Awaitable<Outcome<std::vector<std::string>>> change_tag(Call const& call, domain::DeviceRow const& device,
                                                              std::string tag, bool is_added)
{
    domain::DeviceChange change;
    (is_added ? change.add_tags : change.remove_tags).push_back(tag);
    auto const former = co_await call.context.services.admin.change(device.key, change);
    if (!former)
        co_return problem(409, "conflict", fmt::format("{}.", former.error().what));
    auto tags = former->tags.value_or(std::vector<std::string>{});
    bool const was_there = std::ranges::find(tags, tag) != tags.end();
    is_added ? tags.push_back(tag) : static_cast<void>(std::erase(tags, tag));
    if (was_there != is_added) {
        auto const id = cwmp::external_id(device.identity);
        base::log::info(
            "api.device_tagged",
            {{"device", id}, {"tag", tag}, {"change", is_added ? "added" : "removed"}, {"by", call.caller.name}});
        co_await audit(call, is_added ? "device.tagged" : "device.untagged", id, nullptr,
                       boost::json::object{{"tag", tag}}, device.key);
    }
    co_return tags;
}

Answer add_device_tag(Call call)
{
    co_return co_await answer_change(std::move(call), true);
}

Answer remove_device_tag(Call call)
{
    co_return co_await answer_change(std::move(call), false);
}

Answer list_tags(Call call)
{
    Query query{call.request.query()};
    auto where = query.text("where");
    auto group = query.text("group");
    auto const limit = query.limit();
    auto const after = query.after(tags_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto selection = co_await selected(call, std::move(where), std::move(group));
    if (!selection)
        co_return std::unexpected{std::move(selection).error()};
    auto found = co_await call.context.services.fleet_search.tags(std::move(selection->condition), after, limit + 1);
    if (!found)
        co_return bad_request(fmt::format("where: {}", found.error().what), {{"where", found.error().what}});
    std::optional<std::string> next;
    if (found->size() > limit) {
        found->resize(limit);
        next = make_cursor(tags_cursor, found->back().tag);
    }
    boost::json::array items;
    for (auto const& each : *found)
        items.push_back(boost::json::object{{"tag", each.tag}, {"devices", each.devices}});
    co_return list_response(std::move(items), next);
}

}  // namespace api
