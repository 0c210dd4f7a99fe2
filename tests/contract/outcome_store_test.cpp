#include "contract/store_backends.hpp"

#include <gmock/gmock.h>

namespace contract {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

template <class Backend>
class OutcomeStoreContract : public StoreSuite<Backend> {
protected:
    void SetUp() override
    {
        admission_ = this->admit();
        this->backend_.database().exec("INSERT INTO rule_version (rule, epoch, text) VALUES ('wifi', 1, '');"
                                       "INSERT INTO rule (rule, version_id) SELECT rule, version_id FROM rule_version");
    }

    [[nodiscard]] domain::OutcomeStore& outcomes() { return this->backend_.path().outcomes(); }
    [[nodiscard]] domain::DeviceKey device() const { return admission_.key; }
    [[nodiscard]] domain::RuleRecord record(bool is_satisfied = true) const
    {
        return {.device = admission_.key,
                .session_epoch = admission_.epoch,
                .epoch = 7,
                .is_satisfied = is_satisfied,
                .until = base::SystemClock{}.now() + 1h};
    }
    auto save(domain::RuleRecord record) { return this->run(outcomes().save(std::move(record))); }
    domain::KeptOutcome load() { return this->run(outcomes().load(device())); }
    /// The device informs again.
    void inform_again(bool rules_due)
    {
        auto contact = this->inform(this->look_up(), {});
        contact.rules_due = rules_due;
        admission_ = this->run(this->sessions().commit_contact(std::move(contact)));
    }

    domain::Admission admission_;
};
using InDatabases = testing::Types<InPostgres<support::Shape::plain>, InPostgres<support::Shape::hashed>>;
TYPED_TEST_SUITE(OutcomeStoreContract, InDatabases);

TYPED_TEST(OutcomeStoreContract, WhatIsSavedIsLoadedAndItsSecretsAreSealed)
{
    auto record = this->record();
    record.outcomes = R"({"wifi":{"v":1,"a":[{"kind":"set","path":"Device.WiFi.AccessPoint.1.Security.KeyPassphrase",)"
                      R"("value":"correct horse","type":"text"}]}})";
    record.attempts = {{{"Device.A", "clear wish", "wifi", 2, base::TimePoint{1'700'000'000s}, true, "9007 no"}}};
    record.done = {{{"wifi reboot  ", 1'700'000'000}}};
    EXPECT_TRUE(this->save(record));
    auto const kept = this->load();
    EXPECT_THAT(kept.outcomes, HasSubstr("correct horse"));
    EXPECT_EQ(kept.attempts, *record.attempts);
    EXPECT_EQ(kept.done, *record.done);
    auto const row = this->backend_.database().value("SELECT outcomes::text || attempts::text FROM rule_outcome");
    EXPECT_THAT(row, Not(HasSubstr("correct horse")));
    EXPECT_THAT(row, Not(HasSubstr("clear wish")));
}

TYPED_TEST(OutcomeStoreContract, WhatARuleEmitsAndWhatIsGivenUpAreToldWithTheRecordOrNotAtAll)
{
    auto record = this->record();
    record.events = {{"rule.emit.low-signal", R"({"rule":"wifi","name":"low-signal","detail":{"rssi":-80}})"}};
    record.given_up = {{"wifi", "Device.A", "the device did not keep it, 3 times", R"({"wanted":"x"})"}};
    EXPECT_TRUE(this->save(record));
    EXPECT_EQ(this->times_told(this->device(), "rule.emit.low-signal"), 1);
    EXPECT_EQ(this->times_told(this->device(), "rule.quarantined"), 1);
    EXPECT_TRUE(this->save(record));
    EXPECT_EQ(this->times_told(this->device(), "rule.quarantined"), 1) << "it was given up already";
    auto const stale = record;
    this->inform_again(true);
    EXPECT_FALSE(this->save(stale));
    EXPECT_EQ(this->times_told(this->device(), "rule.emit.low-signal"), 2);
    EXPECT_THAT(this->backend_.database().value("SELECT detail::text FROM event WHERE kind = 'rule.quarantined'"),
                Not(HasSubstr("wanted")));
}

TYPED_TEST(OutcomeStoreContract, WhatARecordLeavesOutStaysAsItWas)
{
    auto record = this->record();
    record.outcomes = R"({"wifi":{"v":1}})";
    record.done = {{{"a", 1}}};
    this->save(record);
    record.outcomes.reset();
    record.done = {{{"b", 2}}};
    this->save(record);
    EXPECT_THAT(this->load().outcomes, HasSubstr("wifi"));
    EXPECT_THAT(this->load().done, ElementsAre(Pair("b", 2)));
}

TYPED_TEST(OutcomeStoreContract, ADeviceOfWhichNothingIsWantedHasNoRow)
{
    EXPECT_TRUE(this->save(this->record()));
    EXPECT_EQ(this->backend_.database().value("SELECT count(*) FROM rule_outcome"), "0");
    EXPECT_THAT(this->load().attempts, IsEmpty());
}

TYPED_TEST(OutcomeStoreContract, TheGateClosesWhenTheRulesAreSatisfied)
{
    this->inform_again(true);
    EXPECT_EQ(this->look_up().rules_epoch, 0);
    this->save(this->record(false));
    EXPECT_EQ(this->look_up().rules_epoch, 0);
    this->save(this->record());
    EXPECT_EQ(this->look_up().rules_epoch, 7);
    EXPECT_GT(this->look_up().rules_until, base::SystemClock{}.now());
    this->inform_again(false);
    EXPECT_EQ(this->look_up().rules_epoch, 7);
    this->inform_again(true);
    EXPECT_EQ(this->look_up().rules_epoch, 0);
}

TYPED_TEST(OutcomeStoreContract, AMarkDuringASessionKeepsTheGateOpen)
{
    this->inform_again(true);
    this->run(this->outcomes().mark_due(this->device()));
    this->save(this->record());
    EXPECT_EQ(this->look_up().rules_epoch, -2);  // and what the Inform told is still to be evaluated
    this->run(this->outcomes().mark_due(this->device()));
    EXPECT_EQ(this->look_up().rules_epoch, -2);
    this->inform_again(true);
    this->save(this->record());
    EXPECT_EQ(this->look_up().rules_epoch, 7);
    this->run(this->outcomes().mark_due(this->device()));
    EXPECT_EQ(this->look_up().rules_epoch, -1);
}

TYPED_TEST(OutcomeStoreContract, ASessionThatWasReplacedWritesNothing)
{
    auto old = this->record();
    old.outcomes = R"({"wifi":{"v":1}})";
    domain::Task task;
    task.device = this->device();
    task.arguments = domain::RebootTask{};
    old.tasks.push_back(task);
    this->inform_again(true);
    EXPECT_FALSE(this->save(old));
    EXPECT_EQ(this->look_up().rules_epoch, 0);
    EXPECT_EQ(this->load().outcomes, "");
    EXPECT_FALSE(this->look_up().has_open_tasks);
}

TYPED_TEST(OutcomeStoreContract, TasksAreOrderedWithTheRecord)
{
    auto record = this->record(false);
    for (auto const* const origin : {"rule:wifi", "rule:wifi#2"}) {
        domain::Task task;
        task.device = this->device();
        task.arguments = domain::GetTask{{"Device."}};
        task.not_before = base::SystemClock{}.now() - 1s;
        task.origin = origin;
        record.tasks.push_back(task);
    }
    auto const ids = this->save(record);
    ASSERT_TRUE(ids);
    auto const open = this->run(this->tasks().open_tasks(this->device()));
    ASSERT_THAT(open, SizeIs(2));
    EXPECT_THAT(*ids, ElementsAre(open[0].id, open[1].id));
    EXPECT_EQ(open[1].origin, "rule:wifi#2");
}

TYPED_TEST(OutcomeStoreContract, WhatIsGivenUpIsSoUntilTheRuleHasAnotherVersion)
{
    auto record = this->record();
    record.given_up = {{"wifi", "Device.A", "the device did not keep it", R"({"attempts":5})"}};
    this->save(record);
    EXPECT_THAT(this->load().given_up, ElementsAre(Pair("wifi", "Device.A")));
    this->backend_.database().exec(
        "WITH v AS (INSERT INTO rule_version (rule, epoch, text) VALUES ('wifi', 2, '') RETURNING version_id)"
        " UPDATE rule SET version_id = v.version_id FROM v");
    EXPECT_THAT(this->load().given_up, IsEmpty());
    this->save(record);
    EXPECT_THAT(this->load().given_up, SizeIs(1));
}

TYPED_TEST(OutcomeStoreContract, TagsAreAddedAndRemovedOnce)
{
    auto record = this->record();
    record.tags_added = {"walled", "de"};
    this->save(record);
    this->save(record);
    EXPECT_THAT(this->load().tags, ElementsAre("de", "walled"));
    record.tags_added.clear();
    record.tags_removed = {"walled"};
    this->save(record);
    EXPECT_THAT(this->load().tags, ElementsAre("de"));
}

TYPED_TEST(OutcomeStoreContract, ABudgetIsForSoManyDevicesAnHour)
{
    auto const spend = [this] { return this->run(this->outcomes().spend({{"wifi", 2}, {"voip", 100}})); };
    EXPECT_THAT(spend(), IsEmpty());
    EXPECT_THAT(spend(), IsEmpty());
    EXPECT_THAT(spend(), ElementsAre("wifi"));
}

TYPED_TEST(OutcomeStoreContract, ABudgetHoldsForSessionsThatAskAtOnce)
{
    std::vector<base::Awaitable<std::set<std::string>>> asked;
    for (int i = 0; i < 20; ++i)
        asked.push_back(this->outcomes().spend({{"wifi", 7}}));
    std::size_t refused = 0;
    for (auto const& answer : this->run_all(std::move(asked)))
        refused += answer.size();
    EXPECT_EQ(refused, 13U);
}

TYPED_TEST(OutcomeStoreContract, ManySessionsSaveAtOnce)
{
    std::vector<base::Awaitable<std::optional<std::vector<domain::TaskId>>>> saves;
    for (int i = 0; i < 50; ++i) {
        auto record = this->record();
        auto const admission = this->admit(this->router("S" + std::to_string(i)));
        record.device = admission.key;
        record.session_epoch = admission.epoch + (i % 10 == 0 ? 5 : 0);  // some are not the newest session
        record.outcomes = R"({"wifi":{"v":1}})";
        if (i % 7 == 0)
            record.given_up = {{"wifi", "", "division by zero", "{}"}};
        saves.push_back(this->outcomes().save(std::move(record)));
    }
    std::size_t written = 0;
    for (auto const& ids : this->run_all(std::move(saves)))
        written += ids ? 1 : 0;
    EXPECT_EQ(written, 45U);
    EXPECT_EQ(this->backend_.database().value("SELECT count(*) FROM rule_outcome"), "45");
}

}  // namespace
}  // namespace contract
