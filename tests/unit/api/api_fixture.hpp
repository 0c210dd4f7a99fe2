#pragma once

#include "api/api.hpp"
#include "api/secret_text.hpp"
#include "base/counters.hpp"
#include "base/crypto.hpp"
#include "domain/event_tail.hpp"
#include "domain/parameter_check.hpp"
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
#include "support/json_schema.hpp"
#include "support/run.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace api_test {

using testing::HasSubstr;
namespace json = boost::json;

/// Time that stands still.
class StillClock final : public base::Clock {
public:
    base::TimePoint time = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12};
    [[nodiscard]] base::TimePoint now() const override { return time; }
};

/// Takes a product class for a condition, "parameter" for one over a parameter, and nothing else.
class WordGuard final : public domain::ConditionGuard {
public:
    base::Result<domain::Condition> check(std::string_view text) override
    {
        if (text.contains(';'))
            return base::fail("line 1, column 5: one expression only");
        if (text == "parameter")
            return domain::Condition{"value_1", {"Device.X"}};
        return domain::Condition{std::string{text}, {}};
    }
};

/// Knows one parameter, an interval.
class IntervalCheck final : public domain::ParameterCheck {
public:
    base::Result<void> check(domain::DeviceRow const&, std::string_view path, std::string_view value) const override
    {
        if (path.ends_with("PeriodicInformInterval") && value == "0")
            return base::fail("must be 1 to 4294967295, not 0");
        return {};
    }
};

/// An answer, with its JSON taken apart.
struct Reply {
    unsigned status = 0;
    std::string reason;
    net::Headers headers;
    std::string text;
    json::value body;

    [[nodiscard]] json::object const& object() const { return body.as_object(); }
    [[nodiscard]] std::string detail() const { return std::string{support::view(body.at("detail").as_string())}; }
    /// The names of the bad fields, separated by blanks.
    [[nodiscard]] std::string fields() const
    {
        std::string names;
        for (auto const& error : body.at("errors").as_array())
            names += (names.empty() ? "" : " ") + std::string{support::view(error.at("field").as_string())};
        return names;
    }
};

/// The API over fakes, without sockets; every answer is held against the contract.
class ApiTest : public testing::Test {
protected:
    static constexpr std::string_view device_url = "/api/v1/devices/00D09E-HG%2D1000-S1";

    ApiTest();
    ~ApiTest() override;

    void add_device(std::int64_t key, std::string product_class, std::string serial,
                    domain::DeviceState state = domain::DeviceState::active);

    Reply get(std::string_view target);
    Reply post(std::string_view target, std::string_view body);

    /// One request as the server would hand it over: first its head, then its body. What comes in pieces is read to its
    /// end.
    Reply call(std::string_view method, std::string_view target, std::string_view body = {}, net::Headers headers = {});
    /// An answer that comes in pieces, before the first of them.
    std::unique_ptr<net::PushStream> open_stream(std::string_view target);

    /// An operator as if it had been there for long; gives its id.
    domain::OperatorId add_person(std::string name, std::string role, std::string const& password = {});
    /// A token as if it had been made long ago; gives its text.
    std::string add_token(domain::OperatorId owner, std::optional<domain::Permissions> permissions = {},
                          std::chrono::seconds life = std::chrono::hours{1});
    /// A request with a token.
    Reply as(std::string const& token, std::string_view method, std::string_view target, std::string_view body = {});
    /// The actions in the audit trail, in order.
    [[nodiscard]] std::vector<std::string> audited() const;

    static constexpr base::PasswordCosts cheap{8, 1};  ///< what is never enough outside of tests
    boost::asio::io_context context_{1};
    StillClock clock_;
    base::Metrics metrics_;
    WordGuard guard_;
    IntervalCheck intervals_;
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
    api::Api api_{{inventory_,     files_,         directory_,  waker_,        guard_,          &intervals_,
                   clock_,         metrics_,       admin_,      promotions_,   rules_,          audit_,
                   incidents_,     announcements_, strangers_,  operators_,    life_,           rotations_,
                   sessions_,      open_sessions_, traces_,     keys_,         locks_,          values_,
                   rule_settings_, faults_,        fleet_,      reachability_, inventory_,      groups_,
                   jobs_,          events_,        event_tail_, webhooks_,     webhook_sender_, fleet_lists_,
                   failed_tasks_},
                  {.tokens = {{"anna", "secret"}, {"", "nameless"}},
                   .version = "1.2.3",
                   .json_bytes = 4096,
                   .list_bytes = 100'000,
                   .file_bytes = 1000,
                   .open_tasks = 20,
                   .max_items = 5,
                   .operators = {.costs = cheap, .stranger_pause = std::chrono::milliseconds{0}},
                   .configuration = {{"threads", "4", "0", true}, {"log.level", R"("info")", R"("info")", false}},
                   .configuration_file = "acs.toml"}};

private:
    net::Response respond(std::string_view method, std::string_view target, std::string_view body,
                          net::Headers headers);
    net::Response answer(net::Request& request, net::BodyPolicy policy, std::string_view body);
    /// The body of an answer, waiting for all of it when it is JSON in pieces; the tests of other streams read them.
    std::string text_of(net::Response& response);
    Reply checked(std::string_view method, std::string_view target, net::Response& response);
};

}  // namespace api_test
