#include "storage/webhook_rows.hpp"

#include "storage/array_text.hpp"

#include <string_view>

namespace storage {

std::optional<base::TimePoint> time_or_none(pqxx::field const& field)
{
    if (field.is_null())
        return std::nullopt;
    return parse_time({field.c_str(), field.size()});
}

domain::Webhook webhook_of(pqxx::row const& row)
{
    domain::Webhook webhook;
    webhook.id = domain::WebhookId{row[0].as<std::int64_t>()};
    webhook.name = row[1].c_str();
    webhook.url = row[2].c_str();
    webhook.kinds = parse_texts({row[3].c_str(), row[3].size()});
    webhook.where = row[4].c_str();
    webhook.batch = row[5].as<std::uint32_t>();
    webhook.is_paused = row[6].as<bool>();
    webhook.revision = row[7].as<std::int64_t>();
    webhook.made_at = parse_time({row[8].c_str(), row[8].size()});
    webhook.made_by = row[9].c_str();
    webhook.secret = row[10].c_str();
    return webhook;
}

domain::WebhookStatus status_of(pqxx::row const& row)
{
    constexpr int after = webhook_column_count;
    domain::WebhookStatus status{.webhook = webhook_of(row), .progress = {}};
    status.webhook.secret.clear();
    status.progress.delivered_at = time_or_none(row[after]);
    status.progress.waiting_since = time_or_none(row[after + 1]);
    status.progress.problem = row[after + 2].c_str();
    status.progress.missed_before = time_or_none(row[after + 3]);
    status.dead_letters = row[after + 4].as<std::uint64_t>();
    return status;
}

}  // namespace storage
