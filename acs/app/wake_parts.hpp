#pragma once

#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/counters.hpp"
#include "domain/device_bindings.hpp"
#include "provisioning/wake_queue.hpp"
#include "storage/pg_wake_requests.hpp"
#include "wakeup/dispatcher.hpp"
#include "wakeup/http_waker.hpp"
#include "wakeup/relay.hpp"
#include "wakeup/stun_server.hpp"

#include <initializer_list>
#include <memory>
#include <vector>

namespace app {

/// How connection requests over HTTP are made, and to whom.
[[nodiscard]] wakeup::HttpSettings http_waker_settings_of(Config::Wakeup const& config, wakeup::TargetRules targets,
                                                          wakeup::LastConnections const& connections);
/// The STUN server; none: it is not configured.
[[nodiscard]] std::unique_ptr<wakeup::StunServer> stun_server_of(Config const& config, domain::DeviceBindings& bindings,
                                                                 base::Clock const& clock, base::Metrics& metrics);
/// Those that are there, in the order in which they are tried when nothing is known of a device.
[[nodiscard]] std::vector<wakeup::WakeMethod*> methods_of(std::initializer_list<wakeup::WakeMethod*> methods);
/// What nodes ask each other to send; none: nobody wants it.
[[nodiscard]] std::unique_ptr<wakeup::Relay> make_relay(bool wanted, wakeup::RelayParts parts);
/// Brings `relay`, which must outlive it, what other nodes ask for; none without a relay.
[[nodiscard]] std::unique_ptr<storage::WakeMailWatch> wake_mail_of(Config const& config, wakeup::Relay* relay);
/// How fast devices are woken, and how long they are waited for.
[[nodiscard]] wakeup::DispatchLimits dispatch_limits_of(Config::Wakeup const& config);
/// Whether rules wake devices.
[[nodiscard]] provisioning::WakeLimits rule_wakes_of(Config::Wakeup const& config);

}  // namespace app
