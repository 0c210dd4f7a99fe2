#pragma once

#include "domain/rule_settings.hpp"
#include "storage/database.hpp"

namespace storage {

/// The table `rule_setting`.
class PgRuleSettings final : public domain::RuleSettings {
public:
    /// Must outlive this.
    explicit PgRuleSettings(Database& writes) : writes_{writes} {}

    base::Awaitable<std::vector<domain::RuleSetting>> list() override;
    base::Awaitable<std::optional<std::string>> put(domain::RuleSetting setting) override;
    base::Awaitable<std::optional<std::string>> remove(domain::RuleSettingKey key) override;

private:
    Database& writes_;
};

}  // namespace storage
