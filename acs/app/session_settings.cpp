#include "app/session_settings.hpp"

#include "net/network.hpp"

#include <cstddef>

namespace app {

namespace {

session::LoginPolicy policy_of(CpeAuth auth)
{
    switch (auth) {
        case CpeAuth::none: return session::LoginPolicy::none;
        case CpeAuth::basic: return session::LoginPolicy::basic;
        case CpeAuth::digest: return session::LoginPolicy::digest;
        case CpeAuth::any: break;
    }
    return session::LoginPolicy::any;
}

session::ReEnrolment re_enrolment_of(Config::Enrolment const& config)
{
    using enum session::AfterReset;
    session::ReEnrolment policy;
    policy.allowed = config.reset_time;
    policy.networks = net::Networks::parse(config.reset_networks).value_or(net::Networks{});
    switch (config.after_reset) {
        case AfterReset::same_address: policy.after_reset = same_address; break;
        case AfterReset::networks: policy.after_reset = networks; break;
        case AfterReset::certificate: policy.after_reset = certificate; break;
        case AfterReset::open: policy.after_reset = open; break;
        case AfterReset::person: break;
    }
    return policy;
}

}  // namespace

session::SessionLimits session_limits_of(Config const& config)
{
    session::SessionLimits limits;
    limits.timeout = config.cwmp.session_timeout;
    limits.longest_timeout = config.cwmp.max_session_timeout;
    limits.rpc_time = config.cwmp.rpc_timeout;
    limits.sessions = config.cwmp.max_sessions;
    limits.sessions_per_hour = config.cwmp.sessions_per_hour;
    limits.boots_per_hour = config.cwmp.boots_per_hour;
    limits.takeovers_per_hour = config.cwmp.takeovers_per_hour;
    limits.older_boots_per_day = config.cwmp.older_boots_per_day;
    limits.rpcs = config.cwmp.rpcs_per_session;
    limits.duration = config.cwmp.seconds_per_session;
    limits.slice_rpcs = config.discovery.rpcs_per_session;
    limits.slice_time = config.discovery.seconds_per_session;
    return limits;
}

session::NewDeviceLimits new_device_limits_of(Config::Enrolment const& config)
{
    return {config.new_per_minute, config.pending_per_minute, config.pending};
}

session::FailedLoginLimits failed_login_limits_of(Config::Enrolment const& config)
{
    session::FailedLoginLimits limits;
    limits.free = config.free_failures;
    limits.longest_delay = config.longest_delay;
    limits.delayed = config.delayed_answers;
    return limits;
}

session::TraceSettings traces_of(Config::Trace const& config)
{
    session::TraceSettings settings;
    settings.failed_sessions = config.failed_sessions;
    settings.session_bytes = std::size_t{config.session_kilobytes} << 10U;
    settings.chosen_session_bytes = std::size_t{config.chosen_kilobytes} << 10U;
    settings.memory_bytes = std::size_t{config.memory_megabytes} << 20U;
    return settings;
}

session::LoginSettings login_settings_of(Config const& config)
{
    session::LoginSettings settings{
        config.enrolment.own_logins, config.cwmp.realm, {}, config.enrolment.resets_per_day};
    settings.for_stun = config.stun.port != 0;
    for (auto const& login : config.cwmp.bootstrap)
        settings.shared_names.push_back(login.username);
    return settings;
}

void set_nonce_keys(net::DigestSettings& digest, std::vector<std::string> const& keys)
{
    digest.key = keys.front();
    digest.other_keys.assign(keys.begin() + 1, keys.end());
}

session::EndpointPolicy endpoint_policy_of(Config const& config, CwmpListenerConfig const& listener,
                                           std::vector<std::string> const& nonce_keys)
{
    session::EndpointPolicy policy;
    policy.login = policy_of(listener.auth);
    policy.open_enrolment = listener.enrol == Enrol::open;
    policy.enrol_certificates = config.enrolment.certificates;
    policy.client_subject = listener.client_subject;
    policy.re_enrolment = re_enrolment_of(config.enrolment);
    policy.digest.realm = config.cwmp.realm;
    set_nonce_keys(policy.digest, nonce_keys);
    for (auto const& login : config.cwmp.bootstrap)
        policy.shared_logins.push_back(
            {login.username, net::make_digest_secret(login.username, config.cwmp.realm, login.password)});
    return policy;
}

}  // namespace app
