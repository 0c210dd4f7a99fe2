#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"

#include <string>
#include <vector>

namespace domain {

/// A pattern of parameters whose values are copied to where fleets are searched by them.
struct Promotion {
    std::string pattern;  ///< a path; {i} or * stands for any instance
    std::string reason;   ///< who needs it
    base::TimePoint made_at{};
    bool is_filled = false;  ///< the copies of what was known before it are made
};

/// Which parameters are promoted. The nodes follow a change within two rounds of chores, the copies in the background.
/// Throws base::Unavailable.
class Promotions {
public:
    virtual ~Promotions() = default;
    virtual base::Awaitable<std::vector<Promotion>> list() = 0;  ///< by pattern
    /// Adds a pattern, or gives one that is there another reason.
    virtual base::Awaitable<Promotion> add(std::string pattern, std::string reason) = 0;
    /// False when there is no such pattern.
    virtual base::Awaitable<bool> remove(std::string pattern) = 0;
};

}  // namespace domain
