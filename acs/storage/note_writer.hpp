#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace storage {

/// Calls functions again and again on a thread of its own: they write what was gathered in memory meanwhile.
class NoteWriter {
public:
    /// `interval`: between two rounds.
    explicit NoteWriter(std::chrono::milliseconds interval = std::chrono::seconds{2}) : interval_{interval} {}
    ~NoteWriter();  ///< stops
    NoteWriter(NoteWriter const&) = delete;
    NoteWriter& operator=(NoteWriter const&) = delete;

    /// Before start(). What the function refers to must outlive this. When it throws, that is logged, and it is called
    /// again in the next round.
    void add(std::function<void()> write) { writes_.push_back(std::move(write)); }
    void start();
    /// Ends the thread after a last round.
    void stop();

    /// One round on the calling thread.
    void run_once();

private:
    void loop();

    std::chrono::milliseconds interval_;
    std::vector<std::function<void()>> writes_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    bool failed_ = false;  ///< in the last round: a failure that lasts is logged once
    std::thread thread_;
};

}  // namespace storage
