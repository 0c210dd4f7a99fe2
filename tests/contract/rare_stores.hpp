#pragma once

#include "base/counters.hpp"
#include "base/sealer.hpp"
#include "storage/chores.hpp"
#include "storage/database.hpp"
#include "storage/session_path.hpp"
#include "support/run.hpp"
#include "support/test_database.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace contract {

using namespace std::chrono_literals;

/// A clock that a test sets. Safe from any thread.
class SetClock final : public base::Clock {
public:
    explicit SetClock(base::TimePoint now = base::SystemClock{}.now()) : now_{now.time_since_epoch().count()} {}
    [[nodiscard]] base::TimePoint now() const override { return base::TimePoint{std::chrono::microseconds{now_}}; }
    void set(base::TimePoint now) { now_ = now.time_since_epoch().count(); }

private:
    std::atomic<std::int64_t> now_;
};

/// A database with what the stores of rare work need.
class RareStores {
    boost::asio::io_context context_{1};  // first: threads of the others may still refer to it when they end

public:
    support::TestDatabase database;
    SetClock clock;
    base::Metrics metrics;
    base::Sealer sealer = base::Sealer::with_random_key();
    storage::Database writes{storage::DatabaseSettings{database.settings(), 2, 20s}};
    storage::Database searches{storage::DatabaseSettings{searching(), 2, 20s}};
    storage::SessionPath path{storage::SessionPathSettings{batches(), batches(), {}, 3}, writes, sealer, clock,
                              metrics};

    [[nodiscard]] storage::ChoreSettings chores() const
    {
        storage::ChoreSettings settings;
        settings.connection = database.settings();
        return settings;
    }
    /// A node of this database.
    [[nodiscard]] storage::NodeNumber node(std::string const& name = "node") const
    {
        return storage::NodeNumber::take(database.settings(), name);
    }
    [[nodiscard]] int number(std::string const& sql) { return std::stoi(database.value(sql)); }

    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(context_, std::move(work));
    }

    /// The Inform of a device, new or known.
    [[nodiscard]] domain::Contact inform(cwmp::DeviceId identity, std::vector<cwmp::Event> events = {{"1 BOOT", ""}})
    {
        domain::Contact contact;
        contact.identity = std::move(identity);
        contact.state_if_new = domain::DeviceState::active;
        contact.at = clock.now();
        contact.events = std::move(events);
        contact.address = "192.0.2.7";
        contact.facts = {"1.2.3", "rev A", "code", "key-1", "http://192.0.2.7:7547/cr"};
        return contact;
    }
    domain::Admission admit(cwmp::DeviceId identity)
    {
        return run(path.sessions().commit_contact(inform(std::move(identity))));
    }

    /// Stores a tree with these values.
    void store(domain::Admission const& device, std::vector<std::pair<std::string, std::string>> const& values)
    {
        datamodel::ParameterTree tree;
        std::vector<datamodel::ValueUpdate> updates;
        for (auto const& [name, value] : values)
            updates.push_back({name, value, cwmp::ValueType::string});
        tree.set_values(std::move(updates), 1'700'000'000);
        EXPECT_TRUE(run(path.trees().store(device.key, device.epoch, std::move(tree), {""}, "1.2.3")));
    }

private:
    [[nodiscard]] storage::ConnectionSettings searching() const
    {
        auto settings = database.settings();
        settings.statement_timeout = 1500ms;
        settings.read_only = true;
        return settings;
    }
    [[nodiscard]] storage::BatchSettings batches() const
    {
        storage::BatchSettings settings;
        settings.connection = database.settings();
        return settings;
    }
};

}  // namespace contract
