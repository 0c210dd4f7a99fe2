#pragma once

#include "cwmp/dialect.hpp"
#include "cwmp/envelope.hpp"
#include "domain/rule_plan.hpp"
#include "session/admission.hpp"
#include "session/counters.hpp"
#include "session/machine.hpp"
#include "session/planner.hpp"
#include "session/services.hpp"
#include "session/standing.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace session {

class RuleEvaluation;

/// Who sent the Inform, as far as it was found out before the session began.
struct Caller {
    std::string address;                        ///< numeric
    cwmp::DeviceId identity;                    ///< that is claimed, normalized
    std::optional<domain::LookupAnswer> known;  ///< none: the session looks the device up itself
    std::int64_t login_mark = 0;                ///< of its Digest answer, 0: it logged in otherwise
    bool authenticated = false;                 ///< logged in, or showed a certificate
    bool is_https = true;                       ///< the CPE reached us by TLS: it is given file URLs of the same scheme
    domain::DeviceState state_if_new = domain::DeviceState::pending;
    std::int64_t announcement = 0;             ///< of a device that was expected
    Showing showing;                           ///< what it logged in with
    Standing standing = Standing::served;      ///< never `refused`
    std::chrono::hours re_enrolment_time{24};  ///< see ReEnrolment::allowed
    std::string agreed_by;                     ///< who says that a device which was reset is itself
};

/// What goes back to the CPE.
struct Answer {
    enum class Kind {
        message,      ///< 200 with `envelope`
        nothing,      ///< 204
        unavailable,  ///< 503 with Retry-After: nothing was acknowledged
        refused,      ///< 400: the message has no place here
        forbidden,    ///< 403: this device is not served
        close,        ///< no 2xx, close the connection: something could not be made durable, or a newer session won
    };
    Kind kind = Kind::nothing;
    cwmp::Envelope envelope;
};

/// One CWMP session, from the Inform to the empty answer. It belongs to a cookie, not to a TCP connection, and is used
/// by one thread; the next call only after the one before has completed.
class Session {
public:
    /// Both references must outlive the session.
    Session(Services const& services, SessionCounters& counters, Caller caller);
    ~Session();

    /// The ACS's answer to one message. Whatever the answer acknowledges is durable. Throws nothing.
    base::Awaitable<Answer> answer(cwmp::Envelope received);

    /// The session is over before its end: the outstanding RPC becomes unknown, the reason is noted. Throws nothing.
    base::Awaitable<void> abandon(std::string reason);

    /// Keeps what is needed to go on over another connection, here or on another node. False: it can go on here only,
    /// because nothing of it is kept. Throws nothing.
    base::Awaitable<bool> suspend(std::string cookie);
    /// Puts a kept session in the place of this new one. False when it cannot be read.
    [[nodiscard]] bool restore(domain::SuspendedSession const& kept);

    /// It goes on no more: ended by both sides, refused, cut off.
    [[nodiscard]] bool ended() const noexcept { return machine_.ended(); }
    /// Tasks were ordered for the device that this session has not looked at.
    [[nodiscard]] bool has_missed_tasks() const;
    /// An Inform was admitted.
    [[nodiscard]] bool is_admitted() const noexcept { return device_.value() != 0 || is_held_; }
    [[nodiscard]] domain::DeviceKey device() const noexcept { return device_; }
    [[nodiscard]] cwmp::Dialect const& dialect() const noexcept { return dialect_; }
    /// What is told of the session; sizes, node and time of its end are not known here.
    [[nodiscard]] domain::SessionFacts facts() const;
    [[nodiscard]] domain::SessionId id() const noexcept { return id_; }
    [[nodiscard]] base::TimePoint started() const noexcept { return started_; }
    /// It did something beside 2 PERIODIC, or failed.
    [[nodiscard]] bool is_notable() const noexcept;
    /// Why it came to no good end, in words; empty: it did, or is not over.
    [[nodiscard]] std::string const& failure() const noexcept { return failure_; }
    /// The method of the RPC whose answer is due, or empty.
    [[nodiscard]] std::string_view outstanding() const noexcept;
    /// How long to wait for the CPE's next request; longer while an RPC is outstanding and the connection lives.
    [[nodiscard]] std::chrono::seconds patience(bool connected) const noexcept;

private:
    // session.cpp: the conversation
    base::Awaitable<Answer> answer_step(cwmp::Envelope received, Step step);
    base::Awaitable<Answer> greet(cwmp::Envelope received);
    base::Awaitable<Answer> admit(cwmp::Envelope received, cwmp::DeviceId identity);
    void begin_anew();
    base::Awaitable<void> react(Greeting const& greeting);
    base::Awaitable<Answer> answer_request(cwmp::Envelope received);
    [[nodiscard]] Answer reply(cwmp::Envelope const& received, cwmp::Message message);
    [[nodiscard]] Answer give_up(Step step, std::string const& what, cwmp::Envelope const& received);

    // session_logins.cpp: what the device logs in with
    base::Awaitable<void> ask_policy(domain::KnownDevice& known);
    base::Awaitable<bool> settle_login(domain::KnownDevice* known);
    base::Awaitable<void> keep_cut(domain::DeviceKey device);
    void note(std::string_view kind, domain::DeviceKey device, std::string detail) const;
    base::Awaitable<void> order_logins(domain::KnownDevice const* known, bool has_booted);
    base::Awaitable<void> prepare_logins();
    base::Awaitable<std::optional<domain::GivenLogin>> offer_login();
    base::Awaitable<Plan> keep_login(Plan plan);
    base::Awaitable<void> confirm_logins();
    base::Awaitable<void> note_ignored();

    // session_look.cpp: devices that are told nothing
    base::Awaitable<Answer> hold(cwmp::Envelope received);
    [[nodiscard]] Answer look();
    base::Awaitable<Answer> take_look(cwmp::Message answer);
    base::Awaitable<void> tell_look(cwmp::GetParameterValuesResponse values);

    // session_rules.cpp: what rules want
    [[nodiscard]] bool are_rules_due(std::optional<domain::KnownDevice> const& known, Greeting const& greeting) const;
    base::Awaitable<void> begin_rules(std::optional<domain::KnownDevice> const& known);
    base::Awaitable<void> take_verdict();
    base::Awaitable<bool> order_rules();
    base::Awaitable<domain::RuleRound> next_rules();
    base::Awaitable<bool> carry_out_rules(domain::RuleRound round);
    base::Awaitable<domain::RuleRecord> record_of(domain::RuleRound round);
    base::Awaitable<std::optional<domain::Task>> download_of(domain::DeviceWish wish);
    base::Awaitable<void> mark_rules_due();

    // session_work.cpp: tasks
    base::Awaitable<void> load_tasks();
    base::Awaitable<void> load_tree();
    base::Awaitable<bool> prepare();
    base::Awaitable<Answer> dispatch();
    base::Awaitable<Answer> settle(cwmp::Message answer);
    base::Awaitable<Answer> lose();
    base::Awaitable<bool> claim_more();
    base::Awaitable<bool> take_news();
    void note_news();
    base::Awaitable<void> prepare_transfer();
    base::Awaitable<bool> carry_out(Plan plan);
    base::Awaitable<bool> store_tree();
    base::Awaitable<Answer> finish();
    base::Awaitable<void> keep_automation_in_bounds();
    [[nodiscard]] bool is_worn_out() const noexcept;
    [[nodiscard]] Permissions permissions() const;
    [[nodiscard]] Answer send(cwmp::Message request, bool hold);
    [[nodiscard]] Answer stale();
    void end(std::string_view outcome, base::Counter& counter, std::string_view reason);
    void log_end(std::string_view outcome, std::string_view reason) const;

    Services const& services_;
    SessionCounters& counters_;
    Caller caller_;
    Machine machine_;
    cwmp::Dialect dialect_;

    // who: known from the Inform on
    domain::DeviceKey device_;
    std::int64_t epoch_ = 0;
    cwmp::DeviceId identity_;
    domain::DeviceState state_ = domain::DeviceState::pending;
    bool is_held_ = false;            ///< it is told nothing, and nothing is kept of it; there is no device_
    bool is_re_enrolled_ = false;     ///< it was reset: what was known of it does not count
    std::string automation_stopped_;  ///< why automation leaves the device alone
    std::uint32_t failed_before_ = 0;
    Evidence evidence_;
    Desk desk_;
    std::chrono::seconds timeout_{30};
    base::TimePoint started_{};
    domain::SessionId id_;
    std::string failure_;

    // work
    std::optional<Planner> planner_;
    bool has_tasks_ = false;       ///< the store has some, or we made one
    std::size_t claimed_at_ = 0;   ///< tasks run when the store was last asked for more
    std::uint64_t news_seen_ = 0;  ///< TaskNews::newest() when the store was last asked for tasks
    domain::TaskId resumed_task_;  ///< whose RPC was outstanding when the session was put away
    std::string resumed_method_;
    bool tree_loaded_ = false;
    bool tree_was_changed_ = false;  ///< and stored
    bool reconciled_ = false;
    std::vector<std::string> looks_;  ///< of a device that is told nothing: what is read all the same, until it answers
    bool is_looking_ = false;         ///< the RPC outstanding is no task's: it reads the first of `looks_`
    bool releasing_ = false;          ///< the RPC outstanding is no task's: it only takes HoldRequests back

    // rules
    bool rules_are_due_ = false;
    bool rules_are_satisfied_ = false;            ///< this session has written that down
    std::vector<std::string> rule_events_;        ///< codes that they are evaluated for
    std::shared_ptr<RuleEvaluation> evaluation_;  ///< until its verdict is taken
    std::optional<domain::RulePlanner> rules_;    ///< until they want nothing more of this session
    std::set<std::string> rules_paid_;            ///< this session was taken off their budgets

    std::uint32_t rpcs_ = 0;
    std::uint32_t requests_ = 0;  ///< of the CPE, the Inform not counted
    std::uint32_t faults_ = 0;
    std::uint32_t tasks_done_ = 0;
};

}  // namespace session
