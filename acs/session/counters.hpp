#pragma once

#include "base/counters.hpp"
#include "cwmp/message.hpp"

#include <array>
#include <string_view>
#include <variant>

namespace session {

/// What sessions count, looked up once.
class SessionCounters {
public:
    explicit SessionCounters(base::Metrics& metrics);

    /// An RPC of ours that leaves.
    void rpc(cwmp::Message const& request) { rpcs_[request.index()]->add(); }

    base::Counter& opened;
    base::Counter& done;               ///< ended by both sides
    base::Counter& failed;             ///< died: timeout, lost, replaced, refused message
    base::Counter& stale;              ///< given up because another Inform won
    base::Counter& unavailable;        ///< 503: the database did not answer
    base::Counter& full;               ///< 503: too many sessions
    base::Counter& unauthorized;       ///< 401
    base::Counter& forbidden;          ///< 403: a login of another device, a retired or rejected device
    base::Counter& bad_message;        ///< 400
    base::Counter& too_many_new;       ///< 503: unknown devices beyond a bound
    base::Counter& too_many_failures;  ///< 503: failed logins while too many wait for their answer
    base::Counter& faults;             ///< faults that CPEs answered our RPCs with
    base::Gauge& open;

private:
    std::array<base::Counter*, std::variant_size_v<cwmp::Message>> rpcs_{};
};

}  // namespace session
