#include "api/device_lookup.hpp"

#include "base/utf8.hpp"
#include "cwmp/device_id.hpp"
#include "net/url.hpp"

#include <algorithm>
#include <vector>

namespace api {

namespace {

bool is_storable(std::string_view text)
{
    return base::is_utf8(text) && !text.contains('\0');
}

void add_reading(std::vector<cwmp::DeviceId>& readings, std::string_view text)
{
    auto identity = cwmp::parse_external_id(text);
    if (!identity)
        return;
    identity = cwmp::normalized(*std::move(identity));
    if (identity && is_storable(identity->oui) && is_storable(identity->product_class) &&
        is_storable(identity->serial_number) && std::ranges::find(readings, *identity) == readings.end())
        readings.push_back(*std::move(identity));
}

/// What the segment may mean. As it stands it is an id with its own percent signs; decoded, one that was encoded for
/// the URL. Both are the same device unless a name holds a percent sign or hyphen.
std::vector<cwmp::DeviceId> readings_of(std::string_view segment)
{
    std::vector<cwmp::DeviceId> readings;
    add_reading(readings, segment);
    add_reading(readings, net::percent_decoded(segment));
    return readings;
}

}  // namespace

base::Awaitable<Outcome<domain::DeviceRow>> find_device(Context const& context, std::string segment)
{
    auto const readings = readings_of(segment);
    for (auto const& identity : readings)
        if (auto device = co_await context.services.inventory.find(identity))
            co_return *std::move(device);
    co_return not_found("device", segment);
}

}  // namespace api
