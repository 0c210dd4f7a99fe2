#include "api/call.hpp"

#include <boost/json/serialize.hpp>

#include <charconv>
#include <utility>

namespace api {

net::Response json_response(unsigned status, boost::json::object const& body)
{
    net::Response response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Content-Type-Options", "nosniff");  // a browser must not take texts of devices for a page
    response.body = boost::json::serialize(body);
    response.compress = true;
    return response;
}

net::Response list_response(boost::json::array items, std::optional<std::string> const& next)
{
    boost::json::object page{{"items", std::move(items)}, {"next", nullptr}};
    if (next)
        page["next"] = *next;
    return json_response(200, page);
}

std::optional<std::int64_t> parse_id(std::string_view text) noexcept
{
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0 || text.starts_with('-'))
        return std::nullopt;
    return value;
}

}  // namespace api
