#pragma once

#include "domain/wakeup.hpp"
#include "wakeup/plan.hpp"
#include "wakeup/timer.hpp"

#include <list>
#include <optional>
#include <string>

namespace wakeup {

/// One device that is being woken, for all who wait for it.
struct Waking {
    domain::DeviceKey device;
    domain::Priority priority{};  ///< the best of those who wait
    Moment until;                 ///< of the most patient
    Timer* timer = nullptr;       ///< what its own coroutine waits on, and owns; null before it began
    std::list<Timer*> waiters;    ///< of those who wait for its end

    WakeTarget target;
    Plan plan;
    std::string network;
    std::string outlook;
    domain::WakeNote note;
    std::string stage;          ///< how far it is, as a cause for those whose patience is over
    bool has_place = false;     ///< one of those that may be asked at the same time
    bool is_asked = false;      ///< its turn has come: a session that begins now is the one that was wanted
    bool is_watched = false;    ///< its Inform is looked for
    bool has_informed = false;  ///< since it was looked up
    bool is_over = false;
    domain::WakeOutcome outcome;  ///< when it is over
};

}  // namespace wakeup
