#include "fleet/xmpp_requests.hpp"

#include "base/log.hpp"
#include "fleet/fleet.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim {
namespace {

constexpr std::string_view request_ns = "urn:broadband-forum-org:cwmp:xmppConnReq-1-0";

/// Servers know names in lower case only.
std::string lower(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

}  // namespace

bool XmppRequests::is_able(Persona const& persona)
{
    auto const* const management = persona.root.object("ManagementServer");
    return management != nullptr && management->parameter("ConnReqJabberID") != nullptr;
}

base::Result<void> XmppRequests::add(Cpe& cpe)
{
    auto const& identity = cpe.device().identity();
    auto const expand = [&](std::string const& text) {
        return expand_login(text, identity.oui, identity.product_class, identity.serial_number);
    };
    xmpp::Account account;
    account.jid = fmt::format("{}@{}/cwmp", lower(expand(settings_.username)), settings_.domain);
    account.password = expand(settings_.password);
    account.host = settings_.host;
    account.port = settings_.port;
    account.ca_file = settings_.ca_file;
    account.without_tls = settings_.without_tls;
    auto const jid = account.jid;
    auto const* const client = loop_.add(
        std::move(account),
        [this, &cpe](xmpp::Client& on, xmpp::Request request) { on_request(cpe, on, std::move(request)); },
        [this, &cpe, jid](xmpp::Client& /*on*/, std::string const& failure) {
            if (!failure.empty())
                base::log::info("sim.xmpp_lost", {{"jid", jid}, {"reason", failure}});
            else
                boost::asio::post(threads_.context(cpe.thread()), [&cpe, jid] { cpe.logged_in_at_xmpp(jid); });
        });
    if (client == nullptr)
        return base::fail(fmt::format("at most {} devices can be logged in at an XMPP server", xmpp::Loop::most));
    return {};
}

/// The device lives on a thread of its own; asked there.
void XmppRequests::on_request(Cpe& cpe, xmpp::Client& client, xmpp::Request request)
{
    if (request.content.name != "connectionRequest" || request.content.ns != request_ns)
        return client.answer(request, xmpp::Verdict::service_unavailable);
    boost::asio::post(threads_.context(cpe.thread()), [&cpe, &client, request = std::move(request)] {
        switch (
            cpe.take_xmpp_request(request.from, request.content.field("username"), request.content.field("password"))) {
            case RequestVerdict::taken: return client.answer(request, xmpp::Verdict::taken);
            case RequestVerdict::wrong: return client.answer(request, xmpp::Verdict::not_authorized);
            default: return client.answer(request, xmpp::Verdict::service_unavailable);
        }
    });
}

}  // namespace sim
