#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "cwmp/device_id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// An unknown device that was sent away, kept so that a person may let it in.
struct Stranger {
    std::int64_t id = 0;
    cwmp::DeviceId identity;  ///< as it claims
    std::string address;      ///< numeric
    std::string username;     ///< that it showed last, or empty
    std::string reason;       ///< why it was sent away: a clause
    base::TimePoint first_at{};
    base::TimePoint last_at{};
    std::uint64_t times = 1;
};

/// Where strangers are noted. Safe from any thread.
class Strangers {
public:
    virtual ~Strangers() = default;
    /// Never waits and never throws. Bounded in all and for each network they come from: the oldest are forgotten.
    virtual void note(Stranger stranger) noexcept = 0;
};

/// Which strangers are asked for. What is empty does not matter.
struct StrangerQuery {
    std::string serial_number;
    std::string address;
    std::int64_t before = 0;  ///< the last id of the page before; 0: from the newest on
    unsigned limit = 100;
};

/// The strangers, for people. Throws base::Unavailable.
class StrangerList {
public:
    virtual ~StrangerList() = default;
    /// Those that came first most lately first.
    virtual base::Awaitable<std::vector<Stranger>> list(StrangerQuery query) = 0;
    virtual base::Awaitable<std::optional<Stranger>> find(std::int64_t id) = 0;
    /// False: there is none of that number.
    virtual base::Awaitable<bool> remove(std::int64_t id) = 0;
};

}  // namespace domain
