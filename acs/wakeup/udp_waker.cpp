#include "wakeup/udp_waker.hpp"

#include "base/crypto.hpp"
#include "net/udp_request.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wakeup {

namespace {

constexpr int times = 3;                           ///< each request is sent: datagrams are lost
constexpr std::chrono::milliseconds between{100};  ///< two of them
constexpr std::size_t most_logins = 3;             ///< that are tried; each is a request of its own
constexpr std::size_t nonce_bytes = 8;

/// Where to begin counting the ids: after a restart no device may find its last one again.
std::uint32_t first_id(base::Clock const& clock)
{
    return static_cast<std::uint32_t>(clock.now().time_since_epoch().count() / 1'000);
}

}  // namespace

UdpWaker::UdpWaker(StunServer& server, base::Clock const& clock, base::Metrics& metrics, TargetRules targets)
    : server_{server},
      clock_{clock},
      targets_{std::move(targets)},
      sent_{metrics.counter("acs_udp_requests_total", "Connection requests sent over UDP")},
      last_id_{first_id(clock)}
{
}

std::vector<UdpWaker::Place> UdpWaker::places_of(WakeTarget const& target, std::string& why) const
{
    auto const told = net::parse_udp_address(target.udp_address);
    auto const heard = server_.binding(target.device.key);
    bool const counts = heard && (heard->is_verified || heard->address == told);
    std::vector<Place> places;
    if (counts)
        places.push_back({heard->address, heard->local});
    // Whoever repeats a signed request from elsewhere moves the binding, but does not keep the device from us.
    if (told && (!counts || heard->address != *told))
        places.push_back({*told, {}});
    if (places.empty())
        why = target.udp_address.empty()
                  ? "the device has told no UDPConnectionRequestAddress, and its STUN binding is not known here"
                  : fmt::format("its UDPConnectionRequestAddress '{}' is no numeric address with a port",
                                target.udp_address);
    auto const is_forbidden = [this](Place const& place) { return !targets_.allows(place.address.address); };
    if (!places.empty() && std::ranges::all_of(places, is_forbidden))
        why = fmt::format("its address for connection requests over UDP, {}, is not allowed (wakeup.allowed_networks)",
                          places.front().address.to_string());
    std::erase_if(places, is_forbidden);
    return places;
}

bool UdpWaker::applies(WakeTarget const& target, std::string& why) const
{
    return !places_of(target, why).empty();
}

/// One for each login that the device may have: it takes no notice of the others.
std::vector<std::string> UdpWaker::requests_for(WakeTarget const& target, net::Endpoint const& to)
{
    net::UdpRequest request;
    request.time = base::seconds_since_1970(clock_.now());
    request.id = fmt::to_string(++last_id_);
    request.nonce = base::random_hex(nonce_bytes);
    auto logins = target.logins;
    if (logins.empty())
        logins.emplace_back();
    logins.resize(std::min(logins.size(), most_logins));
    std::vector<std::string> requests;
    for (auto const& login : logins) {
        request.username = login.username;
        requests.push_back(net::write_udp_request(request, login.password, to));
    }
    return requests;
}

base::Awaitable<Asked> UdpWaker::ask(WakeTarget target, std::chrono::steady_clock::time_point until)
{
    std::string why;
    auto const places = places_of(target, why);
    if (places.empty())
        co_return Asked{.cause = std::move(why)};
    std::vector<std::pair<Place, std::vector<std::string>>> datagrams;
    for (auto const& place : places)
        datagrams.emplace_back(place, requests_for(target, place.address));
    sent_.add();
    bool was_taken = false;
    for (int turn = 0; turn < times; ++turn) {
        for (auto const& [place, requests] : datagrams)
            for (auto const& request : requests)
                was_taken = server_.send(request, place.address, place.local) || was_taken;
        if (turn + 1 == times || std::chrono::steady_clock::now() + between >= until)
            break;
        net::Timer pause{co_await base::asio::this_coro::executor, between};
        co_await pause.async_wait(base::as_tuple);
    }
    if (!was_taken)
        co_return Asked{.cause = fmt::format("the system sends nothing to {}: no route, or a firewall of this machine",
                                             places.front().address.to_string())};
    co_return Asked{.is_sent = true};
}

}  // namespace wakeup
