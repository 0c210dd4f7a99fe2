#include "wakeup/stun_server.hpp"

#include "base/log.hpp"
#include "net/udp_request.hpp"

#include <exception>
#include <set>
#include <utility>

namespace wakeup {

namespace stun = net::stun;
namespace log = base::log;
using Proof = StunSender::Proof;

namespace {

constexpr std::size_t longest_username = 256;   ///< bytes, as the data model has it
constexpr std::size_t names_at_once = 256;      ///< of one question to the database
constexpr std::size_t written_at_once = 1'000;  ///< bindings in one statement
constexpr unsigned restored_at_once = 1'000;    ///< bindings in one page
constexpr std::chrono::seconds pause_when_away{1};

base::Counter& requests(base::Metrics& metrics, std::string_view labels)
{
    return metrics.counter("acs_stun_requests_total", "STUN binding requests, by what became of them.", labels);
}

/// Whether the answer, or the binding, depends on who asks.
bool names_somebody(stun::Message const& request)
{
    return !request.username.empty() && request.username.size() <= longest_username &&
           (request.integrity_at != 0 || request.is_connection_request_binding);
}

}  // namespace

StunServer::Counters::Counters(base::Metrics& metrics)
    : answered{requests(metrics, R"(outcome="answered")")},
      refused{requests(metrics, R"(outcome="refused")")},
      malformed{requests(metrics, R"(outcome="malformed")")},
      limited{requests(metrics, R"(outcome="limited")")},
      bindings_refused{metrics.counter("acs_stun_bindings_refused_total",
                                       "Unsigned binding requests that would have moved a device that signs")},
      bindings{metrics.gauge("acs_stun_bindings", "Devices that this node hears over STUN")}
{
}

StunServer::StunServer(domain::DeviceBindings& store, base::Clock const& clock, base::Metrics& metrics,
                       StunSettings settings)
    : store_{store},
      clock_{clock},
      settings_{std::move(settings)},
      counters_{metrics},
      table_{settings_.bindings, settings_.binding_life},
      logins_{settings_.bindings},
      rates_{settings_.requests_per_source, settings_.requests_per_second},
      name_came_{thread_.context(0)}
{
}

StunServer::~StunServer()
{
    stop();
}

base::Result<void> StunServer::start()
{
    auto opened = net::UdpSocket::open(thread_.context(0).get_executor(), settings_.address, settings_.port);
    if (!opened)
        return base::fail("stun: " + opened.error().what);
    socket_.emplace(*std::move(opened));
    is_open_ = true;
    log::info("net.listening", {{"listener", "stun"}, {"address", socket_->local().to_string()}});
    thread_.spawn(0, [this] { return serve(); });
    thread_.spawn(0, [this] { return look_up(); });
    thread_.spawn(0, [this] { return keep_books(); });
    thread_.start();
    return {};
}

void StunServer::stop()
{
    thread_.stop();
}

std::optional<Binding> StunServer::binding(domain::DeviceKey device) const
{
    return table_.find(device, clock_.now());
}

bool StunServer::send(std::string_view bytes, net::Endpoint const& to, boost::asio::ip::address const& from)
{
    return is_open_ && socket_->send(bytes, to, from);
}

// ---- requests --------------------------------------------------------------------------------------------------

base::Awaitable<void> StunServer::serve()
{
    for (;;) {
        auto const datagram = co_await socket_->receive();
        if (!datagram)
            co_return;
        take(*datagram);
    }
}

/// Nothing is said to what is no binding request: an answer could be an attack on somebody else.
void StunServer::take(net::Datagram const& datagram)
{
    auto const now = std::chrono::steady_clock::now();
    if (!rates_.take(datagram.from.address, now))
        return counters_.limited.add();
    auto const request = stun::parse(datagram.bytes);
    if (!request || !request->is(stun::Kind::request) || datagram.from.port == 0)
        return counters_.malformed.add();
    StunRoute const route{datagram.from, {datagram.to, port()}};
    if (!names_somebody(*request))
        return settle(*request, datagram.bytes, route, nullptr, true);
    if (auto const logins = logins_.find(request->username, now))
        return settle(*request, datagram.bytes, route, logins, false);
    wait(*request, datagram.bytes, route);
}

/// `is_fresh`: it makes no sense to ask the database once more.
void StunServer::settle(stun::Message const& request, std::string_view bytes, StunRoute const& route,
                        StunLogins::Logins const& logins, bool is_fresh)
{
    auto const sender = sender_of(request, bytes, logins ? std::span{*logins} : std::span<domain::StunLogin const>{});
    bool const fits = sender.proof == Proof::good || (sender.proof == Proof::none && sender.device);
    if (!fits && !is_fresh && !logins_.find_again(request.username, std::chrono::steady_clock::now()))
        return wait(request, bytes, route);
    auto const answer = stun_answer(request, sender, route, settings_.require_integrity);
    bool const is_refused = static_cast<unsigned char>(answer[1]) == (static_cast<unsigned>(stun::Kind::error) & 255U);
    (is_refused ? counters_.refused : counters_.answered).add();
    if (!is_refused && request.is_connection_request_binding)
        note_binding(request, sender, route);
    // Another port of the sender's own, or nobody: stun_answer() has refused what it may not have.
    bool const is_elsewhere = !is_refused && request.response_address && request.response_address->port != 0;
    send(answer, is_elsewhere ? *request.response_address : route.from, route.to.address);
}

void StunServer::note_binding(stun::Message const& request, StunSender const& sender, StunRoute const& route)
{
    // Who signs wrongly is not the device, whatever name it gives.
    if (!sender.device || sender.proof == Proof::wrong)
        return;
    auto const verdict = table_.hear(*sender.device, {.address = route.from,
                                                      .local = route.to.address,
                                                      .is_verified = sender.proof == Proof::good,
                                                      .seen = clock_.now()});
    counters_.bindings.set(static_cast<std::int64_t>(table_.size()));
    if (verdict == BindingTable::Verdict::refused)
        counters_.bindings_refused.add();
    if (verdict == BindingTable::Verdict::taken && log::enabled(log::Level::debug))
        log::debug("wakeup.binding", {{"username", request.username},
                                      {"address", route.from.to_string()},
                                      {"signed", sender.proof == Proof::good}});
}

// ---- user names ------------------------------------------------------------------------------------------------

void StunServer::wait(stun::Message const& request, std::string_view bytes, StunRoute const& route)
{
    if (waiting_.size() >= settings_.waiting)
        return counters_.limited.add();  // the device asks again
    waiting_.push_back({std::string{bytes}, request, route});
    name_came_.cancel();
}

/// One question at a time, for all names that have gathered meanwhile.
base::Awaitable<void> StunServer::look_up()
{
    for (;;) {
        if (waiting_.empty()) {
            name_came_.expires_at(net::Timer::time_point::max());
            co_await name_came_.async_wait(base::as_tuple);
            continue;
        }
        std::set<std::string> names;
        for (auto const& one : waiting_)
            if (names.size() < names_at_once)
                names.insert(one.message.username);
        std::vector<std::string> const asked{names.begin(), names.end()};
        bool is_away = false;
        try {
            auto found = co_await store_.logins(asked);
            logins_.take(asked, std::move(found), std::chrono::steady_clock::now());
        } catch (std::exception const&) {  // whatever it was, the next question may be answered
            is_away = true;
        }
        auto gathered = std::exchange(waiting_, {});
        for (auto& one : gathered)
            if (is_away || names.contains(one.message.username))
                settle(one.message, one.bytes, one.route,
                       logins_.find(one.message.username, std::chrono::steady_clock::now()), true);
            else
                waiting_.push_back(std::move(one));
    }
}

// ---- what other nodes know -------------------------------------------------------------------------------------

base::Awaitable<void> StunServer::keep_books()
{
    co_await restore();
    for (;;) {
        net::Timer pause{co_await base::asio::this_coro::executor, settings_.write_pause};
        co_await pause.async_wait(base::as_tuple);
        table_.expire(clock_.now());
        counters_.bindings.set(static_cast<std::int64_t>(table_.size()));
        co_await write_changes();
    }
}

/// What this node heard before it was started anew: the devices still think of its address, and wait there.
base::Awaitable<void> StunServer::restore()
{
    for (domain::DeviceKey after{0};;) {
        std::vector<domain::DeviceBinding> page;
        bool is_away = false;
        try {
            page = co_await store_.of_node(settings_.node, after, restored_at_once);
        } catch (std::exception const&) {
            is_away = true;
        }
        if (is_away) {
            net::Timer pause{co_await base::asio::this_coro::executor, pause_when_away};
            co_await pause.async_wait(base::as_tuple);
            continue;
        }
        for (auto const& row : page)
            if (auto const address = net::parse_udp_address(row.address))
                table_.restore(row.device, {*address, {}, row.is_verified, clock_.now()}, row.seen);
        if (page.size() < restored_at_once || table_.size() >= settings_.bindings)
            co_return;
        after = page.back().device;
    }
}

base::Awaitable<void> StunServer::write_changes()
{
    for (;;) {
        auto const changes = table_.take_changes(written_at_once);
        if (changes.empty())
            co_return;
        std::vector<domain::DeviceBinding> kept;
        for (auto const& [device, binding] : changes.kept)
            kept.push_back({device, binding.address.to_string(), binding.is_verified, binding.seen, settings_.node});
        std::string problem;
        try {
            co_await store_.write(settings_.node, std::move(kept), changes.gone);
        } catch (std::exception const& failure) {
            problem = failure.what();
        }
        if (!problem.empty()) {
            table_.give_back(changes);
            if (!std::exchange(store_failed_, true))
                log::warning("wakeup.bindings_not_written", {{"reason", problem}});
            co_return;
        }
        store_failed_ = false;
    }
}

}  // namespace wakeup
