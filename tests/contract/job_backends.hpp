#pragma once

#include "campaign/job_runner.hpp"
#include "contract/rare_stores.hpp"
#include "storage/pg_fleet.hpp"
#include "storage/pg_inventory.hpp"
#include "storage/pg_jobs.hpp"
#include "support/fake_inventory.hpp"
#include "support/fake_jobs.hpp"
#include "support/fake_waker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Where jobs are kept: the fakes and PostgreSQL, with what their suites need to arrange and to see of each.
namespace contract {

/// "gate" and "box" mean product classes; nothing else passes.
class ClassGuard final : public domain::ConditionGuard {
public:
    base::Result<domain::Condition> check(std::string_view text) override
    {
        if (text == "gate" || text == "box")
            return domain::Condition{std::string{text}, {}};
        return base::fail("there is no such column");
    }
};

/// The fakes.
class JobsInMemory {
public:
    domain::Jobs& jobs() { return jobs_; }
    domain::Fleet& fleet() { return inventory_; }
    domain::Inventory& inventory() { return inventory_; }

    domain::DeviceKey add_device(std::string product_class, std::string serial)
    {
        domain::DeviceRow row{};
        row.key = domain::DeviceKey{++last_};
        row.identity = {"Acme", "00D09E", std::move(product_class), std::move(serial)};
        row.state = domain::DeviceState::active;
        inventory_.add(row);
        return row.key;
    }
    void end(std::int64_t job, domain::DeviceKey device, domain::TaskState state, unsigned fault = 0)
    {
        jobs_.change_task(job, device, state, fault);
    }
    void set_open_limit(unsigned limit) { jobs_.open_tasks = limit; }
    void let_time_pass() {}

    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(context_, std::move(work));
    }

private:
    boost::asio::io_context context_{1};
    support::FakeInventory inventory_;
    support::FakeJobs jobs_;
    std::int64_t last_ = 0;
};

inline domain::SearchSql by_class(domain::Condition const& condition, std::span<domain::PathSource const>, unsigned)
{
    return {"acs.device AS device", "(device.product_class = '" + condition.sql + "')"};
}

class JobsInPostgres {
public:
    domain::Jobs& jobs() { return *jobs_; }
    domain::Fleet& fleet() { return fleet_; }
    domain::Inventory& inventory() { return inventory_; }

    domain::DeviceKey add_device(std::string product_class, std::string serial)
    {
        return stores_.admit({"Acme", "00D09E", std::move(product_class), std::move(serial)}).key;
    }
    void end(std::int64_t job, domain::DeviceKey device, domain::TaskState state, unsigned fault = 0)
    {
        auto const reason =
            fault == 0 ? std::string{} : ", fault_text = 'Refused', fault_code = " + std::to_string(fault);
        stores_.database.exec("UPDATE task SET state = '" + std::string{domain::to_text(state)} + "'" + reason +
                              " WHERE origin = 'job:" + std::to_string(job) +
                              "' AND device_id = " + std::to_string(device.value()));
    }
    void set_open_limit(unsigned limit) { jobs_.emplace(parts(limit)); }
    /// The rate allows two devices at a time then, and every job is to be looked at again.
    void let_time_pass()
    {
        stores_.database.exec("UPDATE job SET stepped_at = now() - 2.01 * interval '1 minute' / per_minute,"
                              " reviewed_at = now() - interval '1 minute'");
    }

    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores_.run(std::move(work));
    }
    RareStores& stores() { return stores_; }

private:
    storage::PgJobs::Parts parts(unsigned limit)
    {
        return {stores_.writes, stores_.path.ids(), stores_.sealer, nullptr, limit};
    }
    RareStores stores_;
    storage::PgFleet fleet_{stores_.searches, by_class};
    storage::PgInventory inventory_{
        {stores_.writes, stores_.searches, stores_.path.trees(), stores_.sealer, stores_.path.ids(), by_class}};
    std::optional<storage::PgJobs> jobs_{std::in_place, parts(1000)};
};

/// Jobs in a store, and nodes that move them.
template <class Backend>
class Jobs : public testing::Test {
protected:
    static domain::JobOrder order(domain::JobWork work = domain::TaskArguments{domain::RebootTask{}})
    {
        domain::JobOrder wanted;
        wanted.name = "a job";
        wanted.work = std::move(work);
        wanted.where = "gate";
        wanted.by = "anna";
        return wanted;
    }
    domain::Job add(domain::JobOrder wanted, std::vector<domain::DeviceKey> devices = {})
    {
        return backend.run(backend.jobs().add(std::move(wanted), std::move(devices)));
    }
    domain::Job find(std::int64_t id) { return backend.run(backend.jobs().find(id)).value(); }
    /// Devices of class "gate", in the order of a walk.
    std::vector<domain::DeviceKey> add_gates(int count)
    {
        std::vector<domain::DeviceKey> keys;
        for (int n = 0; n < count; ++n)
            keys.push_back(backend.add_device("gate", "S" + std::to_string(n)));
        std::ranges::sort(keys);
        return keys;
    }
    void step(unsigned node = 1)
    {
        backend.let_time_pass();
        auto& runner = runners.try_emplace(node, parts(), campaign::JobSettings{.node = node}).first->second;
        backend.run(runner.step());
    }
    campaign::JobParts parts() { return {backend.jobs(), backend.fleet(), backend.inventory(), guard, waker, metrics}; }
    std::vector<domain::DeviceKey> devices_of(std::int64_t job, std::optional<domain::TaskState> state = {})
    {
        std::vector<domain::DeviceKey> found;
        for (auto const& row : backend.run(backend.jobs().tasks({job, state, 0, 1000})))
            found.push_back(row.task.device);
        return found;
    }

    Backend backend;
    ClassGuard guard;
    support::FakeWaker waker;
    base::Metrics metrics;
    std::map<unsigned, campaign::JobRunner> runners;
};

}  // namespace contract
