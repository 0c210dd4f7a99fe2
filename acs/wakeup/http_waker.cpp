#include "wakeup/http_waker.hpp"

#include "base/log.hpp"
#include "cwmp/device_id.hpp"

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace wakeup {

namespace asio = boost::asio;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, base::Executor>;

namespace {

constexpr std::chrono::minutes longest_wait{5};     ///< for one device, whatever the caller asks for
constexpr std::chrono::seconds expected_after{30};  ///< a device that was asked to come may come late

/// One of the requests in flight, counted for as long as it lives.
class Slot {
public:
    explicit Slot(std::atomic<std::size_t>& count) : count_{count} { taken_ = ++count_; }
    ~Slot() { --count_; }
    Slot(Slot const&) = delete;
    Slot& operator=(Slot const&) = delete;
    [[nodiscard]] std::size_t taken() const noexcept { return taken_; }

private:
    std::atomic<std::size_t>& count_;
    std::size_t taken_ = 0;
};

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

std::string cause_of_failure(net::ClientFailure const& failure)
{
    switch (failure.code) {
        case net::ClientErrc::not_found: return "its host name does not resolve";
        case net::ClientErrc::not_allowed: return "its address is not allowed (wakeup.allowed_networks)";
        case net::ClientErrc::refused: return "connection refused: the device does not listen there";
        case net::ClientErrc::unreachable: return "unreachable: " + failure.what;
        case net::ClientErrc::connect_timeout: return "timeout: no connection (switched off, or behind NAT)";
        case net::ClientErrc::timeout: return "timeout: connected, but no answer came";
        case net::ClientErrc::closed: return "the device closed the connection without an answer";
        case net::ClientErrc::too_large: return "no usable answer: a refusal that is too long to be read";
        default: break;
    }
    return "no usable answer: " + failure.what;
}

}  // namespace

std::string cause_of(net::ClientResult const& result, bool had_credentials)
{
    if (!result)
        return cause_of_failure(result.error());
    auto const status = result->status;
    if (status == 200 || status == 202 || status == 204)
        return {};
    if (status == 401)
        return had_credentials ? "401: the device refuses the connection-request login"
                               : "401: the device wants a connection-request login, and none is known";
    if (status == 503)
        return "503: busy, in a session or asked too often";
    if (status == 404)
        return "404: the path of its ConnectionRequestURL has changed";
    if (status >= 300 && status < 400)
        return fmt::format("{}: a redirect, which is never followed", status);
    return fmt::format("the device answered {}", status);
}

HttpWaker::HttpWaker(domain::Inventory& inventory, base::Metrics& metrics, WakeupSettings settings)
    : inventory_{inventory},
      settings_{std::move(settings)},
      sent_{metrics.counter("acs_connection_requests_total", "Connection requests sent to devices")},
      reached_{
          metrics.counter("acs_connection_requests_reached_total", "Connection requests after which the Inform came")},
      missed_{metrics.counter("acs_connection_requests_missed_total",
                              "Connection requests that failed or brought no Inform")}
{
}

base::Awaitable<domain::WakeOutcome> HttpWaker::wake(domain::DeviceKey key, std::chrono::milliseconds most)
{
    Slot const slot{in_flight_};
    if (slot.taken() > settings_.limits.at_once)
        co_return domain::WakeOutcome{false, "too many connection requests are in flight (wakeup.at_once); try again"};
    auto const device = co_await inventory_.find(key);
    if (!device)
        co_return domain::WakeOutcome{false, "there is no such device"};
    auto const before = device->last_inform.value_or(base::TimePoint{});
    auto const until = std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(most, longest_wait);
    sent_.add();
    expect(*device, most);
    auto outcome = co_await request(*device, until);
    if (outcome.cause.empty())
        outcome = co_await wait_for_inform(key, before, until);
    (outcome.reached ? reached_ : missed_).add();
    base::log::info("wakeup.request", {{"device", cwmp::external_id(device->identity)},
                                       {"outcome", outcome.reached ? "reached" : outcome.cause}});
    co_return outcome;
}

void HttpWaker::expect(domain::DeviceRow const& device, std::chrono::milliseconds most) const
{
    boost::system::error_code unreadable;
    auto const address = asio::ip::make_address(device.ip_address, unreadable);
    if (settings_.expected && !unreadable)
        settings_.expected->expect(address, std::chrono::ceil<std::chrono::seconds>(most) + expected_after);
}

base::Awaitable<domain::WakeOutcome> HttpWaker::request(domain::DeviceRow device, Moment until)
{
    auto const url = settings_.targets.check(device.connection_request_url);
    if (!url)
        co_return domain::WakeOutcome{false, url.error().what};
    auto const logins = logins_from(co_await inventory_.wake_credentials(device.key));
    net::ClientResult result;
    for (auto const& login : logins) {
        result = co_await ask(*url, {login.username, login.password}, until);
        if (!result || result->status != 401)
            break;
    }
    if (!result && result.error().code == net::ClientErrc::sink)
        co_return domain::WakeOutcome{};
    bool const is_busy = result && result->status == 503;
    co_return domain::WakeOutcome{false, cause_of(result, !logins.front().username.empty()), is_busy};
}

/// The device may know but the login before the last, or still none but the fleet's.
std::vector<domain::Inventory::WakeCredentials>
HttpWaker::logins_from(std::vector<domain::Inventory::WakeCredentials> own) const
{
    for (auto& login : own)
        if (login.username.empty())
            login.username = settings_.username;
    domain::Inventory::WakeCredentials const fleet{settings_.username, settings_.password};
    if (own.empty() || (!fleet.username.empty() && std::ranges::find(own, fleet) == own.end()))
        own.push_back(fleet);
    return own;
}

base::Awaitable<net::ClientResult> HttpWaker::ask(net::Url url, net::Credentials credentials, Moment until)
{
    auto const left = std::max(std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()),
                               std::chrono::milliseconds{1});
    net::ClientSettings client;
    client.limits.connect = std::min(settings_.limits.connect, left);
    client.limits.exchange = std::min(settings_.limits.exchange, left);
    client.limits.body_bytes = settings_.limits.answer_bytes;
    client.limits.header_bytes = settings_.limits.answer_bytes;
    client.allow_address = [targets = settings_.targets](asio::ip::address const& a) { return targets.allows(a); };
    net::ClientLogin login{std::move(credentials), settings_.allow_basic};
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

base::Awaitable<domain::WakeOutcome> HttpWaker::wait_for_inform(domain::DeviceKey key, base::TimePoint since,
                                                                Moment until)
{
    Timer timer{co_await asio::this_coro::executor};
    for (;;) {
        auto const last = co_await inventory_.last_inform(key);
        if (last && *last > since)
            co_return domain::WakeOutcome{true, {}};
        auto const now = std::chrono::steady_clock::now();
        if (now >= until)
            co_return domain::WakeOutcome{false, "the device took the request but no Inform came in time"};
        timer.expires_after(std::min<std::chrono::steady_clock::duration>(settings_.limits.poll, until - now));
        co_await timer.async_wait(base::as_tuple);
    }
}

}  // namespace wakeup
