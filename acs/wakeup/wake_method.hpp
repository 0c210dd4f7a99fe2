#pragma once

#include "base/awaitable.hpp"
#include "domain/reachability.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace wakeup {

/// What a method may need to know of the device that it asks to come.
using WakeTarget = domain::WakeTarget;

/// What came of asking a device to come. That it took the request is no proof: reached means that its Inform came.
struct Asked {
    bool is_sent = false;  ///< the device took it, or (UDP) it was sent: its Inform may come
    std::string cause;     ///< in plain words why not
    bool is_busy = false;  ///< it answered, but is in a session or was asked too often: worth asking again
    domain::WakeResult result = domain::WakeResult::failed;  ///< when it was not sent: the kind of its failure
};

/// One way to make a device open a session (TR-069 3.2.2 and Annexes G and K). Safe from any I/O thread.
class WakeMethod {
public:
    virtual ~WakeMethod() = default;

    /// "http", "udp", "xmpp": in the database, the API and the metrics.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// Whether it may reach this device at all; when not, `why` says in plain words what is missing.
    [[nodiscard]] virtual bool applies(WakeTarget const& target, std::string& why) const = 0;
    /// Asks the device once, at most until `until`.
    virtual base::Awaitable<Asked> ask(WakeTarget target, std::chrono::steady_clock::time_point until) = 0;
};

}  // namespace wakeup
