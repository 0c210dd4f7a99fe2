#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "domain/inventory.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace domain {

/// What a way of waking a device may need to know of it.
struct WakeTarget {
    DeviceRow device;
    std::vector<Inventory::WakeCredentials> logins;  ///< in the order in which they are tried; may be empty
    std::string udp_address;  ///< UDPConnectionRequestAddress as the device told it, "host:port"; empty: none
    std::string jabber_id;    ///< ManagementServer.ConnReqJabberID as the device told it; empty: none
    std::string udp_node;     ///< the node whose STUN server hears it; empty: none does
};

/// What came of one attempt to make a device come.
enum class WakeResult : std::uint8_t {
    reached,       ///< its Inform came
    no_inform,     ///< it took the request, but did not come
    busy,          ///< in a session, or asked too often
    unauthorized,  ///< it does not take the login
    refused,       ///< nobody listens there
    timeout,       ///< no connection, or no answer
    behind_nat,    ///< no connection, and its address is one behind a NAT
    not_allowed,   ///< its address may not be asked
    failed,        ///< anything else
};
inline constexpr std::size_t wake_results = 9;

[[nodiscard]] std::string_view to_text(WakeResult result);
[[nodiscard]] std::optional<WakeResult> wake_result(std::string_view text);

struct WakeAttempt {
    std::string method;  ///< "http", "udp", "xmpp"
    base::TimePoint at{};
    WakeResult result = WakeResult::failed;
    std::string cause;                  ///< in plain words; empty when it was reached
    std::chrono::milliseconds took{0};  ///< until the Inform, or until it was given up
    friend bool operator==(WakeAttempt const&, WakeAttempt const&) = default;
};

/// What is known of how a device can be reached.
struct Reachability {
    static constexpr std::size_t most_attempts = 10;  ///< that are kept

    std::string best_method;                     ///< that an Inform followed last; empty: none ever
    std::optional<base::TimePoint> reached_at;   ///< by a wake-up
    std::uint32_t failed_in_row = 0;             ///< wake-ups in vain since then
    std::optional<base::TimePoint> failed_at{};  ///< the last of them
    std::vector<WakeAttempt> attempts;           ///< the newest first
};

/// What the inventory does not tell of a device that is to be woken.
struct WakeFacts {
    std::string access_node;                              ///< behind which it is; empty: not known
    std::string udp_address, jabber_id, udp_node;         ///< as in WakeTarget
    std::optional<std::chrono::seconds> inform_interval;  ///< none: it informs not by itself, or that is not known
    Reachability known;
    std::string model_method;  ///< what works best for its model; empty: not known yet
};

/// A wake-up that is over: what was tried, the oldest first. Never empty.
struct WakeNote {
    DeviceKey device;
    cwmp::DeviceId identity;
    std::vector<WakeAttempt> attempts;
    bool reached = false;
    bool failed = false;  ///< counts towards giving up; one that was only busy does not
};

/// What is kept of how devices are reached. Throws base::Unavailable.
class ReachabilityStore {
public:
    virtual ~ReachabilityStore() = default;

    virtual base::Awaitable<WakeFacts> facts(DeviceKey device) = 0;
    /// When those of the devices that ever informed did so last.
    virtual base::Awaitable<std::vector<std::pair<DeviceKey, base::TimePoint>>>
    last_informs(std::vector<DeviceKey> devices) = 0;

    /// Remembers a wake-up; never waits and never throws. It is written, with others, within seconds.
    virtual void note(WakeNote note) noexcept = 0;
};

/// How devices can be reached, for people.
class ReachabilityView {
public:
    virtual ~ReachabilityView() = default;

    struct Method {
        std::string name;
        bool applies = false;
        std::string why;  ///< what is missing when not
    };
    struct Picture {
        WakeFacts facts;
        std::vector<Method> methods;  ///< in the order in which they would be tried, then those that do not apply
        bool in_session = false;      ///< on this node
        std::optional<base::TimePoint> next_inform;  ///< that is expected without a wake-up
        std::string outlook;                         ///< the same in plain words
        std::string postponed;                       ///< why automation does not ask it now; empty: it may
    };
    /// None when there is no such device.
    virtual base::Awaitable<std::optional<Picture>> picture(DeviceKey device) = 0;
};

/// Where a device came from.
struct Place {
    std::string address;  ///< numeric
    std::uint16_t port = 0;
    friend bool operator==(Place const&, Place const&) = default;
};

/// Takes down where devices come from. Safe from any thread.
class ConnectionNotes {
public:
    virtual ~ConnectionNotes() = default;
    /// The device, who proved who it is where that is asked for, has informed from there.
    virtual void note(DeviceKey device, Place from) noexcept = 0;
};

/// Which devices are in a session on this node. Safe from any thread.
class LiveDevices {
public:
    virtual ~LiveDevices() = default;
    [[nodiscard]] virtual bool is_live(DeviceKey device) const = 0;
};

}  // namespace domain
