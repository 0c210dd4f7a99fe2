// Tasks that failed are tried again or forgotten, in the fake and in PostgreSQL.
#include "rare_stores.hpp"
#include "storage/pg_failed_tasks.hpp"
#include "storage/pg_inventory.hpp"
#include "support/fake_failed_tasks.hpp"

#include <gtest/gtest.h>

namespace contract {
namespace {

using domain::TaskState;

class FakeBackend {
public:
    domain::FailedTasks& failed() { return failed_; }
    domain::Inventory& inventory() { return inventory_; }
    domain::DeviceKey device()
    {
        domain::DeviceRow row;
        row.key = domain::DeviceKey{1};
        inventory_.add(row);
        return row.key;
    }
    void fail(domain::TaskId id)
    {
        inventory_.change(id, [](domain::TaskRow& row) {
            row.task.state = TaskState::failed;
            row.task.attempts = 3;
            row.fault_code = 9002;
            row.fault_text = "no";
        });
    }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(std::move(work));
    }

private:
    support::FakeInventory inventory_;
    support::FakeFailedTasks failed_{inventory_};
};

class PgBackend {
public:
    domain::FailedTasks& failed() { return failed_; }
    domain::Inventory& inventory() { return inventory_; }
    domain::DeviceKey device() { return stores_.admit({"Acme", "00D09E", "HG-1000", "a"}).key; }
    void fail(domain::TaskId id)
    {
        stores_.database.exec("UPDATE task SET state = 'failed', attempts = 3, fault_code = 9002, fault_text = 'no',"
                              " progress = '{}', command_key = 'k', sent_at = now(), expires_at = now() - interval"
                              " '1 hour' WHERE task_id = " +
                              std::to_string(id.value()));
    }
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores_.run(std::move(work));
    }

private:
    RareStores stores_;
    domain::TaskNews news_;
    storage::PgInventory inventory_{
        {stores_.writes, stores_.searches, stores_.path.trees(), stores_.sealer, stores_.path.ids(), {}}};
    storage::PgFailedTasks failed_{stores_.writes, &news_};
};

template <class Backend>
class FailedTasksContract : public testing::Test {
protected:
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return backend_.run(std::move(work));
    }
    domain::TaskId order()
    {
        domain::Task task;
        task.device = backend_.device();
        task.arguments = domain::SetTask{{{"Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "secret", {}}}};
        return run(backend_.inventory().add_task(std::move(task))).task.id;
    }

    Backend backend_;
};

using Backends = testing::Types<FakeBackend, PgBackend>;
TYPED_TEST_SUITE(FailedTasksContract, Backends);

TYPED_TEST(FailedTasksContract, OneThatFailedRunsAgainAsItWasOrdered)
{
    auto const id = this->order();
    EXPECT_FALSE(this->run(this->backend_.failed().retry(id))) << "it did not fail";
    this->backend_.fail(id);
    EXPECT_TRUE(this->run(this->backend_.failed().retry(id)));
    auto const row = this->run(this->backend_.inventory().find_task(id));
    ASSERT_TRUE(row);
    EXPECT_EQ(row->task.state, TaskState::queued);
    EXPECT_EQ(row->task.attempts, 0u);
    EXPECT_EQ(row->fault_code, std::nullopt);
    EXPECT_EQ(row->fault_text, "");
    EXPECT_FALSE(row->task.expires_at);
    EXPECT_EQ(domain::kind_of(row->task.arguments), "set");
    EXPECT_FALSE(this->run(this->backend_.failed().retry(id)));
    EXPECT_FALSE(this->run(this->backend_.failed().retry(domain::TaskId{12'345})));
}

TYPED_TEST(FailedTasksContract, OneThatFailedIsForgotten)
{
    auto const id = this->order();
    EXPECT_FALSE(this->run(this->backend_.failed().remove(id)));
    this->backend_.fail(id);
    EXPECT_TRUE(this->run(this->backend_.failed().remove(id)));
    EXPECT_FALSE(this->run(this->backend_.inventory().find_task(id)));
    EXPECT_FALSE(this->run(this->backend_.failed().remove(id)));
}

}  // namespace
}  // namespace contract
