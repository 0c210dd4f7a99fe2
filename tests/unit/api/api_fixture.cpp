#include "unit/api/api_fixture.hpp"

#include "support/openapi.hpp"

#include <fmt/ranges.h>

namespace api_test {

ApiTest::ApiTest()
{
    add_device(1, "HG-1000", "S1");
    add_device(2, "STB", "S2");
}

ApiTest::~ApiTest() = default;

void ApiTest::add_device(std::int64_t key, std::string product_class, std::string serial, domain::DeviceState state)
{
    domain::DeviceRow row{};
    row.key = domain::DeviceKey{key};
    row.identity = {"Acme", "00D09E", std::move(product_class), std::move(serial)};
    row.state = state;
    row.first_seen = clock_.time;
    inventory_.add(std::move(row));
}

Reply ApiTest::get(std::string_view target)
{
    return call("GET", target);
}

Reply ApiTest::post(std::string_view target, std::string_view body)
{
    return call("POST", target, body, {{"Content-Type", "application/json"}});
}

Reply ApiTest::call(std::string_view method, std::string_view target, std::string_view body, net::Headers headers)
{
    auto response = respond(method, target, body, std::move(headers));
    if (auto* const stream = std::get_if<std::unique_ptr<net::PushStream>>(&response.body)) {
        std::string text;
        if (response.headers.get("Content-Type") == "text/event-stream")
            (*stream)->cancel();  // it has no end of its own
        while (auto const piece = support::run(context_, (*stream)->next()))
            text += *piece;
        response.body = std::move(text);
    }
    return checked(method, target, response);
}

std::unique_ptr<net::PushStream> ApiTest::open_stream(std::string_view target)
{
    return std::get<std::unique_ptr<net::PushStream>>(respond("GET", target, {}, {}).body);
}

domain::OperatorId ApiTest::add_person(std::string name, std::string role, std::string const& password)
{
    domain::Operator person;
    person.name = std::move(name);
    person.role = std::move(role);
    auto const hash = password.empty() ? std::string{} : base::hash_password(password, cheap);
    return *support::run(context_, operators_.add_operator(std::move(person), hash, {}));
}

std::string ApiTest::add_token(domain::OperatorId owner, std::optional<domain::Permissions> permissions,
                               std::chrono::seconds life)
{
    auto const text = api::make_token();
    domain::ApiToken token;
    token.owner = owner;
    token.name = "test";
    token.hash = base::sha256(text);
    token.permissions = permissions;
    token.expires_at = clock_.time + life;
    EXPECT_TRUE(support::run(context_, operators_.add_token(token, 1000, {})));
    return text;
}

Reply ApiTest::as(std::string const& token, std::string_view method, std::string_view target, std::string_view body)
{
    net::Headers headers{{"Authorization", "Bearer " + token}};
    if (!body.empty())
        headers.set("Content-Type", "application/json");
    return call(method, target, body, std::move(headers));
}

std::vector<std::string> ApiTest::audited() const
{
    std::vector<std::string> actions;
    for (auto const& record : audit_.records)
        if (!record.entry.action.empty())
            actions.push_back(record.entry.action);
    return actions;
}

net::Response ApiTest::respond(std::string_view method, std::string_view target, std::string_view body,
                               net::Headers headers)
{
    if (!headers.has("Authorization") && !headers.has("Cookie"))
        headers.set("Authorization", "Bearer secret");
    if (!body.empty() && !headers.has("Content-Length"))
        headers.set("Content-Length", std::to_string(body.size()));
    net::Request request;
    request.method = method;
    request.target = target;
    request.headers = std::move(headers);
    auto policy = api_.on_head(request);
    return policy.answer ? *std::move(policy.answer) : answer(request, std::move(policy), body);
}

net::Response ApiTest::answer(net::Request& request, net::BodyPolicy policy, std::string_view body)
{
    if (policy.sink != nullptr && !body.empty())
        EXPECT_TRUE(policy.sink->write(body));
    else
        request.body = body;
    request.sink = std::move(policy.sink);
    return support::run(context_, api_.handle(request));
}

std::string ApiTest::text_of(net::Response& response)
{
    if (auto const* const text = std::get_if<std::string>(&response.body))
        return *text;
    if (response.headers.get("Content-Type") != "application/json")
        return {};
    auto& pieces = *std::get<std::unique_ptr<net::PushStream>>(response.body);
    std::string all;
    while (auto piece = support::run(context_, pieces.next()))
        all += *piece;
    return all;
}

Reply ApiTest::checked(std::string_view method, std::string_view target, net::Response& response)
{
    static support::OpenApi const contract{ACS_OPENAPI_JSON};
    Reply reply{response.status, response.reason, response.headers, text_of(response), nullptr};
    auto const complaints =
        contract.check_response(method, target, reply.status, reply.headers.get("Content-Type"), reply.text);
    EXPECT_TRUE(complaints.empty()) << method << ' ' << target << '\n'
                                    << fmt::format("{}", fmt::join(complaints, "\n")) << '\n'
                                    << reply.text;
    if (reply.headers.get("Content-Type").ends_with("json") && !reply.text.empty() &&
        !reply.headers.get("Content-Type").ends_with("ndjson"))
        reply.body = json::parse(reply.text);
    return reply;
}

}  // namespace api_test
