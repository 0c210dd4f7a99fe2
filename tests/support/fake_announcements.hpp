#pragma once

#include "domain/announcement.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace support {

/// Announcements in memory. A device whose serial number is in `in_service` is in service; a user name in `taken`
/// belongs to another device.
class FakeAnnouncements final : public domain::Announcements {
public:
    ~FakeAnnouncements() override;
    std::vector<std::string> in_service;
    std::vector<std::string> taken;
    std::vector<domain::Announcement> all;

    base::Awaitable<std::vector<domain::AnnouncementResult>> add(std::vector<domain::Announcement> announcements,
                                                                 bool dry_run) override
    {
        using enum domain::AnnouncementResult::Outcome;
        std::vector<domain::AnnouncementResult> results;
        for (auto& one : announcements) {
            auto const before = std::ranges::find(all, one.serial_number, &domain::Announcement::serial_number);
            if (std::ranges::find(in_service, one.serial_number) != in_service.end()) {
                results.push_back({.outcome = domain::AnnouncementResult::Outcome::known});
            } else if (std::ranges::find(taken, one.username) != taken.end()) {
                results.push_back({refused, "username", "is the login of another device: give each its own"});
            } else {
                results.push_back({.outcome = before == all.end() ? added : updated});
                if (!dry_run && before == all.end()) {
                    one.id = ++last_id_;
                    one.password.clear();
                    all.push_back(std::move(one));
                }
            }
        }
        co_return results;
    }
    base::Awaitable<std::vector<domain::Announcement>> list(domain::AnnouncementQuery query) override
    {
        std::vector<domain::Announcement> found;
        for (auto const& one : all)
            if (one.id > query.after && found.size() < query.limit &&
                (query.serial_number.empty() || query.serial_number == one.serial_number) &&
                (!query.met || *query.met == one.device.has_value()))
                found.push_back(one);
        co_return found;
    }
    base::Awaitable<std::optional<domain::Announcement>> remove(std::int64_t id) override
    {
        auto const found = std::ranges::find(all, id, &domain::Announcement::id);
        if (found == all.end())
            co_return std::nullopt;
        auto one = *found;
        all.erase(found);
        co_return one;
    }

private:
    std::int64_t last_id_ = 0;
};

}  // namespace support
