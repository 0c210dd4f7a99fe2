// Webhooks as people see them.
#include "storage/pg_webhooks.hpp"

#include "base/log.hpp"
#include "storage/array_text.hpp"
#include "storage/event_rows.hpp"
#include "storage/webhook_rows.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

namespace storage {

namespace {

constexpr Statement lock_webhooks{"lock_webhooks", "LOCK TABLE webhook IN SHARE ROW EXCLUSIVE MODE"};
constexpr Statement count_webhooks{"count_webhooks", "SELECT count(*), count(*) FILTER (WHERE name = $1) FROM webhook"};
constexpr Statement insert_webhook{"add_webhook",
                                   "INSERT INTO webhook (name, url, kinds, condition, batch, secret, is_paused, "
                                   "made_by) VALUES ($1, $2, $3::text[], $4, $5, $6, $7, $8) RETURNING webhook_id"};
constexpr Statement insert_lanes{"add_webhook_lanes", "INSERT INTO webhook_position (webhook_id, lane, tx, event_id)"
                                                      " SELECT $1, n, $2::xid8, $3 FROM generate_series(0, $4 - 1) n"};
constexpr Statement list_webhooks{"list_webhooks",
                                  "SELECT " ACS_WEBHOOK_STATUS " FROM webhook w ORDER BY w.name COLLATE \"C\""};
constexpr Statement find_webhook{"find_webhook", "SELECT " ACS_WEBHOOK_STATUS " FROM webhook w WHERE w.name = $1"};
constexpr Statement update_webhook{
    "change_webhook",
    "UPDATE webhook SET url = coalesce($2, url), kinds = coalesce($3::text[], kinds),"
    " condition = coalesce($4, condition), secret = coalesce($5, secret), batch = coalesce($6, batch),"
    " is_paused = coalesce($7, is_paused), revision = revision + 1 WHERE name = $1"};
constexpr Statement delete_webhook{"remove_webhook", "DELETE FROM webhook WHERE name = $1"};
constexpr Statement list_dead_letters{
    "list_dead_letters", "SELECT " ACS_EVENT_ROW ", e.dead_letter_id, e.attempts, e.problem, e.died_at"
                         " FROM webhook_dead_letter e LEFT JOIN device d ON d.device_id = e.device_id"
                         " WHERE e.webhook_id = $1 AND e.dead_letter_id > $2 ORDER BY e.dead_letter_id LIMIT $3"};
constexpr Statement delete_dead_letter{"forget_dead_letter",
                                       "DELETE FROM webhook_dead_letter WHERE webhook_id = $1 AND "
                                       "dead_letter_id = $2"};

std::string texts_of(std::vector<std::string> const& texts)
{
    return array_text(std::vector<std::string_view>{texts.begin(), texts.end()});
}

std::optional<domain::WebhookStatus> first_status(pqxx::result const& rows)
{
    if (rows.empty())
        return std::nullopt;
    return status_of(rows.front());
}

domain::DeadLetter dead_letter_of(pqxx::row const& row)
{
    constexpr int after = event_column_count;
    domain::DeadLetter letter;
    letter.event = event_of(row);
    letter.id = domain::DeadLetterId{row[after].as<std::int64_t>()};
    letter.attempts = row[after + 1].as<std::uint32_t>();
    letter.problem = row[after + 2].c_str();
    letter.died_at = parse_time({row[after + 3].c_str(), row[after + 3].size()});
    return letter;
}

}  // namespace

std::string webhook_place(std::string_view name)
{
    return fmt::format("webhook {}", name);
}

base::Awaitable<base::Result<domain::WebhookStatus>> PgWebhooks::add(domain::Webhook webhook)
{
    auto const sealed = sealer_.seal(webhook.secret, webhook_place(webhook.name));
    auto work = [webhook = std::move(webhook),
                 sealed](Transaction& transaction) -> base::Result<domain::WebhookStatus> {
        transaction.exec(lock_webhooks);
        auto const counts = transaction.exec(count_webhooks, webhook.name).front();
        if (counts[1].as<int>() > 0)
            return base::fail(fmt::format("there is a webhook {} already", webhook.name));
        if (counts[0].as<std::size_t>() >= domain::most_webhooks)
            return base::fail(fmt::format("there are {} webhooks already, more are not served", domain::most_webhooks));
        auto const id = transaction
                            .exec(insert_webhook, webhook.name, storable(webhook.url), texts_of(webhook.kinds),
                                  storable(webhook.where), static_cast<int>(webhook.batch), sealed, webhook.is_paused,
                                  storable(webhook.made_by))
                            .front()[0]
                            .as<std::int64_t>();
        auto const start = newest_event(transaction.raw());
        transaction.exec(insert_lanes, id, std::to_string(start.tx), start.id, static_cast<int>(domain::webhook_lanes));
        return status_of(transaction.exec(find_webhook, webhook.name).front());
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<std::vector<domain::WebhookStatus>> PgWebhooks::list()
{
    auto work = [](Transaction& transaction) {
        std::vector<domain::WebhookStatus> found;
        for (auto const& row : transaction.exec(list_webhooks))
            found.push_back(status_of(row));
        return found;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::WebhookStatus>> PgWebhooks::find(std::string name)
{
    auto work = [name = storable(name)](Transaction& transaction) {
        return first_status(transaction.exec(find_webhook, name));
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::Webhook>> PgWebhooks::open(std::string name)
{
    auto work = [name = storable(name)](Transaction& transaction) -> std::optional<domain::Webhook> {
        auto const rows = transaction.exec(find_webhook, name);
        if (rows.empty())
            return std::nullopt;
        return webhook_of(rows.front());
    };
    auto found = co_await writes_.run(std::move(work), InDoubt::repeat);
    if (!found)
        co_return std::nullopt;
    auto secret = sealer_.open(found->secret, webhook_place(found->name));
    if (!secret)
        throw base::Unavailable{
            fmt::format("the secret of the webhook {} cannot be opened: {}", found->name, secret.error().what)};
    found->secret = *std::move(secret);
    co_return found;
}

base::Awaitable<std::optional<domain::WebhookStatus>> PgWebhooks::change(std::string name, domain::WebhookChange change)
{
    std::optional<std::string> sealed, kinds, url, where;
    if (change.secret)
        sealed = sealer_.seal(*change.secret, webhook_place(name));
    if (change.kinds)
        kinds = texts_of(*change.kinds);
    if (change.url)
        url = storable(*change.url);
    if (change.where)
        where = storable(*change.where);
    auto work = [=, batch = change.batch ? std::optional{static_cast<int>(*change.batch)} : std::nullopt,
                 is_paused = change.is_paused](Transaction& transaction) {
        transaction.exec(update_webhook, name, url, kinds, where, sealed, batch, is_paused);
        return first_status(transaction.exec(find_webhook, name));
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<bool> PgWebhooks::remove(std::string name)
{
    auto work = [name = storable(name)](Transaction& transaction) {
        return transaction.exec(delete_webhook, name).affected_rows() > 0;
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<std::vector<domain::DeadLetter>> PgWebhooks::dead_letters(domain::WebhookId webhook,
                                                                          domain::DeadLetterId after, unsigned limit)
{
    auto work = [webhook, after, limit](Transaction& transaction) {
        std::vector<domain::DeadLetter> found;
        for (auto const& row :
             transaction.exec(list_dead_letters, webhook.value(), after.value(), static_cast<int>(limit)))
            found.push_back(dead_letter_of(row));
        return found;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<void> PgWebhooks::forget_dead_letter(domain::WebhookId webhook, domain::DeadLetterId letter)
{
    auto work = [webhook, letter](Transaction& transaction) {
        transaction.exec(delete_dead_letter, webhook.value(), letter.value());
        return true;
    };
    co_await writes_.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
