#include "domain/promotions.hpp"

#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "cwmp/path.hpp"
#include "domain/json_fields.hpp"
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace api {

namespace {

constexpr char promotions_cursor = 'm';
constexpr std::size_t most_patterns = 500;   ///< each new path is held against all of them
constexpr std::size_t longest_reason = 200;  ///< bytes

boost::json::object view_of(domain::Promotion const& promotion)
{
    return {{"pattern", promotion.pattern},
            {"reason", promotion.reason},
            {"made_at", base::to_rfc3339(promotion.made_at)},
            {"filled", promotion.is_filled}};
}

/// {i} means what * means.
std::string with_stars(std::string pattern)
{
    constexpr std::string_view placeholder = "{i}";
    for (auto at = pattern.find(placeholder); at != pattern.npos; at = pattern.find(placeholder, at))
        pattern.replace(at, placeholder.size(), "*");
    return pattern;
}

Outcome<domain::Promotion> read_promotion(std::string_view body)
{
    auto const object = read_object(body, R"({"pattern":"Device.WiFi.SSID.{i}.SSID"})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    domain::Promotion wanted{fields.text("pattern"), fields.text_or("reason", "api")};
    auto const checked =
        cwmp::check_path(with_stars(wanted.pattern), {.partial = false, .wildcards = true, .aliases = false});
    if (object->contains("pattern") && !checked)
        fields.complain("pattern", checked.error().what);
    else if (cwmp::is_secret_path(wanted.pattern))
        fields.complain("pattern", "means secrets, which are never promoted");
    if (wanted.reason.size() > longest_reason)
        fields.complain("reason",
                        fmt::format("has {} bytes, at most {} are kept", wanted.reason.size(), longest_reason));
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return wanted;
}

}  // namespace

Answer list_promotions(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = query.after(promotions_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    boost::json::array items;
    std::string last;
    for (auto const& promotion : co_await call.context.services.promotions.list()) {
        if (promotion.pattern <= after)
            continue;
        if (items.size() == limit)
            co_return list_response(std::move(items), make_cursor(promotions_cursor, last));
        items.push_back(view_of(promotion));
        last = promotion.pattern;
    }
    co_return list_response(std::move(items), std::nullopt);
}

Answer show_promotion(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const pattern = net::percent_decoded(call.argument);
    auto const all = co_await call.context.services.promotions.list();
    auto const found = std::ranges::find(all, pattern, &domain::Promotion::pattern);
    if (found == all.end())
        co_return not_found("promoted pattern", pattern);
    co_return json_response(200, view_of(*found));
}

Answer add_promotion(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const wanted = read_promotion(call.request.body);
    if (!wanted)
        co_return std::unexpected{wanted.error()};
    auto& promotions = call.context.services.promotions;
    if ((co_await promotions.list()).size() >= most_patterns)
        co_return problem(409, "conflict",
                          fmt::format("There are {} patterns already; remove some first.", most_patterns));
    auto const added = co_await promotions.add(wanted->pattern, wanted->reason);
    base::log::info("api.promoted", {{"pattern", added.pattern}, {"outcome", "added"}, {"by", call.caller.name}});
    co_await audit(call, "promotion.added", added.pattern, nullptr, view_of(added));
    co_return json_response(201, view_of(added));
}

Answer remove_promotion(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const pattern = net::percent_decoded(call.argument);
    if (!co_await call.context.services.promotions.remove(pattern))
        co_return not_found("promoted pattern", pattern);
    base::log::info("api.promoted", {{"pattern", pattern}, {"outcome", "removed"}, {"by", call.caller.name}});
    co_await audit(call, "promotion.removed", pattern, boost::json::object{{"pattern", pattern}}, nullptr);
    net::Response response;
    response.status = 204;
    co_return response;
}

}  // namespace api
