#pragma once

#include "xmpp/stanza.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace xmpp {

/// Who logs in to which server.
struct Account {
    std::string jid;  ///< "name@domain/resource": the resource must be ours alone
    std::string password;
    std::string host;          ///< of the server; empty: what DNS says of the domain (SRV, else the domain itself)
    std::uint16_t port = 0;    ///< 0: 5222, or what DNS says
    std::string ca_file;       ///< PEM; whom the server's certificate is believed from; empty: whom the system believes
    bool without_tls = false;  ///< laboratories only: the password may go in clear
};

/// Bounds of a connection to a server; every one is finite.
struct Limits {
    std::chrono::milliseconds first_pause{1'000};     ///< before the second try to connect; then twice as long
    std::chrono::milliseconds longest_pause{60'000};  ///< between two tries
    std::size_t in_flight = 10'000;                   ///< requests that wait for their answer; more are not sent
};

/// A connection that is kept up: when it breaks, it is made again after a pause. Every call is safe from any thread;
/// callbacks come on a thread of the loop's and must be quick.
class Client {
public:
    using OnAnswer = std::function<void(Answer answer)>;

    Client() = default;
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;
    virtual ~Client() = default;

    /// True while it is logged in.
    [[nodiscard]] virtual bool is_connected() const = 0;
    /// Why it is not, in plain words; empty while it is connected.
    [[nodiscard]] virtual std::string failure() const = 0;

    /// Asks `to` (a JID); `on_answer` is called once, at `until` at the latest.
    virtual void get(std::string to, Element content, std::chrono::steady_clock::time_point until,
                     OnAnswer on_answer) = 0;
    /// Answers a request that came.
    virtual void answer(Request const& request, Verdict verdict) = 0;
};

/// A thread that serves connections to XMPP servers; at most `most` of them.
class Loop {
public:
    using OnRequest = std::function<void(Client& client, Request request)>;
    /// Told when a connection was made (empty text) or ended (the reason).
    using OnChange = std::function<void(Client& client, std::string const& failure)>;

    static constexpr std::size_t most = 900;  ///< connections: select() takes file descriptors below 1,024

    explicit Loop(Limits limits = {});
    ~Loop();  ///< stops
    Loop(Loop const&) = delete;
    Loop& operator=(Loop const&) = delete;

    /// Before start(). The client lives as long as the loop. Requests of others are refused when there is no
    /// `on_request`. The first `most` are served; null for more.
    Client* add(Account account, OnRequest on_request = {}, OnChange on_change = {});

    /// Starts the thread, which connects.
    void start();
    /// Logs out and ends the thread; what waits for an answer gets Answer::Kind::unsent. Later calls of clients, too.
    void stop();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace xmpp
