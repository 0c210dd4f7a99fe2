#include "api/idempotency.hpp"

#include "api/conditional.hpp"
#include "api/endpoints.hpp"
#include "api/query.hpp"
#include "api/upload.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "domain/idempotency.hpp"
#include "domain/json_read.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <utility>

namespace api {

namespace json = boost::json;

namespace {

constexpr std::string_view key_field = "Idempotency-Key";
constexpr std::size_t longest_key = 255;            ///< characters
constexpr std::size_t longest_answer = 256 * 1024;  ///< bytes; longer ones are made anew
constexpr std::chrono::seconds lease{30};           ///< beyond what the request asks to wait
constexpr std::chrono::seconds longest_retry{5};    ///< told to who comes while it is carried out
constexpr std::array kept_fields{"Content-Type", "Location", "ETag", "Cache-Control", "X-Content-Type-Options"};

bool is_plain(std::string_view key)
{
    return std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
}

Outcome<std::string> read_key(net::Headers const& headers)
{
    auto const keys = headers.all(key_field);
    if (keys.size() == 1 && !keys[0].empty() && keys[0].size() <= longest_key && is_plain(keys[0]))
        return std::string{keys[0]};
    auto reason =
        fmt::format("must be one text of 1 to {} visible ASCII characters, for instance a UUID.", longest_key);
    return bad_request(fmt::format("{} {}", key_field, reason), {{std::string{key_field}, reason}});
}

/// The URL but for how long an answer may be held: who asks again may be in more of a hurry.
std::string target_of(net::Request const& request)
{
    auto target = fmt::format("{}?", request.path());
    for (auto rest = request.query(); !rest.empty();) {
        auto const field = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(field.size() + 1, rest.size()));
        if (!field.starts_with("wait="))
            target += fmt::format("{}&", field);
    }
    return target;
}

/// The bytes of an upload are in the file directory, which has added them up while they came.
std::string digest_of_body(net::Request const& request)
{
    if (auto* const upload = dynamic_cast<Upload*>(request.sink.get()))
        return upload->sha256();
    return base::to_hex(base::sha256(request.body));
}

std::string digest_of(net::Request const& request)
{
    return base::sha256(
        fmt::format("{}\n{}\n{}\n{}", request.method, target_of(request), request.body_bytes, digest_of_body(request)));
}

std::chrono::seconds lease_of(Call const& call)
{
    auto const wait = Query{call.request.query()}.wait(call.context.settings.max_wait);
    return lease + std::chrono::ceil<std::chrono::seconds>(wait.value_or(std::chrono::milliseconds{0}));
}

/// The text that an answer is kept as; none for what is no text, or too long.
std::optional<std::string> kept_form(net::Response const& response)
{
    auto const* const body = std::get_if<std::string>(&response.body);
    if (body == nullptr || body->size() > longest_answer)
        return std::nullopt;
    json::object headers;
    for (auto const* const name : kept_fields)
        if (auto const value = response.headers.find(name))
            headers[name] = *value;
    return json::serialize(json::object{{"status", response.status},
                                        {"headers", std::move(headers)},
                                        {"compress", response.compress},
                                        {"body", *body}});
}

net::Response from_kept_form(std::string_view text)
{
    auto const kept = json::parse(text).as_object();
    net::Response response;
    response.status = kept.at("status").to_number<unsigned>();
    auto const& headers = kept.at("headers").as_object();
    for (auto const& [name, value] : headers)
        response.headers.set(name, domain::text_in(headers, name));
    response.headers.set("Idempotent-Replayed", "true");
    response.body = domain::text_in(kept, "body");
    response.compress = kept.at("compress").as_bool();
    return response;
}

std::unexpected<Problem> in_use(std::chrono::seconds left)
{
    auto failure = problem(409, "in_progress",
                           "A request with this Idempotency-Key is being carried out. Ask again for its answer.");
    failure.error().headers.set("Retry-After", std::to_string(std::min(left, longest_retry).count()));
    return failure;
}

std::unexpected<Problem> of_another()
{
    return problem(422, "idempotency_key_reused",
                   "This Idempotency-Key was used for another request: repeat that one exactly, or take a new key.");
}

/// Only what a task is made by finds by the reserved id what an earlier attempt has made; nothing else is tried again.
bool finds_what_was_made(Route const& route)
{
    return route.endpoint == create_task;
}

std::unexpected<Problem> unknown_outcome()
{
    return problem(
        409, "unknown_outcome",
        "The server or its database was away while this request was carried out, and nobody knows whether it "
        "was done. Look whether it was; if not, repeat it with a new Idempotency-Key.");
}

/// Ends a claim by what came of the request: an answer, a refusal (of which nothing was made, whatever its status), or
/// nothing that is known.
base::Awaitable<void> settle(domain::IdempotencyKeys& keys, domain::KeyedRequest request, domain::KeyClaim claim,
                             std::optional<Outcome<net::Response>> const& outcome, bool is_found_again)
{
    bool const is_done = outcome && *outcome && (*outcome)->status < 400;
    bool const is_refused = outcome && (!*outcome || ((*outcome)->status >= 400 && (*outcome)->status < 500));
    auto const kept = is_done ? kept_form(**outcome) : std::nullopt;
    try {
        if (kept)
            co_await keys.keep(request, claim, *kept);
        else if (is_done ? !is_found_again : is_refused)  // so long are only the answers that tell, and make nothing
            co_await keys.give_back(request, claim);
        else
            co_await keys.give_up(request, claim);
    } catch (std::exception const& failure) {  // the claim ends by itself, and what was made is found by its id
        base::log::warning("api.key_not_settled", {{"caller", request.caller}, {"reason", failure.what()}});
    }
}

Answer carry_out(Route const& route, Call call, domain::KeyedRequest request, domain::KeyClaim claim)
{
    auto& keys = call.context.services.keys;
    call.claim = claim;
    std::optional<Outcome<net::Response>> outcome;
    std::exception_ptr failure;
    try {
        outcome.emplace(co_await carry_out_conditionally(route, std::move(call)));
    } catch (...) {
        failure = std::current_exception();
    }
    co_await settle(keys, std::move(request), claim, outcome, finds_what_was_made(route));
    if (failure)
        std::rethrow_exception(failure);
    co_return *std::move(outcome);
}

}  // namespace

Answer carry_out_once(Route const& route, Call call)
{
    if (route.method != "POST" || !call.request.headers.has(key_field) || call.caller.kind == CallerKind::nobody)
        co_return co_await carry_out_conditionally(route, std::move(call));
    auto key = read_key(call.request.headers);
    if (!key)
        co_return std::unexpected{std::move(key).error()};
    domain::KeyedRequest const request{owner_of(call.caller), *std::move(key), digest_of(call.request)};
    auto const state = co_await call.context.services.keys.claim(request, lease_of(call));
    if (auto const* const answer = std::get_if<domain::KeptAnswer>(&state))
        co_return from_kept_form(answer->text);
    if (auto const* const other = std::get_if<domain::KeyInUse>(&state))
        co_return in_use(other->left);
    if (std::holds_alternative<domain::KeyOfAnother>(state))
        co_return of_another();
    auto const claim = std::get<domain::KeyClaim>(state);
    if (claim.attempt > 1 && !finds_what_was_made(route)) {
        co_await call.context.services.keys.give_up(request, claim);
        co_return unknown_outcome();
    }
    co_return co_await carry_out(route, std::move(call), request, claim);
}

}  // namespace api
