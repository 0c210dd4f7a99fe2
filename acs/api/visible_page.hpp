#pragma once

#include "api/device_lookup.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace api {

/// A page of a list of things that belong to devices.
template <class Row>
struct VisiblePage {
    std::vector<Row> rows;
    std::optional<Row> last;  ///< the next page begins after it; none: this is the last page
};

inline constexpr unsigned most_rows_at_once = 1'000;  ///< of one read
inline constexpr unsigned rows_among_others = 500;    ///< read at once for who sees a part of the fleet only
inline constexpr unsigned most_reads = 20;            ///< for one page; then it is shorter than asked for

/// Reads on until a page of `limit` rows is full that the caller may see, bounded. `read` gives what comes after a row
/// (null: from the beginning on), at most so many, as an awaitable; `device_of` whose a row is. Both must outlive the
/// call.
template <class Row, class Read, class DeviceOf>
base::Awaitable<VisiblePage<Row>> visible_page(Call const& call, unsigned limit, Read const& read,
                                               DeviceOf const& device_of)
{
    auto const least = call.caller.devices ? rows_among_others : 1U;
    auto const at_once = std::clamp(limit + 1, least, most_rows_at_once);
    VisiblePage<Row> page;
    std::optional<Row> position;
    for (unsigned reads = 0; reads < most_reads; ++reads) {
        std::vector<Row> rows = co_await read(position ? &*position : nullptr, at_once);
        bool const is_end = rows.size() < at_once;
        if (!rows.empty())
            position = rows.back();
        std::vector<domain::DeviceKey> keys;
        for (auto const& row : rows)
            keys.push_back(device_of(row));
        auto const seen = co_await visible_devices(call, std::move(keys));
        std::set<domain::DeviceKey> const visible{seen.begin(), seen.end()};
        for (auto& row : rows) {
            if (!visible.contains(device_of(row)))
                continue;
            if (page.rows.size() == limit) {
                page.last = page.rows.back();
                co_return page;
            }
            page.rows.push_back(std::move(row));
        }
        if (is_end)
            co_return page;
    }
    page.last = page.rows.size() == limit ? page.rows.back() : *position;
    co_return page;
}

}  // namespace api
