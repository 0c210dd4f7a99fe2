#pragma once

#include "agent/session.hpp"
#include "cwmp/codec/codec.hpp"
#include "session/login.hpp"
#include "session/session.hpp"
#include "session/transcript.hpp"
#include "support/fake_files.hpp"
#include "support/fake_incidents.hpp"
#include "support/fake_models.hpp"
#include "support/hand_clock.hpp"
#include "support/in_memory_store.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lab {

using namespace std::chrono_literals;

/// A simulated device and the ACS's sessions with no network between them: what one side says reaches the other as the
/// bytes that the codec made of it. The stores are in memory, files are fetched without HTTP.
class Lab {
public:
    explicit Lab(std::string_view persona, sim::Quirks quirks = {}, unsigned cwmp_minor = 4)
        : device{*sim::find_persona(persona),
                 {.serial_number = "LAB1",
                  .seed = 5,
                  .acs_url = "https://acs.example/",
                  .acs_username = "first",
                  .acs_password = "contact",
                  .connection_request_url = "http://192.0.2.7:7547/x",
                  .inform_interval = 600,
                  .cwmp_minor = cwmp_minor}},
          quirks_{quirks}
    {
        device.start(clock.now());
    }

    /// What the device does next: restarts, informs, moves a file, or waits until there is something to do.
    void step()
    {
        device.advance(clock.now());
        if (device.restart()) {
            clock.advance(60s);
            device.start(clock.now());
        } else if (device.wants_session(clock.now())) {
            hold_session();
        } else if (auto const job = device.start_transfer(clock.now())) {
            move(*job);
        } else {
            clock.set(std::max(device.next(clock.now()).value_or(clock.now() + 1h), clock.now() + 1s));
        }
    }
    /// Lets the device live until `done`; false when that does not happen within `most` steps.
    [[nodiscard]] bool live_until(std::function<bool()> const& done, int most = 400)
    {
        for (int i = 0; i < most && !done(); ++i)
            step();
        return done();
    }
    /// Lets the device live until nothing is left to be done for it.
    [[nodiscard]] bool settle()
    {
        return live_until([this] { return key().has_value() && open_tasks() == 0; });
    }
    /// From now on the ACS asks for logins: "first" / "contact" is the shared one, and each device gets its own.
    void ask_for_logins(session::ReEnrolment re_enrolment = {})
    {
        session::EndpointPolicy policy;
        policy.login = session::LoginPolicy::any;
        policy.digest = {.realm = "lab", .key = "a key of sixteen bytes"};
        policy.shared_logins = {{"first", net::make_digest_secret("first", "lab", "contact")}};
        policy.re_enrolment = std::move(re_enrolment);
        services.logins = &store;
        services.incidents = &incidents;
        services.login_settings = {true, "lab", {"first"}, 2};
        gate.emplace(std::move(policy));
    }
    /// From now on the device has these quirks.
    void misbehave(sim::Quirks quirks) { quirks_ = quirks; }
    /// What the device logs in with now.
    [[nodiscard]] net::Authorization shown()
    {
        net::Authorization authorization;
        authorization.scheme = net::Authorization::Scheme::basic;
        authorization.username = device.management("Username", clock.now());
        authorization.password = device.management("Password", clock.now());
        return authorization;
    }
    /// The device would be let in.
    [[nodiscard]] bool would_be_let_in() { return support::run(let_in(false)).has_value(); }

    sim::SessionReport hold_session()
    {
        sim::Exchange const exchange = [this](cwmp::Envelope said) { return pass(std::move(said)); };
        last_report = support::run(sim::run_session(device, exchange, clock, {quirks_, 60}));
        return last_report;
    }

    [[nodiscard]] std::optional<domain::DeviceKey> key() const
    {
        auto const id = cwmp::normalized(device.device_id());
        return id ? store.find(*id) : std::nullopt;
    }
    [[nodiscard]] std::size_t open_tasks() const
    {
        std::size_t open = 0;
        for (auto const& kept : store.tasks_of(*key()))
            open += domain::is_final(kept.task.state) ? 0 : 1;
        return open;
    }
    domain::TaskId order(domain::TaskArguments arguments)
    {
        domain::Task task;
        task.device = *key();
        task.arguments = std::move(arguments);
        device.connection_requested();
        return store.add_person_task(std::move(task));
    }
    /// Orders it and lets the device live until it has come to an end; gives the state.
    domain::TaskState carry_out(domain::TaskArguments arguments)
    {
        last_task = order(std::move(arguments));
        EXPECT_TRUE(live_until([this] { return domain::is_final(store.task(last_task)->task.state); }))
            << domain::to_text(store.task(last_task)->task.state) << ", last session: " << last_report.failure;
        return store.task(last_task)->task.state;
    }
    [[nodiscard]] std::string fault() const { return store.task(last_task)->fault_text; }
    [[nodiscard]] std::string result() const { return store.task(last_task)->result; }

    /// What the device itself has.
    [[nodiscard]] std::string on_device(std::string_view path)
    {
        return device.parameters().tree().value(path, clock.now());
    }
    /// What the ACS knows.
    [[nodiscard]] std::string known(std::string_view path) const
    {
        auto const tree = store.tree(*key());
        auto const node = tree.find(path);
        return node && node->value ? std::string{*node->value} : std::string{"(not known)"};
    }

    /// Names of the parameters that the ACS does not know as they are. Values that change by themselves need only be
    /// known.
    [[nodiscard]] std::vector<std::string> not_known_rightly()
    {
        std::vector<std::string> wrong;
        auto const tree = store.tree(*key());
        auto& parameters = device.parameters();
        parameters.tree().walk("", false, [&](sim::Node const& node) {
            if (node.parameter == nullptr)
                return;
            auto const found = tree.find(node.path);
            auto const is = parameters.shown(node.path, clock.now());
            bool const is_steady = parameters.shown(node.path, clock.now() + 7h).value == is.value;
            if (!found || !found->value || (is_steady && *found->value != is.value))
                wrong.emplace_back(node.path);
        });
        return wrong;
    }
    [[nodiscard]] std::size_t parameters_on_device()
    {
        std::size_t count = 0;
        device.parameters().tree().walk("", false, [&](sim::Node const& node) { count += node.parameter != nullptr; });
        return count;
    }

    support::HandClock clock;
    support::InMemoryStore store{clock};
    support::FakeFileStore files;
    support::FakeModelStore models;
    support::FakeIncidents incidents;
    base::Metrics metrics;
    domain::FileTokens tokens{"a key of sixteen bytes"};
    session::Services services{store,   store,  store,
                               models,  files,  clock,
                               metrics, tokens, {"https://files.example:7567", "http://files.example:7568"},
                               {}};
    session::SessionCounters counters{metrics};
    std::optional<session::Gate> gate;  ///< none: everybody is let in
    std::optional<session::Session> conversation;
    std::size_t exchanges = 0;  ///< of all sessions: messages of the device that left it
    /// Which exchange does not come to its end, counted from 1; 0: none.
    std::size_t cut_at = 0;
    bool cut_before = false;  ///< the ACS does not even hear it; else its answer is lost
    std::string address = "192.0.2.7";
    std::vector<session::Standing> standings;       ///< of the sessions so far
    std::vector<std::string> sent;                  ///< all that the ACS said, as bytes
    std::optional<session::Transcript> transcript;  ///< what passes from now on, as an endpoint writes it down
    sim::Device device;
    sim::SessionReport last_report;
    domain::TaskId last_task;
    std::vector<std::string> moved_files;  ///< their names, as the URL told them

private:
    /// The bytes to the ACS and its answer's back.
    base::Awaitable<base::Result<cwmp::Envelope>> pass(cwmp::Envelope said)
    {
        auto const dialect = sim::dialect_of(quirks_, device.cwmp_minor());
        std::string body;
        auto heard = std::holds_alternative<cwmp::Empty>(said.message)
                         ? cwmp::Envelope{.id = std::nullopt, .message = cwmp::Empty{}}
                         : cwmp::Envelope{};
        if (!std::holds_alternative<cwmp::Empty>(said.message)) {
            body = sim::spoil_body(quirks_, cwmp::encode(said, dialect));
            auto decoded = cwmp::decode(body);
            if (!decoded)
                co_return base::fail("the ACS cannot read it: " + decoded.error().what);
            heard = std::move(*decoded);
        }
        if (++exchanges == cut_at && cut_before)
            co_return base::fail("cut before the ACS heard it");
        if (transcript)
            transcript->hear(clock.now(), std::move(body));
        if (gate && std::holds_alternative<cwmp::Inform>(heard.message)) {
            if (conversation)
                co_await conversation->abandon("the device informed again");
            bool const is_bootstrap =
                cwmp::has_event(std::get<cwmp::Inform>(heard.message).event, cwmp::event_code::bootstrap);
            auto caller = co_await let_in(is_bootstrap);
            if (!caller)
                co_return base::fail("the device is not let in");
            standings.push_back(caller->standing);
            conversation.emplace(services, counters, std::move(*caller));
        } else if (!conversation || (conversation->ended() && std::holds_alternative<cwmp::Inform>(heard.message)))
            conversation.emplace(services, counters,
                                 session::Caller{.address = "192.0.2.7",
                                                 .known = std::nullopt,
                                                 .state_if_new = domain::DeviceState::active});
        auto const answer = co_await conversation->answer(std::move(heard));
        if (exchanges == cut_at)
            co_return base::fail("cut before the device heard the answer");
        using Kind = session::Answer::Kind;
        if (answer.kind == Kind::nothing)
            co_return cwmp::Envelope{.id = std::nullopt, .message = cwmp::Empty{}};
        if (answer.kind != Kind::message)
            co_return base::fail("the ACS refuses: " + std::to_string(static_cast<int>(answer.kind)));
        sent.push_back(cwmp::encode(answer.envelope, conversation->dialect()));
        if (transcript)
            transcript->say(clock.now(), 200, sent.back());
        auto read = cwmp::decode(sent.back());
        if (!read)
            co_return base::fail("the device cannot read the answer: " + read.error().what);
        co_return std::move(*read);
    }

    /// What the endpoint makes of the device's login, without HTTP.
    base::Awaitable<std::optional<session::Caller>> let_in(bool is_bootstrap)
    {
        auto const authorization = shown();
        session::Caller caller{.address = address, .identity = *cwmp::normalized(device.device_id())};
        caller.state_if_new = domain::DeviceState::active;
        caller.authenticated = true;
        caller.known = co_await store.look_up(caller.identity, gate->name_to_look_up(authorization));
        auto judgement = gate->judge(authorization, *caller.known, clock.now());
        if (session::Gate::may_be_cut(judgement, *caller.known))
            if (auto const told = co_await store.told(caller.known->device->key, authorization.username))
                judgement = gate->judge_cut(authorization, *caller.known, *told, clock.now());
        caller.showing = judgement.showing;
        auto const* const row = caller.known->device ? &*caller.known->device : nullptr;
        caller.standing =
            session::standing_of(caller.showing, row, is_bootstrap, address, gate->policy().re_enrolment, clock.now());
        caller.agreed_by = session::who_agreed(caller.showing, gate->policy().re_enrolment.after_reset);
        bool const is_good =
            judgement.verdict == session::LoginVerdict::accepted && caller.standing != session::Standing::refused;
        co_return is_good ? std::optional{std::move(caller)} : std::nullopt;
    }

    /// What the file listener would give for the URL, without HTTP.
    void move(sim::TransferJob const& job)
    {
        sim::TransferOutcome outcome{.started = clock.now()};
        clock.advance(5s);
        auto const begin = job.url.find("/f/");
        auto const end = begin == std::string::npos ? begin : job.url.find('/', begin + 3);
        std::optional<domain::Transfer> transfer;
        if (end != std::string::npos)
            transfer = support::run(files.find_transfer(job.url.substr(begin + 3, end - begin - 3)));
        if (!transfer) {
            outcome.fault_code = cwmp::fault_code::cannot_access_file;
            outcome.fault_string = "404";
        } else {
            moved_files.push_back(job.url.substr(end + 1));
            if (transfer->file)
                outcome.new_version = support::run(files.find(*transfer->file))->version;
        }
        device.transfer_done(job, std::move(outcome), clock.now());
    }

    sim::Quirks quirks_;
};

}  // namespace lab
