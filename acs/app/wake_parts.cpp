#include "app/wake_parts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace app {

wakeup::HttpSettings http_waker_settings_of(Config::Wakeup const& config, wakeup::TargetRules targets,
                                            wakeup::LastConnections const& connections)
{
    wakeup::HttpSettings settings;
    settings.limits.connect = config.connect_timeout;
    settings.limits.exchange = config.exchange_timeout;
    settings.targets = std::move(targets);
    settings.allow_basic = config.allow_basic;
    settings.username = config.username;
    settings.password = config.password;
    settings.connections = &connections;
    return settings;
}

std::unique_ptr<wakeup::StunServer> stun_server_of(Config const& config, domain::DeviceBindings& bindings,
                                                   base::Clock const& clock, base::Metrics& metrics)
{
    if (config.stun.port == 0)
        return nullptr;
    wakeup::StunSettings settings;
    settings.node = config.node;
    settings.address = config.stun.address;
    settings.port = config.stun.port;
    settings.require_integrity = config.stun.require_message_integrity;
    settings.requests_per_source = config.stun.requests_per_source;
    settings.requests_per_second = config.stun.requests_per_second;
    settings.bindings = config.stun.bindings;
    settings.binding_life = config.stun.binding_life;
    return std::make_unique<wakeup::StunServer>(bindings, clock, metrics, std::move(settings));
}

std::vector<wakeup::WakeMethod*> methods_of(std::initializer_list<wakeup::WakeMethod*> methods)
{
    std::vector<wakeup::WakeMethod*> found;
    std::ranges::copy_if(methods, std::back_inserter(found), [](auto const* each) { return each != nullptr; });
    return found;
}

std::unique_ptr<wakeup::Relay> make_relay(bool wanted, wakeup::RelayParts parts)
{
    return wanted ? std::make_unique<wakeup::Relay>(std::move(parts)) : nullptr;
}

std::unique_ptr<storage::WakeMailWatch> wake_mail_of(Config const& config, wakeup::Relay* relay)
{
    if (relay == nullptr)
        return nullptr;
    storage::WakeMailSettings settings;
    settings.connection.url = config.database.url;
    settings.node = config.node;
    return std::make_unique<storage::WakeMailWatch>(std::move(settings),
                                                    [relay](domain::WakeMail mail) { relay->take(std::move(mail)); });
}

wakeup::DispatchLimits dispatch_limits_of(Config::Wakeup const& config)
{
    wakeup::DispatchLimits limits;
    limits.rates = {config.per_second, config.automation_per_second, config.bulk_per_second, config.network_per_second};
    limits.backoff = {config.backoff, config.longest_backoff, config.most_failures};
    limits.at_once = config.at_once;
    limits.waiting = config.waiting;
    limits.request = config.connect_timeout + config.exchange_timeout;
    limits.inform = config.inform;
    limits.fall_over = config.fall_over;
    return limits;
}

provisioning::WakeLimits rule_wakes_of(Config::Wakeup const& config)
{
    provisioning::WakeLimits limits;
    limits.wakes = config.automation_per_second > 0;
    return limits;
}

}  // namespace app
