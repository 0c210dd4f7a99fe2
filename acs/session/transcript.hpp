#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace session {

/// What all transcripts of a node may hold together. Safe from any thread.
class TraceMemory {
public:
    explicit TraceMemory(std::size_t most) : most_{most} {}

    /// False: there is no room.
    [[nodiscard]] bool take(std::size_t bytes) noexcept
    {
        if (taken_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= most_)
            return true;
        give_back(bytes);
        return false;
    }
    void give_back(std::size_t bytes) noexcept { taken_.fetch_sub(bytes, std::memory_order_relaxed); }
    [[nodiscard]] std::size_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }

private:
    std::size_t const most_;
    std::atomic<std::size_t> taken_{0};
};

/// What passed in one session, as it was: secrets are in it. Its newest messages, as many as find room. Used by one
/// thread at a time.
class Transcript {
public:
    static constexpr std::size_t most_messages = 2'000;  ///< older ones go first

    struct Message {
        bool is_from_cpe = false;
        bool is_dropped = false;  ///< it was too long to be kept
        unsigned status = 0;      ///< of an answer of ours
        std::chrono::milliseconds at{};
        std::uint64_t bytes = 0;
        std::string text;
    };

    /// `memory` must outlive it. `most`: bytes of texts; a longer message is noted without its text.
    Transcript(TraceMemory& memory, base::TimePoint begin, std::size_t most)
        : memory_{&memory}, begin_{begin}, most_{most}
    {
    }
    ~Transcript() { clear(); }
    Transcript(Transcript&& other) noexcept;
    Transcript& operator=(Transcript&& other) noexcept;

    /// What the CPE said; takes its bytes.
    void hear(base::TimePoint now, std::string body);
    /// What we answered.
    void say(base::TimePoint now, unsigned status, std::string const& body);
    /// A header of the first message that tells something of the CPE.
    void note_header(std::string_view name, std::string_view value);

    [[nodiscard]] std::deque<Message> const& messages() const noexcept { return messages_; }
    [[nodiscard]] std::vector<std::string> const& headers() const noexcept { return headers_; }
    /// Messages that were before the first one here.
    [[nodiscard]] std::uint64_t missing() const noexcept { return missing_; }
    /// Bytes of texts that are kept.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    void clear() noexcept;

private:
    void add(Message message);
    void forget_first() noexcept;

    TraceMemory* memory_;
    base::TimePoint begin_;
    std::size_t most_;
    std::size_t bytes_ = 0;
    std::uint64_t missing_ = 0;
    std::deque<Message> messages_;
    std::vector<std::string> headers_;
};

}  // namespace session
