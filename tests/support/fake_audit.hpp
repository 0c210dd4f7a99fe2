#pragma once

#include "base/unavailable.hpp"
#include "domain/audit.hpp"
#include "domain/audit_chain.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace support {

/// The audit trail in memory, chained as the real one. One thread.
class FakeAuditTrail final : public domain::AuditTrail {
public:
    ~FakeAuditTrail() override;
    std::vector<domain::AuditRecord> records;
    std::map<std::int64_t, domain::AuditIntent> intents;  ///< not ended
    std::int64_t begun = 0;
    bool is_losing_entries = false;  ///< the database goes away between a change and its entry

    base::Awaitable<domain::AuditAnchor> append(domain::AuditEntry entry) override
    {
        if (is_losing_entries)
            throw base::Unavailable{"the database is away"};
        domain::AuditRecord record;
        record.id = static_cast<std::int64_t>(records.size()) + 1;
        record.entry = std::move(entry);
        record.digest = domain::audit_digest(salt, record.entry);
        record.chain = domain::audit_link(records.empty() ? "" : records.back().chain, record);
        records.push_back(record);
        co_return domain::AuditAnchor{record.id, record.chain};
    }

    base::Awaitable<std::int64_t> begin(domain::AuditIntent intent) override
    {
        intents.emplace(++begun, std::move(intent));
        co_return begun;
    }

    base::Awaitable<void> end(std::int64_t intent) override
    {
        intents.erase(intent);
        co_return;
    }

    base::Awaitable<std::vector<domain::AuditRecord>> list(domain::AuditQuery query) override
    {
        std::vector<domain::AuditRecord> found;
        for (auto record = records.rbegin(); record != records.rend() && found.size() < query.limit; ++record)
            if (meets(*record, query))
                found.push_back(*record);
        co_return found;
    }

    base::Awaitable<domain::AuditVerification> verify(std::optional<domain::AuditAnchor> known) override
    {
        domain::AuditVerifier verifier{std::move(known)};
        for (auto const& record : records)
            if (!verifier.take(record, salt))
                break;
        co_return verifier.finish();
    }

private:
    static constexpr char salt[] = "salt";

    static bool meets(domain::AuditRecord const& record, domain::AuditQuery const& query)
    {
        auto const& entry = record.entry;
        return (query.before == 0 || record.id < query.before) && (!query.by || entry.by == *query.by) &&
               (!query.action || entry.action == *query.action ||
                (query.action->ends_with('.') && entry.action.starts_with(*query.action))) &&
               (!query.device || entry.device == query.device);
    }
};

}  // namespace support
