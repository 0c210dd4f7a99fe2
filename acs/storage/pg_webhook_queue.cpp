// Webhooks as the node that delivers them sees them. Every write asks for its lease and for the place where the lane
// was: who was silent for too long, and was followed by another, writes nothing any more, nor when it has the lease
// back.
#include "storage/array_text.hpp"
#include "storage/event_rows.hpp"
#include "storage/pg_webhooks.hpp"
#include "storage/webhook_rows.hpp"

#include "base/log.hpp"

#include <pqxx/pqxx>

namespace storage {

namespace {

constexpr Statement take_leases{
    "lease_webhooks", "UPDATE webhook w SET lease_node = $1, lease_until = now() + make_interval(secs => $2::integer)"
                      " WHERE NOT w.is_paused AND (w.lease_node = $1 OR w.lease_until IS NULL OR w.lease_until < now())"
                      " RETURNING " ACS_WEBHOOK_COLUMNS};
constexpr Statement end_paused{"end_paused_leases", "UPDATE webhook SET lease_node = NULL, lease_until = NULL"
                                                    " WHERE is_paused AND lease_node = $1"};
constexpr Statement note_progress{
    "note_webhooks",
    "UPDATE webhook w SET delivered_at = coalesce(u.delivered_at, w.delivered_at), waiting_since = u.waiting_since,"
    " problem = u.problem, missed_before = coalesce(u.missed_before, w.missed_before)"
    " FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::timestamptz[])"
    " u (webhook_id, delivered_at, waiting_since, problem, missed_before)"
    " WHERE w.webhook_id = u.webhook_id AND w.lease_node = $1"};
constexpr Statement read_lanes{"read_webhook_lanes", "SELECT p.webhook_id, p.lane, p.tx, p.event_id FROM "
                                                     "webhook_position p JOIN webhook w ON w.webhook_id = p.webhook_id"
                                                     " WHERE w.lease_node = $1"};
constexpr Statement end_leases{"release_webhooks", "UPDATE webhook SET lease_node = NULL, lease_until = NULL"
                                                   " WHERE lease_node = $1"};

#define ADVANCED                                                                                                       \
    "UPDATE webhook_position p SET tx = $3::xid8, event_id = $4, changed_at = now() FROM webhook w"                    \
    " WHERE p.webhook_id = $1 AND p.lane = $2 AND w.webhook_id = p.webhook_id AND w.lease_node = $5"                   \
    " AND (p.tx, p.event_id) = ($6::xid8, $7)"
constexpr Statement advance_lane{"advance_webhook", ADVANCED " RETURNING p.webhook_id"};
// When it is not known what became of the first attempt.
constexpr Statement is_advanced{"is_webhook_advanced",
                                "SELECT 1 FROM webhook_position p JOIN webhook w ON w.webhook_id = p.webhook_id"
                                " WHERE p.webhook_id = $1 AND p.lane = $2 AND (p.tx, p.event_id) = ($3::xid8, $4)"
                                " AND w.lease_node = $5"};
constexpr Statement bury_event{
    "bury_event",
    "WITH moved AS (" ADVANCED
    " RETURNING p.webhook_id) INSERT INTO webhook_dead_letter (webhook_id, device_id, tx, event_id, at, kind, codes,"
    " keys, retry_count, redelivered, address, detail, attempts, problem) SELECT m.webhook_id, $8, $3::xid8, $4,"
    " $9::timestamptz, $10, $11::text[], $12::text[], $13, $14, nullif($15, '')::inet, nullif($16, '')::jsonb, $17, $18"
    " FROM moved m"};
#undef ADVANCED
constexpr Statement bound_dead_letters{
    "bound_dead_letters", "DELETE FROM webhook_dead_letter WHERE webhook_id = $1 AND dead_letter_id <= (SELECT "
                          "dead_letter_id FROM webhook_dead_letter WHERE webhook_id = $1"
                          " ORDER BY dead_letter_id DESC OFFSET $2 LIMIT 1)"};

// Partitions are named after their days.
constexpr Statement oldest_day{
    "oldest_event_day",
    "SELECT coalesce(min(to_date(right(c.relname, 8), 'YYYYMMDD')), now()::date)::timestamp AT TIME ZONE 'UTC'"
    " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'public.event'::regclass"};

std::optional<std::string> text_or_none(std::optional<base::TimePoint> const& time)
{
    if (!time)
        return std::nullopt;
    return time_text(*time);
}

void note(Transaction& transaction, int node, std::vector<domain::WebhookNote> const& notes)
{
    ArrayText ids, delivered, waiting, problems, missed;
    for (auto const& [webhook, progress] : notes) {
        ids.add(webhook.value());
        delivered.add_optional(text_or_none(progress.delivered_at));
        waiting.add_optional(text_or_none(progress.waiting_since));
        problems.add(std::string_view{progress.problem});
        missed.add_optional(text_or_none(progress.missed_before));
    }
    transaction.exec(note_progress, node, ids.finish(), delivered.finish(), waiting.finish(), problems.finish(),
                     missed.finish());
}

std::vector<domain::WebhookLease> leases_of(Transaction& transaction, int node, std::chrono::seconds time)
{
    std::vector<domain::WebhookLease> leases;
    for (auto const& row : transaction.exec(take_leases, node, static_cast<int>(time.count())))
        leases.push_back({webhook_of(row), {}});
    for (auto const& row : transaction.exec(read_lanes, node)) {
        auto const lease = std::ranges::find(leases, domain::WebhookId{row[0].as<std::int64_t>()},
                                             [](auto const& one) { return one.webhook.id; });
        auto const lane = row[1].as<std::size_t>();
        if (lease != leases.end() && lane < lease->lanes.size())
            lease->lanes[lane] = {row[2].as<std::uint64_t>(), row[3].as<std::int64_t>()};
    }
    return leases;
}

}  // namespace

base::Awaitable<std::vector<domain::WebhookLease>> PgWebhooks::lease(std::chrono::seconds time,
                                                                     std::vector<domain::WebhookNote> notes)
{
    auto work = [node = node_, time, notes = std::move(notes)](Transaction& transaction) {
        if (!notes.empty())
            note(transaction, node, notes);
        transaction.exec(end_paused, node);
        return leases_of(transaction, node, time);
    };
    auto leases = co_await writes_.run(std::move(work), InDoubt::repeat);
    std::erase_if(leases, [this](domain::WebhookLease& lease) {
        auto secret = sealer_.open(lease.webhook.secret, webhook_place(lease.webhook.name));
        if (secret) {
            lease.webhook.secret = *std::move(secret);
            return false;
        }
        base::log::error("storage.sealed", {{"what", "secret of a webhook"}, {"reason", secret.error().what}});
        return true;
    });
    co_return leases;
}

base::Awaitable<void> PgWebhooks::release()
{
    auto work = [node = node_](Transaction& transaction) {
        transaction.exec(end_leases, node);
        return true;
    };
    co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<bool> PgWebhooks::advance(domain::WebhookId webhook, unsigned lane, domain::EventPosition from,
                                          domain::EventPosition to)
{
    auto work = [=, number = static_cast<int>(lane), node = node_](Transaction& transaction) {
        auto const tx = std::to_string(to.tx);
        auto const moved =
            transaction.exec(advance_lane, webhook.value(), number, tx, to.id, node, std::to_string(from.tx), from.id);
        return !moved.empty() || !transaction.exec(is_advanced, webhook.value(), number, tx, to.id, node).empty();
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<bool> PgWebhooks::bury(domain::WebhookId webhook, unsigned lane, domain::EventPosition from,
                                       domain::DeadLetter letter)
{
    auto work = [=, node = node_, letter = std::move(letter)](Transaction& transaction) {
        auto const& event = letter.event;
        std::optional<std::string> codes, keys;
        if (!event.events.empty()) {
            ArrayText all_codes, all_keys;
            for (auto const& [code, key] : event.events) {
                all_codes.add(std::string_view{code});
                all_keys.add(std::string_view{key});
            }
            codes = all_codes.finish();
            keys = all_keys.finish();
        }
        auto const rows = transaction.exec(
            bury_event, webhook.value(), static_cast<int>(lane), std::to_string(event.position.tx), event.position.id,
            node, std::to_string(from.tx), from.id, event.device.value(), time_text(event.at), event.kind, codes, keys,
            static_cast<int>(event.retry_count), event.redelivered, event.address, event.detail,
            static_cast<int>(letter.attempts), storable(letter.problem));
        transaction.exec(bound_dead_letters, webhook.value(), static_cast<std::int64_t>(domain::most_dead_letters));
        return rows.affected_rows() > 0;
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<base::TimePoint> PgWebhooks::kept_since()
{
    auto work = [](Transaction& transaction) {
        auto const row = transaction.exec(oldest_day).front();
        return parse_time({row[0].c_str(), row[0].size()});
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

}  // namespace storage
