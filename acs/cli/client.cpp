#include "cli/client.hpp"

#include "cli/text.hpp"
#include "net/http_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <exception>
#include <optional>
#include <utility>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::chrono::seconds patience{30};      // for an answer beyond the time it is held
constexpr std::chrono::hours upload_patience{4};  // for a whole file
constexpr std::chrono::minutes upload_stall{2};   // without progress of one

net::ClientSettings settings_of(std::shared_ptr<net::TlsClientContext> tls)
{
    net::ClientSettings settings;
    settings.tls = std::move(tls);
    return settings;
}

std::string text_of(json::object const& object, std::string_view name)
{
    auto const* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? escaped({value->get_string().data(), value->get_string().size()})
                                                  : "";
}

/// The sentences of a problem document.
std::string explain(json::object const& problem)
{
    auto text = text_of(problem, "detail");
    auto const* const errors = problem.if_contains("errors");
    if (errors == nullptr || !errors->is_array() || errors->get_array().size() < 2)
        return text;
    for (auto const& error : errors->get_array())
        if (auto const* const object = error.if_object())
            text += fmt::format("\n  {}: {}", text_of(*object, "field"), text_of(*object, "reason"));
    return text;
}

}  // namespace

struct Client::State {
    Server server;
    net::Url url;
    boost::asio::io_context context{1};
    std::shared_ptr<net::TlsClientContext> tls;
    std::optional<net::ClientConnection> connection;
    std::chrono::milliseconds limit{};

    /// One exchange on the kept connection, or on a new one when answers may now take longer than it was made for.
    net::ClientResult exchange(net::ClientRequest request, std::chrono::milliseconds time)
    {
        if (!connection || time != limit) {
            auto settings = settings_of(tls);
            settings.limits.exchange = time;
            settings.limits.stall = time == upload_patience ? std::chrono::milliseconds{upload_stall} : time;
            connection.emplace(url, std::move(settings));
            limit = time;
        }
        std::exception_ptr failure;
        std::optional<net::ClientResult> result;
        auto finish = [&](std::exception_ptr error, net::ClientResult answer) {
            failure = error;
            result.emplace(std::move(answer));
        };
        boost::asio::co_spawn(context.get_executor(), connection->exchange(std::move(request)), finish);
        context.restart();
        context.run();
        if (failure)
            std::rethrow_exception(failure);
        return *std::move(result);
    }

    Reply<json::object> ask(net::ClientRequest request, std::string_view target, std::chrono::milliseconds time)
    {
        request.target = fmt::format("/api/v1{}", target);
        request.accept_gzip = true;
        if (!server.token.empty())
            request.headers.set("Authorization", fmt::format("Bearer {}", server.token));
        request.headers.set("Accept", "application/json, application/problem+json");
        auto const answer = exchange(std::move(request), time);
        if (!answer)
            return std::unexpected{Refusal{
                0, fmt::format("the server at {} could not be asked: {}", url.to_string(), answer.error().what)}};
        return read(*answer);
    }

    Reply<json::object> read(net::ClientResponse const& answer) const
    {
        boost::system::error_code error;
        auto body = answer.body.empty() ? json::value(json::object()) : json::parse(answer.body, error);
        if (answer.status >= 400)
            return std::unexpected{refusal(answer, !error && body.is_object() ? explain(body.get_object()) : "")};
        if (error || !body.is_object() || answer.status < 200 || answer.status >= 300)
            return std::unexpected{
                Refusal{answer.status, fmt::format("the server at {} answered {} with something that is not of the "
                                                   "ACS's API; is it the right address?",
                                                   url.to_string(), answer.status)}};
        return std::move(body.get_object());
    }

    Refusal refusal(net::ClientResponse const& answer, std::string const& why) const
    {
        if (answer.status == 401 && !server.token.empty())
            return {401, fmt::format("the server at {} refused the token: {}", url.to_string(),
                                     why.empty() ? "no reason was given" : why)};
        if (why.empty())
            return {answer.status, fmt::format("the server at {} answered {} {}", url.to_string(), answer.status,
                                               escaped(answer.reason))};
        return {answer.status, why};
    }
};

Client::Client(std::unique_ptr<State> state) : state_{std::move(state)} {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

base::Result<Client> Client::create(Server server)
{
    auto url = net::parse_url(server.url);
    if (!url)
        return base::fail(fmt::format("\"{}\" is not the URL of a server: {}", server.url, url.error().what));
    if (url->target != "/")
        return base::fail(fmt::format("the server's URL must have no path, but it has \"{}\"", url->target));
    auto state = std::make_unique<State>();
    if (url->is_https) {
        auto tls = net::TlsClientContext::create({.ca_file = server.ca_file});
        if (!tls)
            return std::unexpected{tls.error()};
        state->tls = *std::move(tls);
    }
    state->url = *std::move(url);
    state->server = std::move(server);
    return Client{std::move(state)};
}

Reply<json::object> Client::get(std::string_view target, std::chrono::seconds hold)
{
    return state_->ask({}, target, patience + hold);
}

Reply<json::object> Client::post(std::string_view target, json::object const& body, std::chrono::seconds hold)
{
    net::ClientRequest request;
    request.method = "POST";
    request.body = json::serialize(body);
    request.has_body = true;
    request.headers.set("Content-Type", "application/json");
    return state_->ask(std::move(request), target, patience + hold);
}

Reply<json::object> Client::patch(std::string_view target, json::object const& body)
{
    net::ClientRequest request;
    request.method = "PATCH";
    request.body = json::serialize(body);
    request.has_body = true;
    request.headers.set("Content-Type", "application/json");
    return state_->ask(std::move(request), target, patience);
}

Reply<json::object> Client::remove(std::string_view target)
{
    net::ClientRequest request;
    request.method = "DELETE";
    return state_->ask(std::move(request), target, patience);
}

Reply<json::object> Client::upload(std::string_view target, std::string const& path, std::string_view type)
{
    auto file = net::FileBody::open(path);
    if (!file)
        return std::unexpected{Refusal{0, file.error().what}};
    net::ClientRequest request;
    request.method = "POST";
    request.body = *std::move(file);
    request.has_body = true;
    request.headers.set("Content-Type", type);
    return state_->ask(std::move(request), target, upload_patience);
}

Reply<json::object> Client::send(std::string_view target, std::string text, std::string_view type)
{
    net::ClientRequest request;
    request.method = "POST";
    request.body = std::move(text);
    request.has_body = true;
    request.headers.set("Content-Type", type);
    return state_->ask(std::move(request), target, upload_patience);
}

std::string encoded(std::string_view text)
{
    return net::percent_encoded(text);
}

}  // namespace cli
