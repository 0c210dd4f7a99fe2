#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "cwmp/device_id.hpp"
#include "domain/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// A device that is expected: its first contact makes it active, with these facts.
struct Announcement {
    std::int64_t id = 0;
    std::string serial_number;              ///< never empty
    std::string oui;                        ///< six upper-case hexadecimal digits; empty: any
    std::string product_class;              ///< empty: any
    std::string subscriber;                 ///< may be empty
    std::vector<std::string> tags;          ///< may be empty
    std::string username;                   ///< the login it comes with; empty: a shared one, or a certificate
    std::string password;                   ///< of that login; empty when it was read from the store
    base::TimePoint announced_at{};         ///< given by the store
    std::string announced_by;               ///< who said so
    std::optional<DeviceKey> device;        ///< that came; none: it was never heard of
    std::optional<base::TimePoint> met_at;  ///< when it came
    std::string contact = "unmanaged";      ///< of the device that came: see DeviceRow::contact
};

/// What became of one announcement.
struct AnnouncementResult {
    enum class Outcome {
        added,     ///< it is expected
        updated,   ///< it was expected already: what is said of it now counts
        enrolled,  ///< it was here, pending: it is active now
        known,     ///< it is in service already: nothing was changed
        refused,   ///< see `problem`
    };
    Outcome outcome = Outcome::refused;
    std::string field;    ///< of a refused one: "username", "serial_number"
    std::string problem;  ///< a clause: what is wrong with the field, and what to do
};

/// Which announcements are asked for.
struct AnnouncementQuery {
    std::string serial_number;  ///< empty: all
    std::optional<bool> met;    ///< only those that came, or did not come yet
    std::int64_t after = 0;     ///< the last id of the page before
    unsigned limit = 100;
};

/// The devices that are expected. Throws base::Unavailable.
class Announcements {
public:
    virtual ~Announcements() = default;

    /// Adds many in one transaction; one result for each, in their order. Two of one list that mean the same device:
    /// the later is refused. `dry_run`: says what would become of them, and changes nothing.
    virtual base::Awaitable<std::vector<AnnouncementResult>> add(std::vector<Announcement> announcements,
                                                                 bool dry_run) = 0;
    /// By id.
    virtual base::Awaitable<std::vector<Announcement>> list(AnnouncementQuery query) = 0;
    /// It is no longer expected, and its login is gone. The row as it was; none: there is no such announcement. Of one
    /// that came only the note is removed.
    virtual base::Awaitable<std::optional<Announcement>> remove(std::int64_t id) = 0;
};

}  // namespace domain
