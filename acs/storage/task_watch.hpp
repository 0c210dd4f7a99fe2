#pragma once

#include "domain/task_news.hpp"
#include "storage/connection.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

namespace storage {

struct TaskWatchSettings {
    ConnectionSettings connection;
    std::chrono::milliseconds interval{1'000};  ///< between two looks
    std::chrono::seconds overlap{10};           ///< how far the clocks of the nodes may differ
};

/// Looks every second which tasks were ordered on any node and announces them to this one, so that live sessions learn
/// of them. One cheap statement by the index of task ids. Runs on a thread of its own.
class TaskWatch {
public:
    /// `news` must outlive this. Nothing runs before start().
    TaskWatch(TaskWatchSettings settings, domain::TaskNews& news);
    ~TaskWatch();
    TaskWatch(TaskWatch const&) = delete;
    TaskWatch& operator=(TaskWatch const&) = delete;

    void start();
    void stop();

    /// One look on the calling thread. Throws what libpqxx throws.
    void look();

private:
    void loop();

    TaskWatchSettings settings_;
    domain::TaskNews& news_;
    std::unique_ptr<pqxx::connection> connection_;
    std::int64_t from_ = -1;   ///< the next look begins after this id; -1: nothing was looked at yet
    std::int64_t newest_ = 0;  ///< the greatest id seen
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace storage
