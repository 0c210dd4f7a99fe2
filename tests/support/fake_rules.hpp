#pragma once

#include "domain/rules.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace support {

/// Rules in memory: a text with the word "wrong" is refused, every other one is a rule named like its file.
class FakeRules final : public domain::Rules {
public:
    ~FakeRules() override;
    std::map<std::string, std::vector<domain::RuleVersion>> versions;  ///< newest first
    domain::RulesPreview page;
    domain::RulesExplanation explanation;
    std::int64_t epoch = 0;
    std::optional<domain::RulePause> paused;
    std::vector<domain::Quarantine> given_up;

    base::Awaitable<base::Result<void, Problems>> check(std::vector<domain::RuleFile> files) override
    {
        auto problems = problems_of(files);
        if (!problems.empty())
            co_return std::unexpected{std::move(problems)};
        co_return base::Result<void, Problems>{};
    }
    base::Awaitable<base::Result<domain::RulesApplied, Problems>>
    apply(std::vector<domain::RuleFile> files, std::string by, std::string reason, bool dry_run) override
    {
        auto problems = problems_of(files);
        if (!problems.empty())
            co_return std::unexpected{std::move(problems)};
        domain::RulesApplied applied{.epoch = dry_run ? epoch : ++epoch};
        for (auto const& file : files) {
            applied.added.push_back(name_of(file));
            if (!dry_run)
                versions[name_of(file)].insert(versions[name_of(file)].begin(),
                                               {epoch, name_of(file), epoch, file.file, file.text, {}, by, reason, {}});
        }
        co_return applied;
    }
    base::Awaitable<domain::RuleSet> current() override
    {
        domain::RuleSet set{.epoch = epoch};
        if (paused) {
            set.paused_at = paused->at;
            set.paused_by = paused->by;
            set.pause_reason = paused->reason;
        }
        co_return set;
    }
    base::Awaitable<std::vector<domain::RuleShown>> list() override
    {
        std::vector<domain::RuleShown> shown;
        for (auto const& [name, all] : versions) {
            domain::RuleText rule;
            rule.name = name;
            shown.push_back({all.front(), rule});
        }
        co_return shown;
    }
    base::Awaitable<std::vector<domain::RuleSetChange>> changes(std::int64_t before, unsigned limit) override
    {
        std::vector<domain::RuleSetChange> found;
        for (auto number = std::min(before - 1, epoch); number > 0 && found.size() < limit; --number)
            found.push_back({number, {}, "anna", "because", {"wifi"}, {}, {}});
        co_return found;
    }
    base::Awaitable<std::optional<std::vector<domain::RuleVersion>>> at(std::int64_t number) override
    {
        if (number > epoch)
            co_return std::nullopt;
        std::vector<domain::RuleVersion> set;
        for (auto const& [name, all] : versions)
            for (auto const& version : all)
                if (version.epoch <= number && (set.empty() || set.back().rule != name))
                    set.push_back(version);
        co_return set;
    }
    base::Awaitable<base::Result<domain::RulesApplied, Problems>> rollback(std::int64_t number, std::string by,
                                                                           std::string reason, bool dry_run) override
    {
        auto const set = co_await at(number);
        if (!set)
            co_return std::unexpected{Problems{{"epoch", {1, 1}, "there never was one", "Look."}}};
        std::vector<domain::RuleFile> files;
        for (auto const& version : *set)
            files.push_back({version.file, *version.text});
        co_return co_await apply(std::move(files), std::move(by), std::move(reason), dry_run);
    }
    base::Awaitable<bool> pause(std::string rule, std::string by, std::string reason) override
    {
        if (!rule.empty() && !versions.contains(rule))
            co_return false;
        (rule.empty() ? paused : versions[rule].front().paused) = domain::RulePause{{}, by, reason};
        co_return true;
    }
    base::Awaitable<bool> resume(std::string rule, std::string) override
    {
        if (!rule.empty() && !versions.contains(rule))
            co_return false;
        (rule.empty() ? paused : versions[rule].front().paused).reset();
        co_return true;
    }
    base::Awaitable<std::vector<domain::RuleVersion>> history(std::string rule) override
    {
        auto const found = versions.find(rule);
        co_return found == versions.end() ? std::vector<domain::RuleVersion>{} : found->second;
    }
    base::Awaitable<base::Result<domain::RulesPreview, Problems>> preview(domain::PreviewRequest request) override
    {
        auto problems = problems_of(request.files);
        if (request.where.contains("wrong"))
            problems.push_back({"where", {1, 1}, "this is wrong", "Write it right."});
        if (!problems.empty())
            co_return std::unexpected{std::move(problems)};
        auto answer = page;
        if (request.after.value() != 0)
            answer.next.reset();
        co_return answer;
    }
    base::Awaitable<domain::RulesExplanation> explain(domain::DeviceKey, std::string path) override
    {
        auto told = explanation;
        std::erase_if(told.wishes, [&](auto const& wish) { return !wish.path.starts_with(path); });
        co_return told;
    }
    base::Awaitable<std::vector<domain::Quarantine>> quarantined(domain::QuarantineFilter filter,
                                                                 domain::QuarantinePlace after, unsigned limit) override
    {
        std::vector<domain::Quarantine> found;
        for (auto const& each : given_up)
            if (is_meant(filter, each) && found.size() < limit &&
                std::tie(each.device, each.rule, each.what) > std::tie(after.device, after.rule, after.what))
                found.push_back(each);
        co_return found;
    }
    base::Awaitable<std::size_t> release(domain::QuarantineFilter filter, std::string) override
    {
        co_return std::erase_if(given_up, [&](auto const& each) { return is_meant(filter, each); });
    }

private:
    static bool is_meant(domain::QuarantineFilter const& filter, domain::Quarantine const& each)
    {
        return (!filter.device || *filter.device == each.device) && (!filter.rule || *filter.rule == each.rule) &&
               (!filter.what || *filter.what == each.what);
    }
    static std::string name_of(domain::RuleFile const& file) { return file.file.substr(0, file.file.find('.')); }
    static Problems problems_of(std::vector<domain::RuleFile> const& files)
    {
        Problems problems;
        for (auto const& file : files)
            if (file.text.contains("wrong"))
                problems.push_back({file.file, {3, 12}, "this is wrong", "Write it right."});
        return problems;
    }
};

}  // namespace support
