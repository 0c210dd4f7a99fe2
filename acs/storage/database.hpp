#pragma once

#include "base/offload.hpp"
#include "base/unavailable.hpp"
#include "storage/connection.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

namespace storage {

/// A transaction on one connection; only ever touched by the thread that runs it.
class Transaction {
public:
    explicit Transaction(pqxx::connection& connection) : work_{connection} {}

    /// Runs a prepared statement; parameters are texts, numbers, pqxx::binarystring, std::optional or nullptr for NULL.
    /// Throws what libpqxx throws (see failure_of).
    template <class... Args>
    pqxx::result exec(Statement const& statement, Args&&... args)
    {
        return storage::exec(work_, statement, std::forward<Args>(args)...);
    }
    /// Runs SQL made at run time.
    pqxx::result exec(std::string const& sql) { return work_.exec(sql); }

    [[nodiscard]] pqxx::work& raw() noexcept { return work_; }
    void commit() { work_.commit(); }

private:
    pqxx::work work_;
};

/// Where the database is and how rare work may use it.
struct DatabaseSettings {
    ConnectionSettings connection;
    unsigned connections = 3;                    ///< threads, each with at most one connection
    std::chrono::milliseconds patience{20'000};  ///< how long work waits for a database that is away
};

/// What is done when the connection is lost during COMMIT and nobody knows whether it took effect.
enum class InDoubt {
    give_up,  ///< base::Unavailable
    repeat,   ///< the work is run again: it changes nothing when it was done already
};

/// PostgreSQL for rare work (searches, API, files, chores): a small pool of threads that borrow connections. The
/// session path does not come here, it has the batch queues. Used by the stores of this folder only.
class Database {
public:
    explicit Database(DatabaseSettings settings);
    ~Database();  ///< stops
    /// Waits for the work that is running and takes no more. Before the io_contexts of its callers are destroyed.
    void stop();
    Database(Database const&) = delete;
    Database& operator=(Database const&) = delete;

    /// Runs work(Transaction&) on a database thread and commits when it returns. Lost connections and rolled back
    /// transactions are tried again, so `work` may run more than once; it must return its result instead of writing
    /// into captures. A commit whose outcome is not known is repeated only if `in_doubt` says so. Throws
    /// base::Unavailable when the database was away for `patience`, what libpqxx throws when it refused a statement
    /// (timed out: failure_of), and whatever `work` throws.
    template <class Work>
    base::Awaitable<std::invoke_result_t<Work&, Transaction&>> run(Work work, InDoubt in_doubt = InDoubt::give_up)
    {
        auto attempt = [this, in_doubt, work = std::move(work)]() mutable { return perform(work, in_doubt); };
        co_return co_await base::offload(threads_, std::move(attempt));
    }

    /// The same on the calling thread, for programs without an event loop and for chores.
    template <class Work>
    std::invoke_result_t<Work&, Transaction&> run_here(Work work)
    {
        return perform(work, InDoubt::give_up);
    }

    [[nodiscard]] DatabaseSettings const& settings() const noexcept { return settings_; }

private:
    using Connection = std::unique_ptr<pqxx::connection>;
    using Moment = std::chrono::steady_clock::time_point;

    template <class Work>
    std::invoke_result_t<Work&, Transaction&> perform(Work& work, InDoubt in_doubt)
    {
        auto const deadline = std::chrono::steady_clock::now() + settings_.patience;
        for (unsigned attempt = 1;; ++attempt) {
            bool committing = false;
            try {
                return once(work, committing);
            } catch (std::exception const& problem) {
                judge(problem, committing && in_doubt == InDoubt::give_up, attempt,
                      deadline);  // throws, or comes back for the next attempt
            }
        }
    }

    template <class Work>
    std::invoke_result_t<Work&, Transaction&> once(Work& work, bool& committing)
    {
        auto connection = borrow();
        auto const finish = [&](Transaction& transaction) {
            committing = true;
            transaction.commit();
        };
        if constexpr (std::is_void_v<std::invoke_result_t<Work&, Transaction&>>) {
            {
                Transaction transaction{*connection};
                work(transaction);
                finish(transaction);
            }
            give_back(std::move(connection));
        } else {
            auto result = [&] {
                Transaction transaction{*connection};
                auto value = work(transaction);
                finish(transaction);
                return value;
            }();
            give_back(std::move(connection));
            return result;
        }
    }

    void judge(std::exception const& problem, bool is_lost, unsigned attempt, Moment deadline);
    Connection borrow();
    void give_back(Connection connection);

    DatabaseSettings settings_;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;
    std::vector<Connection> idle_;
    boost::asio::thread_pool threads_;  // last: joins before the connections go
};

}  // namespace storage
