#include "fleet/cpe.hpp"

#include "agent/file_transfer.hpp"
#include "agent/session.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "datamodel/value.hpp"
#include "net/url.hpp"
#include "xmpp/stanza.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <ranges>

namespace sim {

Cpe::Cpe(Persona const& persona, DeviceSettings settings, FleetContext& context, std::size_t thread)
    : device_{persona, std::move(settings)}, context_{context}, thread_{thread}
{
}

base::Awaitable<void> Cpe::live(std::chrono::milliseconds delay)
{
    co_await sleep(delay);
    switch_on();
    while (!context_.stopping)
        co_await step();
}

/// Does the one thing that is due, or waits for the next.
base::Awaitable<void> Cpe::step()
{
    auto const time = now();
    change_at_home();
    tend_stun(co_await base::asio::this_coro::executor);
    device_.advance(time);
    if (device_.restart())
        co_return co_await restart();
    if (device_.wants_session(time))
        co_return co_await hold_session();
    if (auto job = device_.start_transfer(time))
        co_return co_await move(std::move(*job));
    auto next = device_.next(time).value_or(time + std::chrono::hours{1});
    if (next_change_)
        next = std::min(next, *next_change_);
    co_await wait_until(std::max(next, time + std::chrono::milliseconds{1}));
}

base::Awaitable<void> Cpe::wait_until(base::TimePoint time)
{
    constexpr base::TimePoint::duration longest = std::chrono::hours{1};
    Timer timer{co_await base::asio::this_coro::executor, std::min(time - now(), longest)};
    timer_ = &timer;
    co_await timer.async_wait(base::as_tuple);
    timer_ = nullptr;
}

base::Awaitable<void> Cpe::sleep(std::chrono::milliseconds time)
{
    auto const end = now() + time;
    while (!context_.stopping && now() < end)
        co_await wait_until(end);
}

void Cpe::stop() noexcept
{
    if (timer_ != nullptr)
        timer_->cancel();
    if (exchange_ != nullptr)
        exchange_->cancel();
    end_stun();
}

base::Awaitable<void> Cpe::hold_session()
{
    auto const time = now();
    auto& statistics = context_.statistics;
    statistics.sessions.add();
    auto exchange = HttpExchange::create(
        device_.management("URL", time), {device_.management("Username", time), device_.management("Password", time)},
        HttpSettings{context_.tls, context_.limits, context_.quirks, device_.cwmp_minor(), context_.gzip}, cookies_);
    SessionReport report;
    if (exchange) {
        exchange_ = &*exchange;
        statistics.in_session.add(1);
        Exchange const speak = [this](cwmp::Envelope envelope) { return exchange_->exchange(std::move(envelope)); };
        report = co_await run_session(device_, speak, context_.clock, {context_.quirks, context_.session_timeout});
        statistics.in_session.add(-1);
        exchange_ = nullptr;
        if (auto const wait = exchange->hold_off(); wait && !report.succeeded)
            device_.hold_off_until(now() + *wait);
        statistics.bytes_in.add(exchange->bytes_received());
        statistics.bytes_out.add(exchange->bytes_sent());
        if (context_.quirks.has(Quirk::old_cookie))
            cookies_ = exchange->cookies();
    } else {
        report.failure = exchange.error().what;
        device_.session_ended(false, time);
    }
    statistics.informs.add(report.informs);
    statistics.rpcs.add(report.rpcs);
    statistics.faults_sent.add(report.faults_sent);
    if (report.failure_fault == cwmp::fault_code::acs_version_incompatible)
        device_.use_older_version();
    if (report.succeeded || context_.stopping)
        co_return;
    statistics.sessions_failed.add();
    // A big fleet without its ACS must not drown everything else.
    constexpr std::uint64_t told_in_full = 100;
    if (auto const failed = statistics.sessions_failed.value(); failed > told_in_full && failed % told_in_full != 0)
        co_return;
    base::log::warning(
        "sim.session_failed",
        {{"serial", device_.identity().serial_number}, {"retry", device_.retry_count()}, {"reason", report.failure}});
}

base::Awaitable<void> Cpe::move(TransferJob job)
{
    auto& statistics = context_.statistics;
    auto moved = co_await move_file(job, device_, context_.clock, {context_.tls, context_.limits});
    auto const is_good = moved.outcome.fault_code == 0;
    if (!is_good)
        statistics.transfers_failed.add();
    else if (job.is_download())
        statistics.downloads.add();
    else
        statistics.uploads.add();
    base::log::info("sim.file_moved", {{"serial", device_.identity().serial_number},
                                       {"url", net::without_logins(job.url)},
                                       {"bytes", moved.bytes},
                                       {"sha256", moved.sha256},
                                       {"fault", moved.outcome.fault_code},
                                       {"reason", moved.outcome.fault_string}});
    device_.transfer_done(job, std::move(moved.outcome), now());
}

base::Awaitable<void> Cpe::restart()
{
    is_off_ = true;
    context_.statistics.restarts.add();
    end_stun();
    co_await sleep(context_.boot_time);
    switch_on();
}

void Cpe::switch_on()
{
    is_off_ = false;
    if (context_.stopping)
        return;
    device_.start(now());
    tell_jabber_id();
}

void Cpe::change_at_home()
{
    if (context_.change_interval.count() == 0)
        return;
    if (next_change_ && *next_change_ <= now())
        device_.change_at_home();
    if (!next_change_ || *next_change_ <= now()) {
        // Exponentially distributed: people do not keep appointments.
        auto const mean = std::chrono::duration<double>{context_.change_interval};
        auto const wait = mean * -std::log(1 - device_.dice().share());
        next_change_ = now() + std::chrono::duration_cast<base::TimePoint::duration>(wait);
    }
}

bool Cpe::may_request(base::TimePoint now)
{
    if (now - window_start_ > request_window) {
        window_start_ = now;
        requests_in_window_ = 0;
    }
    return ++requests_in_window_ <= max_requests;
}

namespace {

bool is_right(net::Authorization const& login, net::DigestServer const& digest, std::string const& username,
              std::string const& password, bool takes_basic, base::TimePoint now)
{
    if (takes_basic)
        return login.scheme == net::Authorization::Scheme::basic && login.username == username &&
               base::equal_in_constant_time(login.password, password);
    auto const secret = net::make_digest_secret(username, digest.settings().realm, password);
    return login.scheme == net::Authorization::Scheme::digest && login.username == username &&
           digest.check(login, "GET", secret, now).accepted();
}

/// Whether a Jabber ID is in the list ConnReqAllowedJabberIDs: a bare one stands for all its resources; an empty list
/// allows everybody.
bool is_allowed(std::string_view list, std::string_view from)
{
    if (list.empty())
        return true;
    for (auto const& part : std::views::split(list, ',')) {
        auto item = std::string_view{part};
        item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
        if (item == from || (!item.contains('/') && item == xmpp::bare(from)))
            return true;
    }
    return false;
}

}  // namespace

base::Awaitable<RequestVerdict> Cpe::take_request(net::Authorization login, net::DigestServer const& digest)
{
    auto const time = now();
    auto const& quirks = context_.quirks;
    auto const takes_basic = quirks.has(Quirk::request_basic);
    if (!quirks.has(Quirk::request_open)) {
        auto const ask = takes_basic ? RequestVerdict::ask_basic : RequestVerdict::ask_digest;
        if (login.scheme == net::Authorization::Scheme::none)
            co_return ask;
        if (!is_right(login, digest, device_.management("ConnectionRequestUsername", time),
                      device_.management("ConnectionRequestPassword", time), takes_basic, time))
            co_return RequestVerdict::wrong;
    }
    co_return accept_request(time);
}

/// The login was right: comes soon, unless it is busy.
RequestVerdict Cpe::accept_request(base::TimePoint now)
{
    if (is_off_ || exchange_ != nullptr || !may_request(now))
        return RequestVerdict::busy;
    context_.statistics.connection_requests.add();
    if (!context_.quirks.has(Quirk::request_no_answer))
        device_.connection_requested();
    if (timer_ != nullptr)
        timer_->cancel();
    return RequestVerdict::taken;
}

RequestVerdict Cpe::take_xmpp_request(std::string_view from, std::string_view username, std::string_view password)
{
    auto const time = now();
    if (!is_allowed(device_.management("ConnReqAllowedJabberIDs", time), from))
        return RequestVerdict::busy;
    if (username != device_.management("ConnectionRequestUsername", time) ||
        !base::equal_in_constant_time(password, device_.management("ConnectionRequestPassword", time)))
        return RequestVerdict::wrong;
    return accept_request(time);
}

void Cpe::logged_in_at_xmpp(std::string const& jid)
{
    jabber_id_ = jid;
    if (is_off_)
        return;
    tell_jabber_id();
    if (timer_ != nullptr)
        timer_->cancel();
}

void Cpe::tell_jabber_id()
{
    if (jabber_id_.empty())
        return;
    static_cast<void>(device_.change_management("SupportedConnReqMethods", "HTTP,XMPP"));
    static_cast<void>(device_.change_management("ConnReqJabberID", jabber_id_));
}

// ---- connection requests over UDP ------------------------------------------------------------------------------

StunClient::Settings Cpe::stun_settings() const
{
    auto const time = now();
    auto const acs = net::parse_url(device_.management("URL", time));
    StunClient::Settings settings;
    settings.server = device_.management("STUNServerAddress", time);
    if (settings.server.empty() && acs)
        settings.server = acs->host;
    settings.port = static_cast<std::uint16_t>(
        datamodel::to_integer(device_.management("STUNServerPort", time)).value_or(settings.port));
    settings.username = device_.management("STUNUsername", time);
    settings.password = device_.management("STUNPassword", time);
    settings.keep_alive = std::chrono::seconds{std::max<std::int64_t>(
        1, datamodel::to_integer(device_.management("STUNMinimumKeepAlivePeriod", time)).value_or(30))};
    return settings;
}

/// Starts the STUN client when the ACS, or the factory, switched it on; tells it when its settings have changed.
void Cpe::tend_stun(base::Executor const& executor)
{
    bool const is_wanted = !is_off_ && !context_.udp_address.empty() && device_.management("STUNEnable", now()) == "1";
    if (!is_wanted)
        return end_stun();
    if (stun_)
        return stun_->use(stun_settings());
    StunClient::Hooks hooks;
    hooks.bound = [this](net::Endpoint const& mapped, bool is_behind_nat) {
        tell_udp_address(mapped.to_string(), is_behind_nat);
        if (timer_ != nullptr)
            timer_->cancel();
    };
    hooks.request = [this](std::string_view datagram) { take_udp_request(datagram); };
    auto client = StunClient::start(executor, context_.udp_address, stun_settings(), std::move(hooks));
    if (client)
        stun_ = *std::move(client);
    else
        base::log::warning("sim.stun_failed",
                           {{"serial", device_.identity().serial_number}, {"reason", client.error().what}});
}

void Cpe::end_stun()
{
    if (!stun_)
        return;
    std::exchange(stun_, nullptr)->stop();
    tell_udp_address("", false);
}

void Cpe::use_stun(std::string_view server, std::uint16_t port)
{
    static_cast<void>(device_.change_management("STUNServerAddress", server));
    static_cast<void>(device_.change_management("STUNServerPort", std::to_string(port)));
    static_cast<void>(device_.change_management("STUNEnable", "1"));
}

void Cpe::tell_udp_address(std::string_view address, bool is_behind_nat)
{
    static_cast<void>(device_.change_management("UDPConnectionRequestAddress", address));
    std::string_view const nat = is_behind_nat ? "1" : "0";
    if (device_.management("NATDetected", now()) != nat)
        static_cast<void>(device_.change_management("NATDetected", nat));
}

bool Cpe::is_new_request(net::UdpRequest const& request) const
{
    auto const time = now();
    auto const password = device_.management("ConnectionRequestPassword", time);
    auto signature = request.signature;
    std::ranges::transform(signature, signature.begin(), [](unsigned char c) { return std::tolower(c); });
    bool const is_right = request.username == device_.management("ConnectionRequestUsername", time) &&
                          base::equal_in_constant_time(signature, net::signature_of(request, password));
    // It is sent in several copies, and somebody may repeat it.
    return is_right && request.time > last_udp_time_ && request.id != last_udp_id_;
}

void Cpe::take_udp_request(std::string_view datagram)
{
    auto const request = net::parse_udp_request(datagram);
    if (!request || !is_new_request(*request) || accept_request(now()) != RequestVerdict::taken)
        return;
    last_udp_time_ = request->time;
    last_udp_id_ = request->id;
    context_.statistics.udp_requests.add();
}

}  // namespace sim
