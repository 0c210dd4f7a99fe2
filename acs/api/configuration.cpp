// The settings that the server runs with.
#include "api/endpoints.hpp"
#include "api/query.hpp"

#include <boost/json/parse.hpp>

namespace api {

namespace json = boost::json;

namespace {

constexpr char settings_cursor = 'g';

json::object view_of(domain::ShownSetting const& setting)
{
    return {{"name", setting.name},
            {"value", json::parse(setting.value)},
            {"default", json::parse(setting.default_value)},
            {"source", setting.is_given ? "file" : "default"}};
}

}  // namespace

Answer list_settings(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = static_cast<std::size_t>(query.after_number(settings_cursor));
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const& all = call.context.settings.configuration;
    json::array items;
    std::size_t place = after;
    for (; place < all.size() && items.size() < limit; ++place)
        items.push_back(view_of(all[place]));
    json::value next = nullptr;
    if (place < all.size())
        next = json::string{make_cursor(settings_cursor, std::to_string(place))};
    co_return json_response(
        200,
        {{"items", std::move(items)}, {"next", std::move(next)}, {"file", call.context.settings.configuration_file}});
}

}  // namespace api
