#include "api/conditional.hpp"

#include "api/entity_tag.hpp"
#include "api/export.hpp"
#include "api/subrequest.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "domain/edit_locks.hpp"
#include "net/url.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace api {

namespace {

constexpr std::chrono::seconds longest_edit{30};           ///< a lock ends then, should its holder have died
constexpr std::chrono::milliseconds lock_patience{5'000};  ///< for another edit of the same thing
constexpr std::chrono::milliseconds lock_pause{25};        ///< between two looks at whether it is over
constexpr std::size_t longest_lock_name = 500;             ///< bytes; longer ones are told by their digest

/// The tag of an answer; none for what is not a whole representation of JSON.
std::optional<EntityTag> tag_of(Route const& route, net::Response const& response)
{
    auto const* const body = std::get_if<std::string>(&response.body);
    if (response.status != 200 || body == nullptr || response.headers.get("Content-Type") != "application/json")
        return std::nullopt;
    return EntityTag{*body, route.living};
}

std::string text_of(EntityTag const& tag, net::Request const& request, net::Response const& response)
{
    return tag.text(response.compress && request.accepts_gzip());
}

/// All fields of one name as one list.
std::string joined(net::Headers const& headers, std::string_view name)
{
    std::string list;
    for (auto const& value : headers.all(name))
        list += fmt::format("{}{}", list.empty() ? "" : ", ", value);
    return list;
}

/// An answer to GET with its tag, or 304.
net::Response tagged(Route const& route, net::Request const& request, net::Response response)
{
    auto const tag = tag_of(route, response);
    if (!tag)
        return response;
    response.headers.set("ETag", text_of(*tag, request, response));
    if (!request.headers.has("If-None-Match") || !tag->is_of_whole(joined(request.headers, "If-None-Match")))
        return response;
    response.status = 304;
    response.headers.remove("Content-Type");
    response.body = std::string{};
    return response;
}

/// Fails with 412 when the thing, which `reading` gives, is not as If-Match says.
base::Awaitable<Outcome<void>> check_match(Call const& call, Route const& reading, std::string thing)
{
    auto const present = co_await ask(call.context, call.request, call.caller, std::move(thing));
    if (!present)
        co_return std::unexpected{present.error()};
    auto const tag = tag_of(reading, *present);
    if (tag && tag->is_of_state(joined(call.request.headers, "If-Match")))
        co_return Outcome<void>{};
    auto failure = problem(412, "precondition_failed",
                           "It was changed since you read it: read it again, and change what is there now.");
    if (tag)
        failure.error().headers.set("ETag", text_of(*tag, call.request, *present));
    co_return failure;
}

/// Waits for the lock of a thing; none when that takes too long.
base::Awaitable<std::optional<std::int64_t>> lock(domain::EditLocks& locks, std::string thing)
{
    using Steady = std::chrono::steady_clock;
    auto const until = Steady::now() + lock_patience;
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
    for (;;) {
        auto const holder = co_await locks.try_lock(thing, longest_edit);
        if (holder || Steady::now() >= until)
            co_return holder;
        timer.expires_after(lock_pause);
        co_await timer.async_wait(base::as_tuple);
    }
}

base::Awaitable<void> unlock(domain::EditLocks& locks, std::string thing, std::int64_t holder)
{
    try {
        co_await locks.unlock(std::move(thing), holder);
    } catch (std::exception const& failure) {  // it ends by itself
        base::log::warning("api.edit_not_unlocked", {{"reason", failure.what()}});
    }
}

std::unexpected<Problem> busy()
{
    auto failure = problem(409, "in_progress", "Somebody else is changing it right now. Try again in a moment.");
    failure.error().headers.set("Retry-After", "1");
    return failure;
}

Answer edit_locked(Route const& route, Call call, Route const& reading, std::string thing)
{
    if (call.request.headers.has("If-Match"))
        if (auto checked = co_await check_match(call, reading, std::move(thing)); !checked)
            co_return std::unexpected{std::move(checked).error()};
    co_return co_await route.endpoint(std::move(call));
}

/// The same however the thing is spelled, and short enough for an index.
std::string lock_name(std::string_view thing)
{
    auto name = net::percent_decoded(net::percent_decoded(thing));
    return name.size() <= longest_lock_name ? name : base::to_hex(base::sha256(name));
}

Answer edit(Route const& route, Call call, Route const& reading, std::string thing)
{
    auto& locks = call.context.services.locks;
    auto const name = lock_name(thing);
    auto const holder = co_await lock(locks, name);
    if (!holder)
        co_return busy();
    std::optional<Outcome<net::Response>> outcome;
    std::exception_ptr failure;
    try {
        outcome.emplace(co_await edit_locked(route, std::move(call), reading, std::move(thing)));
    } catch (...) {
        failure = std::current_exception();
    }
    co_await unlock(locks, name, *holder);
    if (failure)
        std::rethrow_exception(failure);
    co_return *std::move(outcome);
}

/// The path of what a request changes; empty for what is no edit.
std::string thing_of(Route const& route, net::Request const& request)
{
    if (route.method == "PATCH" || route.method == "PUT" || route.method == "DELETE")
        return std::string{request.path()};
    if (route.path == "/api/v1/rules/apply" || route.path == "/api/v1/rules/rollback")
        return "/api/v1/rule-sets/current";
    return {};
}

}  // namespace

Answer carry_out_conditionally(Route const& route, Call call)
{
    auto& request = call.request;
    if (route.method == "GET") {
        auto answer = co_await read_or_export(route, std::move(call));
        if (answer)
            co_return tagged(route, request, *std::move(answer));
        co_return answer;
    }
    auto thing = thing_of(route, request);
    if (auto const reading = match("GET", thing))
        co_return co_await edit(route, std::move(call), *reading->route, std::move(thing));
    if (request.headers.has("If-Match"))
        co_return bad_request("If-Match is not possible here: there is nothing to read at this URL.");
    co_return co_await route.endpoint(std::move(call));
}

}  // namespace api
