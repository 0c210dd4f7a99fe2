#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace session {

/// What sessions and devices may ask of us, and how long we wait for them. Every limit is finite.
struct SessionLimits {
    // one session
    std::chrono::seconds timeout{30};           ///< for the CPE's next request when its Inform names no SessionTimeout
    std::chrono::seconds longest_timeout{300};  ///< cap on the SessionTimeout of an Inform
    std::chrono::seconds rpc_time{300};         ///< for the answer to an RPC while the connection lives
    std::chrono::seconds after_end{30};         ///< how long an empty POST after our 204 gets 204 again
    std::chrono::milliseconds resume_wait{1'000};  ///< for another node to put away the session that a cookie names
    std::size_t resume_waits = 1'000;              ///< requests that wait so at once; more are answered at once
    std::uint32_t rpcs = 1'000;                    ///< then automation stops for the device; people's tasks go on
    std::uint32_t rpcs_for_people = 10'000;        ///< then the session ends whatever is left
    std::chrono::seconds duration{1'800};          ///< as `rpcs`
    bool hold_requests = false;                    ///< CPEs hold their own requests until ours are done (TR-069 3.4.3)
    std::uint32_t tasks = 1'000;                   ///< claimed in one session, then the rest waits for the next

    // one device
    std::uint32_t sessions_per_hour = 240;  ///< more: automation stops for the device
    std::uint32_t boots_per_hour = 20;      ///< more: automation stops for the device
    std::uint32_t takeovers_per_hour = 6;   ///< live sessions replaced from another address: more are a conflict
    std::uint32_t older_boots_per_day = 2;  ///< UpTimes that tell of an earlier boot than before: more are a conflict
    std::uint32_t lost_in_a_row = 3;        ///< sessions that may die during a task before it is set aside

    // reading a device
    std::chrono::seconds slice_time{60};           ///< of discovery in one session
    std::uint32_t slice_rpcs = 100;                ///< of discovery in one session
    std::uint32_t deaths_per_path = 2;             ///< then the path is never read again
    std::uint32_t parameters_per_request = 1'024;  ///< most values asked for at once, whatever was learnt

    // results that come later
    std::chrono::seconds reboot_wait{3'600};     ///< for 1 BOOT or 0 BOOTSTRAP after an accepted Reboot or FactoryReset
    std::chrono::seconds transfer_wait{3'600};   ///< for TransferComplete, beyond DelaySeconds
    std::chrono::seconds inform_wait{900};       ///< for a scheduled Inform, beyond DelaySeconds
    std::chrono::seconds diagnostics_wait{900};  ///< for 8 DIAGNOSTICS COMPLETE
    std::chrono::hours login_wait{168};          ///< for the first use of a login that the device has taken
    std::uint32_t login_tries = 5;               ///< times it is told a login that it takes and does not use
    std::chrono::seconds file_url_life{86'400};  ///< of a URL made for a transfer

    // the node
    std::size_t sessions = 100'000;        ///< at once; more get 503
    std::chrono::seconds retry_after{30};  ///< least Retry-After of a 503; spread to three times as much

    // rules
    std::chrono::milliseconds rules_wait{2'000};  ///< for rules that are still evaluated when the CPE has posted again
};

}  // namespace session
