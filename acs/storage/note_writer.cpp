#include "storage/note_writer.hpp"

#include "base/log.hpp"

#include <exception>
#include <string>
#include <utility>

namespace storage {

NoteWriter::~NoteWriter()
{
    stop();
}

void NoteWriter::start()
{
    thread_ = std::thread{[this] { loop(); }};
}

void NoteWriter::stop()
{
    {
        std::lock_guard const lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void NoteWriter::loop()
{
    std::unique_lock lock{mutex_};
    for (bool last = false; !last;) {
        last = wake_.wait_for(lock, interval_, [this] { return stopping_; });
        lock.unlock();
        run_once();
        lock.lock();
    }
}

void NoteWriter::run_once()
{
    std::string problem;
    for (auto const& write : writes_) {
        try {
            write();
        } catch (std::exception const& failure) {
            problem = failure.what();
        }
    }
    if (!problem.empty() && !std::exchange(failed_, true))
        base::log::warning("notes.not_written", {{"reason", problem}});
    else if (problem.empty())
        failed_ = false;
}

}  // namespace storage
