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

HttpWaker::HttpWaker(domain::Inventory& inventory, base::Clock const& clock, base::Metrics& metrics,
                     WakeupSettings settings)
    : inventory_{inventory}, clock_{clock}, settings_{std::move(settings)},
      sent_{metrics.counter("acs_connection_requests_total", "Connection requests sent to devices")},
      reached_{metrics.counter("acs_connection_requests_reached_total", "Connection requests after which the Inform came")},
      missed_{metrics.counter("acs_connection_requests_missed_total", "Connection requests that failed or brought no Inform")}
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
    auto const until = clock_.now() + std::min<std::chrono::microseconds>(most, std::chrono::minutes{5});
    sent_.add();
    auto outcome = co_await request(*device);
    if (outcome.cause.empty())
        outcome = co_await wait_for_inform(key, before, until);
    (outcome.reached ? reached_ : missed_).add();
    base::log::info("wakeup.request", {{"device", cwmp::external_id(device->identity)},
                                       {"outcome", outcome.reached ? "reached" : outcome.cause}});
    co_return outcome;
}

base::Awaitable<domain::WakeOutcome> HttpWaker::request(domain::DeviceRow device)
{
    auto const url = settings_.targets.check(device.connection_request_url);
    if (!url)
        co_return domain::WakeOutcome{false, url.error().what};
    auto const credentials = co_await inventory_.wake_credentials(device.key);
    net::ClientSettings client;
    client.limits.connect = settings_.limits.connect;
    client.limits.exchange = settings_.limits.exchange;
    client.limits.body_bytes = settings_.limits.answer_bytes;
    client.limits.header_bytes = settings_.limits.answer_bytes;
    client.allow_address = [targets = settings_.targets](asio::ip::address const& a) { return targets.allows(a); };
    net::ClientLogin login{{credentials.username, credentials.password}, settings_.allow_basic};
    net::ClientConnection connection{*url, client};
    net::ClientRequest get;
    get.target = url->target;
    auto result = co_await connection.exchange(get, login);
    // Some CPEs reset the connection right after their 401, so the second try needs a new one.
    if (!result && result.error().code == net::ClientErrc::closed)
        result = co_await connection.exchange(get, login);
    // A body beyond the limit still came with a status; such CPEs took the request.
    if (!result && result.error().code == net::ClientErrc::too_large)
        co_return domain::WakeOutcome{};
    co_return domain::WakeOutcome{false, cause_of(result, !credentials.username.empty())};
}

base::Awaitable<domain::WakeOutcome> HttpWaker::wait_for_inform(domain::DeviceKey key, base::TimePoint since,
                                                                base::TimePoint until)
{
    Timer timer{co_await asio::this_coro::executor};
    for (;;) {
        auto const last = co_await inventory_.last_inform(key);
        if (last && *last > since)
            co_return domain::WakeOutcome{true, {}};
        if (clock_.now() >= until)
            co_return domain::WakeOutcome{false, "the device took the request but no Inform came in time"};
        timer.expires_after(settings_.limits.poll);
        co_await timer.async_wait(base::as_tuple);
    }
}

}  // namespace wakeup
