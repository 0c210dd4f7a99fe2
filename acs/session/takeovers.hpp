#pragma once

#include "base/clock.hpp"
#include "domain/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace session {

/// Counts how often a device's live session was replaced by one from another address: a box whose line changes does
/// that now and then, two boxes with one identity do it all the time. One node counts what it sees itself.
/// Safe from any thread.
class Takeovers {
public:
    static constexpr std::size_t most_devices = 10'000;  ///< counted at once; more are not counted

    /// `most`: allowed within an hour.
    explicit Takeovers(std::uint32_t most) : most_{most} {}

    /// An authenticated Inform replaces a live session. True when that was one too many; the count starts anew then.
    /// Addresses that are equal, or not known, count for nothing.
    [[nodiscard]] bool note(domain::DeviceKey device, std::string_view before, std::string_view now_from,
                            base::TimePoint now);

private:
    struct Hour {
        base::TimePoint start{};
        std::uint32_t count = 0;
    };
    void forget_old(base::TimePoint now);

    std::uint32_t const most_;
    std::mutex mutex_;
    std::unordered_map<std::int64_t, Hour> devices_;
};

}  // namespace session
