#pragma once

#include "base/result.hpp"
#include "fleet/cpe.hpp"
#include "fleet/settings.hpp"
#include "net/threads.hpp"
#include "xmpp/loop.hpp"

namespace sim {

/// The devices of a fleet that are logged in at an XMPP server and take connection requests there (TR-069 Annex K).
/// They tell their Jabber ID once they are logged in.
class XmppRequests {
public:
    /// `threads` must outlive it.
    XmppRequests(net::Threads& threads, XmppSettings settings) : threads_{threads}, settings_{std::move(settings)} {}

    /// Whether a device of this persona can: it has a parameter for its Jabber ID.
    [[nodiscard]] static bool is_able(Persona const& persona);
    /// Makes `cpe` log in after start(). Fails when there are more than a thread can serve.
    [[nodiscard]] base::Result<void> add(Cpe& cpe);
    void start() { loop_.start(); }
    void stop() { loop_.stop(); }

private:
    void on_request(Cpe& cpe, xmpp::Client& client, xmpp::Request request);

    net::Threads& threads_;
    XmppSettings settings_;
    xmpp::Loop loop_;
};

}  // namespace sim
