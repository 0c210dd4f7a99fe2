#include "cli/client.hpp"

#include "base/crypto.hpp"
#include "cli/text.hpp"
#include "net/http_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <exception>
#include <functional>
#include <optional>
#include <ostream>
#include <thread>
#include <utility>
#include <variant>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::chrono::seconds patience{30};         // for an answer beyond the time it is held
constexpr std::chrono::hours upload_patience{4};     // for a whole file
constexpr std::chrono::minutes upload_stall{2};      // without progress of one
constexpr std::chrono::minutes stream_patience{30};  // for a whole stream; the server ends it earlier
constexpr std::chrono::seconds stream_stall{60};     // without a byte of it; it says something every 15 s
constexpr std::chrono::hours copy_patience{4};       // for a whole list
constexpr std::string_view json_types = "application/json, application/problem+json";
constexpr std::chrono::milliseconds pause{1000};  // before a request is repeated

/// Writes a body to a stream.
class OutSink final : public net::BodySink {
public:
    explicit OutSink(std::ostream& out) : out_{out} {}
    [[nodiscard]] base::Result<void> write(std::string_view piece) override
    {
        if (out_.write(piece.data(), static_cast<std::streamsize>(piece.size())))
            return {};
        return base::fail("the output could not be written");
    }

private:
    std::ostream& out_;
};

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

using Body = std::variant<std::string, net::FileBody>;
/// Gives the body of a request, each time that it is sent.
using MakeBody = std::function<Reply<Body>()>;

net::ClientRequest with_body(std::string method, Body body, std::string_view type)
{
    net::ClientRequest request;
    request.method = std::move(method);
    request.body = std::move(body);
    request.has_body = true;
    request.headers.set("Content-Type", type);
    return request;
}

/// Hands pieces of a stream on.
class Listening final : public net::BodySink {
public:
    explicit Listening(std::function<bool(std::string_view)> take) : take_{std::move(take)} {}
    base::Result<void> write(std::string_view piece) override
    {
        if (!take_(piece))
            return base::fail("enough was read");
        return {};
    }

private:
    std::function<bool(std::string_view)> take_;
};

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
    net::ClientResult exchange(net::ClientRequest request, std::chrono::milliseconds time,
                               net::BodySink* sink = nullptr)
    {
        if (!connection || time != limit) {
            auto settings = settings_of(tls);
            settings.limits.exchange = time;
            settings.limits.stall = time == upload_patience || time == copy_patience
                                        ? std::chrono::milliseconds{upload_stall}
                                    : time == stream_patience ? std::chrono::milliseconds{stream_stall}
                                                              : time;
            connection.emplace(url, std::move(settings));
            limit = time;
        }
        std::exception_ptr failure;
        std::optional<net::ClientResult> result;
        auto finish = [&](std::exception_ptr error, net::ClientResult answer) {
            failure = error;
            result.emplace(std::move(answer));
        };
        boost::asio::co_spawn(context.get_executor(), connection->exchange(std::move(request), sink), finish);
        context.restart();
        context.run();
        if (failure)
            std::rethrow_exception(failure);
        return *std::move(result);
    }

    Reply<net::ClientResponse> send(net::ClientRequest request, std::string_view target, std::string_view accept,
                                    std::chrono::milliseconds time)
    {
        request = addressed(std::move(request), target);
        request.headers.set("Accept", accept);
        auto answer = exchange(std::move(request), time);
        if (!answer)
            return unasked(answer.error());
        return *std::move(answer);
    }

    Reply<json::object> ask(net::ClientRequest request, std::string_view target, std::chrono::milliseconds time)
    {
        auto const answer = send(std::move(request), target, json_types, time);
        if (!answer)
            return std::unexpected{answer.error()};
        return read(*answer);
    }

    /// A POST that is carried out once, whatever is lost on the way: it has a key. Lost answers, and those that say
    /// that it is still being carried out, have it sent again: until `time` is over, an upload for `patience` more.
    Reply<json::object> ask_until_answered(std::string_view type, std::string_view target, MakeBody const& make_body,
                                           std::chrono::milliseconds time)
    {
        using Clock = std::chrono::steady_clock;
        auto const key = base::random_hex(16);
        auto const begun = Clock::now();
        std::optional<Clock::time_point> until;
        bool was_lost = false;
        for (;;) {
            auto body = make_body();
            if (!body)
                return std::unexpected{std::move(body).error()};
            auto request = addressed(with_body("POST", *std::move(body), type), target);
            request.headers.set("Idempotency-Key", key);
            auto const answer = exchange(std::move(request), time);
            was_lost = was_lost || (!answer && answer.error().code == net::ClientErrc::closed);
            bool const is_repeated = answer ? answer->status == 409 && answer->headers.has("Retry-After") : was_lost;
            if (!until)
                until = time == upload_patience ? Clock::now() + patience : begun + time;
            if (!is_repeated || Clock::now() + pause >= *until)
                return answer ? read(*answer) : unasked(answer.error());
            std::this_thread::sleep_for(pause);
        }
    }

    Reply<void> copy(std::string_view target, net::BodySink& sink)
    {
        auto request = addressed({}, target);
        request.headers.set("Accept", "text/csv, application/x-ndjson, application/problem+json");
        auto const answer = exchange(std::move(request), copy_patience, &sink);
        if (!answer)
            return unasked(answer.error());
        if (answer->status == 200)
            return {};
        auto refused = read(*answer);
        return std::unexpected{refused ? Refusal{answer->status, "the server gave something else"} : refused.error()};
    }

    net::ClientRequest addressed(net::ClientRequest request, std::string_view target) const
    {
        request.target = fmt::format("/api/v1{}", target);
        request.accept_gzip = true;
        if (!server.token.empty())
            request.headers.set("Authorization", fmt::format("Bearer {}", server.token));
        request.headers.set("Accept", json_types);
        return request;
    }

    [[nodiscard]] std::unexpected<Refusal> unasked(net::ClientFailure const& failure) const
    {
        return std::unexpected{
            Refusal{0, fmt::format("the server at {} could not be asked: {}", url.to_string(), failure.what)}};
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
    auto const make_body = [&body]() -> Reply<Body> { return json::serialize(body); };
    return state_->ask_until_answered("application/json", target, make_body, patience + hold);
}

Reply<void> Client::copy(std::string_view target, std::ostream& out)
{
    OutSink sink{out};
    return state_->copy(target, sink);
}

Reply<json::object> Client::patch(std::string_view target, json::object const& body)
{
    return state_->ask(with_body("PATCH", json::serialize(body), "application/json"), target, patience);
}

Reply<json::object> Client::put(std::string_view target, json::object const& body)
{
    return state_->ask(with_body("PUT", json::serialize(body), "application/json"), target, patience);
}

Reply<std::string> Client::text(std::string_view target)
{
    auto answer = state_->send({}, target, "text/plain, application/problem+json", patience);
    if (!answer)
        return std::unexpected{std::move(answer).error()};
    if (answer->status == 200)
        return std::move(answer->body);
    auto refused = state_->read(*answer);
    return std::unexpected{refused ? Refusal{answer->status, "the server answered without a text"}
                                   : std::move(refused).error()};
}

Reply<json::object> Client::remove(std::string_view target)
{
    net::ClientRequest request;
    request.method = "DELETE";
    return state_->ask(std::move(request), target, patience);
}

Reply<json::object> Client::upload(std::string_view target, std::string const& path, std::string_view type)
{
    auto const make_body = [&path]() -> Reply<Body> {
        auto file = net::FileBody::open(path);
        if (!file)
            return std::unexpected{Refusal{0, std::move(file).error().what}};
        return *std::move(file);
    };
    return state_->ask_until_answered(type, target, make_body, upload_patience);
}

Reply<json::object> Client::send(std::string_view target, std::string text, std::string_view type)
{
    auto const make_body = [&text]() -> Reply<Body> { return text; };
    return state_->ask_until_answered(type, target, make_body, upload_patience);
}

Reply<void> Client::listen(std::string_view target, std::function<bool(std::string_view)> take)
{
    Listening sink{std::move(take)};
    net::ClientRequest request;
    request.target = fmt::format("/api/v1{}", target);
    if (!state_->server.token.empty())
        request.headers.set("Authorization", fmt::format("Bearer {}", state_->server.token));
    request.headers.set("Accept", "text/event-stream, application/problem+json");
    auto const answer = state_->exchange(std::move(request), stream_patience, &sink);
    if (!answer && answer.error().code == net::ClientErrc::sink)
        return {};
    if (!answer)
        return std::unexpected{Refusal{
            0, fmt::format("the stream of the server at {} broke: {}", state_->url.to_string(), answer.error().what)}};
    if (answer->status >= 300) {
        auto const why = state_->read(*answer);
        return std::unexpected{why ? Refusal{answer->status, "the answer is no stream"} : why.error()};
    }
    return {};
}

std::string encoded(std::string_view text)
{
    return net::percent_encoded(text);
}

}  // namespace cli
