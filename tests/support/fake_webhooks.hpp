#pragma once

#include "base/unavailable.hpp"
#include "domain/webhook.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace support {

/// Webhooks in memory; what is delivered is noted for the one node that there is.
class FakeWebhooks final : public domain::WebhookStore, public domain::WebhookQueue {
public:
    ~FakeWebhooks() override;
    base::Awaitable<base::Result<domain::WebhookStatus>> add(domain::Webhook webhook) override
    {
        if (kept.contains(webhook.name))
            co_return base::fail("there is a webhook " + webhook.name + " already");
        if (kept.size() >= domain::most_webhooks)
            co_return base::fail("there are 50 webhooks already, more are not served");
        webhook.id = domain::WebhookId{++last_id_};
        webhook.revision = 1;
        auto const name = webhook.name;
        auto& one = kept[name];
        one.lease.webhook = std::move(webhook);
        one.lease.lanes.fill(start);
        co_return status(one);
    }
    base::Awaitable<std::vector<domain::WebhookStatus>> list() override
    {
        std::vector<domain::WebhookStatus> all;
        for (auto const& [name, one] : kept)
            all.push_back(status(one));
        co_return all;
    }
    base::Awaitable<std::optional<domain::WebhookStatus>> find(std::string name) override
    {
        auto const found = kept.find(name);
        co_return found == kept.end() ? std::nullopt : std::optional{status(found->second)};
    }
    base::Awaitable<std::optional<domain::Webhook>> open(std::string name) override
    {
        auto const found = kept.find(name);
        co_return found == kept.end() ? std::nullopt : std::optional{found->second.lease.webhook};
    }
    base::Awaitable<std::optional<domain::WebhookStatus>> change(std::string name,
                                                                 domain::WebhookChange change) override
    {
        auto const found = kept.find(name);
        if (found == kept.end())
            co_return std::nullopt;
        auto& webhook = found->second.lease.webhook;
        webhook.url = change.url.value_or(webhook.url);
        webhook.where = change.where.value_or(webhook.where);
        webhook.secret = change.secret.value_or(webhook.secret);
        webhook.kinds = change.kinds.value_or(webhook.kinds);
        webhook.batch = change.batch.value_or(webhook.batch);
        webhook.is_paused = change.is_paused.value_or(webhook.is_paused);
        ++webhook.revision;
        co_return status(found->second);
    }
    base::Awaitable<bool> remove(std::string name) override { co_return kept.erase(name) > 0; }
    base::Awaitable<std::vector<domain::DeadLetter>> dead_letters(domain::WebhookId webhook, domain::DeadLetterId after,
                                                                  unsigned limit) override
    {
        std::vector<domain::DeadLetter> found;
        for (auto const& [name, one] : kept)
            if (one.lease.webhook.id == webhook)
                for (auto const& letter : one.dead)
                    if (letter.id > after && found.size() < limit)
                        found.push_back(letter);
        co_return found;
    }
    base::Awaitable<void> forget_dead_letter(domain::WebhookId webhook, domain::DeadLetterId letter) override
    {
        for (auto& [name, one] : kept)
            if (one.lease.webhook.id == webhook)
                std::erase_if(one.dead, [letter](auto const& each) { return each.id == letter; });
        co_return;
    }

    base::Awaitable<std::vector<domain::WebhookLease>> lease(std::chrono::seconds,
                                                             std::vector<domain::WebhookNote> notes) override
    {
        for (auto const& note : notes)
            for (auto& [name, one] : kept)
                if (one.lease.webhook.id == note.webhook)
                    one.progress = note.progress;
        std::vector<domain::WebhookLease> leases;
        for (auto const& [name, one] : kept)
            if (!one.lease.webhook.is_paused && !is_lost)
                leases.push_back(one.lease);
        co_return leases;
    }
    base::Awaitable<void> release() override
    {
        ++releases;
        co_return;
    }
    base::Awaitable<bool> advance(domain::WebhookId webhook, unsigned lane, domain::EventPosition from,
                                  domain::EventPosition to) override
    {
        if (is_away)
            throw base::Unavailable{"the database is away"};
        for (auto& [name, one] : kept) {
            auto& place = one.lease.lanes.at(lane);
            if (one.lease.webhook.id != webhook || is_lost || (place != from && place != to))
                continue;
            place = to;
            co_return true;
        }
        co_return false;
    }
    base::Awaitable<bool> bury(domain::WebhookId webhook, unsigned lane, domain::EventPosition from,
                               domain::DeadLetter letter) override
    {
        bool const is_ours = co_await advance(webhook, lane, from, letter.event.position);
        for (auto& [name, one] : kept)
            if (one.lease.webhook.id == webhook && is_ours) {
                letter.id = domain::DeadLetterId{++last_id_};
                one.dead.push_back(std::move(letter));
            }
        co_return is_ours;
    }
    base::Awaitable<base::TimePoint> kept_since() override { co_return oldest; }

    struct Kept {
        domain::WebhookLease lease;
        domain::WebhookProgress progress;
        std::vector<domain::DeadLetter> dead;
    };
    std::map<std::string, Kept> kept;
    domain::EventPosition start{0, 0};  ///< where lanes of new ones begin
    bool is_lost = false;               ///< another node has the leases
    bool is_away = false;               ///< nothing can be noted
    int releases = 0;
    base::TimePoint oldest{};

private:
    static domain::WebhookStatus status(Kept const& one)
    {
        domain::WebhookStatus status{.webhook = one.lease.webhook, .progress = one.progress};
        status.webhook.secret.clear();
        status.dead_letters = one.dead.size();
        return status;
    }

    std::int64_t last_id_ = 0;
};

/// Notes what is sent; answers as a test says.
class FakeWebhookSender final : public domain::WebhookSender {
public:
    ~FakeWebhookSender() override;
    base::Awaitable<domain::WebhookAnswer> send(domain::Webhook webhook,
                                                std::vector<domain::EventRecord> events) override
    {
        sent.emplace_back(std::move(webhook), std::move(events));
        co_return answer;
    }
    [[nodiscard]] base::Result<void> check(std::string_view url) const override
    {
        if (!url.starts_with("http"))
            return base::fail("must be a URL");
        return {};
    }

    std::vector<std::pair<domain::Webhook, std::vector<domain::EventRecord>>> sent;
    domain::WebhookAnswer answer{.is_taken = true, .status = 204};
};

}  // namespace support
