#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <cstdint>

namespace storage {

/// Makes the ids of tasks, events and contacts without asking the database: milliseconds since 1970 (41 bits), number
/// of the node (10 bits), a counter (12 bits). Ascending on one node, unique among nodes with different numbers until
/// 2039, never negative. Safe from any thread.
class IdSource {
public:
    /// `node` is 0 to 1023 (table `node`). The clock must outlive the source.
    IdSource(base::Clock const& clock, unsigned node) : clock_{clock}, node_{node & 0x3ffU} {}

    [[nodiscard]] std::int64_t next();

private:
    base::Clock const& clock_;
    std::uint64_t node_;
    std::atomic<std::uint64_t> last_{0};  ///< milliseconds << 12 | counter: runs ahead of the clock when ids are many
};

}  // namespace storage
