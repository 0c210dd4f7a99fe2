#pragma once

#include "base/sealer.hpp"
#include "domain/webhook.hpp"
#include "storage/database.hpp"

namespace storage {

/// What a webhook's secret is sealed for.
[[nodiscard]] std::string webhook_place(std::string_view name);

/// Webhooks in PostgreSQL, for people and for their delivery by this node.
class PgWebhooks final : public domain::WebhookStore, public domain::WebhookQueue {
public:
    /// `node`: the number of this node. Both must outlive this.
    PgWebhooks(Database& writes, base::Sealer const& sealer, unsigned node)
        : writes_{writes}, sealer_{sealer}, node_{static_cast<int>(node)}
    {
    }

    base::Awaitable<base::Result<domain::WebhookStatus>> add(domain::Webhook webhook) override;
    base::Awaitable<std::vector<domain::WebhookStatus>> list() override;
    base::Awaitable<std::optional<domain::WebhookStatus>> find(std::string name) override;
    base::Awaitable<std::optional<domain::Webhook>> open(std::string name) override;
    base::Awaitable<std::optional<domain::WebhookStatus>> change(std::string name,
                                                                 domain::WebhookChange change) override;
    base::Awaitable<bool> remove(std::string name) override;
    base::Awaitable<std::vector<domain::DeadLetter>> dead_letters(domain::WebhookId webhook, domain::DeadLetterId after,
                                                                  unsigned limit) override;
    base::Awaitable<void> forget_dead_letter(domain::WebhookId webhook, domain::DeadLetterId letter) override;

    base::Awaitable<std::vector<domain::WebhookLease>> lease(std::chrono::seconds time,
                                                             std::vector<domain::WebhookNote> notes) override;
    base::Awaitable<void> release() override;
    base::Awaitable<bool> advance(domain::WebhookId webhook, unsigned lane, domain::EventPosition from,
                                  domain::EventPosition to) override;
    base::Awaitable<bool> bury(domain::WebhookId webhook, unsigned lane, domain::EventPosition from,
                               domain::DeadLetter letter) override;
    base::Awaitable<base::TimePoint> kept_since() override;

private:
    Database& writes_;
    base::Sealer const& sealer_;
    int node_;
};

}  // namespace storage
