#include "base/log.hpp"
#include "base/time_text.hpp"
#include "session/endpoint_state.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace session {

void CwmpEndpoint::State::note(std::string_view kind, Caller const& caller, std::string username,
                               std::string detail) const noexcept
{
    if (services.incidents == nullptr)
        return;
    domain::Incident incident{.kind = std::string{kind},
                              .identity = cwmp::external_id(caller.identity),
                              .address = caller.address,
                              .username = std::move(username),
                              .detail = std::move(detail)};
    if (caller.known && caller.known->device)
        incident.device = caller.known->device->key;
    services.incidents->note(std::move(incident));
}

void CwmpEndpoint::State::note_stranger(Caller const& caller, std::string username, std::string reason) const noexcept
{
    if (services.strangers == nullptr || caller.known->device)
        return;
    services.strangers->note({.identity = caller.identity,
                              .address = caller.address,
                              .username = std::move(username),
                              .reason = std::move(reason)});
}

/// Only answers that refuse a login are held back, and not too many at once.
base::Awaitable<bool> CwmpEndpoint::State::slow_down(Caller const& caller)
{
    if (services.failed_logins == nullptr)
        co_return true;
    auto& failed = *services.failed_logins;
    auto const delay = failed.note(caller.address, cwmp::external_id(caller.identity), services.clock.now());
    if (delay.count() == 0)
        co_return true;
    if (!failed.begin_delay())
        co_return false;
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, delay};
    co_await timer.async_wait(base::as_tuple);
    failed.end_delay();
    co_return true;
}

base::Awaitable<std::optional<LoginJudgement>> CwmpEndpoint::State::judge_cut(Caller const& caller,
                                                                              net::Authorization authorization)
{
    LoginJudgement refused;
    if (services.logins == nullptr)
        co_return refused;
    std::optional<domain::GivenLogin> told;
    std::string failure;
    try {
        told = co_await services.logins->told(caller.known->device->key, authorization.username);
    } catch (std::exception const& problem) {
        failure = problem.what();
    }
    if (!failure.empty()) {
        base::log::warning("session.unavailable",
                           {{"device", cwmp::external_id(caller.identity)}, {"at", "login"}, {"cause", failure}});
        co_return std::nullopt;
    }
    if (!told)
        co_return refused;
    co_return gate.judge_cut(authorization, *caller.known, *told, services.clock.now());
}

net::Response CwmpEndpoint::State::turn_away(Caller const& caller, net::Authorization const& authorization,
                                             LoginJudgement const& judgement)
{
    auto const& username = authorization.username;
    if (judgement.verdict == LoginVerdict::other_device) {
        counters.forbidden.add();
        base::log::warning("session.wrong_login",
                           {{"device", cwmp::external_id(caller.identity)}, {"username", username}});
        note(domain::incident_kind::wrong_login, caller, username,
             "the right password, but the login belongs to another device");
        note_stranger(caller, username, "it came with the login of another device");
        return plain_response(403);
    }
    if (judgement.verdict == LoginVerdict::revoked) {
        counters.forbidden.add();
        note(domain::incident_kind::refused_device, caller, username, "its login was revoked when it was retired");
        return plain_response(403);
    }
    if (judgement.verdict == LoginVerdict::refused) {
        bool const has_login = authorization.scheme != net::Authorization::Scheme::none;
        note(has_login ? domain::incident_kind::failed_login : domain::incident_kind::wrong_certificate, caller,
             username,
             judgement.why.empty()
                 ? has_login ? "an unknown user name, or not its password" : "a certificate that names another device"
                 : judgement.why);
        note_stranger(caller, username, "its login is not known, or wrong");
        return challenge(false);
    }
    if (judgement.is_replay)
        note(domain::incident_kind::replayed_login, caller, username, "a Digest answer that was used before");
    // The clock of another node may be ahead: a nonce that is older than the device's last one would be stale again.
    return challenge(true,
                     caller.known->device ? domain::time_after(caller.known->device->login_mark) : base::TimePoint{});
}

/// What an unknown device that may come in becomes; false: there is no room for it now.
bool CwmpEndpoint::State::enrol(Caller& caller, bool has_certificate, std::string const& username) const
{
    auto const& expected = caller.known->expected;
    auto const& policy = gate.policy();
    bool const is_trusted = expected || policy.open_enrolment || (has_certificate && policy.enrol_certificates);
    caller.state_if_new = is_trusted ? domain::DeviceState::active : domain::DeviceState::pending;
    caller.announcement = expected ? expected->announcement : 0;
    if (caller.known->device || services.new_devices == nullptr ||
        services.new_devices->admit(!is_trusted, services.clock.now()))
        return true;
    auto const& limits = services.new_devices->limits();
    auto const reason = is_trusted
                            ? fmt::format("more than {} new devices in a minute", limits.per_minute)
                            : fmt::format("more than {} new devices in a minute that nobody has announced, or {} "
                                          "that wait for somebody to let them in",
                                          limits.pending_per_minute, limits.pending);
    note(domain::incident_kind::too_many_new, caller, username, reason);
    note_stranger(caller, username, reason);
    return false;
}

/// A live session is about to be replaced. When that happens too often from different addresses, several boxes have the
/// identity: the device is answered, but nothing is done to it until a person decides.
base::Awaitable<void> CwmpEndpoint::State::watch_takeover(LiveSession const& old, Caller& caller)
{
    auto const& device = *caller.known->device;
    if (!caller.authenticated || !takeovers.note(device.key, old.address, caller.address, services.clock.now()))
        co_return;
    auto const reason =
        fmt::format("conflict: more than {} live sessions within an hour were taken over from other addresses, "
                    "the last from {} by {}",
                    services.limits.takeovers_per_hour, old.address, caller.address);
    co_await mark_conflict(caller, reason);
}

/// One box cannot have been started before it was started: two with one identity tell so in turns.
std::string CwmpEndpoint::State::other_box(cwmp::Inform const& inform, Caller const& caller)
{
    auto const& device = *caller.known->device;
    auto const now = services.clock.now();
    auto const boot = boot_time(inform, device, now);
    if (!boot || !caller.authenticated || !boot_times.note(device.key, *boot, now))
        return {};
    return fmt::format("conflict: by the UpTime that it told before it was started at {}, by what came from {} at {}; "
                       "that went back more than {} times within a day",
                       base::to_rfc3339(boot->before), caller.address, base::to_rfc3339(boot->now),
                       services.limits.older_boots_per_day);
}

base::Awaitable<void> CwmpEndpoint::State::mark_conflict(Caller& caller, std::string reason)
{
    auto& device = *caller.known->device;
    std::string failure;
    try {
        co_await services.sessions.mark_conflict(device.key, reason);
        device.state = domain::DeviceState::conflict;
        device.automation_stopped = reason;
    } catch (std::exception const& problem) {
        failure = problem.what();
    }
    base::log::warning("session.conflict",
                       {{"device_key", device.key.value()}, {"reason", reason}, {"failure", failure}});
    note(domain::incident_kind::conflict, caller, {}, std::move(reason));
}

}  // namespace session
