#include "domain/fleet.hpp"

#include <utility>

namespace domain {

base::Awaitable<base::Result<FleetPage>> next_page(Fleet& fleet, ConditionGuard& guard, std::string where,
                                                   DeviceKey after, unsigned most)
{
    std::optional<Condition> condition;
    if (!where.empty()) {
        auto checked = guard.check(where);
        if (!checked)
            co_return base::fail(std::move(checked).error().what);
        condition = *std::move(checked);
    }
    auto found = co_await fleet.walk(std::move(condition), after, most);
    if (!found)
        co_return base::fail(std::move(found).error().what);
    FleetPage page{*std::move(found), after, false};
    if (!page.devices.empty())
        page.position = page.devices.back().key;
    page.is_last = page.devices.size() < most;
    co_return page;
}

}  // namespace domain
