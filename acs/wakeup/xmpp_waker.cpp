#include "wakeup/xmpp_waker.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace wakeup {

namespace asio = boost::asio;

namespace {

xmpp::Element connection_request(domain::Inventory::WakeCredentials const& login)
{
    return {"connectionRequest",
            std::string{xmpp_request_ns},
            {{"username", login.username}, {"password", login.password}}};
}

bool is_refused_login(xmpp::Answer const& answer)
{
    return answer.kind == xmpp::Answer::Kind::error && answer.condition == "not-authorized";
}

}  // namespace

XmppWaker::XmppWaker(xmpp::Client& client, std::vector<std::string> domains)
    : client_{client}, domains_{std::move(domains)}
{
}

bool XmppWaker::applies(WakeTarget const& target, std::string& why) const
{
    if (target.jabber_id.empty())
        why = "the device tells no Jabber ID (ManagementServer.ConnReqJabberID)";
    else if (!xmpp::is_jid(target.jabber_id))
        why = "its ConnReqJabberID is no Jabber ID";
    else if (std::ranges::find(domains_, xmpp::domain_of(target.jabber_id)) == domains_.end())
        why = "the domain of its Jabber ID is not allowed (xmpp.domains)";
    else if (!client_.is_connected())
        why = "no connection to the XMPP server: " + client_.failure();
    else if (target.logins.empty())
        why = "no connection-request login of the device is known";
    else
        return true;
    return false;
}

base::Awaitable<Asked> XmppWaker::ask(WakeTarget target, std::chrono::steady_clock::time_point until)
{
    xmpp::Answer answer;
    for (auto const& login : target.logins) {
        answer = co_await send(target.jabber_id, login, until);
        if (!is_refused_login(answer))
            break;
    }
    co_return read(answer);
}

/// The client answers on a thread of its own; this goes on on the caller's.
base::Awaitable<xmpp::Answer> XmppWaker::send(std::string to, domain::Inventory::WakeCredentials login,
                                              std::chrono::steady_clock::time_point until)
{
    auto const answer = std::make_shared<xmpp::Answer>();
    auto initiate = [&](auto handler) {
        auto const home = asio::get_associated_executor(handler);
        auto const keep = std::make_shared<decltype(handler)>(std::move(handler));
        auto const guard = std::make_shared<asio::executor_work_guard<decltype(home)>>(home);
        auto resume = [answer, keep, home, guard](xmpp::Answer came) {
            *answer = std::move(came);
            asio::post(home, [keep, guard] { std::move (*keep)(); });
        };
        client_.get(std::move(to), connection_request(login), until, std::move(resume));
    };
    co_await asio::async_initiate<asio::use_awaitable_t<base::Executor> const&, void()>(initiate, base::use_awaitable);
    co_return std::move(*answer);
}

Asked XmppWaker::read(xmpp::Answer const& answer) const
{
    using enum xmpp::Answer::Kind;
    switch (answer.kind) {
        case result: return {.is_sent = true};
        case timeout: return {.cause = "no answer came over XMPP in time", .result = domain::WakeResult::timeout};
        case unsent: return {.cause = why_unsent()};
        case error: break;
    }
    if (is_refused_login(answer))
        return {.cause = "not-authorized: the device refuses the connection-request login",
                .result = domain::WakeResult::unauthorized};
    // Servers answer so for a device that is not there, too: it is no proof that it is busy.
    if (answer.condition == "service-unavailable" || answer.condition == "recipient-unavailable")
        return {.cause = "service-unavailable: not logged in at the XMPP server, in a session, asked too often, or our "
                         "Jabber ID is not in its ConnReqAllowedJabberIDs",
                .is_busy = true};
    return {.cause = fmt::format("the XMPP server answered {}", answer.condition)};
}

std::string XmppWaker::why_unsent() const
{
    auto const failure = client_.failure();
    return failure.empty() ? "too many requests wait for answers over XMPP, or the connection was lost meanwhile"
                           : "no connection to the XMPP server: " + failure;
}

}  // namespace wakeup
