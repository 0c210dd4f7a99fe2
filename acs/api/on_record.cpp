#include "api/on_record.hpp"

#include "api/caller.hpp"
#include "api/idempotency.hpp"
#include "base/log.hpp"
#include "domain/audit.hpp"

#include <exception>
#include <utility>

namespace api {

namespace {

domain::AuditIntent intent_of(Call const& call)
{
    auto const& request = call.request;
    return {call.caller.name, how(call.caller), request.peer.address.to_string(), request.method,
            std::string{request.path()}};
}

/// Beyond these nobody knows what was done: the database, or the code, failed somewhere.
bool is_known(Outcome<net::Response> const& outcome)
{
    return (outcome ? outcome->status : outcome.error().status) < 500;
}

base::Awaitable<void> end(domain::AuditTrail& trail, std::int64_t intent)
{
    try {
        co_await trail.end(intent);
    } catch (std::exception const& failure) {  // the trail will say that nobody knows; the entry itself is written
        base::log::warning("api.intent_not_ended", {{"reason", failure.what()}});
    }
}

}  // namespace

Answer carry_out_on_record(Route const& route, Call call)
{
    if (route.method == "GET" || call.caller.kind == CallerKind::nobody)
        co_return co_await carry_out_once(route, std::move(call));
    auto& trail = call.context.services.audit;
    auto const intent = co_await trail.begin(intent_of(call));
    auto outcome = co_await carry_out_once(route, std::move(call));
    if (is_known(outcome))
        co_await end(trail, intent);
    co_return outcome;
}

}  // namespace api
