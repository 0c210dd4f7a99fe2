#pragma once

#include "cwmp/event.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// What ends the redelivery of an event (TR-069 3.7.1.5).
enum class DeliveredBy { inform_response, transfer_complete, du_state_change, request_download, kicked };

/// What becomes of an event that was not delivered.
enum class Keep {
    always,  ///< until it is delivered
    until_reboot,
    never,  ///< one attempt only
};

/// How TR-069 wants one kind of event treated.
struct EventRule {
    DeliveredBy delivered_by = DeliveredBy::inform_response;
    Keep keep = Keep::always;
};

/// The rule for a code; vendor events are kept until the InformResponse.
[[nodiscard]] EventRule event_rule(std::string_view code) noexcept;

/// The most events that one Inform may carry.
inline constexpr std::size_t max_events = 64;

/// The reasons that a device has to inform, kept and dropped as TR-069 demands.
class EventQueue {
public:
    /// Adds an event. Codes without a command key are there at most once; of "M" events one for each key.
    void raise(std::string_view code, std::string_view command_key = {});

    [[nodiscard]] bool empty() const noexcept { return events_.empty(); }
    [[nodiscard]] bool has(std::string_view code) const noexcept;

    /// What the next Inform carries, oldest first, at most `max_events`.
    [[nodiscard]] std::vector<cwmp::Event> for_inform() const;

    /// The ACS answered an Inform that carried `informed`: what this delivers is over.
    void inform_answered(std::span<cwmp::Event const> informed);
    /// The ACS answered the request that reports the event of this code and key.
    void reported(std::string_view code, std::string_view command_key = {});
    /// A session failed: what may be tried only once is dropped.
    void session_failed();
    /// The device restarts: what lives until then is dropped.
    void rebooted();
    /// First contact with a new ACS: everything else undelivered is dropped, 0 BOOTSTRAP stays alone.
    void bootstrapped();
    /// Forgets everything.
    void clear() noexcept { events_.clear(); }

private:
    std::vector<cwmp::Event> events_;
};

}  // namespace sim
