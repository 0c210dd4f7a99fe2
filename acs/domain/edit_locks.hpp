#pragma once

#include "base/awaitable.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace domain {

/// Keeps two edits of one thing apart, on all nodes: what one compared with If-Match is still so when it writes. Throws
/// base::Unavailable.
class EditLocks {
public:
    virtual ~EditLocks() = default;

    /// The number of the new holder; none while another one holds it. It ends by itself after `most`.
    virtual base::Awaitable<std::optional<std::int64_t>> try_lock(std::string thing, std::chrono::seconds most) = 0;
    /// Does nothing for who is not the holder any more.
    virtual base::Awaitable<void> unlock(std::string thing, std::int64_t holder) = 0;
};

}  // namespace domain
