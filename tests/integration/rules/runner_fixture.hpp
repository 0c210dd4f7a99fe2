#pragma once

#include "provisioning/rule_runner.hpp"
#include "rules_fixture.hpp"
#include "storage/rule_run.hpp"
#include "storage/session_path.hpp"

namespace rules_test {

/// Rules in force, evaluated for devices as sessions do it.
class RunnerTest : public RulesTest {
protected:
    void put_in_force(std::vector<domain::RuleFile> files)
    {
        apply(std::move(files));
        run_here(runner.refresh());
    }
    /// As a session that did all that is wanted; `is_satisfied`: and closes the gate.
    void keep(domain::DeviceKey device, domain::RuleVerdict const& verdict, bool is_satisfied)
    {
        domain::RuleRecord record{
            .device = device, .epoch = verdict.epoch, .is_satisfied = is_satisfied, .until = verdict.until};
        record.outcomes = verdict.outcomes;
        record.done = verdict.done;
        for (auto const& wish : verdict.wishes)
            if (!wish.once.empty())
                (*record.done)[wish.once] = base::seconds_since_1970(clock.now());
        record.given_up = verdict.failures;
        EXPECT_TRUE(run_here(runner.save(std::move(record))));
    }
    template <class T>
    T run_here(base::Awaitable<T> work)
    {
        return support::run(context_, std::move(work));
    }

private:
    boost::asio::io_context context_{1};
    [[nodiscard]] storage::SessionPathSettings path_settings() const
    {
        storage::SessionPathSettings settings;
        settings.batches.connection = database.settings();
        settings.rules.connection =
            storage::rule_connections(database.settings(), 1, std::chrono::seconds{2}).connection;
        return settings;
    }

protected:
    storage::SessionPath path{path_settings(), writes, sealer, clock, metrics};
    provisioning::RuleRunner runner{rules, path.outcomes(), clock};
};

}  // namespace rules_test
