// What a device logs in with: given, proved, and given back when it leaves.
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "session/new_login.hpp"
#include "session/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace session {

namespace log = base::log;

namespace {

constexpr unsigned most_names = 4;  ///< user names that are tried until one is nobody else's

constexpr std::string_view enrolment = "enrolment";

}  // namespace

/// A device that was reset and of which nobody has said that it is itself: the policy may, but not without end. Who
/// shows a certificate goes on with that.
base::Awaitable<void> Session::ask_policy(domain::KnownDevice& known)
{
    using enum domain::LoginState;
    auto const now = services_.clock.now();
    if (services_.logins == nullptr || (known.login == allowed && now < known.login_until))
        co_return;
    auto const until = now + caller_.re_enrolment_time;
    auto const most = services_.login_settings.resets_per_day;
    domain::AuditEntry entry;
    entry.by = caller_.agreed_by;
    entry.how = "server";
    entry.peer = caller_.address;
    entry.action = "device.re_enrolled";
    entry.target = cwmp::external_id(identity_);
    entry.device = known.key;
    entry.before = fmt::format(R"({{"login":"{}"}})", domain::to_text(known.login));
    entry.after = fmt::format(R"({{"login":"allowed","until":"{}"}})", base::to_rfc3339(until));
    bool const is_agreed = co_await services_.logins->agree(known.key, until, most, std::move(entry));
    if (is_agreed) {
        known.login = allowed;
        known.login_until = until;
        co_return;
    }
    caller_.standing = caller_.showing.by == Shown::certificate ? Standing::served : Standing::held;
    note(domain::incident_kind::re_enrolment, known.key,
         fmt::format("it says that it was reset, and was given a new login {} times within a day already: it gets none "
                     "until somebody agrees (acsctl re-enrol), or that is a day ago",
                     most));
}

/// What the look-up knows of the device before anything else is written: that somebody agreed to a new login, or that
/// it uses its own. False: it has been reset as it should, and is served no more.
base::Awaitable<bool> Session::settle_login(domain::KnownDevice* known)
{
    using enum domain::LoginState;
    if (services_.logins == nullptr || known == nullptr)
        co_return true;
    if (caller_.standing == Standing::reset) {
        co_await services_.logins->retire(known->key);
        co_return false;
    }
    if (caller_.standing == Standing::re_enrolled) {
        is_re_enrolled_ = true;
        log::info("session.re_enrolled", {{"device", cwmp::external_id(identity_)}, {"address", caller_.address}});
    }
    auto const& showing = caller_.showing;
    bool const is_own = showing.by == Shown::own;
    if (is_own && (showing.is_new || known->login != proven)) {
        if (!showing.is_new && known->login != none) {
            log::warning("session.re_enrolment_disputed",
                         {{"device", cwmp::external_id(identity_)}, {"state", domain::to_text(known->login)}});
            note(domain::incident_kind::re_enrolment, known->key,
                 "it came with the login that it had all along: who said that it was reset was somebody else");
        }
        if (showing.cut)
            co_await keep_cut(known->key);
        co_await services_.logins->prove(known->key, showing.username, showing.ha1_md5);
    }
    co_return true;
}

/// The device has only the beginning of the password that it was told, and said that it took all of it.
base::Awaitable<void> Session::keep_cut(domain::DeviceKey device)
{
    auto const& kept = *caller_.showing.cut;
    co_await services_.logins->shorten(offer_of(device, kept, services_.login_settings.realm, true));
    auto const length = kept.password.size();
    log::warning("session.password_cut", {{"device", cwmp::external_id(identity_)}, {"length", length}});
    note(domain::incident_kind::odd_login, device,
         fmt::format("it keeps only the first {} characters of the password that it was told: these are its password "
                     "now",
                     length));
}

void Session::note(std::string_view kind, domain::DeviceKey device, std::string detail) const
{
    if (services_.incidents != nullptr)
        services_.incidents->note({.kind = std::string{kind},
                                   .identity = cwmp::external_id(identity_),
                                   .device = device,
                                   .address = caller_.address,
                                   .username = caller_.showing.username,
                                   .detail = std::move(detail)});
}

/// Logins are the first thing that a device is given: before it is read, and before rules.
base::Awaitable<void> Session::order_logins(domain::KnownDevice const* known, bool has_booted)
{
    using enum domain::LoginState;
    bool const may = services_.logins != nullptr && services_.login_settings.give &&
                     state_ == domain::DeviceState::active && automation_stopped_.empty() &&
                     caller_.showing.by != Shown::nothing;
    auto const login = known != nullptr ? known->login : none;
    // What was given and is not used is given again, but not in every session of a device that does not want it.
    bool const is_updated = known != nullptr && known->facts.software_version != desk_.facts.software_version;
    bool const is_time =
        login == none || login == allowed || (login == given && has_booted) || (login == ignored && is_updated);
    if (!may || !is_time)
        co_return;
    domain::Task task;
    task.device = device_;
    task.arguments = domain::CredentialsTask{.login = caller_.showing.by != Shown::own, .connection_request = true};
    task.priority = domain::Priority::login;
    task.created = task.not_before = started_;
    task.origin = enrolment;
    co_await services_.tasks.add(std::move(task));
    has_tasks_ = true;
}

/// Keeps what the next task tells the device, before it is told.
base::Awaitable<void> Session::prepare_logins()
{
    desk_.logins.reset();
    auto const task = planner_->upcoming_logins();
    if (!task || services_.logins == nullptr || caller_.showing.by == Shown::nothing)
        co_return;
    bool const is_new = planner_->upcoming()->origin == enrolment;
    PreparedLogins prepared{.login = {},
                            .wake = {},
                            .is_certified = caller_.showing.by == Shown::certificate,
                            .for_stun = services_.login_settings.for_stun};
    if (task->login)
        prepared.login = co_await offer_login();
    if (task->connection_request) {
        domain::GivenLogin wake{login_name(identity_, 0), new_password()};
        prepared.wake = co_await services_.logins->offer_wake(device_, std::move(wake), is_new);
    }
    desk_.logins = std::move(prepared);
}

/// A login that is nobody else's; the one that the device comes with keeps its name.
base::Awaitable<std::optional<domain::GivenLogin>> Session::offer_login()
{
    auto const& settings = services_.login_settings;
    bool const has_own = caller_.showing.by == Shown::own;
    for (unsigned attempt = 0; attempt < most_names; ++attempt) {
        auto name = has_own ? caller_.showing.username : login_name(identity_, attempt);
        if (std::ranges::find(settings.shared_names, name) != settings.shared_names.end())
            continue;
        auto offer = offer_of(device_, {std::move(name), new_password()}, settings.realm, true);
        if (auto kept = co_await services_.logins->offer(std::move(offer)))
            co_return kept;
        if (has_own)
            break;
    }
    co_return std::nullopt;
}

/// A person or a rule gives the device another login. It is kept beside the old one before the RPC leaves; when it
/// cannot be, the RPC does not leave.
base::Awaitable<Plan> Session::keep_login(Plan plan)
{
    auto const& showing = caller_.showing;
    bool const is_ours = desk_.logins && desk_.logins->login == plan.acs_login;
    if (!plan.acs_login || is_ours || services_.logins == nullptr || showing.by == Shown::nothing)
        co_return plan;
    auto login = *plan.acs_login;
    if (login.username.empty() && showing.by == Shown::own)
        login.username = showing.username;
    if (login.username.empty() || login.password.empty())
        co_return planner_->refuse("Username and Password of the ManagementServer are set together: with one alone the "
                                   "device could not log in any more.",
                                   desk_);
    auto const& shared = services_.login_settings.shared_names;
    std::optional<domain::GivenLogin> kept;
    if (std::ranges::find(shared, login.username) == shared.end())
        kept = co_await services_.logins->offer(offer_of(device_, login, services_.login_settings.realm, false));
    if (!kept)
        co_return planner_->refuse("The user name " + login.username + " is another device's.", desk_);
    if (*kept != login)
        co_return planner_->refuse(
            "The device is being given another login, and may have it already: set this one when "
            "it has used that.",
            desk_);
    co_return plan;
}

/// What the device has said yes to.
base::Awaitable<void> Session::confirm_logins()
{
    if (services_.logins == nullptr)
        co_return;
    bool const is_certified = desk_.logins && desk_.logins->is_certified && desk_.logins->login;
    if (std::exchange(desk_.login_taken, false) && is_certified) {
        auto const offer = offer_of(device_, *desk_.logins->login, services_.login_settings.realm, true);
        co_await services_.logins->prove(device_, offer.login.username, offer.ha1_md5);
    }
    if (std::exchange(desk_.wake_taken, false))
        co_await services_.logins->confirm_wake(device_);
    if (std::exchange(desk_.login_ignored, false))
        co_await note_ignored();
    if (std::exchange(desk_.is_retired, false)) {
        co_await services_.logins->retire(device_);
        state_ = domain::DeviceState::retired;
        if (planner_)
            planner_->forbid_everything();
        log::info("session.retired", {{"device", cwmp::external_id(identity_)}});
    }
}

/// It is not told the same for ever: the one before is good, and people are told.
base::Awaitable<void> Session::note_ignored()
{
    if (caller_.showing.by == Shown::shared)
        co_await services_.logins->mark(device_, domain::LoginState::ignored, {});
    log::warning("session.login_ignored", {{"device", cwmp::external_id(identity_)}});
    note(domain::incident_kind::odd_login, device_,
         fmt::format(
             "it was told a new login {} times, says that it took it, and comes with the one before, which stays "
             "good: it is told no more until its software changes, or by acsctl rotate",
             services_.limits.login_tries));
}

}  // namespace session
