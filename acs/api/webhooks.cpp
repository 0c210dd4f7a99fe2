// Where events are sent to.
#include "api/audit.hpp"
#include "api/endpoints.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"
#include "api/webhook_views.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "domain/condition.hpp"
#include "domain/json_fields.hpp"
#include "domain/operator.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace api {

namespace json = boost::json;

namespace {

constexpr char webhooks_cursor = 'h';
constexpr char dead_letters_cursor = 'd';
constexpr std::size_t secret_bytes = 32;     ///< of a secret that we make
constexpr std::size_t shortest_secret = 16;  ///< that somebody gives
constexpr std::size_t longest_text = 2'048;
constexpr std::size_t most_kinds = 50;
constexpr unsigned redelivered_at_once = 100;           ///< dead letters, by one request
constexpr std::chrono::seconds longest_redelivery{30};  ///< then those that are left stay for the next request

/// What a body says of a webhook; of a new one with what it leaves out.
struct WebhookRequest {
    std::string name;
    domain::WebhookChange change;
};

void check_url(Call const& call, domain::JsonFields& fields, std::string const& url)
{
    if (url.size() > longest_text)
        fields.complain("url", fmt::format("must have at most {} characters", longest_text));
    else if (auto const checked = call.context.services.webhook_sender.check(url); !checked)
        fields.complain("url", checked.error().what);
}

void check_kinds(domain::JsonFields& fields, std::vector<std::string> const& kinds)
{
    if (kinds.size() > most_kinds)
        fields.complain("kinds", fmt::format("must be at most {}", most_kinds));
    for (auto const& kind : kinds)
        if (kind.empty() || !domain::is_kind_pattern(kind))
            fields.complain("kinds", "must be kinds of events such as \"device\" or \"task.failed\"");
}

void check_where(Call const& call, domain::JsonFields& fields, std::string const& where)
{
    if (where.empty())
        return;
    auto const checked = call.context.services.guard.check(where);
    if (!checked)
        fields.complain("where", checked.error().what);
    else if (!checked->paths.empty() && !call.caller.permissions.has(domain::Permission::parameters_read))
        fields.complain("where", "reads parameters: that needs the permission parameters.read");
}

Outcome<WebhookRequest> read_webhook(Call const& call, bool is_new)
{
    auto const object = read_object(
        call.request.body, R"({"name":"oss","url":"https://oss.example.net/acs","kinds":["device","task.failed"]})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    WebhookRequest request;
    auto& change = request.change;
    request.name = is_new ? fields.text("name") : std::string{call.argument};
    if (is_new && object->contains("name") && !domain::is_operator_name(request.name))
        fields.complain("name", "must have 1 to 64 characters of a-z, 0-9, '.', '_', '-' and '@'");
    if (is_new)
        change.url = fields.text("url");
    else
        change.url = fields.optional_text("url");
    if (change.url && object->contains("url"))
        check_url(call, fields, *change.url);
    if (object->contains("kinds")) {
        change.kinds = fields.texts("kinds");
        check_kinds(fields, *change.kinds);
    }
    change.where = fields.optional_text("where");
    check_where(call, fields, change.where.value_or(""));
    change.secret = fields.optional_text("secret");
    if (change.secret && (change.secret->size() < shortest_secret || change.secret->size() > longest_text))
        fields.complain("secret", fmt::format("must have {} to {} characters", shortest_secret, longest_text));
    if (object->contains("batch")) {
        change.batch = fields.number_or("batch", 0);
        if (*change.batch < 1 || *change.batch > domain::most_events_at_once)
            fields.complain("batch", fmt::format("must be 1 to {}", domain::most_events_at_once));
    }
    if (!is_new && object->empty())
        fields.complain("url", "or another member must be given");
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return request;
}

base::Awaitable<Outcome<domain::WebhookStatus>> find_webhook(Call const& call)
{
    auto found = co_await call.context.services.webhooks.find(std::string{call.argument});
    if (!found)
        co_return not_found("webhook", call.argument);
    co_return *std::move(found);
}

/// One change, with its entry of the audit trail; a secret is told to have been changed, never what it is.
Answer carry_out(Call const& call, domain::WebhookChange change)
{
    auto const before = co_await find_webhook(call);
    if (!before)
        co_return std::unexpected{before.error()};
    bool const has_new_secret = change.secret.has_value();
    auto const after = co_await call.context.services.webhooks.change(before->webhook.name, std::move(change));
    if (!after)
        co_return not_found("webhook", call.argument);
    auto told = view_of(*after);
    if (has_new_secret)
        told["secret"] = "another";  // masked as all secrets are
    base::log::info("api.webhook_changed", {{"webhook", after->webhook.name},
                                            {"state", after->webhook.is_paused ? "paused" : "active"},
                                            {"by", call.caller.name}});
    co_await audit(call, "webhook.changed", "webhook " + after->webhook.name, view_of(*before), std::move(told));
    co_return json_response(200, view_of(*after));
}

/// Dead letters by their ids; none of them is given: the oldest.
Outcome<std::vector<domain::DeadLetterId>> read_letters(Call const& call)
{
    auto const object = read_object(call.request.body, R"({"ids":["17"]})");
    if (!object)
        return std::unexpected{object.error()};
    domain::JsonFields fields{*object};
    std::vector<domain::DeadLetterId> ids;
    for (auto const& text : fields.texts("ids")) {
        auto const id = parse_id(text);
        if (!id)
            fields.complain("ids", "must be ids of dead letters");
        ids.emplace_back(id.value_or(0));
    }
    std::ranges::sort(ids);  // the oldest first, and each once
    auto const repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
    if (ids.size() > redelivered_at_once)
        fields.complain("ids", fmt::format("must be at most {}", redelivered_at_once));
    if (auto complaints = fields.finish_each(); !complaints.empty())
        return wrong_fields(std::move(complaints));
    return ids;
}

/// The dead letters of these ids, as far as they are there; of none: the oldest.
base::Awaitable<std::vector<domain::DeadLetter>> letters_of(Call const& call, domain::WebhookId webhook,
                                                            std::vector<domain::DeadLetterId> ids)
{
    auto& webhooks = call.context.services.webhooks;
    if (ids.empty())
        co_return co_await webhooks.dead_letters(webhook, domain::DeadLetterId{0}, redelivered_at_once);
    std::vector<domain::DeadLetter> letters;
    for (auto const id : ids)
        for (auto& letter : co_await webhooks.dead_letters(webhook, domain::DeadLetterId{id.value() - 1}, 1))
            if (letter.id == id)
                letters.push_back(std::move(letter));
    co_return letters;
}

/// Sends them one after the other, until one is not taken (the rest would hardly fare better, and keeps its order) or
/// it takes too long for one request. What came of it.
base::Awaitable<json::object> send_again(Call const& call, domain::Webhook webhook,
                                         std::vector<domain::DeadLetter> letters)
{
    auto const& services = call.context.services;
    auto const until = std::chrono::steady_clock::now() + longest_redelivery;
    std::uint64_t delivered = 0;
    std::string trouble;
    for (auto const& letter : letters) {
        if (std::chrono::steady_clock::now() >= until) {
            trouble = "the receiver is too slow for one request with all of them: ask again for the rest";
            break;
        }
        std::vector<domain::EventRecord> const events{letter.event};
        auto const answer = co_await services.webhook_sender.send(webhook, events);
        if (!answer.is_taken) {
            trouble = answer.problem;
            break;
        }
        co_await services.webhooks.forget_dead_letter(webhook.id, letter.id);
        ++delivered;
    }
    co_return json::object{{"delivered", delivered},
                           {"left", letters.size() - delivered},
                           {"problem", trouble.empty() ? json::value(nullptr) : json::value(trouble)}};
}

}  // namespace

Answer list_webhooks(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = query.after(webhooks_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    json::array items;
    std::string last;
    for (auto const& status : co_await call.context.services.webhooks.list()) {
        if (status.webhook.name <= after)
            continue;
        if (items.size() == limit)
            co_return list_response(std::move(items), make_cursor(webhooks_cursor, last));
        items.push_back(view_of(status));
        last = status.webhook.name;
    }
    co_return list_response(std::move(items), std::nullopt);
}

Answer get_webhook(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const found = co_await find_webhook(call);
    if (!found)
        co_return std::unexpected{found.error()};
    co_return json_response(200, view_of(*found));
}

Answer add_webhook(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto request = read_webhook(call, true);
    if (!request)
        co_return std::unexpected{std::move(request).error()};
    auto& change = request->change;
    domain::Webhook webhook;
    webhook.name = request->name;
    webhook.url = *change.url;
    webhook.kinds = change.kinds.value_or(std::vector<std::string>{});
    webhook.where = change.where.value_or("");
    webhook.batch = change.batch.value_or(webhook.batch);
    auto const secret = change.secret.value_or(base::random_hex(secret_bytes));
    webhook.secret = secret;
    webhook.made_by = call.caller.name;
    auto const made = co_await call.context.services.webhooks.add(std::move(webhook));
    if (!made)
        co_return problem(409, "conflict", made.error().what + '.');
    base::log::info("api.webhook_added", {{"webhook", made->webhook.name}, {"by", call.caller.name}});
    co_await audit(call, "webhook.added", "webhook " + made->webhook.name, nullptr, view_of(*made));
    auto view = view_of(*made);
    if (!change.secret)
        view["secret"] = secret;  // this once
    auto answer = json_response(201, view);
    answer.headers.set("Location", fmt::format("/api/v1/webhooks/{}", made->webhook.name));
    co_return answer;
}

Answer change_webhook(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto request = read_webhook(call, false);
    if (!request)
        co_return std::unexpected{std::move(request).error()};
    co_return co_await carry_out(call, std::move(request->change));
}

Answer pause_webhook(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    domain::WebhookChange change;
    change.is_paused = true;
    co_return co_await carry_out(call, std::move(change));
}

Answer resume_webhook(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    domain::WebhookChange change;
    change.is_paused = false;
    co_return co_await carry_out(call, std::move(change));
}

Answer remove_webhook(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const before = co_await find_webhook(call);
    if (!before)
        co_return std::unexpected{before.error()};
    co_await call.context.services.webhooks.remove(before->webhook.name);
    base::log::info("api.webhook_removed", {{"webhook", before->webhook.name}, {"by", call.caller.name}});
    co_await audit(call, "webhook.removed", "webhook " + before->webhook.name, view_of(*before), nullptr);
    net::Response answer;
    answer.status = 204;
    co_return answer;
}

Answer test_webhook(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const& services = call.context.services;
    auto webhook = co_await services.webhooks.open(std::string{call.argument});
    if (!webhook)
        co_return not_found("webhook", call.argument);
    domain::EventRecord event;
    event.at = services.clock.now();
    event.kind = domain::event_kind::webhook_test;
    std::vector<domain::EventRecord> events;
    events.push_back(std::move(event));
    auto const name = webhook->name;
    auto const answer = co_await services.webhook_sender.send(*std::move(webhook), std::move(events));
    co_await audit(call, "webhook.tested", "webhook " + name, nullptr, view_of(answer));
    co_return json_response(200, view_of(answer));
}

Answer list_dead_letters(Call call)
{
    Query query{call.request.query()};
    auto const limit = query.limit();
    auto const after = query.after_number(dead_letters_cursor);
    if (auto checked = query.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const webhook = co_await find_webhook(call);
    if (!webhook)
        co_return std::unexpected{webhook.error()};
    auto letters = co_await call.context.services.webhooks.dead_letters(webhook->webhook.id,
                                                                        domain::DeadLetterId{after}, limit + 1);
    std::optional<std::string> next;
    if (letters.size() > limit) {
        letters.resize(limit);
        next = make_cursor(dead_letters_cursor, std::to_string(letters.back().id.value()));
    }
    json::array items;
    for (auto const& letter : letters)
        items.push_back(view_of(letter));
    co_return list_response(std::move(items), next);
}

Answer redeliver_dead_letters(Call call)
{
    if (auto checked = Query{call.request.query()}.problem(); !checked)
        co_return std::unexpected{std::move(checked).error()};
    auto const ids = read_letters(call);
    if (!ids)
        co_return std::unexpected{ids.error()};
    auto const webhook = co_await call.context.services.webhooks.open(std::string{call.argument});
    if (!webhook)
        co_return not_found("webhook", call.argument);
    auto const letters = co_await letters_of(call, webhook->id, *ids);
    auto const outcome = co_await send_again(call, *webhook, letters);
    co_await audit(call, "webhook.redelivered", "webhook " + webhook->name, nullptr, outcome);
    co_return json_response(200, outcome);
}

}  // namespace api
