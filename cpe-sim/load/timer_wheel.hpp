#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace sim {

/// Something that becomes due for one device. What it means is the owner's business.
struct TimerEntry {
    std::uint64_t due = 0;  ///< millisecond
    std::uint32_t device = 0;
    std::uint8_t kind = 0;
    std::uint8_t phase = 0;
    std::uint16_t round = 0;
};

/// Very many timers at 16 bytes each: four wheels of 256 slots that turn every 1 ms, 256 ms, 65 s and 4.6 hours. Adding
/// costs the same however many there are. Nothing is cancelled: the owner knows what does not count any more.
class TimerWheel {
public:
    /// Adds `entry`; what is due already comes with the next advance(), what lies more than 49 days ahead after 49
    /// days.
    void add(TimerEntry entry);

    /// Moves on to millisecond `now` and gives everything that is due by then to `fire`, ordered by time. `fire` may
    /// add entries; those that are due by `now` are given too.
    void advance(std::uint64_t now, std::function<void(TimerEntry const&)> const& fire);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::uint64_t now() const noexcept { return now_; }

private:
    static constexpr unsigned slot_bits = 8;
    static constexpr std::size_t slots = std::size_t{1} << slot_bits;
    static constexpr unsigned wheels = 4;
    using Slot = std::vector<TimerEntry>;

    void place(TimerEntry const& entry);
    void fire_slot(std::function<void(TimerEntry const&)> const& fire);
    void turn(unsigned wheel);

    std::array<std::array<Slot, slots>, wheels> wheels_;
    Slot firing_;
    std::uint64_t now_ = 0;  ///< everything before it has been given
    std::size_t size_ = 0;
};

}  // namespace sim
