#pragma once

#include "session/boot_times.hpp"
#include "session/endpoint.hpp"
#include "session/login.hpp"
#include "session/registry.hpp"
#include "session/takeovers.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session {

/// A message of the CPE with the bytes that it was; crosses threads.
struct Post {
    cwmp::Envelope message;
    std::string body;
};

/// What a session's answer comes to on the wire; crosses threads.
struct Reply {
    Answer::Kind kind = Answer::Kind::nothing;
    std::string body;                   ///< of a message
    std::string cookie;                 ///< to be set, when the session is new
    bool ended = false;                 ///< the session is over
    bool ended_well = false;            ///< ... and an empty POST after it gets 204 again
    bool gone = false;                  ///< there was no such session any more
    std::chrono::seconds patience{30};  ///< how long the connection may wait for the next request
};

/// What a connection knows of the sessions on it; in Connection::state, on the connection's thread.
struct Tie {
    std::shared_ptr<LiveSession> live;                   ///< the session that its last request was of
    std::chrono::steady_clock::time_point ended_well{};  ///< when a session on it ended well, or never
    bool watched = false;                                ///< its end is reported to us
};

/// The sessions of an endpoint at work. Every method is called on the thread that its comment names.
struct CwmpEndpoint::State {
    State(Services s, EndpointPolicy policy, net::Threads& t);

    // endpoint.cpp, on the connection's thread
    [[nodiscard]] std::shared_ptr<LiveSession> find(net::RequestHead const& request) const;
    [[nodiscard]] static Tie& tie(net::Connection& connection);
    [[nodiscard]] bool ended_lately(net::RequestHead const& request);
    [[nodiscard]] bool needs_login(net::RequestHead const& request) const;
    /// 401, with a nonce not made before `earliest`.
    [[nodiscard]] net::Response challenge(bool stale, base::TimePoint earliest = {});
    [[nodiscard]] net::Response busy(base::Counter& counter);
    [[nodiscard]] net::Response respond(net::Connection& connection, std::shared_ptr<LiveSession> live, Reply reply,
                                        bool may_compress);
    base::Awaitable<net::Response> receive(net::Request& request);
    base::Awaitable<net::Response> receive_without_session(net::Request& request,
                                                           std::optional<cwmp::Envelope> message);
    base::Awaitable<net::Response> open(net::Request& request, cwmp::Envelope inform);
    base::Awaitable<net::Response> admit(net::Request& request, cwmp::Envelope inform, Caller caller);
    /// How the caller is served; false: not at all.
    [[nodiscard]] bool take_standing(Caller& caller, cwmp::Inform const& inform) const;
    void watch(net::Connection& connection);
    [[nodiscard]] net::Response refuse_message(net::Request const& request, std::string_view why);
    /// Begins to write down what passes in a session.
    void trace(LiveSession& live, net::Request& request) const;
    /// Notes bytes that nobody can read, of nobody that is known.
    void note_unread(net::Request const& request, std::string_view why) const noexcept;
    // endpoint_enrolment.cpp, on the connection's thread
    /// Notes what a CPE did that somebody may have to look at.
    void note(std::string_view kind, Caller const& caller, std::string username, std::string detail) const noexcept;
    void note_stranger(Caller const& caller, std::string username, std::string reason) const noexcept;
    /// Waits before the answer to a failed login; false: too many wait already.
    base::Awaitable<bool> slow_down(Caller const& caller);
    /// The login of a device that may have kept only the beginning of its password; none: the database is away.
    base::Awaitable<std::optional<LoginJudgement>> judge_cut(Caller const& caller, net::Authorization authorization);
    /// The answer to a login that was not accepted.
    [[nodiscard]] net::Response turn_away(Caller const& caller, net::Authorization const& authorization,
                                          LoginJudgement const& judgement);
    /// Decides what an unknown device becomes; false: there is no room for it now.
    [[nodiscard]] bool enrol(Caller& caller, bool has_certificate, std::string const& username) const;
    base::Awaitable<void> watch_takeover(LiveSession const& old, Caller& caller);
    /// Why the boot times that a device tells are those of several boxes; empty: they are not.
    [[nodiscard]] std::string other_box(cwmp::Inform const& inform, Caller const& caller);
    base::Awaitable<void> mark_conflict(Caller& caller, std::string reason);

    // live_sessions.cpp
    /// Any thread: lets the session answer on its own thread.
    base::Awaitable<Reply> exchange(std::shared_ptr<LiveSession> live, Post post, std::uint64_t connection);
    /// Any thread: gives a session up. `unread`: what the CPE said last, when that is why.
    base::Awaitable<void> give_up(std::shared_ptr<LiveSession> live, std::string reason, std::string unread = {});
    /// The thread of the request: a session that was kept elsewhere, or none. When the cookie is of another node, which
    /// may not have noticed yet that the connection is gone, waits a little for it.
    base::Awaitable<std::shared_ptr<LiveSession>> resume(std::string cookie, std::size_t thread);
    base::Awaitable<std::optional<domain::SuspendedSession>> await_kept(std::string cookie);
    /// The session's thread, or that of the connection.
    void on_connection_closed(std::shared_ptr<LiveSession> live, std::uint64_t connection);
    /// The session's thread.
    void enter(std::shared_ptr<LiveSession> const& live, std::uint64_t connection);

    base::Awaitable<Reply> serve(std::shared_ptr<LiveSession> live, Post post, std::uint64_t connection);
    base::Awaitable<void> break_off(std::shared_ptr<LiveSession> live, std::string reason, std::string unread);
    base::Awaitable<void> abandon(std::shared_ptr<LiveSession> live, std::string reason);
    base::Awaitable<void> expire(std::shared_ptr<LiveSession> live);
    base::Awaitable<void> disconnected(std::shared_ptr<LiveSession> live, std::uint64_t connection);
    base::Awaitable<void> sweep(std::size_t thread);
    /// Of one thread, on it: what open_sessions() tells.
    base::Awaitable<std::vector<domain::OpenSession>> open_on(std::size_t thread, domain::SessionQuery query) const;
    [[nodiscard]] Reply reply_of(LiveSession& live, Answer answer) const;
    void leave(LiveSession& live, bool ended_well);
    /// Writes down that a session is over.
    void note_end(LiveSession& live) const;
    /// Soon after a session that did not see a person's task: the device is asked to come again.
    base::Awaitable<void> wake_again(domain::DeviceKey device);

    Services services;
    SessionCounters counters;
    Gate gate;
    Registry registry;
    Takeovers takeovers;
    BootTimes boot_times;
    net::Threads& threads;
    std::vector<char> sweeping;  ///< one for each thread, touched by that thread only
    std::shared_ptr<std::atomic<std::size_t>> waiting_resumes = std::make_shared<std::atomic<std::size_t>>(0);
};

/// A new cookie of this node: its number in three digits, then 116 random bits.
[[nodiscard]] std::string make_cookie(unsigned node);
/// Which node made it; `cookie` is one by its looks.
[[nodiscard]] unsigned node_of(std::string_view cookie) noexcept;
/// A cookie of ours by its looks: 32 lower-case hexadecimal digits.
[[nodiscard]] bool is_cookie(std::string_view text) noexcept;

/// True when the certificate names the device: by `pattern` (see EndpointPolicy::client_subject) or, when that is
/// empty, when its common name or an alternative name is OUI-Serial or OUI-ProductClass-Serial of the device, each part
/// percent-encoded or not (TR-069 3.4.4).
[[nodiscard]] bool names_device(net::ClientCertificate const& certificate, cwmp::DeviceId const& device,
                                std::string_view pattern = {});

/// The HTTP status that an answer leaves with.
[[nodiscard]] unsigned status_of(Answer::Kind kind) noexcept;

/// A response without a body.
[[nodiscard]] net::Response plain_response(unsigned status, bool close = false);

}  // namespace session
