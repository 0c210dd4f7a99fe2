#include "wakeup/http_waker.hpp"

#include "wakeup/nat.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace wakeup {

namespace asio = boost::asio;
using domain::WakeResult;
using Clock = std::chrono::steady_clock;

namespace {

/// Throws away what comes with a 2xx status. More than a little is not waited for: the CPE took the request anyway.
class Discard final : public net::BodySink {
public:
    explicit Discard(std::uint64_t most) : left_{most} {}
    [[nodiscard]] base::Result<void> write(std::string_view piece) override
    {
        if (piece.size() > left_)
            return base::fail("enough was read");
        left_ -= piece.size();
        return {};
    }

private:
    std::uint64_t left_;
};

Asked not_sent(WakeResult result, std::string cause)
{
    return {false, std::move(cause), result == WakeResult::busy, result};
}

Asked asked_of_failure(net::ClientFailure const& failure)
{
    using enum WakeResult;
    switch (failure.code) {
        case net::ClientErrc::not_found: return not_sent(failed, "its host name does not resolve");
        case net::ClientErrc::not_allowed:
            return not_sent(not_allowed, "its address is not allowed (wakeup.allowed_networks)");
        case net::ClientErrc::refused: return not_sent(refused, "connection refused: the device does not listen there");
        case net::ClientErrc::unreachable: return not_sent(timeout, "unreachable: " + failure.what);
        case net::ClientErrc::connect_timeout:
            return not_sent(timeout, "timeout: no connection (switched off, or a firewall is in between)");
        case net::ClientErrc::timeout: return not_sent(timeout, "timeout: connected, but no answer came");
        case net::ClientErrc::closed: return not_sent(failed, "the device closed the connection without an answer");
        case net::ClientErrc::too_large:
            return not_sent(failed, "no usable answer: a refusal that is too long to be read");
        case net::ClientErrc::sink: return {.is_sent = true};  // more of a 2xx answer than anybody wants
        default: break;
    }
    return not_sent(failed, "no usable answer: " + failure.what);
}

bool wants_basic_only(net::ClientResponse const& response)
{
    net::ClientLogin digest_only{{}, false};
    net::ClientLogin either{{}, true};
    return !digest_only.learn(response.headers) && either.learn(response.headers);
}

/// Whether the challenge is one that no login answers, such as a Digest algorithm of its own.
bool wants_what_we_cannot(net::ClientResponse const& response)
{
    net::ClientLogin any{{}, true};
    return !response.headers.get("WWW-Authenticate").empty() && !any.learn(response.headers);
}

std::string cause_of_401(net::ClientResponse const& response, bool had_credentials, bool allows_basic)
{
    if (!had_credentials)
        return "401: the device wants a connection-request login, and none is known";
    if (wants_what_we_cannot(response))
        return "401: the device asks for a login in a way that is not known here (Digest with MD5 or SHA-256 is)";
    if (!allows_basic && wants_basic_only(response))
        return "401: the device wants Basic, which sends the password in clear (wakeup.allow_basic)";
    return "401 wrong credentials: the device refuses the connection-request login";
}

}  // namespace

Asked asked_of(net::ClientResult const& result, bool had_credentials, bool allows_basic)
{
    using enum WakeResult;
    if (!result)
        return asked_of_failure(result.error());
    auto const status = result->status;
    if (status == 200 || status == 202 || status == 204)
        return {.is_sent = true};
    if (status == 401)
        return not_sent(unauthorized, cause_of_401(*result, had_credentials, allows_basic));
    if (status == 503)
        return not_sent(busy, "503: busy, in a session or asked too often");
    if (status == 404)
        return not_sent(failed, "404: the path of its ConnectionRequestURL has changed");
    if (status >= 300 && status < 400)
        return not_sent(failed, fmt::format("{}: a redirect, which is never followed", status));
    return not_sent(failed, fmt::format("the device answered {}", status));
}

bool HttpWaker::applies(WakeTarget const& target, std::string& why) const
{
    auto const url = settings_.targets.check(target.device.connection_request_url);
    if (!url)
        why = url.error().what;
    return url.has_value();
}

base::Awaitable<Asked> HttpWaker::ask(WakeTarget target, Moment until)
{
    auto const url = settings_.targets.check(target.device.connection_request_url);
    if (!url)
        co_return not_sent(WakeResult::not_allowed, url.error().what);
    auto const logins = logins_from(std::move(target.logins));
    bool const has_login = !logins.front().username.empty();
    auto const result = co_await get(*url, logins, until, settings_.allow_basic);
    auto asked = asked_of(result, has_login, settings_.allow_basic);
    auto const sign = result ? std::string{} : sign_of_nat(target.device);  // who answers is there
    if (sign.empty())
        co_return asked;
    bool const is_unreachable = !result && (result.error().code == net::ClientErrc::connect_timeout ||
                                            result.error().code == net::ClientErrc::unreachable);
    if (is_unreachable)
        asked = not_sent(WakeResult::behind_nat, "behind NAT: no connection; " + sign);
    auto const hole = settings_.connections ? settings_.connections->find(target.device.key) : std::nullopt;
    if (!hole || Clock::now() >= until)
        co_return asked;
    auto through = *url;
    through.host = hole->address;
    through.port = hole->port;
    // Never with Basic: the port may be another device's by now.
    if (auto tried = asked_of(co_await get(through, logins, until, false), has_login); tried.is_sent)
        co_return tried;
    asked.cause += "; nor through " + through.authority() + ", where its last connection came from";
    co_return asked;
}

/// With one login after the other, until one is taken.
base::Awaitable<net::ClientResult> HttpWaker::get(net::Url const& url, Logins const& logins, Moment until,
                                                  bool allow_basic)
{
    net::ClientResult result;
    for (auto const& login : logins) {
        result = co_await exchange(url, {login.username, login.password}, until, allow_basic);
        if (!result || result->status != 401)
            break;
    }
    co_return result;
}

/// The device may know but the login before the last, or still none but the fleet's.
HttpWaker::Logins HttpWaker::logins_from(Logins own) const
{
    for (auto& login : own)
        if (login.username.empty())
            login.username = settings_.username;
    domain::Inventory::WakeCredentials const fleet{settings_.username, settings_.password};
    if (own.empty() || (!fleet.username.empty() && std::ranges::find(own, fleet) == own.end()))
        own.push_back(fleet);
    return own;
}

base::Awaitable<net::ClientResult> HttpWaker::exchange(net::Url url, net::Credentials credentials, Moment until,
                                                       bool allow_basic)
{
    auto const left = std::max(std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()),
                               std::chrono::milliseconds{1});
    net::ClientSettings client;
    client.limits.connect = std::min(settings_.limits.connect, left);
    client.limits.exchange = std::min(settings_.limits.exchange, left);
    client.limits.body_bytes = settings_.limits.answer_bytes;
    client.limits.header_bytes = settings_.limits.answer_bytes;
    client.allow_address = [targets = settings_.targets](asio::ip::address const& a) { return targets.allows(a); };
    client.names = names_;
    net::ClientLogin login{std::move(credentials), allow_basic};
    net::ClientConnection connection{url, std::move(client)};
    Discard body{settings_.limits.answer_bytes};
    auto const get = [&url] {
        net::ClientRequest request;
        request.target = url.target;
        return request;
    };
    auto result = co_await connection.exchange(get(), login, &body);
    // Some CPEs reset the connection right after their 401, so the second try needs a new one.
    if (!result && result.error().code == net::ClientErrc::closed && !login.scheme().empty())
        result = co_await connection.exchange(get(), login, &body);
    co_return result;
}

}  // namespace wakeup
