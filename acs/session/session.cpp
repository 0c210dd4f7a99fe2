#include "session/session.hpp"

#include "base/log.hpp"
#include "base/unavailable.hpp"
#include "session/cpe_requests.hpp"
#include "session/device_look.hpp"
#include "session/dialect_options.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace session {

namespace log = base::log;

Session::Session(Services const& services, SessionCounters& counters, Caller caller)
    : services_{services}, counters_{counters}, caller_{std::move(caller)}
{
}

Session::~Session() = default;

std::chrono::seconds Session::patience(bool connected) const noexcept
{
    bool const working = connected && machine_.is_outstanding();
    return working ? std::max(timeout_, services_.limits.rpc_time) : timeout_;
}

base::Awaitable<Answer> Session::answer(cwmp::Envelope received)
{
    auto const step = machine_.hear(heard(received.message));
    auto const header = cwmp::Envelope{.id = received.id, .message = cwmp::Empty{}};
    std::string what;
    try {
        co_return co_await answer_step(std::move(received), step);
    } catch (std::exception const& failure) {
        what = failure.what();
    }
    co_return give_up(step, what, header);
}

base::Awaitable<Answer> Session::answer_step(cwmp::Envelope received, Step step)
{
    switch (step) {
        case Step::reopen: co_await abandon("the device informed again"); [[fallthrough]];
        case Step::open: co_return co_await greet(std::move(received));
        case Step::answer_request:
        case Step::answer_unknown: co_return co_await answer_request(std::move(received));
        case Step::dispatch: co_return co_await dispatch();
        case Step::settle: co_return co_await settle(std::move(received.message));
        case Step::lost: co_return co_await lose();
        case Step::empty_again: co_return Answer{};
        case Step::probe:
        case Step::refuse: break;
    }
    if (is_admitted())
        end("refused", counters_.failed, "a message that has no place here");
    co_return Answer{Answer::Kind::refused, {}};
}

/// The database did not answer, or something broke: what a CPE may be told depends on what it asked.
Answer Session::give_up(Step step, std::string const& what, cwmp::Envelope const& received)
{
    log::warning("session.unavailable",
                 {{"device", cwmp::external_id(identity_)}, {"at", to_text(step)}, {"cause", what}});
    switch (step) {
        case Step::open:
        case Step::reopen: return {Answer::Kind::unavailable, {}};
        case Step::answer_request: return reply(received, cwmp::make_fault(cwmp::fault_code::acs_retry_request));
        default: break;
    }
    end("unavailable", counters_.failed, what);
    return {Answer::Kind::close, {}};
}

Answer Session::reply(cwmp::Envelope const& received, cwmp::Message message)
{
    return {Answer::Kind::message, cwmp::Envelope{.id = received.id, .message = std::move(message)}};
}

base::Awaitable<Answer> Session::greet(cwmp::Envelope received)
{
    auto identity = cwmp::normalized(std::get<cwmp::Inform>(received.message).device_id);
    if (!identity) {
        machine_.end();
        co_return Answer{Answer::Kind::refused, {}};
    }
    identity_ = *identity;
    dialect_ = cwmp::mirrored(received.facts);
    bool const too_new =
        !received.supported_cwmp_versions.empty() && !negotiated_version(received.supported_cwmp_versions);
    if (too_new) {
        machine_.end();
        co_return reply(received, cwmp::make_fault(cwmp::fault_code::acs_version_incompatible));
    }
    if (!caller_.known)
        caller_.known = co_await services_.sessions.look_up(identity_, {});
    auto const& device = caller_.known->device;
    bool const refused =
        device && (device->state == domain::DeviceState::retired || device->state == domain::DeviceState::rejected);
    if (refused) {
        machine_.end();
        counters_.forbidden.add();
        log::info("session.forbidden",
                  {{"device", cwmp::external_id(identity_)}, {"state", domain::to_text(device->state)}});
        co_return Answer{Answer::Kind::forbidden, {}};
    }
    if (caller_.standing == Standing::re_enrolled)
        co_await ask_policy(*caller_.known->device);
    if (caller_.standing == Standing::held)
        co_return co_await hold(std::move(received));
    co_return co_await admit(std::move(received), std::move(*identity));
}

base::Awaitable<Answer> Session::admit(cwmp::Envelope received, cwmp::DeviceId identity)
{
    auto const& inform = std::get<cwmp::Inform>(received.message);
    auto known = std::move(caller_.known->device);
    begin_anew();
    started_ = services_.clock.now();
    if (!co_await settle_login(known ? &*known : nullptr)) {
        machine_.end();
        counters_.forbidden.add();
        co_return Answer{Answer::Kind::forbidden, {}};
    }
    auto greeting = judge(std::move(identity), inform, known, started_, services_.limits);
    greeting.contact.address = caller_.address;
    if (is_re_enrolled_ && !std::exchange(greeting.bootstrap, true))
        // It told so before, when it was not known to be itself.
        greeting.contact.events.insert(greeting.contact.events.begin(), {std::string{cwmp::event_code::bootstrap}, ""});
    greeting.contact.state_if_new = caller_.state_if_new;
    greeting.contact.announcement = caller_.announcement;
    greeting.contact.login_mark = caller_.login_mark;
    state_ = known ? known->state : caller_.state_if_new;
    evidence_ = {greeting.contact.events, greeting.parameter_key, greeting.contact.facts.software_version, {}};
    if (known) {
        for (auto const& event : known->last_events)
            if (event.code == cwmp::event_code::m_schedule_inform && !event.command_key.empty())
                evidence_.scheduled_before.push_back(event.command_key);
        evidence_.boot_epoch = known->boot_epoch;
        evidence_.bootstrap_epoch = known->bootstrap_epoch;
    }
    evidence_.uses_its_login = caller_.showing.by == Shown::own && !caller_.showing.has_next;
    desk_.roots = greeting.roots;
    desk_.facts = greeting.contact.facts;
    desk_.limits = services_.limits;
    timeout_ = session_timeout(received.session_timeout, services_.limits);
    bool const has_news = std::ranges::any_of(
        evidence_.events, [](cwmp::Event const& event) { return event.code != cwmp::event_code::periodic; });
    if (state_ == domain::DeviceState::conflict && has_news)
        looks_ = device_info_paths(desk_.roots);

    auto const hour = greeting.contact.activity.hour_start;
    greeting.contact.rules_due = rules_are_due_ = are_rules_due(known, greeting);
    auto const admission = co_await services_.sessions.commit_contact(std::exchange(greeting.contact, {}));
    device_ = admission.key;
    if (services_.journal != nullptr)
        id_ = services_.journal->next_id();
    epoch_ = desk_.epoch = admission.epoch;
    counters_.opened.add();
    desk_.model =
        co_await services_.models.find({identity_.oui, identity_.product_class, desk_.facts.software_version});
    for (auto const& options : {desk_.model.dialect, known ? known->dialect : std::string{}})
        if (auto const applied = apply_options(options, dialect_); !applied)
            log::warning("session.dialect",
                         {{"device", cwmp::external_id(identity_)}, {"cause", applied.error().what}});
    desk_.booleans = dialect_.boolean_spelling;
    if (known) {
        has_tasks_ = known->has_open_tasks;
        automation_stopped_ = known->automation_stopped;
        failed_before_ = known->activity.failed_in_row;
        desk_.tree_version = known->tree_software_version;
    }
    bool const has_booted = greeting.bootstrap || greeting.boot || (known && known->activity.hour_start != hour);
    // A device that is not let in is never read completely: it is looked at when it boots, and once an hour.
    bool const tree_is_old =
        !known || !known->has_tree ||
        (state_ == domain::DeviceState::pending ? has_booted
                                                : known->tree_software_version != desk_.facts.software_version);
    greeting.bootstrap = greeting.bootstrap || tree_is_old;
    co_await order_logins(known ? &*known : nullptr, has_booted);
    co_await react(greeting);
    co_await begin_rules(known);

    bool const hold = services_.limits.hold_requests;
    machine_.opened(hold);
    auto answer = reply(received, cwmp::InformResponse{});
    answer.envelope.hold_requests = hold;
    answer.envelope.use_cwmp_version = negotiated_version(received.supported_cwmp_versions);
    co_return answer;
}

/// Nothing of a session before this one counts.
void Session::begin_anew()
{
    caller_.known.reset();
    planner_.reset();
    desk_ = Desk{};
    automation_stopped_.clear();
    rule_events_.clear();
    rules_paid_.clear();
    evaluation_.reset();
    rules_.reset();
    rules_are_due_ = rules_are_satisfied_ = tree_was_changed_ = is_re_enrolled_ = false;
    has_tasks_ = tree_loaded_ = reconciled_ = releasing_ = is_held_ = is_looking_ = false;
    looks_.clear();
    claimed_at_ = 0;
    news_seen_ = 0;
    failed_before_ = rpcs_ = requests_ = faults_ = tasks_done_ = 0;
    failure_.clear();
}

/// What an Inform sets off. Discovery is ordered before the answer: the device will not repeat its events.
base::Awaitable<void> Session::react(Greeting const& greeting)
{
    if (!greeting.restless.empty() || greeting.has_rested) {
        automation_stopped_ = greeting.restless;
        co_await services_.sessions.set_automation(device_, automation_stopped_);
        log::warning("session.automation", {{"device", cwmp::external_id(identity_)},
                                            {"stopped", automation_stopped_.empty() ? "no" : automation_stopped_}});
    }
    bool const wanted = greeting.bootstrap && desk_.model.discovery != domain::DiscoveryProfile::off;
    bool const allowed = automation_stopped_.empty() && state_ != domain::DeviceState::conflict &&
                         state_ != domain::DeviceState::retiring;
    if (!wanted || !allowed)
        co_return;
    bool const is_pending = state_ == domain::DeviceState::pending;
    domain::Task discovery;
    discovery.device = device_;
    discovery.arguments = is_pending ? domain::RefreshTask{.paths = device_info_paths(desk_.roots), .discovery = false}
                                     : domain::RefreshTask{.paths = {}, .discovery = true};
    discovery.priority = domain::Priority::bulk;
    discovery.created = discovery.not_before = started_;
    discovery.origin = is_pending ? "enrolment" : "discovery";
    co_await services_.tasks.add(std::move(discovery));
    has_tasks_ = true;
}

base::Awaitable<Answer> Session::answer_request(cwmp::Envelope received)
{
    ++requests_;
    if (is_held_ && !std::holds_alternative<cwmp::GetRPCMethods>(received.message))
        co_return reply(received, cwmp::make_fault(cwmp::fault_code::acs_request_denied));
    if (auto report = report_of(received.message))
        co_await services_.sessions.record_report(device_, std::move(report->kind), std::move(report->detail));
    if (auto const* transfer = std::get_if<cwmp::TransferComplete>(&received.message)) {
        co_await load_tasks();
        desk_.now = services_.clock.now();
        if (planner_ && !co_await carry_out(planner_->transfer_complete(*transfer, desk_)))
            co_return stale();
    }
    co_return reply(received, response_to(received.message));
}

base::Awaitable<void> Session::abandon(std::string reason)
{
    if (!is_admitted() || machine_.ended())
        co_return;
    if (is_held_) {
        end("failed", counters_.failed, reason);
        co_return;
    }
    std::string failure;
    try {
        if (planner_) {
            desk_.now = services_.clock.now();
            static_cast<void>(co_await carry_out(planner_->lose(desk_)));
        }
        co_await services_.sessions.note_end(device_, true, reason);
    } catch (std::exception const& exception) {
        failure = exception.what();
    }
    if (!failure.empty())
        log::warning("session.unavailable",
                     {{"device", cwmp::external_id(identity_)}, {"at", "abandon"}, {"cause", failure}});
    end("failed", counters_.failed, reason);
}

void Session::end(std::string_view outcome, base::Counter& counter, std::string_view reason)
{
    machine_.end();
    counter.add();
    failure_ = reason;
    if (log::enabled(log::Level::info))
        log_end(outcome, reason);
    planner_.reset();
    desk_ = Desk{};
}

bool Session::is_notable() const noexcept
{
    return rpcs_ > 0 || requests_ > 0 || !failure_.empty() ||
           std::ranges::any_of(evidence_.events, [](auto const& e) { return e.code != cwmp::event_code::periodic; });
}

std::string_view Session::outstanding() const noexcept
{
    return planner_ ? std::string_view{planner_->method()} : std::string_view{resumed_method_};
}

domain::SessionFacts Session::facts() const
{
    domain::SessionFacts facts{.id = id_, .device = device_, .identity = identity_, .started = started_};
    facts.address = caller_.address;
    facts.is_tls = caller_.is_https;
    for (auto const& event : evidence_.events)
        facts.events.push_back(event.code);
    facts.rpcs = rpcs_;
    facts.requests = requests_;
    facts.faults = faults_;
    facts.tasks = tasks_done_;
    return facts;
}

void Session::log_end(std::string_view outcome, std::string_view reason) const
{
    std::string events;
    for (auto const& event : evidence_.events)
        events += (events.empty() ? "" : ", ") + event.code;
    auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(services_.clock.now() - started_);
    log::info("session.end", {{"device", cwmp::external_id(identity_)},
                              {"events", events},
                              {"outcome", outcome},
                              {"rpcs", rpcs_},
                              {"faults", faults_},
                              {"requests", requests_},
                              {"ms", took.count()},
                              {"reason", reason}});
}

}  // namespace session
