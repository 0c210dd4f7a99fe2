#pragma once

#include "api/call.hpp"
#include "domain/announcement.hpp"

#include <string_view>
#include <vector>

namespace api {

/// An announcement as people see it; never with its password.
[[nodiscard]] boost::json::object view_of(domain::Announcement const& announcement);

/// "added", "updated", "enrolled", "known", "refused".
[[nodiscard]] std::string_view to_text(domain::AnnouncementResult::Outcome outcome);

/// Reads the facts of an announcement from a JSON body: subscriber, tags, username, password and, with `identity`, what
/// names the device. Fails with 400 or 422.
[[nodiscard]] Outcome<domain::Announcement> read_announcement(std::string_view body, bool identity);

/// Announces one device. Fails with 422 naming the field.
base::Awaitable<Outcome<domain::AnnouncementResult>> announce(Call const& call, domain::Announcement announcement);

}  // namespace api
