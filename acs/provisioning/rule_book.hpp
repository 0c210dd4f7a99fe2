#pragma once

#include "cwmp/path.hpp"
#include "domain/rules.hpp"
#include "provisioning/rule_check.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace provisioning {

/// A set of rules ready to be run: by priority, then name, so that of two wishes the one of the lower number counts.
struct CompiledRules {
    std::int64_t epoch = 0;
    bool is_paused = false;
    std::vector<CheckedRule> rules;      ///< those that are paused by themselves are not among them
    std::vector<std::string> paused;     ///< their names
    std::vector<std::int64_t> versions;  ///< of rules[n]; 0: not applied yet
    std::vector<std::string> looked_up;  ///< parameters that conditions read from trees: their copies are not complete
    std::shared_ptr<domain::RuleStatements const> statements;
};

/// The rules: read, guarded, kept, tried and explained. Used from any I/O thread.
class RuleBook final : public domain::Rules {
public:
    /// `store` and `clock` must outlive this. `look_again`: how long parameters that no device has told yet are taken
    /// for unknown to the promoted copies.
    RuleBook(domain::RuleStore& store, base::Clock const& clock, SecretPredicate is_secret,
             std::chrono::seconds look_again = std::chrono::seconds{60})
        : store_{store}, clock_{clock}, is_secret_{std::move(is_secret)}, look_again_{look_again}
    {
    }

    base::Awaitable<base::Result<void, Problems>> check(std::vector<domain::RuleFile> files) override;
    base::Awaitable<base::Result<domain::RulesApplied, Problems>>
    apply(std::vector<domain::RuleFile> files, std::string by, std::string reason, bool dry_run) override;
    base::Awaitable<domain::RuleSet> current() override { return store_.load(); }
    base::Awaitable<std::vector<domain::RuleShown>> list() override;
    base::Awaitable<std::vector<domain::RuleVersion>> history(std::string rule) override;
    base::Awaitable<std::vector<domain::RuleSetChange>> changes(std::int64_t before, unsigned limit) override;
    base::Awaitable<std::optional<std::vector<domain::RuleVersion>>> at(std::int64_t epoch) override;
    base::Awaitable<base::Result<domain::RulesApplied, Problems>> rollback(std::int64_t epoch, std::string by,
                                                                           std::string reason, bool dry_run) override;
    base::Awaitable<bool> pause(std::string rule, std::string by, std::string reason) override;
    base::Awaitable<bool> resume(std::string rule, std::string by) override;
    base::Awaitable<base::Result<domain::RulesPreview, Problems>> preview(domain::PreviewRequest request) override;
    base::Awaitable<domain::RulesExplanation> explain(domain::DeviceKey device, std::string path) override;
    base::Awaitable<std::vector<domain::Quarantine>>
    quarantined(domain::QuarantineFilter filter, domain::QuarantinePlace after, unsigned limit) override;
    base::Awaitable<std::size_t> release(domain::QuarantineFilter filter, std::string by) override;

    /// The rules in force, compiled again when they changed, and when the copies of a parameter that they read became
    /// complete. What no longer passes the guard is left out and logged.
    base::Awaitable<std::shared_ptr<CompiledRules const>> compiled();

private:
    base::Awaitable<base::Result<std::vector<CheckedRule>, Problems>> read(std::vector<domain::RuleFile> files);
    base::Awaitable<std::shared_ptr<CompiledRules>> compile(std::vector<CheckedRule> rules, domain::RuleSet const& set,
                                                            std::string name);
    base::Awaitable<base::Result<std::shared_ptr<domain::RuleStatements const>, domain::RuleProblem>>
    compile_where(std::string where);
    base::Awaitable<bool> is_outdated(std::shared_ptr<CompiledRules const> compiled);

    domain::RuleStore& store_;
    base::Clock const& clock_;
    SecretPredicate is_secret_;
    std::mutex mutex_;
    std::chrono::seconds look_again_;
    std::chrono::steady_clock::time_point looked_;  ///< for copies that compiled_ could use
    std::string fingerprint_;                       ///< of compiled_
    std::shared_ptr<CompiledRules const> compiled_;
};

/// What is shown instead of a secret.
using cwmp::masked_secret;

}  // namespace provisioning
