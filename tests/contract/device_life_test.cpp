#include "base/crypto.hpp"
#include "identity/rotation_runner.hpp"
#include "storage/pg_audit.hpp"
#include "storage/pg_device_life.hpp"
#include "storage/pg_rotations.hpp"
#include "store_backends.hpp"
#include "support/fake_inventory.hpp"

namespace contract {
namespace {

using domain::DeviceState;
using domain::LoginState;

template <class Backend>
class DeviceLife : public StoreSuite<Backend> {
protected:
    void offer_and_prove(domain::DeviceKey device, std::string username)
    {
        auto const md5 = std::string(16, 'm');
        this->run(this->logins().offer(
            {.device = device, .login = {username, "a secret"}, .ha1_md5 = md5, .ha1_sha256 = std::string(32, 's')}));
        this->run(this->logins().prove(device, username, md5));
    }
    std::string count(std::string const& sql) { return this->backend_.database().exec(sql).at(0)[0].c_str(); }

    storage::PgDeviceLife life_{this->backend_.rare(), this->backend_.path().ids(), nullptr};
    storage::PgRotations rotations_{this->backend_.rare(), this->backend_.path().ids()};
};

using Shapes = testing::Types<InPostgres<support::Shape::plain>, InPostgres<support::Shape::hashed>>;
TYPED_TEST_SUITE(DeviceLife, Shapes);

TYPED_TEST(DeviceLife, ShowsHowTheLoginsStand)
{
    auto const key = this->admit().key;
    this->offer_and_prove(key, "own");
    this->run(this->logins().offer_wake(key, {"acs", "x"}, false));
    auto const found = this->run(this->life_.logins(key));
    EXPECT_EQ(found.state, LoginState::proven);
    ASSERT_EQ(found.logins.size(), 1U);
    EXPECT_EQ(found.logins[0].username, "own");
    EXPECT_EQ(found.logins[0].origin, "generated");
    EXPECT_TRUE(found.logins[0].used_at);
    ASSERT_TRUE(found.wake);
    EXPECT_EQ(found.wake->username, "acs");
}

TYPED_TEST(DeviceLife, OnlyADeviceThatHadALoginIsReEnrolled)
{
    auto const key = this->admit().key;
    auto const until = std::chrono::floor<std::chrono::seconds>(base::SystemClock{}.now()) + 24h;
    EXPECT_FALSE(this->run(this->life_.re_enrol(key, until)));
    this->offer_and_prove(key, "own");
    EXPECT_TRUE(this->run(this->life_.re_enrol(key, until)));
    EXPECT_EQ(this->look_up().login, LoginState::allowed);
    EXPECT_EQ(this->look_up().login_until, until);
}

TYPED_TEST(DeviceLife, ARetirementOrdersTheResetAndCancelsTheRest)
{
    auto const key = this->admit().key;
    auto const other = this->backend_.add_task({.device = key, .arguments = domain::RebootTask{}});
    auto const by = base::SystemClock{}.now() + 24h;
    auto const task = this->run(this->life_.retire(key, {true, by}));
    ASSERT_TRUE(task && *task);
    EXPECT_EQ(this->look_up().state, DeviceState::retiring);
    EXPECT_EQ(this->backend_.task(other).state, "cancelled");
    EXPECT_EQ(this->run(this->tasks().open_tasks(key)).at(0).id, **task);
    EXPECT_FALSE(this->run(this->life_.retire(key, {true, by}))) << "it is retiring already";
    ASSERT_TRUE(this->run(this->life_.retire(key, {false, by}))) << "but it may be retired at once";
    EXPECT_EQ(this->look_up().state, DeviceState::retired);
    EXPECT_EQ(this->backend_.task(**task).state, "cancelled");
    EXPECT_EQ(this->times_told(key, "device.retiring"), 1);
    EXPECT_EQ(this->times_told(key, "device.retired"), 1);
    EXPECT_EQ(this->times_told(key, "task.cancelled"), 2);
    EXPECT_EQ(this->count("SELECT count(*) FROM (SELECT FROM event GROUP BY tx, event_id HAVING count(*) > 1) e"), "0")
        << "each has a place of its own in their order";
}

TYPED_TEST(DeviceLife, APurgeErasesEveryRowOfEveryTable)
{
    auto const key = this->admit(this->router("PERSONAL-7")).key;
    auto contact = this->inform(this->look_up(this->router("PERSONAL-7")),
                                {{"Device.WiFi.SSID.1.SSID", "personal network", cwmp::ValueType::string}},
                                this->router("PERSONAL-7"));
    this->run(this->sessions().commit_contact(std::move(contact)));
    this->run(this->sessions().record_report(key, "Kicked", R"({"x":"personal"})"));
    this->offer_and_prove(key, "personal-login");
    this->run(this->logins().offer_wake(key, {"personal", "x"}, false));
    this->backend_.add_task({.device = key, .arguments = domain::GetTask{{"Device.Personal"}}});
    this->backend_.database().exec("UPDATE device SET subscriber = 'personal name'");
    this->backend_.database().exec("INSERT INTO incident (minute, kind, identity, first_at, last_at, times) VALUES "
                                   "(now(), 'refused', '00D09E-HG%2D1000-PERSONAL%2D7', now(), now(), 1)");
    EXPECT_FALSE(this->run(this->life_.purge(key, {.by = "anna", .action = "device.purged", .device = key})))
        << "it is in service";
    ASSERT_TRUE(this->run(this->life_.retire(key, {false, {}})));
    auto const purged = this->run(this->life_.purge(key, {.by = "anna", .action = "device.purged", .device = key}));
    ASSERT_TRUE(purged);
    EXPECT_GT(purged->rows, 6U);
    auto const tables = this->backend_.database().exec(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'"
        " AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN ('path', 'schema_version')");
    for (auto const& row : tables) {
        std::string const table = row[0].c_str();
        EXPECT_EQ(this->count("SELECT count(*) FROM public.\"" + table + "\" t WHERE t::text ~* 'personal'"), "0")
            << table;
        EXPECT_EQ(this->count("SELECT count(*) FROM public.\"" + table + "\" t WHERE t::text LIKE '%" +
                              std::to_string(key.value()) + "%'"),
                  "0")
            << table;
    }
    EXPECT_EQ(this->count("SELECT detail->>'device_sha256' FROM event WHERE kind = 'device.purged'"),
              base::to_hex(base::sha256("00D09E-HG%2D1000-PERSONAL%2D7")))
        << "who knows the name knows that it is gone";
}

TYPED_TEST(DeviceLife, ThatAPurgeErasedEntriesOfTheAuditTrailIsPartOfIt)
{
    auto const key = this->admit().key;
    storage::PgAuditTrail trail{this->backend_.rare()};
    domain::AuditEntry const entry{.by = "anna", .action = "device.changed", .target = "R1", .device = key};
    this->run(trail.append(entry));
    ASSERT_TRUE(this->run(this->life_.retire(key, {false, {}})));
    ASSERT_TRUE(this->run(this->life_.purge(key, {.by = "anna", .action = "device.purged", .device = key})));
    auto const found = this->run(trail.verify(std::nullopt));
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.erased, 1);
    this->run(trail.append(entry));
    this->backend_.database().exec("DELETE FROM audit_value WHERE audit_id = 3");
    EXPECT_NE(this->run(trail.verify(std::nullopt)).problem.find("entry 3"), std::string::npos)
        << "somebody erased what no purge did";
}

/// Finds the devices of the tests, in order.
using Fleet = support::FakeInventory;

class AnyGuard final : public domain::ConditionGuard {
public:
    base::Result<domain::Condition> check(std::string_view text) override
    {
        if (text == "bad")
            return base::fail("there is no such column");
        return domain::Condition{std::string{text}, {}};
    }
};

TYPED_TEST(DeviceLife, ARotationMakesTasksAtItsRateUntilEveryDeviceHasOne)
{
    std::vector<domain::DeviceKey> keys;
    for (int i = 0; i < 5; ++i)
        keys.push_back(this->admit(this->router("S" + std::to_string(i))).key);
    std::ranges::sort(keys);
    Fleet fleet;
    for (auto const key : keys) {
        domain::DeviceRow row{};
        row.key = key;
        row.identity = this->router("S");
        row.state = key == keys.back() ? DeviceState::retired : DeviceState::active;
        fleet.add(std::move(row));
    }
    AnyGuard guard;
    identity::RotationRunner runner{this->rotations_, fleet, guard};
    auto const made = this->run(this->rotations_.add("", 3, "anna"));
    this->run(runner.step());
    EXPECT_EQ(this->run(this->rotations_.find(made.id))->ordered, 0U) << "no time has passed";
    auto const a_minute_later = [&] {
        this->backend_.database().exec("UPDATE credential_rotation SET stepped_at = stepped_at - interval '1 minute'");
        this->run(runner.step());
        return *this->run(this->rotations_.find(made.id));
    };
    EXPECT_EQ(a_minute_later().waiting, 3U);
    EXPECT_EQ(this->run(this->rotations_.change(made.id, domain::RotationState::paused, ""))->state,
              domain::RotationState::paused);
    EXPECT_EQ(a_minute_later().ordered, 3U) << "it is paused";
    this->run(this->rotations_.change(made.id, domain::RotationState::running, ""));
    auto const whole = a_minute_later();
    EXPECT_EQ(whole.state, domain::RotationState::done);
    EXPECT_EQ(whole.ordered, 4U) << "one is not in service";
    EXPECT_EQ(this->run(this->tasks().open_tasks(keys[0])).size(), 1U);
}

TYPED_TEST(DeviceLife, ACancelledRotationTakesBackWhatWasNotBegun)
{
    auto const key = this->admit().key;
    Fleet fleet;
    domain::DeviceRow row{};
    row.key = key;
    row.identity = this->router();
    row.state = DeviceState::active;
    fleet.add(std::move(row));
    AnyGuard guard;
    identity::RotationRunner runner{this->rotations_, fleet, guard};
    auto const made = this->run(this->rotations_.add("", 1, "anna"));
    auto const bad = this->run(this->rotations_.add("bad", 60, "anna"));
    this->backend_.database().exec("UPDATE credential_rotation SET stepped_at = stepped_at - interval '1 minute'");
    this->run(runner.step());
    auto const stopped = *this->run(this->rotations_.find(bad.id));
    EXPECT_EQ(stopped.state, domain::RotationState::paused);
    EXPECT_EQ(stopped.problem, "there is no such column");
    auto const cancelled = *this->run(this->rotations_.change(made.id, domain::RotationState::cancelled, ""));
    EXPECT_EQ(cancelled.waiting, 0U);
    EXPECT_EQ(cancelled.failed, 1U);
    EXPECT_EQ(this->run(this->tasks().open_tasks(key)).size(), 0U);
}

}  // namespace
}  // namespace contract
