#pragma once

#include "base/counters.hpp"
#include "base/sealer.hpp"
#include "storage/array_text.hpp"
#include "storage/database.hpp"
#include "storage/session_path.hpp"
#include "storage/task_columns.hpp"
#include "support/in_memory_store.hpp"
#include "support/run.hpp"
#include "support/test_database.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// The stores that pass the same suites, and what the suites need to arrange and to see of each.
namespace contract {

using namespace std::chrono_literals;

/// A row of `event`.
struct EventSeen {
    std::string kind;
    std::vector<std::string> codes;
    bool redelivered = false;
    friend bool operator==(EventSeen const&, EventSeen const&) = default;
};

struct TaskSeen {
    std::string state, result, fault_text;
    unsigned fault_code = 0;
};

/// The fake.
class InMemory {
public:
    [[nodiscard]] domain::SessionStore& sessions() { return store_; }
    [[nodiscard]] domain::TaskStore& tasks() { return store_; }
    [[nodiscard]] domain::TreeStore& trees() { return store_; }
    [[nodiscard]] domain::LoginStore& logins() { return store_; }
    void set_state(domain::DeviceKey device, domain::DeviceState state) { store_.set_state(device, state); }

    void add_login(domain::Login login) { store_.add_login(std::move(login)); }
    domain::TaskId add_task(domain::Task task) { return store_.add_person_task(std::move(task)); }
    void cancel(domain::TaskId task) { store_.cancel(task); }
    [[nodiscard]] std::vector<EventSeen> events(domain::DeviceKey device)
    {
        std::vector<EventSeen> seen;
        for (auto const& event : store_.events()) {
            if (event.device != device)
                continue;
            seen.push_back({event.kind, {}, event.redelivered});
            for (auto const& [code, key] : event.events)
                seen.back().codes.push_back(code);
        }
        return seen;
    }
    /// Entries of the audit trail about re-enrolments.
    [[nodiscard]] std::size_t agreements() const { return store_.agreements().size(); }
    [[nodiscard]] TaskSeen task(domain::TaskId id)
    {
        auto const* const kept = store_.task(id);
        return {std::string{to_text(kept->task.state)}, kept->result, kept->fault_text, kept->fault_code.value_or(0)};
    }

private:
    base::SystemClock clock_;
    support::InMemoryStore store_{clock_};
};

/// PostgreSQL, on tables of either shape.
template <support::Shape shape>
class InPostgres {
public:
    InPostgres() : InPostgres{{}, {}} {}
    explicit InPostgres(storage::BatchSettings batches, storage::PathLimits limits = {},
                        std::int64_t (*hash)(cwmp::DeviceId const&, unsigned) = storage::identity_hash)
    {
        batches.connection = database_.settings();
        path_.emplace(storage::SessionPathSettings{batches, batches, limits, 7, hash}, rare_, sealer_, clock_,
                      metrics_);
    }

    [[nodiscard]] domain::SessionStore& sessions() { return path_->sessions(); }
    [[nodiscard]] domain::TaskStore& tasks() { return path_->tasks(); }
    [[nodiscard]] domain::TreeStore& trees() { return path_->trees(); }
    [[nodiscard]] domain::LoginStore& logins() { return path_->logins(); }
    void set_state(domain::DeviceKey device, domain::DeviceState state)
    {
        database_.exec("UPDATE device SET state = '" + std::string{domain::to_text(state)} +
                       "' WHERE device_id = " + std::to_string(device.value()));
    }
    [[nodiscard]] storage::SessionPath& path() { return *path_; }
    [[nodiscard]] support::TestDatabase& database() { return database_; }
    [[nodiscard]] storage::Database& rare() { return rare_; }
    [[nodiscard]] base::Sealer const& sealer() const { return sealer_; }
    [[nodiscard]] base::Metrics& metrics() { return metrics_; }

    void add_login(domain::Login login)
    {
        pqxx::connection connection{database_.url()};
        pqxx::work work{connection};
        auto const device = login.device ? std::to_string(login.device->value()) : std::string{"NULL"};
        work.exec("INSERT INTO public.credential (username, device_id, ha1_md5, ha1_sha256) VALUES (" +
                  work.quote(login.username) + ", " + device + ", " + work.quote(pqxx::binarystring{login.ha1_md5}) +
                  ", " + work.quote(pqxx::binarystring{login.ha1_sha256}) + ")");
        work.commit();
    }
    domain::TaskId add_task(domain::Task task)
    {
        auto const id = path_->ids().next();
        pqxx::connection connection{database_.url()};
        pqxx::work work{connection};
        auto const time = [&](base::TimePoint at) { return work.quote(storage::time_text(at)); };
        work.exec("INSERT INTO public.task (device_id, task_id, kind, priority, not_before, expires_at, window_start, "
                  "window_end, origin, arguments) VALUES (" +
                  std::to_string(task.device.value()) + ", " + std::to_string(id) + ", " +
                  work.quote(std::string{kind_of(task.arguments)}) + ", " +
                  std::to_string(static_cast<int>(task.priority)) + ", " + time(task.not_before) + ", " +
                  (task.expires_at ? time(*task.expires_at) : "NULL") + ", " +
                  (task.window ? work.quote(domain::time_of_day_text(task.window->from)) : "NULL") + ", " +
                  (task.window ? work.quote(domain::time_of_day_text(task.window->until)) : "NULL") + ", 'api', " +
                  work.quote(storage::arguments_text(sealer_, task.device, task.arguments)) + ")");
        work.commit();
        return domain::TaskId{id};
    }
    void cancel(domain::TaskId task)
    {
        database_.exec("UPDATE task SET state = 'cancelled' WHERE task_id = " + std::to_string(task.value()));
    }
    [[nodiscard]] std::vector<EventSeen> events(domain::DeviceKey device)
    {
        std::vector<EventSeen> seen;
        auto const rows =
            database_.exec("SELECT kind, array_to_string(codes, '|'), redelivered FROM event WHERE device_id = " +
                           std::to_string(device.value()) + " ORDER BY at, event_id");
        for (auto const& row : rows) {
            seen.push_back({row[0].c_str(), {}, row[2].template as<bool>()});
            std::string const text = row[1].c_str();
            for (std::size_t at = 0; at < text.size();) {
                auto const end = std::min(text.find('|', at), text.size());
                seen.back().codes.push_back(text.substr(at, end - at));
                at = end + 1;
            }
        }
        return seen;
    }
    [[nodiscard]] std::size_t agreements()
    {
        return database_.exec("SELECT FROM audit WHERE action = 'device.re_enrolled'").size();
    }
    [[nodiscard]] TaskSeen task(domain::TaskId id)
    {
        auto const row =
            database_
                .exec("SELECT state, result, fault_text, coalesce(fault_code, 0) FROM task WHERE task_id = " +
                      std::to_string(id.value()))
                .at(0);
        return {row[0].c_str(), row[1].c_str(), row[2].c_str(), row[3].template as<unsigned>()};
    }

private:
    support::TestDatabase database_{shape};
    base::SystemClock clock_;
    base::Metrics metrics_;
    base::Sealer sealer_ = base::Sealer::with_random_key();
    storage::Database rare_{storage::DatabaseSettings{database_.settings(), 2, 20s}};
    std::optional<storage::SessionPath> path_;
};

/// What all suites of the session path share.
template <class Backend>
class StoreSuite : public testing::Test {
protected:
    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(io_, std::move(work));
    }

    /// Runs all at once, as sessions do.
    template <class T>
    std::vector<T> run_all(std::vector<base::Awaitable<T>> works)
    {
        std::vector<std::optional<T>> values(works.size());
        std::size_t left = works.size();
        std::exception_ptr failure;
        for (std::size_t i = 0; i < works.size(); ++i)
            boost::asio::co_spawn(io_, std::move(works[i]), [&, i](std::exception_ptr error, T value) {
                if (error)
                    failure = error;
                else
                    values[i].emplace(std::move(value));
                if (--left == 0)
                    io_.stop();
            });
        io_.restart();
        io_.run();
        if (failure)
            std::rethrow_exception(failure);
        std::vector<T> all;
        for (auto& value : values)
            all.push_back(std::move(*value));
        return all;
    }

    [[nodiscard]] domain::SessionStore& sessions() { return backend_.sessions(); }
    [[nodiscard]] domain::TaskStore& tasks() { return backend_.tasks(); }
    [[nodiscard]] domain::TreeStore& trees() { return backend_.trees(); }
    [[nodiscard]] domain::LoginStore& logins() { return backend_.logins(); }

    [[nodiscard]] std::vector<EventSeen> informs_of(domain::DeviceKey device)
    {
        auto seen = backend_.events(device);
        std::erase_if(seen, [](EventSeen const& event) { return event.kind != "inform"; });
        return seen;
    }
    /// How many events of a kind there are.
    [[nodiscard]] int times_told(domain::DeviceKey device, std::string_view kind)
    {
        return static_cast<int>(std::ranges::count(backend_.events(device), kind, &EventSeen::kind));
    }

    [[nodiscard]] static cwmp::DeviceId router(std::string serial = "R1")
    {
        return {"Acme", "00D09E", "HG-1000", std::move(serial)};
    }

    [[nodiscard]] static domain::Contact inform(cwmp::DeviceId identity,
                                                std::vector<cwmp::Event> events = {{"1 BOOT", ""}})
    {
        domain::Contact contact;
        contact.identity = std::move(identity);
        contact.state_if_new = domain::DeviceState::active;
        contact.at = std::chrono::floor<std::chrono::seconds>(base::SystemClock{}.now());
        contact.events = std::move(events);
        contact.address = "192.0.2.7";
        contact.facts = {"1.2.3", "rev A", "code", "key-1", "http://192.0.2.7:7547/cr"};
        return contact;
    }

    /// The next Inform of a device that the look-up brought.
    [[nodiscard]] static domain::Contact inform(domain::KnownDevice const& known,
                                                std::vector<cwmp::ParameterValue> values,
                                                cwmp::DeviceId identity = router())
    {
        auto contact = inform(std::move(identity), {{"4 VALUE CHANGE", ""}});
        contact.key = known.key;
        contact.values = std::move(values);
        contact.recent = known.recent;
        contact.recent_version = known.recent_version;
        return contact;
    }

    domain::KnownDevice look_up(cwmp::DeviceId identity = router())
    {
        auto answer = run(sessions().look_up(std::move(identity), ""));
        EXPECT_TRUE(answer.device);
        return answer.device.value_or(domain::KnownDevice{});
    }

    /// A device that has informed once.
    domain::Admission admit(cwmp::DeviceId identity = router())
    {
        return run(sessions().commit_contact(inform(std::move(identity))));
    }

    boost::asio::io_context io_{1};
    Backend backend_;
};

using Backends = testing::Types<InMemory, InPostgres<support::Shape::plain>, InPostgres<support::Shape::hashed>>;

}  // namespace contract
