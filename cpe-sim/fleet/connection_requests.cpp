#include "fleet/connection_requests.hpp"

#include "base/crypto.hpp"

#include <boost/asio/co_spawn.hpp>

namespace sim {
namespace {

constexpr std::string_view realm = "cpe-sim";

}  // namespace

ConnectionRequests::ConnectionRequests(net::Threads& threads, base::Clock const& clock)
    : threads_{threads},
      clock_{clock},
      digest_{net::DigestSettings{.realm = std::string{realm}, .key = base::random_bytes(32)}},
      server_{threads, metrics_}
{
}

base::Result<void> ConnectionRequests::listen(std::string const& address, std::uint16_t port)
{
    net::Listener listener;
    listener.name = "connection-requests";
    listener.address = address;
    listener.port = port;
    listener.limits.body_bytes = 64 * 1024;
    return server_.listen(std::move(listener), *this);
}

base::Awaitable<net::Response> ConnectionRequests::handle(net::Request& request)
{
    auto const found = cpes_.find(std::string{request.path()});
    if (found == cpes_.end())
        co_return net::text_response(404, "nobody is here\n");
    if (request.method != "GET") {
        auto refused = net::text_response(405, "connection requests are made with GET\n");
        refused.headers.add("Allow", "GET");
        co_return refused;
    }
    auto& cpe = *found->second;
    auto login = net::parse_authorization(request.headers.get("Authorization"));
    // The device lives on a thread of its own; asked there, answered here.
    auto const verdict = co_await boost::asio::co_spawn(
        threads_.context(cpe.thread()), cpe.take_request(std::move(login), digest_), base::use_awaitable);
    switch (verdict) {
        case RequestVerdict::taken: co_return net::text_response(200, "");
        case RequestVerdict::busy: co_return net::text_response(503, "busy\n");
        case RequestVerdict::ask_basic: {
            auto response = net::text_response(401, "who are you?\n");
            response.headers.add("WWW-Authenticate", net::basic_challenge(realm));
            co_return response;
        }
        case RequestVerdict::wrong:
        case RequestVerdict::ask_digest: break;
    }
    auto response = net::text_response(401, "who are you?\n");
    for (auto const& challenge : digest_.challenges(clock_.now()))
        response.headers.add("WWW-Authenticate", challenge);
    co_return response;
}

}  // namespace sim
