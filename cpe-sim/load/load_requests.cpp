#include "load/load_requests.hpp"

#include "base/crypto.hpp"
#include "load/whole_device.hpp"

namespace sim {
namespace {

constexpr std::string_view realm = "cpe-sim";

}  // namespace

LoadRequests::LoadRequests(net::Threads& threads, LoadContext& context, Scheduler& scheduler)
    : context_{context},
      scheduler_{scheduler},
      digest_{net::DigestSettings{.realm = std::string{realm}, .key = base::random_bytes(32)}},
      server_{threads, metrics_}
{
}

base::Result<void> LoadRequests::listen()
{
    net::Listener listener;
    listener.name = "connection-requests";
    listener.address = context_.scenario.connection_request_address;
    listener.port = context_.scenario.connection_request_port;
    listener.limits.body_bytes = 64 * 1024;
    auto listening = server_.listen(std::move(listener), *this);
    if (listening)
        context_.request_port = server_.local_port("connection-requests");
    return listening;
}

bool LoadRequests::is_right(net::Authorization const& login, std::uint32_t device)
{
    auto const kind = context_.scenario.connection_request_login;
    if (kind == LoginKind::none)
        return true;
    auto const settings = context_.settings_of(device);
    auto username = settings.connection_request_username;
    auto password = settings.connection_request_password;
    if (auto* const whole = scheduler_.find_whole(device)) {  // the ACS may have set others
        username = whole->device().management("ConnectionRequestUsername", context_.now());
        password = whole->device().management("ConnectionRequestPassword", context_.now());
    }
    if (kind == LoginKind::basic)
        return login.scheme == net::Authorization::Scheme::basic && login.username == username &&
               base::equal_in_constant_time(login.password, password);
    return login.scheme == net::Authorization::Scheme::digest && login.username == username &&
           digest_.check(login, "GET", net::make_digest_secret(username, realm, password), context_.now()).accepted();
}

net::Response LoadRequests::challenge() const
{
    auto response = net::text_response(401, "who are you?\n");
    if (context_.scenario.connection_request_login == LoginKind::basic)
        response.headers.add("WWW-Authenticate", net::basic_challenge(realm));
    else
        for (auto const& one : digest_.challenges(context_.now()))
            response.headers.add("WWW-Authenticate", one);
    return response;
}

base::Awaitable<net::Response> LoadRequests::handle(net::Request& request)
{
    auto const device = context_.device_at(request.path());
    if (!device)
        co_return net::text_response(404, "nobody is here\n");
    if (request.method != "GET") {
        auto refused = net::text_response(405, "connection requests are made with GET\n");
        refused.headers.add("Allow", "GET");
        co_return refused;
    }
    if (!is_right(net::parse_authorization(request.headers.get("Authorization")), *device))
        co_return challenge();
    if (!scheduler_.request_connection(*device))
        co_return net::text_response(503, "busy\n");
    co_return net::text_response(200, "");
}

}  // namespace sim
