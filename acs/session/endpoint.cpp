#include "session/endpoint.hpp"

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "cwmp/codec/codec.hpp"
#include "session/endpoint_state.hpp"
#include "session/masked_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

namespace session {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view cookie_name = "session";
constexpr std::size_t logged_bytes = 2'000;  ///< of the skeleton of a message that cannot be read
constexpr std::size_t noted_bytes = 160;     ///< of that of one that came from nobody known

bool is_blank(std::string_view body) noexcept
{
    return body.find_first_not_of(std::string_view{" \t\r\n\0", 5}) == std::string_view::npos;
}

/// Good enough to spare the database a look for a kept session: every Inform says so near its beginning.
bool looks_like_inform(std::string_view body) noexcept
{
    auto const start = body.substr(0, 8'192);
    return start.contains(":Inform") || start.contains("<Inform");
}

}  // namespace

net::Response plain_response(unsigned status, bool close)
{
    net::Response response;
    response.status = status;
    response.close = close;
    return response;
}

CwmpEndpoint::CwmpEndpoint(Services services, EndpointPolicy policy, net::Threads& threads)
    : state_{std::make_unique<State>(std::move(services), std::move(policy), threads)}
{
}

CwmpEndpoint::~CwmpEndpoint() = default;

std::size_t CwmpEndpoint::sessions() const
{
    return state_->registry.size();
}

bool CwmpEndpoint::has_session(domain::DeviceKey device) const
{
    auto const live = state_->registry.of_device(device);
    return live && live->connection != 0;
}

net::BodyPolicy CwmpEndpoint::on_head(net::RequestHead const& head)
{
    net::BodyPolicy policy;
    if (head.method != "POST") {
        policy.answer = net::text_response(405, "This is the CWMP port: POST only.\n");
        policy.answer->headers.set("Allow", "POST");
    } else if (state_->needs_login(head)) {
        policy.answer = state_->challenge(false);
    }
    return policy;
}

base::Awaitable<net::Response> CwmpEndpoint::handle(net::Request& request)
{
    co_return co_await state_->receive(request);
}

bool CwmpEndpoint::may_close(net::Connection const& connection) noexcept
{
    auto const* tied = std::any_cast<std::shared_ptr<Tie>>(&connection.state);
    return tied == nullptr || (*tied)->live == nullptr;
}

Tie& CwmpEndpoint::State::tie(net::Connection& connection)
{
    if (!connection.state.has_value())
        connection.state = std::make_shared<Tie>();
    return **std::any_cast<std::shared_ptr<Tie>>(&connection.state);
}

std::shared_ptr<LiveSession> CwmpEndpoint::State::find(net::RequestHead const& request) const
{
    auto const& tied = tie(*request.connection).live;
    auto const cookie = net::find_cookie(request.headers, cookie_name);
    if (tied && !request.connection->is_shared() && (!cookie || tied->cookie == *cookie))
        return tied;
    if (cookie && is_cookie(*cookie))
        if (auto live = registry.find(*cookie))
            return live;
    return request.connection->is_shared() ? nullptr : tied;
}

bool CwmpEndpoint::State::ended_lately(net::RequestHead const& request)
{
    auto const ended = tie(*request.connection).ended_well;
    bool const here = ended != Steady::time_point{} && Steady::now() - ended < services.limits.after_end;
    if (here && !request.connection->is_shared())
        return true;
    auto const cookie = net::find_cookie(request.headers, cookie_name);
    return cookie && is_cookie(*cookie) && registry.ended_lately(*cookie);
}

/// Strangers are sent away before their body is read: no login, no session, and no cookie that could be one of ours.
bool CwmpEndpoint::State::needs_login(net::RequestHead const& request) const
{
    if (gate.is_open() || request.headers.has("Authorization") || request.connection->certificate() != nullptr)
        return false;
    auto const& tied = tie(*request.connection);
    bool const was_here = tied.live || tied.ended_well != Steady::time_point{};
    auto const cookie = net::find_cookie(request.headers, cookie_name);
    return !was_here && !(cookie && is_cookie(*cookie));
}

net::Response CwmpEndpoint::State::challenge(bool stale, base::TimePoint earliest)
{
    counters.unauthorized.add();
    auto response = plain_response(401, false);
    for (auto const& one : gate.challenges(std::max(services.clock.now(), earliest), stale))
        response.headers.add("WWW-Authenticate", one);
    return response;
}

/// Retry-After is spread, so that those who were refused together do not come back together.
net::Response CwmpEndpoint::State::busy(base::Counter& counter)
{
    counter.add();
    thread_local std::minstd_rand random{std::random_device{}()};
    auto const least = static_cast<int>(services.limits.retry_after.count());
    std::uniform_int_distribution<int> spread{least, 3 * least};
    auto response = plain_response(503, false);
    response.headers.set("Retry-After", fmt::to_string(spread(random)));
    return response;
}

net::Response CwmpEndpoint::State::refuse_message(net::Request const& request, std::string_view why)
{
    counters.bad_message.add();
    base::log::info("session.bad_message", {{"peer", request.peer.to_string()}, {"cause", why}});
    if (base::log::enabled(base::log::Level::debug))
        base::log::debug("session.bad_message_bytes", {{"peer", request.peer.to_string()},
                                                       {"bytes", request.body.size()},
                                                       {"body", skeleton(request.body, logged_bytes)}});
    return plain_response(400, true);
}

base::Awaitable<net::Response> CwmpEndpoint::State::receive(net::Request& request)
{
    auto live = find(request);
    bool const is_stranger = !live && !gate.is_open() && !request.headers.has("Authorization") &&
                             request.connection->certificate() == nullptr;
    if (is_stranger && looks_like_inform(request.body))
        co_return challenge(false);
    std::optional<cwmp::Envelope> message;
    if (is_blank(request.body)) {
        message = cwmp::Envelope{.id = std::nullopt, .message = cwmp::Empty{}};
    } else {
        auto decoded = cwmp::decode(request.body);
        if (!decoded) {
            auto refusal = refuse_message(request, decoded.error().what);
            if (live)
                co_await give_up(live, "a message that cannot be read: " + decoded.error().what,
                                 std::move(request.body));
            else
                note_unread(request, decoded.error().what);
            co_return refusal;
        }
        message = std::move(*decoded);
    }
    if (std::holds_alternative<cwmp::Inform>(message->message))
        co_return co_await open(request, std::move(*message));
    if (!live)
        co_return co_await receive_without_session(request, std::move(message));
    bool const is_empty = std::holds_alternative<cwmp::Empty>(message->message);
    Post post{std::move(*message), std::move(request.body)};
    auto reply = co_await exchange(live, std::move(post), request.connection->id());
    if (!reply.gone)
        co_return respond(*request.connection, std::move(live), std::move(reply), request.was_compressed);
    tie(*request.connection).live = nullptr;
    if (!is_empty)
        co_return refuse_message(request, "its session is over");
    co_return co_await receive_without_session(request, cwmp::Envelope{});
}

base::Awaitable<net::Response> CwmpEndpoint::State::receive_without_session(net::Request& request,
                                                                            std::optional<cwmp::Envelope> message)
{
    bool const is_empty = std::holds_alternative<cwmp::Empty>(message->message);
    if (is_empty && ended_lately(request))
        co_return plain_response(204, false);
    auto const cookie = net::find_cookie(request.headers, cookie_name);
    if (cookie && is_cookie(*cookie)) {
        auto const here = net::Threads::current().value_or(request.connection->thread());
        if (auto live = co_await resume(std::string{*cookie}, here)) {
            enter(live, request.connection->id());
            Post post{std::move(*message), std::move(request.body)};
            auto reply = co_await exchange(live, std::move(post), request.connection->id());
            co_return respond(*request.connection, std::move(live), std::move(reply), request.was_compressed);
        }
    }
    if (!gate.is_open() && (is_empty || !request.headers.has("Authorization")))
        co_return challenge(false);
    if (is_empty)
        co_return plain_response(204, true);
    co_return refuse_message(request, fmt::format("{} without a session", cwmp::method_name(message->message)));
}

base::Awaitable<net::Response> CwmpEndpoint::State::open(net::Request& request, cwmp::Envelope inform)
{
    auto identity = cwmp::normalized(std::get<cwmp::Inform>(inform.message).device_id);
    if (!identity)
        co_return refuse_message(request, identity.error().what);
    auto const authorization = net::parse_authorization(request.headers.get("Authorization"));
    Caller caller{.address = request.peer.address.to_string(), .identity = *identity};
    bool is_away = false;
    try {
        caller.known = co_await services.sessions.look_up(*identity, gate.name_to_look_up(authorization));
    } catch (std::exception const& failure) {
        base::log::warning("session.unavailable",
                           {{"device", cwmp::external_id(*identity)}, {"at", "look-up"}, {"cause", failure.what()}});
        is_away = true;
    }
    if (is_away)
        co_return busy(counters.unavailable);
    auto const* certificate = request.connection->certificate();
    bool const has_certificate =
        certificate != nullptr && names_device(*certificate, *identity, gate.policy().client_subject);
    auto judgement = has_certificate ? LoginJudgement{.verdict = LoginVerdict::accepted,
                                                      .showing = {Shown::certificate, authorization.username}}
                                     : gate.judge(authorization, *caller.known, services.clock.now());
    if (Gate::may_be_cut(judgement, *caller.known)) {
        auto again = co_await judge_cut(caller, authorization);
        if (!again)
            co_return busy(counters.unavailable);
        judgement = *std::move(again);
    }
    if (judgement.verdict == LoginVerdict::refused || judgement.verdict == LoginVerdict::other_device)
        if (!co_await slow_down(caller))
            co_return busy(counters.too_many_failures);
    if (judgement.verdict != LoginVerdict::accepted)
        co_return turn_away(caller, authorization, judgement);
    if (services.failed_logins != nullptr && !gate.is_open())
        services.failed_logins->forget(cwmp::external_id(*identity));
    if (!enrol(caller, has_certificate, authorization.username))
        co_return busy(counters.too_many_new);
    caller.login_mark = judgement.mark;
    caller.authenticated = has_certificate || !gate.is_open();
    caller.is_https = request.is_https;
    caller.showing = std::move(judgement.showing);
    if (!take_standing(caller, std::get<cwmp::Inform>(inform.message))) {
        counters.forbidden.add();
        co_return plain_response(403, false);
    }
    co_return co_await admit(request, std::move(inform), std::move(caller));
}

/// A device that had a login of its own and comes without it: who must agree, and who is told.
bool CwmpEndpoint::State::take_standing(Caller& caller, cwmp::Inform const& inform) const
{
    auto const& policy = gate.policy().re_enrolment;
    auto const* const known = caller.known->device ? &*caller.known->device : nullptr;
    bool const is_bootstrap = std::ranges::any_of(inform.event, [](cwmp::Event const& event) {
        return cwmp::canonical_event_code(event.code) == cwmp::event_code::bootstrap;
    });
    if (known != nullptr &&
        (known->state == domain::DeviceState::retired || known->state == domain::DeviceState::rejected))
        note(domain::incident_kind::refused_device, caller, caller.showing.username,
             fmt::format("the device is {}", domain::to_text(known->state)));
    caller.standing = standing_of(caller.showing, known, is_bootstrap, caller.address, policy, services.clock.now());
    caller.re_enrolment_time = policy.allowed;
    if (caller.standing == Standing::re_enrolled)
        caller.agreed_by = who_agreed(caller.showing, policy.after_reset);
    auto const tell = [&](std::string text) {
        note(domain::incident_kind::re_enrolment, caller, caller.showing.username, std::move(text));
    };
    switch (caller.standing) {
        case Standing::served: break;
        case Standing::re_enrolled: tell("it was reset, and is given a new login"); break;
        case Standing::held:
            tell(fmt::format("it says that it was reset, from {} (before: {}); nothing is done until somebody agrees: "
                             "acsctl re-enrol",
                             caller.address, known->address.empty() ? "nowhere" : known->address));
            break;
        case Standing::refused:
            tell("it has a login of its own, and came with a shared one without having been reset");
            return false;
        case Standing::reset: tell("it was to be retired, and has been reset"); break;
    }
    return true;
}

base::Awaitable<net::Response> CwmpEndpoint::State::admit(net::Request& request, cwmp::Envelope inform, Caller caller)
{
    // Who is held is nobody for sure: nothing is concluded from it.
    bool const is_held = caller.standing == Standing::held;
    bool const is_known = caller.known->device && !is_held;
    if (is_known)
        if (auto reason = other_box(std::get<cwmp::Inform>(inform.message), caller); !reason.empty())
            co_await mark_conflict(caller, std::move(reason));
    if (is_known)
        if (auto old = registry.of_device(caller.known->device->key)) {
            co_await watch_takeover(*old, caller);
            co_await give_up(std::move(old), "the device informed again");
        }
    if (!registry.reserve())
        co_return busy(counters.full);
    auto const here = net::Threads::current().value_or(request.connection->thread());
    auto live = std::make_shared<LiveSession>(services, counters, std::move(caller), make_cookie(services.node), here);
    trace(*live, request);
    auto answer = co_await live->session.answer(std::move(inform));
    auto reply = reply_of(*live, std::move(answer));
    bool const is_open = live->session.is_admitted() && !live->session.ended() && reply.kind == Answer::Kind::message;
    if (!is_open) {
        registry.give_back();
        co_return respond(*request.connection, nullptr, std::move(reply), request.was_compressed);
    }
    reply.cookie = live->cookie;
    if (!is_held && services.connections != nullptr)
        services.connections->note(live->session.device(), {live->address, request.peer.port});
    enter(live, request.connection->id());
    co_return respond(*request.connection, std::move(live), std::move(reply), request.was_compressed);
}

void CwmpEndpoint::State::trace(LiveSession& live, net::Request& request) const
{
    live.bytes_in = request.body.size();
    if (services.traces == nullptr)
        return;
    auto const now = services.clock.now();
    live.transcript = services.traces->open(live.known_device, now);
    if (!live.transcript)
        return;
    live.transcript->note_header("User-Agent", request.headers.get("User-Agent"));
    live.transcript->note_header("Content-Type", request.headers.get("Content-Type"));
    auto const login = request.headers.get("Authorization");
    live.transcript->note_header("Authorization", login.empty() ? login : login.substr(0, login.find(' ')));
    live.transcript->hear(now, std::move(request.body));
}

void CwmpEndpoint::State::note_unread(net::Request const& request, std::string_view why) const noexcept
{
    if (services.incidents == nullptr)
        return;
    services.incidents->note({.kind = std::string{domain::incident_kind::unreadable},
                              .identity = {},
                              .address = request.peer.address.to_string(),
                              .username = {},
                              .detail = fmt::format("{}: {}", why, skeleton(request.body, noted_bytes))});
}

net::Response CwmpEndpoint::State::respond(net::Connection& connection, std::shared_ptr<LiveSession> live, Reply reply,
                                           bool may_compress)
{
    auto& tied = tie(connection);
    tied.live = reply.ended ? nullptr : live;
    tied.ended_well = reply.ended_well ? Steady::now() : Steady::time_point{};
    if (tied.live)
        watch(connection);
    connection.set_idle(reply.ended ? services.limits.after_end : reply.patience + std::chrono::seconds{5});
    switch (reply.kind) {
        case Answer::Kind::message: break;
        case Answer::Kind::nothing: return plain_response(204, false);
        case Answer::Kind::unavailable: return busy(counters.unavailable);
        case Answer::Kind::refused: counters.bad_message.add(); return plain_response(400, true);
        case Answer::Kind::forbidden: return plain_response(403, false);
        case Answer::Kind::close: return plain_response(503, true);
    }
    net::Response response;
    response.headers.set("Content-Type", "text/xml; charset=\"utf-8\"");
    if (!reply.cookie.empty())
        response.headers.set("Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly", cookie_name, reply.cookie));
    response.body = std::move(reply.body);
    response.compress = may_compress;
    return response;
}

/// Once for each connection: when it is closed, the session that its last request was of may go on elsewhere.
void CwmpEndpoint::State::watch(net::Connection& connection)
{
    auto& tied = tie(connection);
    if (std::exchange(tied.watched, true))
        return;
    auto kept = *std::any_cast<std::shared_ptr<Tie>>(&connection.state);
    connection.on_close([this, kept, id = connection.id()] {
        if (auto live = std::exchange(kept->live, nullptr))
            on_connection_closed(std::move(live), id);
    });
}

}  // namespace session
