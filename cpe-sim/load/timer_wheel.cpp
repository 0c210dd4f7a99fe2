#include "load/timer_wheel.hpp"

#include <algorithm>

namespace sim {

void TimerWheel::place(TimerEntry const& entry)
{
    constexpr std::uint64_t horizon = (std::uint64_t{1} << (slot_bits * wheels)) - 1;
    auto const due = std::min(std::max(entry.due, now_), now_ + horizon);
    auto const ahead = due ^ now_;  // the highest digit in which they differ tells the wheel
    unsigned wheel = 0;
    while (wheel + 1 < wheels && (ahead >> (slot_bits * (wheel + 1))) != 0)
        ++wheel;
    wheels_[wheel][(due >> (slot_bits * wheel)) % slots].push_back(entry);
}

void TimerWheel::add(TimerEntry entry)
{
    ++size_;
    place(entry);
}

/// The slot of a higher wheel that begins now is spread over the lower ones.
void TimerWheel::turn(unsigned wheel)
{
    auto& slot = wheels_[wheel][(now_ >> (slot_bits * wheel)) % slots];
    auto entries = std::move(slot);
    slot = {};
    for (auto const& entry : entries)
        place(entry);
}

void TimerWheel::fire_slot(std::function<void(TimerEntry const&)> const& fire)
{
    for (auto& slot = wheels_[0][now_ % slots]; !slot.empty();) {
        firing_.swap(slot);
        size_ -= firing_.size();
        for (auto const& entry : firing_)
            fire(entry);
        firing_.clear();
    }
}

void TimerWheel::advance(std::uint64_t now, std::function<void(TimerEntry const&)> const& fire)
{
    fire_slot(fire);
    while (now_ < now) {
        ++now_;
        for (unsigned wheel = wheels - 1; wheel > 0; --wheel)
            if (now_ % (std::uint64_t{1} << (slot_bits * wheel)) == 0)
                turn(wheel);
        fire_slot(fire);
    }
}

}  // namespace sim
