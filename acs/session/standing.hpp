#pragma once

#include "domain/device.hpp"
#include "net/network.hpp"
#include "session/showing.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace session {

/// Who decides that a device which had a login of its own, and comes back from its factory defaults with a shared one,
/// is who it says it is. A client certificate that names it always does.
enum class AfterReset {
    person,        ///< somebody, device by device
    same_address,  ///< it comes from where it came from before: the same access line, when addresses are not shared
    networks,      ///< it comes from one of these networks: those that only subscribers' lines are in
    certificate,   ///< nothing else than a certificate, and no person either
    open,          ///< everybody who has the shared login: labs
};

/// What becomes of devices that were reset.
struct ReEnrolment {
    AfterReset after_reset = AfterReset::person;
    net::Networks networks;
    std::chrono::hours allowed{24};  ///< how long it may take to fetch its new login once that was agreed to
};

/// Who agreed, for the audit trail: "certificate", "policy same_address", ...
[[nodiscard]] std::string who_agreed(Showing const& showing, AfterReset policy);

/// How a device that showed a right login, or a certificate, is served.
enum class Standing {
    served,
    re_enrolled,  ///< served as a device that was reset, and given a new login
    held,         ///< heard, and told nothing: somebody must agree first
    refused,      ///< it has a login of its own and came with a shared one: 403
    reset,        ///< it was to be retired and has been reset: 403
};

/// Pure. `known`: null for a device never heard of. `is_bootstrap`: it says that it was reset.
[[nodiscard]] Standing standing_of(Showing const& showing, domain::KnownDevice const* known, bool is_bootstrap,
                                   std::string_view address, ReEnrolment const& policy, base::TimePoint now);

}  // namespace session
