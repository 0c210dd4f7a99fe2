#pragma once

#include "base/clock.hpp"
#include "cwmp/device_id.hpp"
#include "domain/ids.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace domain {

/// What was tried on a device for one wish; kept until the device has stayed as it was wanted for a while.
struct RuleAttempt {
    std::string what;    ///< the parameter; of an instance the table and its keys
    std::string wanted;  ///< the value; of a secret its hash
    std::string rule;
    unsigned times = 0;
    base::TimePoint last{};
    bool confirmed = false;  ///< the device took it: how a secret, which reads as empty, is known to be in place
    std::string told;        ///< what the device said against it: a fault
    friend bool operator==(RuleAttempt const&, RuleAttempt const&) = default;
};

/// What is given up for a device, until the rule has another version or a person releases it.
struct RuleGivenUp {
    std::string rule;
    std::string what;      ///< as of RuleAttempt; empty: the whole rule
    std::string reason;    ///< one sentence
    std::string evidence;  ///< JSON object, secrets masked
};

/// When each thing that is done once was done: DeviceWish::once -> seconds since 1970.
using DoneOnce = std::map<std::string, std::int64_t>;

/// What is given up for a device: rule and RuleGivenUp::what.
using GivenUp = std::set<std::pair<std::string, std::string>>;

/// What the database keeps of the rules for one device.
struct KeptOutcome {
    std::string outcomes;  ///< JSON object; "" when there is none
    std::vector<RuleAttempt> attempts;
    DoneOnce done;
    GivenUp given_up;
    std::set<std::string> tags;  ///< of the device
};

/// What a rule in force no longer tries on a device, as people see it.
struct Quarantine {
    DeviceKey device;
    cwmp::DeviceId identity = {};
    std::string rule;
    std::string what;          ///< as of RuleAttempt; empty: the whole rule
    std::int64_t version = 0;  ///< of the rule
    base::TimePoint since{};
    std::string reason;    ///< one sentence
    std::string evidence;  ///< JSON object, secrets masked
};

/// Which quarantines are meant; what is left out may be anything.
struct QuarantineFilter {
    std::optional<DeviceKey> device;
    std::optional<std::string> rule, what;
};

/// Behind which quarantine a list goes on, by these in their order.
struct QuarantinePlace {
    DeviceKey device{0};
    std::string rule = {}, what = {};
};

}  // namespace domain
