#pragma once

#include "domain/webhook.hpp"
#include "storage/connection.hpp"

namespace storage {

/// The columns of a webhook `w`, as webhook_of and status_of read them.
#define ACS_WEBHOOK_COLUMNS                                                                                            \
    "w.webhook_id, w.name, w.url, w.kinds, w.condition, w.batch, w.is_paused, w.revision, w.made_at, w.made_by, "      \
    "w.secret"
#define ACS_WEBHOOK_STATUS                                                                                             \
    ACS_WEBHOOK_COLUMNS ", w.delivered_at, w.waiting_since, w.problem, w.missed_before,"                               \
                        " (SELECT count(*) FROM webhook_dead_letter l WHERE l.webhook_id = w.webhook_id)"
inline constexpr int webhook_column_count = 11;

/// With its secret as it is sealed.
[[nodiscard]] domain::Webhook webhook_of(pqxx::row const& row);
/// Without its secret.
[[nodiscard]] domain::WebhookStatus status_of(pqxx::row const& row);
[[nodiscard]] std::optional<base::TimePoint> time_or_none(pqxx::field const& field);

}  // namespace storage
