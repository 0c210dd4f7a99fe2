#include "storage/batch_queue.hpp"

#include "base/log.hpp"
#include "base/unavailable.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace storage {

namespace {

constexpr unsigned most_rollbacks = 20;
constexpr std::chrono::milliseconds reconnect_pause{200};
constexpr std::chrono::milliseconds watch_interval{100};

using Item = std::shared_ptr<BatchItem>;

std::exception_ptr unavailable(std::string const& why)
{
    return std::make_exception_ptr(base::Unavailable{why});
}

/// A request that fails alone: the caller sees an outage (a time-out) or what PostgreSQL said.
std::exception_ptr alone(std::string const& kind, std::exception const& problem, std::exception_ptr const& thrown)
{
    if (failure_of(problem) == Failure::refused)
        return thrown;
    return unavailable(fmt::format("the database gave up on {}: {}", kind, problem.what()));
}

}  // namespace

struct BatchQueue::Worker {
    std::unique_ptr<pqxx::connection> connection;
    Items batch;  ///< in flight; guarded by the queue's mutex, but for the worker's own reading
};

BatchQueue::BatchQueue(BatchSettings settings, base::Metrics& metrics)
    : settings_{std::move(settings)},
      metrics_{metrics},
      halved_{metrics.counter("acs_database_batches_halved_total",
                              "Batches that were halved because the database refused them")},
      refused_{metrics.counter("acs_database_requests_refused_total", "Requests that the database refused")},
      outages_{metrics.counter("acs_database_outages_total", "Connections to the database that were lost or not made")}
{
    for (unsigned i = 0; i < std::max(settings_.threads, 1U); ++i)
        workers_.push_back(std::make_unique<Worker>());
    for (auto const& worker : workers_)
        threads_.emplace_back([this, &worker = *worker] { work(worker); });
    threads_.emplace_back([this] { watch(); });
}

BatchQueue::~BatchQueue()
{
    stop();
}

void BatchQueue::add(BatchKind& kind)
{
    auto const labels = fmt::format("kind=\"{}\"", kind.name_);
    kind.requests_ =
        &metrics_.counter("acs_database_requests_total", "Requests of the session path to the database", labels);
    kind.statements_ = &metrics_.counter("acs_database_statements_total", "Statements that answered them", labels);
    std::lock_guard const lock{mutex_};
    kinds_.push_back(&kind);
}

/// Ends the calls of `items` that have not ended yet; one post for each io_context.
static void finish(std::span<Item const> items, auto const& claim)
{
    std::vector<std::pair<base::Executor, std::vector<Item>>> homes;
    for (auto const& item : items) {
        auto const* const home = claim(*item);
        if (home == nullptr)
            continue;
        auto const same = std::ranges::find(homes, *home, &std::pair<base::Executor, std::vector<Item>>::first);
        if (same != homes.end())
            same->second.push_back(item);
        else
            homes.emplace_back(*home, std::vector{item});
    }
    for (auto& [home, mine] : homes)
        boost::asio::post(home, [all = std::move(mine)] {
            for (auto const& item : all)
                item->resume();
        });
}

void BatchItem::resume()
{
    auto go_on = std::exchange(resume_, nullptr);
    go_on();
}

void BatchQueue::push(BatchKind& kind, Item item)
{
    item->deadline_ = Clock::now() + settings_.patience;
    kind.requests_->add();
    bool wake = false;
    bool full = false;
    {
        std::lock_guard const lock{mutex_};
        full = stopping_ || waiting_ >= settings_.waiting;
        if (!full) {
            ++waiting_;
            kind.waiting_.push_back(item);
            // Between these somebody waits for the time to come, or is busy and looks when he has done.
            wake = kind.in_flight_ < kind.at_once_ &&
                   (kind.waiting_.size() == 1 || kind.waiting_.size() == settings_.enough);
        }
    }
    if (full)
        end({&item, 1}, unavailable("too many requests wait for the database"));
    else if (wake)
        ready_.notify_one();
}

void BatchQueue::end(std::span<Item const> items, std::exception_ptr const& error)
{
    finish(items, [&](BatchItem& item) -> base::Executor const* {
        if (!item.settle())
            return nullptr;
        item.error_ = error;
        return &*item.home_;
    });
}

/// True when requests wait that a statement may answer now or after gathering.
bool BatchQueue::is_open(BatchKind const& kind) const
{
    return !kind.waiting_.empty() && kind.in_flight_ < kind.at_once_;
}

BatchQueue::Clock::time_point BatchQueue::ready_at(BatchKind const& kind) const
{
    return kind.waiting_.size() >= settings_.enough ? Clock::time_point::min() : kind.next_;
}

/// The open kind that is ready first; of those that are ready already the one whose request waits longest.
BatchKind* BatchQueue::next_kind() const
{
    auto const now = Clock::now();
    auto const order = [&](BatchKind const& kind) {
        return std::pair{std::max(ready_at(kind), now), kind.waiting_.front()->deadline_};
    };
    BatchKind* next = nullptr;
    for (auto* const kind : kinds_)
        if (is_open(*kind) && (next == nullptr || order(*kind) < order(*next)))
            next = kind;
    return next;
}

/// Takes the oldest requests out of the queue, of equal keys the first only; what is left keeps its order.
void BatchQueue::fill(BatchKind& kind, Items& batch) const
{
    auto const most = kind.most_ == 0 ? settings_.batch : std::min(kind.most_, settings_.batch);
    std::unordered_set<std::int64_t> keys;
    std::deque<Item> later;
    while (!kind.waiting_.empty() && batch.size() < most) {
        auto item = std::move(kind.waiting_.front());
        kind.waiting_.pop_front();
        bool const first = item->key == 0 || keys.insert(item->key).second;
        first ? batch.push_back(std::move(item)) : later.push_back(std::move(item));
    }
    kind.waiting_.insert(kind.waiting_.begin(), std::make_move_iterator(later.begin()),
                         std::make_move_iterator(later.end()));
    std::ranges::sort(batch, {}, [](Item const& item) { return item->key; });
}

BatchKind* BatchQueue::take(Worker& worker)
{
    std::unique_lock lock{mutex_};
    for (;;) {
        if (stopping_)
            return nullptr;
        auto* const kind = next_kind();
        if (kind == nullptr) {
            ready_.wait(lock);
            continue;
        }
        auto const now = Clock::now();
        if (auto const ready = ready_at(*kind); ready > now) {
            ready_.wait_until(lock, ready);
            continue;
        }
        fill(*kind, worker.batch);
        waiting_ -= worker.batch.size();
        ++kind->in_flight_;
        kind->next_ = now + settings_.gather;
        kind->statements_->add();
        if (next_kind() != nullptr)
            ready_.notify_one();  // another thread looks after what is left
        return kind;
    }
}

/// After an outage: what has no answer yet waits again, before all others.
void BatchQueue::give_back(BatchKind& kind, Items& batch)
{
    std::erase_if(batch, [](Item const& item) { return item->settled_.load(std::memory_order_acquire); });
    waiting_ += batch.size();
    kind.waiting_.insert(kind.waiting_.begin(), std::make_move_iterator(batch.begin()),
                         std::make_move_iterator(batch.end()));
    batch.clear();
}

void BatchQueue::work(Worker& worker)
{
    while (auto* const kind = take(worker)) {
        bool const answered = process(worker, *kind, worker.batch);
        {
            std::lock_guard const lock{mutex_};
            --kind->in_flight_;
            if (!answered)
                give_back(*kind, worker.batch);
            worker.batch.clear();
        }
        if (!answered)
            pause(reconnect_pause);
    }
    if (worker.connection)
        --connected_;
    worker.connection.reset();
}

/// True when all calls have ended; false after an outage.
bool BatchQueue::process(Worker& worker, BatchKind& kind, std::span<Item const> items)
{
    for (unsigned attempt = 1;; ++attempt) {
        try {
            if (!worker.connection) {
                worker.connection = connect(settings_.connection);
                ++connected_;
                is_outage_told_ = false;
            }
            pqxx::nontransaction transaction{*worker.connection};
            kind.execute(transaction, items);
            end(items, nullptr);
            return true;
        } catch (std::exception const& problem) {
            auto const failure = failure_of(problem);
            if (failure == Failure::outage) {
                lose(worker, problem);
                return false;
            }
            if (failure == Failure::rollback && attempt < most_rollbacks)
                continue;
            if (items.size() > 1)
                return halve(worker, kind, items);
            refused_.add();
            base::log::warning("storage.request_refused", {{"kind", kind.name_}, {"reason", problem.what()}});
            end(items, alone(kind.name_, problem, std::current_exception()));
            return true;
        }
    }
}

bool BatchQueue::halve(Worker& worker, BatchKind& kind, std::span<Item const> items)
{
    halved_.add();
    auto const middle = items.size() / 2;
    bool const first = process(worker, kind, items.first(middle));
    return process(worker, kind, items.subspan(middle)) && first;
}

void BatchQueue::lose(Worker& worker, std::exception const& problem)
{
    outages_.add();
    if (!is_outage_told_.exchange(true))
        base::log::warning("storage.database_away", {{"reason", problem.what()}});
    if (worker.connection)
        --connected_;
    worker.connection.reset();
}

/// Ends the calls whose patience is over, those in flight too.
void BatchQueue::expire()
{
    auto const now = Clock::now();
    Items over;
    {
        std::lock_guard const lock{mutex_};
        for (auto* const kind : kinds_) {
            auto const is_over = [&](Item const& item) {
                if (item->deadline_ > now)
                    return false;
                over.push_back(item);
                return true;
            };
            waiting_ -= std::erase_if(kind->waiting_, is_over);
        }
        for (auto const& worker : workers_)
            std::ranges::copy_if(worker->batch, std::back_inserter(over),
                                 [&](Item const& item) { return item->deadline_ <= now; });
    }
    if (!over.empty())
        end(over, unavailable("the database did not answer in time"));
}

void BatchQueue::watch()
{
    for (;;) {
        {
            std::unique_lock lock{mutex_};
            if (stopped_.wait_for(lock, watch_interval, [this] { return stopping_; }))
                return;
        }
        expire();
    }
}

void BatchQueue::pause(std::chrono::milliseconds time)
{
    std::unique_lock lock{mutex_};
    stopped_.wait_for(lock, time, [this] { return stopping_; });
}

void BatchQueue::stop()
{
    {
        std::lock_guard const lock{mutex_};
        stopping_ = true;
    }
    ready_.notify_all();
    stopped_.notify_all();
    for (auto& thread : threads_)
        if (thread.joinable())
            thread.join();
    for (auto* const kind : kinds_) {
        Items const left{kind->waiting_.begin(), kind->waiting_.end()};
        kind->waiting_.clear();
        end(left, unavailable("the server is stopping"));
    }
}

}  // namespace storage
