#pragma once

#include "base/awaitable.hpp"
#include "base/counters.hpp"
#include "storage/connection.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace storage {

/// How the session path reaches the database.
struct BatchSettings {
    ConnectionSettings connection;
    unsigned threads = 2;                        ///< each with one connection
    std::size_t batch = 256;                     ///< requests in one statement, at most
    std::size_t enough = 32;                     ///< so many waiting requests of a kind are sent at once
    std::chrono::microseconds gather{8'000};     ///< between statements of a kind that answer fewer
    std::size_t waiting = 50'000;                ///< requests that may wait in all; beyond them calls throw at once
    std::chrono::milliseconds patience{20'000};  ///< how long a request waits for a database that is away
};

/// One call that waits for its batch. Made by BatchQueue::ask.
class BatchItem {
public:
    virtual ~BatchItem() = default;

    std::int64_t key = 0;  ///< members are ordered by it; of equal ones (but 0) only one is in a batch

    /// Goes on with the call, on its own thread; used by the queue.
    void resume();

private:
    friend class BatchQueue;
    /// Claims the right to end the call: the answer of the database and the end of patience may meet.
    [[nodiscard]] bool settle() noexcept { return !settled_.exchange(true, std::memory_order_acq_rel); }

    std::chrono::steady_clock::time_point deadline_;
    std::exception_ptr error_;
    std::atomic<bool> settled_{false};
    std::optional<base::Executor> home_;
    std::move_only_function<void()> resume_;
};

/// One kind of request: a statement over arrays that answers many at once.
class BatchKind {
public:
    /// `name` labels the kind in metrics and errors. `at_once`: statements of this kind that may be in flight together.
    /// `most`: requests in one statement (0: as the queue's settings say).
    explicit BatchKind(std::string name, unsigned at_once = 1, std::size_t most = 0)
        : name_{std::move(name)}, at_once_{at_once}, most_{most}
    {
    }
    virtual ~BatchKind() = default;
    BatchKind(BatchKind const&) = delete;
    BatchKind& operator=(BatchKind const&) = delete;

    /// Answers all of `items`, sorted by key, with one statement that is safe to repeat: after an outage it is sent
    /// again although it may have taken effect. Throws what libpqxx throws; then the batch is halved, or sent again.
    virtual void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) = 0;

private:
    friend class BatchQueue;
    std::string name_;
    unsigned at_once_;
    std::size_t most_;
    unsigned in_flight_ = 0;
    std::chrono::steady_clock::time_point next_ = {};  ///< until then fewer than `enough` wait for more
    std::deque<std::shared_ptr<BatchItem>> waiting_;
    base::Counter* requests_ = nullptr;
    base::Counter* statements_ = nullptr;
};

/// A request with its question and its answer.
template <class Question, class Answer>
class BatchRequest : public BatchItem {
public:
    explicit BatchRequest(Question q) : question{std::move(q)} {}
    Question question;
    Answer answer{};
};

/// Joins the requests of all sessions into few statements. Coroutines push requests and never own a connection; a few
/// threads, each with one, drain a kind's queue into one prepared statement and resume the coroutines of each
/// io_context with one post. What arrives while a kind's statement is in flight is its next batch.
///
/// A statement for one costs several times as much for each request as one for many, so the statements of a kind start
/// at least `gather` apart unless `enough` requests wait. A request that comes alone is never held back.
///
/// A refused batch is halved until the bad member stands alone; its call gets the error. Deadlocks are tried again.
/// While the database is away requests wait, at most `patience`, then their calls throw base::Unavailable. Destroyed
/// after the coroutines that use it have ended and before their io_contexts are: calls still waiting then throw.
class BatchQueue {
public:
    explicit BatchQueue(BatchSettings settings, base::Metrics& metrics);
    ~BatchQueue();
    BatchQueue(BatchQueue const&) = delete;
    BatchQueue& operator=(BatchQueue const&) = delete;

    /// Makes a kind known; it must outlive the queue's threads (declare kinds before the queue, or `stop` it first).
    void add(BatchKind& kind);

    /// Waits for the answer of a kind. Throws base::Unavailable, or what made the statement fail for this request
    /// alone.
    template <class Question, class Answer>
    base::Awaitable<Answer> ask(BatchKind& kind, std::shared_ptr<BatchRequest<Question, Answer>> request)
    {
        auto initiate = [this, &kind, &request](auto handler) {
            request->home_ = boost::asio::get_associated_executor(handler);
            auto guard = boost::asio::make_work_guard(*request->home_);
            request->resume_ = [handler = std::move(handler), guard = std::move(guard)]() mutable {
                std::move(handler)();
            };
            push(kind, request);
        };
        co_await boost::asio::async_initiate<boost::asio::use_awaitable_t<base::Executor> const&, void()>(
            initiate, base::use_awaitable);
        if (request->error_)
            std::rethrow_exception(request->error_);
        co_return std::move(request->answer);
    }

    /// Ends the threads; whoever waits gets base::Unavailable. Done by the destructor too.
    void stop();

    /// True while no thread has a working connection (also before the first request).
    [[nodiscard]] bool is_away() const noexcept { return connected_.load() == 0; }

private:
    using Items = std::vector<std::shared_ptr<BatchItem>>;
    using Clock = std::chrono::steady_clock;
    struct Worker;

    void push(BatchKind& kind, std::shared_ptr<BatchItem> item);
    void work(Worker& worker);
    void watch();
    [[nodiscard]] BatchKind* take(Worker& worker);
    [[nodiscard]] bool is_open(BatchKind const& kind) const;
    [[nodiscard]] Clock::time_point ready_at(BatchKind const& kind) const;
    [[nodiscard]] BatchKind* next_kind() const;
    void fill(BatchKind& kind, Items& batch) const;
    void give_back(BatchKind& kind, Items& batch);
    [[nodiscard]] bool process(Worker& worker, BatchKind& kind, std::span<std::shared_ptr<BatchItem> const> items);
    [[nodiscard]] bool halve(Worker& worker, BatchKind& kind, std::span<std::shared_ptr<BatchItem> const> items);
    static void end(std::span<std::shared_ptr<BatchItem> const> items, std::exception_ptr const& error);
    void lose(Worker& worker, std::exception const& problem);
    void expire();
    void pause(std::chrono::milliseconds time);

    BatchSettings settings_;
    base::Metrics& metrics_;
    base::Counter& halved_;
    base::Counter& refused_;
    base::Counter& outages_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    std::size_t waiting_ = 0;
    std::vector<BatchKind*> kinds_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::atomic<int> connected_ = 0;
    std::atomic<bool> is_outage_told_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace storage
