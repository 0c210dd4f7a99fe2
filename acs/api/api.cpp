#include "api/api.hpp"

#include "api/authentication.hpp"
#include "api/endpoints.hpp"
#include "api/export.hpp"
#include "api/fleet_cache.hpp"
#include "api/genieacs/endpoints.hpp"
#include "api/on_record.hpp"
#include "api/operator_book.hpp"
#include "api/passwords.hpp"
#include "api/router.hpp"
#include "base/counters.hpp"
#include "base/log.hpp"
#include "base/unavailable.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace api {

struct Api::State {
    State(Services const& services, Settings const& settings)
        : book{services.operators, services.guard, services.clock, settings.operators},
          passwords{settings.operators.costs, settings.operators.passwords_at_once},
          exports{settings.exports},
          context{services, settings, book, passwords, exports, fleet},
          authentication{settings.tokens, book},
          requests{services.metrics.counter("acs_api_requests_total", "Requests that the API answered.")},
          refusals{services.metrics.counter("acs_api_refusals_total",
                                            "Requests that the API refused before reading their body.")},
          unauthorized{services.metrics.counter("acs_api_unauthorized_total",
                                                "Requests without a token or session that holds.")},
          forbidden{services.metrics.counter("acs_api_forbidden_total", "Requests that their caller may not make.")}
    {
    }

    OperatorBook book;
    Passwords passwords;
    Exports exports;
    FleetCache fleet;
    Context context;
    Authentication authentication;
    base::Counter& requests;
    base::Counter& refusals;
    base::Counter& unauthorized;
    base::Counter& forbidden;
};

namespace {

/// The media type without its parameters.
std::string_view media_type(net::RequestHead const& head)
{
    auto type = head.headers.get("Content-Type");
    type = type.substr(0, type.find(';'));
    auto const last = type.find_last_not_of(" \t");
    return last == type.npos ? std::string_view{} : type.substr(0, last + 1);
}

/// A list must say that it is one: without a type nobody knows.
Outcome<void> check_list_type(std::string_view type)
{
    if (net::equal_ignoring_case(type, "text/csv") || net::equal_ignoring_case(type, "application/json"))
        return {};
    auto failure = problem(415, "unsupported_media_type",
                           "The body must be a list or JSON: send Content-Type: text/csv, or application/json.");
    failure.error().headers.set("Accept", "text/csv, application/json");
    return failure;
}

/// An absent type is taken for JSON; forms (which curl sends unless told otherwise) are not.
Outcome<void> check_type(net::RequestHead const& head, Body body)
{
    auto const type = media_type(head);
    if (body == Body::list)
        return check_list_type(type);
    if (body != Body::json || type.empty() || net::equal_ignoring_case(type, "application/json") ||
        type.ends_with("+json"))
        return {};
    auto failure =
        problem(415, "unsupported_media_type", "The body must be JSON: send Content-Type: application/json.");
    failure.error().headers.set("Accept", "application/json");
    return failure;
}

std::uint64_t body_limit(Settings const& settings, Body body)
{
    switch (body) {
        case Body::file:
        case Body::named_file: return settings.file_bytes;
        case Body::list: return settings.list_bytes;
        case Body::json:
        case Body::text:
        case Body::none: break;
    }
    return settings.json_bytes;
}

Outcome<void> check_size(net::RequestHead const& head, std::uint64_t limit)
{
    auto const length = head.headers.get("Content-Length");
    std::uint64_t bytes = 0;
    std::from_chars(length.data(), length.data() + length.size(), bytes);
    if (bytes <= limit)
        return {};
    return problem(413, "too_large", fmt::format("The body has {} bytes, at most {} are taken here.", bytes, limit));
}

struct Admitted {
    Match match;
    Caller caller;
};

/// Whether somebody may use a route at all; for which devices is the endpoint's.
Outcome<void> check_need(Route const& route, Caller const& caller)
{
    if (route.need.kind == Need::Kind::permission && !caller.permissions.has(route.need.permission))
        return forbidden(fmt::format("This needs the permission {}.", domain::to_text(route.need.permission)));
    if (route.reach == Reach::fleet && caller.devices)
        return forbidden("This concerns the whole fleet, of which you may see a part only.");
    return {};
}

/// Who asks. A route that needs nothing asks nobody.
Outcome<Caller> identify(Authentication const& authentication, Outcome<Match> const& found,
                         net::RequestHead const& head)
{
    if (found && found->route->need.kind == Need::Kind::nothing)
        return Caller{};
    return authentication.caller(head);
}

/// All that can be said of a request without its body.
Outcome<Admitted> admit(Context const& context, Authentication const& authentication, net::RequestHead const& head)
{
    auto found = match(head.method, head.path());
    auto caller = identify(authentication, found, head);
    if (!caller)
        return std::unexpected{std::move(caller).error()};
    if (!found)
        return std::unexpected{std::move(found).error()};
    if (auto checked = check_need(*found->route, *caller); !checked)
        return std::unexpected{std::move(checked).error()};
    if (auto checked = check_type(head, found->route->body); !checked)
        return std::unexpected{std::move(checked).error()};
    if (auto checked = check_size(head, body_limit(context.settings, found->route->body)); !checked)
        return std::unexpected{std::move(checked).error()};
    return Admitted{*found, *std::move(caller)};
}

/// True for a request without a known caller whose body is taken nevertheless, because handle() can find out more.
bool may_be_admitted_later(Problem const& problem, net::RequestHead const& head)
{
    if (problem.status != 401 || !Authentication::may_be_new(head))
        return false;
    auto const found = match(head.method, head.path());
    using enum Body;
    return found && (found->route->body == none || found->route->body == json || found->route->body == text);
}

Outcome<net::BodyPolicy> policy_for(Context const& context, Match const& match, net::RequestHead const& head)
{
    auto const& route = *match.route;
    if (route.body == Body::file)
        return receive_file(context, head);
    if (route.body == Body::named_file)
        return genieacs::receive_file(context, head, match.argument);
    net::BodyPolicy policy;
    policy.limit = body_limit(context.settings, route.body);
    return policy;
}

/// The answer to a request that was not admitted: to OPTIONS what may be done here, else why not.
net::Response answer_to(Problem const& problem, net::RequestHead const& head)
{
    if (problem.status != 405 || head.method != "OPTIONS")
        return to_response(problem);
    net::Response response;
    response.status = 204;
    response.headers.set("Allow", problem.headers.get("Allow"));
    return response;
}

net::BodyPolicy refusal(Problem const& problem, net::RequestHead const& head)
{
    net::BodyPolicy policy;
    policy.answer = answer_to(problem, head);
    return policy;
}

}  // namespace

Api::Api(Services services, Settings settings) : state_{std::make_unique<State>(services, settings)} {}

Api::~Api() = default;

net::BodyPolicy Api::on_head(net::RequestHead const& head)
{
    auto const admitted = admit(state_->context, state_->authentication, head);
    if (!admitted && may_be_admitted_later(admitted.error(), head)) {
        net::BodyPolicy policy;
        policy.limit = state_->context.settings.json_bytes;
        return policy;
    }
    if (!admitted) {
        state_->refusals.add();
        note_refusal(admitted.error(), head);
        return refusal(admitted.error(), head);
    }
    auto policy = policy_for(state_->context, admitted->match, head);
    return policy ? *std::move(policy) : refusal(policy.error(), head);
}

void Api::note_refusal(Problem const& problem, net::RequestHead const& head)
{
    if (problem.status == 401) {
        state_->unauthorized.add();
        base::log::warning("api.unauthorized", {{"peer", head.peer.to_string()}, {"path", head.path()}});
    } else if (problem.status == 403) {
        state_->forbidden.add();
        base::log::warning("api.forbidden", {{"peer", head.peer.to_string()}, {"path", head.path()}});
    }
}

base::Awaitable<void> Api::follow()
{
    return state_->book.follow();
}

void Api::stop()
{
    state_->passwords.stop();
}

base::Awaitable<net::Response> Api::handle(net::Request& request)
{
    state_->requests.add();
    try {
        auto admitted = admit(state_->context, state_->authentication, request);
        if (!admitted && may_be_admitted_later(admitted.error(), request)) {
            co_await state_->book.refresh_for_stranger();
            admitted = admit(state_->context, state_->authentication, request);
        }
        if (!admitted) {
            note_refusal(admitted.error(), request);
            co_return answer_to(admitted.error(), request);
        }
        auto answer = co_await carry_out_on_record(*admitted->match.route,
                                                   Call{state_->context, request, admitted->match.argument,
                                                        admitted->match.second, std::move(admitted->caller)});
        co_return answer ? *std::move(answer) : to_response(answer.error());
    } catch (base::Unavailable const& outage) {
        base::log::error("api.unavailable", {{"path", request.path()}, {"reason", outage.what()}});
    }
    co_return to_response(unavailable());
}

}  // namespace api
