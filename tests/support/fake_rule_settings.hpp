#pragma once

#include "domain/rule_settings.hpp"

#include <map>
#include <utility>

namespace support {

/// Settings of rules in memory. One thread.
class FakeRuleSettings final : public domain::RuleSettings {
public:
    ~FakeRuleSettings() override;
    base::Awaitable<std::vector<domain::RuleSetting>> list() override
    {
        std::vector<domain::RuleSetting> all;
        for (auto const& [key, path] : settings_)
            all.push_back({key, path});
        co_return all;
    }
    base::Awaitable<std::optional<std::string>> put(domain::RuleSetting setting) override
    {
        auto before = find(setting.key);
        settings_[setting.key] = std::move(setting.path);
        co_return before;
    }
    base::Awaitable<std::optional<std::string>> remove(domain::RuleSettingKey key) override
    {
        auto before = find(key);
        settings_.erase(key);
        co_return before;
    }

private:
    [[nodiscard]] std::optional<std::string> find(domain::RuleSettingKey const& key) const
    {
        auto const found = settings_.find(key);
        return found == settings_.end() ? std::nullopt : std::optional{found->second};
    }

    std::map<domain::RuleSettingKey, std::string> settings_;
};

}  // namespace support
