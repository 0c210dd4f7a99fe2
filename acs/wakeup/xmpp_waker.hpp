#pragma once

#include "wakeup/wake_method.hpp"
#include "xmpp/loop.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wakeup {

/// The namespace of a connection request over XMPP (TR-069 Annex K, cwmp-xmppConnReq-1-0.xsd).
inline constexpr std::string_view xmpp_request_ns = "urn:broadband-forum-org:cwmp:xmppConnReq-1-0";

/// Connection requests over XMPP (TR-069 Annex K): an `iq` to the Jabber ID that the device told, with its
/// connection-request login. Safe from any I/O thread.
class XmppWaker final : public WakeMethod {
public:
    /// `client` must outlive it. Jabber IDs come from devices: only those of the `domains` are written to, and each
    /// device gets its own login only.
    XmppWaker(xmpp::Client& client, std::vector<std::string> domains);

    [[nodiscard]] std::string_view name() const noexcept override { return "xmpp"; }
    [[nodiscard]] bool applies(WakeTarget const& target, std::string& why) const override;
    base::Awaitable<Asked> ask(WakeTarget target, std::chrono::steady_clock::time_point until) override;

private:
    base::Awaitable<xmpp::Answer> send(std::string to, domain::Inventory::WakeCredentials login,
                                       std::chrono::steady_clock::time_point until);
    [[nodiscard]] Asked read(xmpp::Answer const& answer) const;
    [[nodiscard]] std::string why_unsent() const;

    xmpp::Client& client_;
    std::vector<std::string> domains_;
};

}  // namespace wakeup
