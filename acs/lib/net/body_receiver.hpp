#pragma once

#include "net/compression.hpp"
#include "net/http.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

/// Bytes of bodies that all connections of a listener hold in memory, kept under a bound.
class MemoryBudget {
public:
    explicit MemoryBudget(std::uint64_t bytes) : limit_{bytes} {}

    [[nodiscard]] bool take(std::uint64_t bytes) noexcept
    {
        if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit_)
            return true;
        give_back(bytes);
        return false;
    }
    void give_back(std::uint64_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> used_{0};
    std::uint64_t limit_;
};

/// Where the pieces of one body go: inflated if need be, counted, into memory or a sink, or away.
class BodyReceiver {
public:
    enum class Fault { none, too_large, malformed, sink, busy };

    struct Settings {
        BodySink* sink = nullptr;  ///< null: memory
        bool discard = false;      ///< count only
        ContentCoding coding = ContentCoding::identity;
        InflateLimits limits;  ///< `bytes` holds for bodies that are not compressed too
        MemoryBudget* budget = nullptr;
    };

    explicit BodyReceiver(Settings settings);
    ~BodyReceiver();
    BodyReceiver(BodyReceiver const&) = delete;
    BodyReceiver& operator=(BodyReceiver const&) = delete;

    /// Takes the next piece; false when something is wrong: see fault().
    [[nodiscard]] bool take(std::string_view piece);
    /// Called at the end of the body; false when a compressed one is not complete.
    [[nodiscard]] bool finish();

    [[nodiscard]] Fault fault() const noexcept { return fault_; }
    /// Why the sink refused.
    [[nodiscard]] std::string const& reason() const noexcept { return reason_; }
    /// Bytes after inflation.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::string& memory() noexcept { return memory_; }
    /// Makes room for a body of known size, within reason.
    void reserve(std::uint64_t bytes);

private:
    [[nodiscard]] bool store(std::string_view part);
    [[nodiscard]] bool fail(Fault fault) noexcept;

    Settings settings_;
    std::optional<Inflater> inflater_;
    std::string memory_;
    std::string reason_;
    std::uint64_t bytes_ = 0;
    std::uint64_t budgeted_ = 0;
    Fault fault_ = Fault::none;
};

}  // namespace net
