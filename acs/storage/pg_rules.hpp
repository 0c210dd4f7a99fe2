#pragma once

#include "base/sealer.hpp"
#include "domain/rule_store.hpp"
#include "storage/bounded_read.hpp"
#include "storage/database.hpp"
#include "storage/path_table.hpp"

namespace storage {

/// Settings of the connections that rules run on: the role acs_rules, read-only, with plans that do not depend on the
/// lists of devices they are given.
[[nodiscard]] DatabaseSettings rule_connections(ConnectionSettings const& connection, unsigned connections,
                                                std::chrono::milliseconds statement_timeout);

/// domain::RuleStore in PostgreSQL.
class PgRules final : public domain::RuleStore {
public:
    /// `writes` is for the tables of rules, `rules` (see rule_connections) for the SQL that people wrote. All must
    /// outlive this.
    PgRules(Database& writes, Database& rules, PathTable& paths, base::Sealer const& sealer)
        : writes_{writes}, rules_{rules}, paths_{paths}, sealer_{sealer}
    {
    }

    base::Awaitable<std::string> fingerprint() override;
    base::Awaitable<domain::RuleSet> load() override;
    base::Awaitable<base::Result<domain::RuleSet, std::int64_t>> apply(std::vector<domain::RuleChange> changes,
                                                                       std::vector<std::string> paths, std::string by,
                                                                       std::string reason, std::int64_t epoch) override;
    base::Awaitable<std::vector<domain::RuleVersion>> history(std::string rule) override;
    base::Awaitable<std::vector<domain::RuleSetChange>> changes(std::int64_t before, unsigned limit) override;
    base::Awaitable<std::vector<domain::RuleVersion>> load_at(std::int64_t epoch) override;
    base::Awaitable<bool> pause(std::string rule, std::string by, std::string reason) override;
    base::Awaitable<bool> resume(std::string rule) override;
    base::Awaitable<std::set<std::string, std::less<>>> readable_tables() override;
    base::Awaitable<std::map<std::string, std::int32_t>> promoted(std::vector<std::string> paths) override;
    base::Awaitable<base::Result<void>> probe(std::string sql) override;
    base::Awaitable<std::vector<domain::RuleFinding>> evaluate(std::shared_ptr<domain::RuleStatements const> statements,
                                                               std::vector<domain::RuleMember> members) override;
    base::Awaitable<std::vector<domain::KnownValue>> known(std::vector<domain::KnownValue> wanted) override;
    base::Awaitable<std::vector<datamodel::ParameterTree>> trees(std::vector<domain::TreeQuestion> questions) override;
    base::Awaitable<std::vector<domain::KeptOutcome>> kept(std::vector<domain::DeviceKey> devices) override;
    base::Awaitable<std::vector<domain::Quarantine>>
    quarantined(domain::QuarantineFilter filter, domain::QuarantinePlace after, unsigned limit) override;
    base::Awaitable<std::size_t> release(domain::QuarantineFilter filter) override;
    base::Awaitable<std::size_t> count_devices() override;
    base::Awaitable<std::vector<domain::DeviceKey>> devices(domain::DeviceKey after, unsigned limit) override;
    base::Awaitable<std::vector<domain::DeviceKey>> pending_devices(domain::DeviceKey after, unsigned limit) override;
    base::Awaitable<std::vector<std::pair<domain::DeviceKey, cwmp::DeviceId>>>
    enrol(std::string rule, std::vector<domain::DeviceKey> devices) override;

private:
    [[nodiscard]] ReadLimits limits() const;

    Database& writes_;
    Database& rules_;
    PathTable& paths_;
    base::Sealer const& sealer_;
};

}  // namespace storage
