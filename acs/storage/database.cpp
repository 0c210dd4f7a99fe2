#include "storage/database.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <thread>

namespace storage {

namespace {

constexpr unsigned most_rollbacks = 10;  // attempts that may end in a deadlock or a serialization failure
constexpr std::chrono::milliseconds first_pause{20};
constexpr std::chrono::milliseconds longest_pause{500};

std::chrono::milliseconds pause_after(unsigned attempt)
{
    return std::min(first_pause * attempt * attempt, longest_pause);
}

/// A write where only reading is allowed: no outage when we asked for it ourselves.
bool is_write(std::exception const& problem)
{
    auto const* const refusal = dynamic_cast<pqxx::sql_error const*>(&problem);
    return refusal != nullptr && refusal->sqlstate() == "25006";
}

}  // namespace

Database::Database(DatabaseSettings settings)
    : settings_{std::move(settings)}, threads_{std::max(settings_.connections, 1U)}
{
}

Database::~Database()
{
    stop();
}

void Database::stop()
{
    stopping_ = true;
    threads_.join();
}

void Database::judge(std::exception const& problem, bool is_lost, unsigned attempt, Moment deadline)
{
    auto const failure = failure_of(problem);
    if (failure == Failure::timed_out || failure == Failure::refused ||
        (settings_.connection.read_only && is_write(problem)))
        throw;
    if (failure == Failure::rollback) {
        if (attempt >= most_rollbacks)
            throw base::Unavailable{
                fmt::format("the database rolled a transaction back {} times: {}", attempt, problem.what())};
    } else if (is_lost || stopping_ || std::chrono::steady_clock::now() >= deadline) {
        throw base::Unavailable{fmt::format("the database did not answer: {}", problem.what())};
    } else {
        std::lock_guard const lock{mutex_};
        idle_.clear();  // what one met, the others will meet: they were made before the outage
    }
    std::this_thread::sleep_for(pause_after(attempt));
}

Database::Connection Database::borrow()
{
    {
        std::lock_guard const lock{mutex_};
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
    }
    return connect(settings_.connection);
}

void Database::give_back(Connection connection)
{
    std::lock_guard const lock{mutex_};
    idle_.push_back(std::move(connection));
}

}  // namespace storage
