#pragma once

#include "api/api.hpp"
#include "base/clock.hpp"
#include "base/counters.hpp"
#include "domain/event_tail.hpp"
#include "net/server.hpp"
#include "support/fake_admin.hpp"
#include "support/fake_announcements.hpp"
#include "support/fake_audit.hpp"
#include "support/fake_events.hpp"
#include "support/fake_failed_tasks.hpp"
#include "support/fake_faults.hpp"
#include "support/fake_files.hpp"
#include "support/fake_fleet_list.hpp"
#include "support/fake_groups.hpp"
#include "support/fake_incidents.hpp"
#include "support/fake_inventory.hpp"
#include "support/fake_jobs.hpp"
#include "support/fake_keys.hpp"
#include "support/fake_life.hpp"
#include "support/fake_operators.hpp"
#include "support/fake_reachability.hpp"
#include "support/fake_rule_settings.hpp"
#include "support/fake_rules.hpp"
#include "support/fake_sessions.hpp"
#include "support/fake_strangers.hpp"
#include "support/fake_traces.hpp"
#include "support/fake_values.hpp"
#include "support/fake_waker.hpp"
#include "support/fake_webhooks.hpp"

#include <gmock/gmock.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli_test {

using testing::HasSubstr;
namespace fs = std::filesystem;

/// Takes everything for a condition that has no semicolon.
class EveryWord final : public domain::ConditionGuard {
public:
    base::Result<domain::Condition> check(std::string_view text) override
    {
        if (text.contains(';'))
            return base::fail("line 1, column 5: one expression only");
        return domain::Condition{std::string{text}, {}};
    }
};

/// What one run of acsctl did.
struct Ran {
    int code;
    std::string out;
    std::string error;
};

/// acsctl against a server on the loopback interface, with fakes behind its API.
class AcsctlTest : public testing::Test {
protected:
    AcsctlTest();
    ~AcsctlTest() override;

    /// What the rule "wifi" gave up on the first device.
    static domain::Quarantine given_up(std::string what);
    /// Adds the device "S<number>".
    void add_device(int number);
    void listen(std::string name, std::shared_ptr<net::TlsServerContext> tls);
    /// Lets the device do its first task as soon as it is woken.
    void on_wake(std::function<void(domain::TaskRow&)> outcome);

    /// Runs acsctl against the server of the test, or the one at `url`; without a token if that is empty.
    Ran run(std::vector<std::string> arguments, std::string const& url = {}, std::string const& token = "secret");
    /// What is typed when a secret is asked for: each once.
    std::optional<std::string> next_answer();

    std::vector<std::string> typed_;
    std::string const device_ = "00D09E-HG%2D1000-S1";
    std::string const first_id_ = "1000";  ///< that the fake of keys reserves for the first order
    std::string const first_task_ = "task " + first_id_;
    fs::path folder_;
    bool watched_ = false;   ///< a person sees what is written as errors
    std::size_t width_ = 0;  ///< of the terminal; 0: there is none
    base::SystemClock clock_;
    base::Metrics metrics_;
    EveryWord guard_;
    support::FakeInventory inventory_;
    support::FakeFileStore files_;
    support::FakeFileDirectory directory_;
    support::FakeWaker waker_;
    support::FakeDeviceAdmin admin_;
    support::FakePromotions promotions_;
    support::FakeRules rules_;
    support::FakeAuditTrail audit_;
    support::FakeOperators operators_{audit_};
    support::FakeIncidents incidents_;
    support::FakeAnnouncements announcements_;
    support::FakeStrangers strangers_;
    support::FakeDeviceLife life_;
    support::FakeRotations rotations_;
    support::FakeEventLog events_;
    domain::EventTail event_tail_;
    support::FakeWebhooks webhooks_;
    support::FakeWebhookSender webhook_sender_;
    support::FakeFleetList fleet_lists_{inventory_};
    support::FakeFailedTasks failed_tasks_{inventory_};
    support::FakeGroups groups_;
    support::FakeJobs jobs_;
    support::FakeReachabilityView reachability_;
    support::FakeSessions sessions_;
    support::FakeOpenSessions open_sessions_;
    support::FakeTraces traces_{clock_};
    support::FakeIdempotencyKeys keys_;
    support::FakeEditLocks locks_;
    support::FakeParameterValues values_{inventory_};
    support::FakeRuleSettings rule_settings_;
    support::FakeFaults faults_;
    support::FakeFleetStatistics fleet_;
    api::Api api_{{inventory_,     files_,         directory_,  waker_,        guard_,          nullptr,
                   clock_,         metrics_,       admin_,      promotions_,   rules_,          audit_,
                   incidents_,     announcements_, strangers_,  operators_,    life_,           rotations_,
                   sessions_,      open_sessions_, traces_,     keys_,         locks_,          values_,
                   rule_settings_, faults_,        fleet_,      reachability_, inventory_,      groups_,
                   jobs_,          events_,        event_tail_, webhooks_,     webhook_sender_, fleet_lists_,
                   failed_tasks_},
                  {.tokens = {{"test", "secret"}}, .version = "1.2.3", .operators = {.costs = {8, 1}}}};
    net::Threads threads_{1};
    net::Server server_{threads_, metrics_};
};

}  // namespace cli_test
