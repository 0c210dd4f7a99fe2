#include "webhooks/sender.hpp"

#include "webhooks/message.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <fmt/format.h>

#include <utility>

namespace webhooks {

namespace asio = boost::asio;

namespace {

bool is_link_local(asio::ip::address const& address)
{
    constexpr std::uint32_t link_local = 0xa9fe;  // 169.254/16
    if (address.is_v4())
        return (address.to_v4().to_uint() >> 16U) == link_local;
    return address.to_v6().is_link_local() || address == asio::ip::make_address("fd00:ec2::254");
}

bool is_of_one_host(asio::ip::address const& address)
{
    bool const is_nobody = address.is_unspecified() || (address.is_v4() && (address.to_v4().to_uint() >> 24U) == 0);
    return !is_nobody && !address.is_multicast() &&
           !(address.is_v4() && address.to_v4() == asio::ip::address_v4::broadcast());
}

net::ClientSettings client_of(SenderSettings const& settings)
{
    net::ClientSettings client;
    client.limits.connect = settings.connect;
    client.limits.exchange = settings.exchange;
    client.limits.stall = settings.exchange;
    client.limits.header_bytes = settings.answer_bytes;
    client.limits.body_bytes = settings.answer_bytes;
    client.tls = settings.tls;
    client.names = settings.names;
    client.allow_address = [allowed = settings.allowed](auto const& address) { return may_go_to(allowed, address); };
    return client;
}

/// An address of the receiver that is meant for ever may still be wrong for now.
bool is_refusal(unsigned status)
{
    constexpr unsigned request_timeout = 408, too_early = 425, too_many = 429;
    return status >= 400 && status < 500 && status != request_timeout && status != too_early && status != too_many;
}

}  // namespace

bool may_go_to(net::Networks const& allowed, asio::ip::address const& given)
{
    auto const address = net::unmapped(given);
    return is_of_one_host(address) && (allowed.contains(address) || !is_link_local(address));
}

domain::WebhookAnswer answer_of(net::ClientResult const& result, std::chrono::milliseconds time)
{
    domain::WebhookAnswer answer;
    answer.time = time;
    if (!result) {
        answer.problem = result.error().what;
        return answer;
    }
    answer.status = result->status;
    answer.is_taken = result->status >= 200 && result->status < 300;
    answer.is_refusal = is_refusal(result->status);
    if (result->status >= 300 && result->status < 400)
        answer.problem =
            fmt::format("the receiver answered {} and names another place, which is not followed", result->status);
    else if (!answer.is_taken)
        answer.problem = fmt::format("the receiver answered {} {}", result->status, net::status_phrase(result->status));
    return answer;
}

net::ClientRequest Channel::request_of(domain::Webhook const& webhook, net::Url const& url,
                                       std::vector<domain::EventRecord> const& events) const
{
    net::ClientRequest request;
    request.method = "POST";
    request.target = url.target;
    auto body = body_of(webhook, events);
    request.headers = headers_of(webhook, events, body, clock_.now());
    request.body = std::move(body);
    request.has_body = true;
    return request;
}

base::Awaitable<domain::WebhookAnswer> Channel::send(domain::Webhook webhook, std::vector<domain::EventRecord> events)
{
    auto const url = net::parse_url(webhook.url);
    if (!url)
        co_return domain::WebhookAnswer{.problem = "its URL is none: " + url.error().what};
    if (!connection_ || url_ != webhook.url) {
        url_ = webhook.url;
        connection_.emplace(*url, client_of(settings_));
    }
    auto const began = std::chrono::steady_clock::now();
    auto const connects = connection_->connects();
    auto result = co_await connection_->exchange(request_of(webhook, *url, events));
    bool const was_stale = !result && result.error().code == net::ClientErrc::closed && !result.error().answer_began &&
                           connects > 0 && connection_->connects() == connects;
    if (was_stale)  // the receiver had closed the connection while nothing happened
        result = co_await connection_->exchange(request_of(webhook, *url, events));
    co_return answer_of(
        result, std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began));
}

void Channel::cancel() noexcept
{
    if (connection_)
        connection_->cancel();
}

base::Awaitable<domain::WebhookAnswer> Sender::send(domain::Webhook webhook, std::vector<domain::EventRecord> events)
{
    Channel channel{settings_, clock_};
    co_return co_await channel.send(std::move(webhook), std::move(events));
}

base::Result<void> Sender::check(std::string_view text) const
{
    auto const url = net::parse_url(text);
    if (!url)
        return base::fail("must be a URL such as https://oss.example.net/acs: " + url.error().what);
    if (!url->username.empty() || !url->password.empty())
        return base::fail("must not carry a login: requests are signed with the secret");
    boost::system::error_code not_numeric;
    auto const address = asio::ip::make_address(url->host, not_numeric);
    if (!not_numeric && !may_go_to(settings_.allowed, address))
        return base::fail(fmt::format("points to {}, which is not allowed (webhooks.allowed_networks)", url->host));
    return {};
}

}  // namespace webhooks
