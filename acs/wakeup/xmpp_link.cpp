#include "wakeup/xmpp_link.hpp"

#include "base/log.hpp"

#include <utility>

namespace wakeup {

namespace {

/// Tells when the login is made or lost.
xmpp::Loop::OnChange tell(base::Gauge& connected, std::string const& jid)
{
    return [&connected, jid](xmpp::Client& /*client*/, std::string const& failure) {
        connected.set(failure.empty() ? 1 : 0);
        if (failure.empty())
            base::log::info("wakeup.xmpp_connected", {{"jid", jid}});
        else
            base::log::warning("wakeup.xmpp_lost", {{"jid", jid}, {"reason", failure}});
    };
}

}  // namespace

XmppLink::XmppLink(xmpp::Account account, std::vector<std::string> domains, base::Metrics& metrics)
    : connected_{metrics.gauge("acs_xmpp_connected", "1 while this node is logged in at the XMPP server")},
      client_{*loop_.add(account, {}, tell(connected_, account.jid))},
      waker_{client_, std::move(domains)}
{
}

}  // namespace wakeup
