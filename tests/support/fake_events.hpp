#pragma once

#include "domain/event_log.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace support {

/// Events in memory, in the order in which they were added; each is a transaction of its own.
class FakeEventLog final : public domain::EventLog {
public:
    ~FakeEventLog() override;
    domain::EventPosition add(std::string kind, domain::DeviceKey device = domain::DeviceKey{0},
                              std::string device_name = {}, std::string detail = {}, base::TimePoint at = {})
    {
        domain::EventRecord event;
        event.position = {++tx_, 1};
        event.at = at;
        event.device = device;
        event.device_name = std::move(device_name);
        event.kind = std::move(kind);
        event.detail = std::move(detail);
        events.push_back(std::move(event));
        return events.back().position;
    }

    base::Awaitable<base::Result<std::vector<domain::EventRecord>>> list(domain::EventQuery query) override
    {
        if (is_slow)
            co_return base::fail("looking through so many events took too long");
        auto all = events;
        if (query.newest_first)
            std::ranges::reverse(all);
        std::erase_if(all, [&](domain::EventRecord const& event) { return !is_meant(event, query); });
        if (all.size() > query.limit)
            all.resize(query.limit);
        co_return all;
    }
    base::Awaitable<domain::EventPage> read_on(domain::EventPosition after, unsigned limit) override
    {
        ++reads;
        domain::EventPage page{{}, std::max(after, domain::EventPosition{tx_ + 1, -1})};
        for (auto const& event : events)
            if (event.position > after && page.events.size() < limit)
                page.events.push_back(event);
        if (page.events.size() == limit)
            page.reached = page.events.back().position;
        co_return page;
    }
    base::Awaitable<domain::EventPosition> newest() override { co_return domain::EventPosition{tx_ + 1, -1}; }

    std::vector<domain::EventRecord> events;
    bool is_slow = false;
    int reads = 0;

private:
    static bool is_meant(domain::EventRecord const& event, domain::EventQuery const& query)
    {
        bool const is_behind =
            !query.after || (query.newest_first ? event.position < *query.after : event.position > *query.after);
        return is_behind && query.kinds.takes(event.kind) && (!query.device || *query.device == event.device) &&
               (!query.since || event.at >= *query.since) && (!query.until || event.at < *query.until);
    }

    std::uint64_t tx_ = 0;
};

}  // namespace support
