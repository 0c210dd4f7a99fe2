#pragma once

#include "domain/device_rules.hpp"
#include "support/hand_clock.hpp"
#include "support/in_memory_store.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// Rules that want of every device what a test says; what sessions make of it is kept beside an InMemoryStore.
class FakeDeviceRules final : public domain::DeviceRules {
public:
    ~FakeDeviceRules() override;
    FakeDeviceRules(InMemoryStore& store, HandClock const& clock) : store_{store}, clock_{clock} {}

    std::vector<domain::DeviceWish> wishes;
    std::set<std::string> without_budget;                 ///< rules
    std::vector<std::vector<std::string>> evaluated_for;  ///< events of each evaluation
    std::vector<domain::RuleRecord> records;
    std::vector<domain::RuleGivenUp> given_up;
    std::vector<domain::RuleAttempt> attempts;
    domain::DoneOnce done;
    std::int64_t set_in_force = 1;
    bool is_away = false;

    /// Wants a value; of a rule called like the parameter's last part.
    void want(std::string path, std::string value)
    {
        std::erase_if(wishes, [&](auto const& wish) { return wish.action.path == path; });
        auto rule = path.substr(path.rfind('.') + 1);
        wishes.push_back({std::move(rule), {"set", std::move(path), std::move(value), "text"}});
    }

    [[nodiscard]] std::int64_t epoch() const noexcept override { return set_in_force; }
    base::Awaitable<domain::RuleVerdict> evaluate(domain::DeviceKey, std::vector<std::string> events) override
    {
        if (is_away)
            throw base::Unavailable{"the database is away"};
        evaluated_for.push_back(std::move(events));
        domain::RuleVerdict verdict{.epoch = set_in_force, .until = clock_.now() + std::chrono::hours{24}};
        for (auto const& wish : wishes)
            if (wish.once.empty() || !done.contains(wish.once))
                verdict.wishes.push_back(wish);
        for (auto const& each : given_up)
            verdict.given_up.emplace(each.rule, each.what);
        verdict.attempts = attempts;
        verdict.done = done;
        co_return verdict;
    }
    base::Awaitable<std::set<std::string>> spend(std::set<std::string> rules) override
    {
        std::erase_if(rules, [&](auto const& rule) { return !without_budget.contains(rule); });
        co_return rules;
    }
    base::Awaitable<std::optional<std::vector<domain::TaskId>>> save(domain::RuleRecord record) override
    {
        auto const* const known = store_.device(record.device);
        if (known == nullptr || known->session_epoch != record.session_epoch)
            co_return std::nullopt;
        if (record.is_satisfied && known->rules_epoch == 0)
            store_.set_gate(record.device, record.epoch, record.until);
        if (record.attempts)
            attempts = *record.attempts;
        if (record.done)
            done = *record.done;
        std::ranges::copy(record.given_up, std::back_inserter(given_up));
        std::vector<domain::TaskId> ids;
        for (auto task : record.tasks)
            ids.push_back(store_.add_person_task(std::move(task)));
        records.push_back(std::move(record));
        co_return ids;
    }
    base::Awaitable<void> mark_due(domain::DeviceKey device) override
    {
        store_.set_gate(device, -1, {});
        co_return;
    }

private:
    InMemoryStore& store_;
    HandClock const& clock_;
};

}  // namespace support
