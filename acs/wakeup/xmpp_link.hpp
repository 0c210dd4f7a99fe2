#pragma once

#include "base/counters.hpp"
#include "wakeup/xmpp_waker.hpp"
#include "xmpp/loop.hpp"

#include <string>
#include <vector>

namespace wakeup {

/// This node's own login at the XMPP server, kept up, and the wake method that goes through it.
class XmppLink {
public:
    /// `metrics` must outlive it. `domains`: whose Jabber IDs are written to, in lower case.
    XmppLink(xmpp::Account account, std::vector<std::string> domains, base::Metrics& metrics);

    [[nodiscard]] WakeMethod& method() noexcept { return waker_; }
    void start() { loop_.start(); }
    /// Logs out. Before the threads on which requests wait are gone.
    void stop() { loop_.stop(); }

private:
    base::Gauge& connected_;
    xmpp::Loop loop_;
    xmpp::Client& client_;
    XmppWaker waker_;
};

}  // namespace wakeup
