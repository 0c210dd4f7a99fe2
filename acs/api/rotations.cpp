// New logins for a whole fleet, at a rate.
#include "domain/rotations.hpp"
#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "domain/condition.hpp"
#include "domain/json_fields.hpp"

#include <fmt/format.h>

namespace api {

namespace json = boost::json;

namespace {

constexpr std::uint32_t most_per_minute = 60'000;
constexpr char rotations_cursor = 'w';

json::object view_of(domain::Rotation const& rotation)
{
    json::object view{{"id", std::to_string(rotation.id)},
                      {"where", rotation.where},
                      {"per_minute", rotation.per_minute},
                      {"state", domain::to_text(rotation.state)},
                      {"problem", nullptr},
                      {"made_at", base::to_rfc3339(rotation.made_at)},
                      {"made_by", rotation.made_by},
                      {"ended_at", nullptr},
                      {"ordered", rotation.ordered},
                      {"waiting", rotation.waiting},
                      {"done", rotation.done},
                      {"failed", rotation.failed}};
    if (!rotation.problem.empty())
        view["problem"] = rotation.problem;
    if (rotation.ended_at)
        view["ended_at"] = base::to_rfc3339(*rotation.ended_at);
    return view;
}

struct NewRotation {
    std::string where;
    std::uint32_t per_minute = 60;
};

Outcome<NewRotation> read_rotation(Call const& call)
{
    auto const object = read_object(call.request.body, R"({"where":"product_class = 'HG'","per_minute":60})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    NewRotation wanted{fields.text_or("where", ""), fields.number_or("per_minute", 60)};
    if (wanted.per_minute < 1 || wanted.per_minute > most_per_minute)
        fields.complain("per_minute", fmt::format("must be 1 to {}", most_per_minute));
    if (!wanted.where.empty())
        if (auto const checked = call.context.services.guard.check(wanted.where); !checked)
            fields.complain("where", checked.error().what);
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return wanted;
}

Answer change_rotation(Call call, domain::RotationState state)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const id = parse_id(call.argument);
    auto& rotations = call.context.services.rotations;
    auto const before = id ? co_await rotations.find(*id) : std::nullopt;
    if (!before)
        co_return not_found("rotation", call.argument);
    auto const after = co_await rotations.change(*id, state, {});
    if (!after || after->state != state)
        co_return problem(409, "conflict",
                          fmt::format("The rotation is {}.", domain::to_text((after ? *after : *before).state)));
    base::log::info("api.rotation_changed",
                    {{"rotation", *id}, {"state", domain::to_text(state)}, {"by", call.caller.name}});
    co_await audit(call, "rotation.changed", fmt::format("rotation {}", *id),
                   json::object{{"state", domain::to_text(before->state)}},
                   json::object{{"state", domain::to_text(state)}});
    co_return json_response(200, view_of(*after));
}

}  // namespace

Answer list_rotations(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const before = query.after_number(rotations_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    json::array items;
    std::int64_t last = 0;
    for (auto const& rotation : co_await call.context.services.rotations.list()) {
        if (before != 0 && rotation.id >= before)
            continue;
        if (items.size() == limit)
            co_return list_response(std::move(items), make_cursor(rotations_cursor, std::to_string(last)));
        items.push_back(view_of(rotation));
        last = rotation.id;
    }
    co_return list_response(std::move(items), std::nullopt);
}

Answer get_rotation(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const id = parse_id(call.argument);
    auto const found = id ? co_await call.context.services.rotations.find(*id) : std::nullopt;
    if (!found)
        co_return not_found("rotation", call.argument);
    co_return json_response(200, view_of(*found));
}

Answer create_rotation(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto wanted = read_rotation(call);
    if (!wanted)
        co_return std::unexpected{std::move(wanted).error()};
    auto const made =
        co_await call.context.services.rotations.add(std::move(wanted->where), wanted->per_minute, call.caller.name);
    base::log::info("api.rotation_created",
                    {{"rotation", made.id}, {"per_minute", made.per_minute}, {"by", call.caller.name}});
    co_await audit(call, "rotation.created", fmt::format("rotation {}", made.id), nullptr, view_of(made));
    co_return json_response(201, view_of(made));
}

Answer pause_rotation(Call call)
{
    co_return co_await change_rotation(std::move(call), domain::RotationState::paused);
}

Answer resume_rotation(Call call)
{
    co_return co_await change_rotation(std::move(call), domain::RotationState::running);
}

Answer cancel_rotation(Call call)
{
    co_return co_await change_rotation(std::move(call), domain::RotationState::cancelled);
}

}  // namespace api
