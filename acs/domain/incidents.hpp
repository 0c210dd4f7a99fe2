#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "domain/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain {

/// The kinds of incidents: what a person who looks after security filters by. One line each in docs/operator.md.
namespace incident_kind {
inline constexpr std::string_view failed_login = "failed-login";      ///< an unknown user name or a wrong password
inline constexpr std::string_view wrong_login = "wrong-login";        ///< right, but the login of another device
inline constexpr std::string_view replayed_login = "replayed-login";  ///< a Digest answer that was used before
inline constexpr std::string_view wrong_certificate = "wrong-certificate";  ///< trusted, but it names another device
inline constexpr std::string_view conflict = "conflict";                    ///< several boxes claim one identity
inline constexpr std::string_view too_many_new = "too-many-new";  ///< unknown devices beyond a bound were sent away
inline constexpr std::string_view refused_device = "refused";     ///< a retired or rejected device came
inline constexpr std::string_view re_enrolment = "re-enrolment";  ///< a known device came back with a shared login
inline constexpr std::string_view odd_login = "odd-login";  ///< a device does not use what it was told, or only a part
inline constexpr std::string_view unreadable = "unreadable";  ///< bytes that are no message, of nobody known
}  // namespace incident_kind

/// Something that the network did and that somebody may have to look at. Texts are foreign: they are cut to 256 bytes.
struct Incident {
    std::string kind;                 ///< of incident_kind
    std::string identity;             ///< OUI-ProductClass-Serial that was claimed, or empty
    std::optional<DeviceKey> device;  ///< whom it concerns, when he is known
    std::string address;              ///< where it came from, numeric, or empty
    std::string username;             ///< that was shown, or empty
    std::string detail;               ///< a sentence for people
};

/// Where incidents are noted. Safe from any thread.
class Incidents {
public:
    virtual ~Incidents() = default;

    /// Notes an incident; never waits and never throws. Equal ones (all but `device` and `detail`) of one minute are
    /// one record that counts them. Beyond a bound of different ones in a minute only the kind is kept.
    virtual void note(Incident incident) noexcept = 0;
};

/// An incident as it is kept.
struct IncidentRecord {
    std::int64_t id = 0;  ///< ascending in time
    Incident incident;
    base::TimePoint first_at{};
    base::TimePoint last_at{};
    std::uint64_t times = 1;
};

/// Which incidents are asked for. What is empty does not matter.
struct IncidentQuery {
    std::string kind;
    std::string identity;
    std::optional<DeviceKey> device;
    std::string address;
    std::string username;
    std::int64_t before = 0;  ///< the last id of the page before; 0: from the newest on
    unsigned limit = 100;
};

/// What was noted, for people. Throws base::Unavailable.
class IncidentLog {
public:
    virtual ~IncidentLog() = default;

    /// The newest first. What was noted in the last seconds may still be missing.
    virtual base::Awaitable<std::vector<IncidentRecord>> list(IncidentQuery query) = 0;
};

}  // namespace domain
