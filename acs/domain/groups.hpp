#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// A condition over devices that has a name.
struct DeviceGroup {
    std::string name;  ///< as is_operator_name wants it
    std::string description;
    std::string condition;  ///< passed the guard when it was saved; checked again whenever it is used
    std::string made_by;
    base::TimePoint made_at{}, changed_at{};
};

inline constexpr std::size_t most_groups = 10'000;

/// The groups that there are. Durable on return; throws base::Unavailable.
class Groups {
public:
    virtual ~Groups() = default;
    /// By name, after the name `after`.
    virtual base::Awaitable<std::vector<DeviceGroup>> list(std::string after, unsigned limit) = 0;
    virtual base::Awaitable<std::optional<DeviceGroup>> find(std::string name) = 0;
    /// None: the name is taken, or there are most_groups already.
    virtual base::Awaitable<std::optional<DeviceGroup>> add(DeviceGroup group) = 0;
    /// What is none stays as it is. None: there is no such group.
    virtual base::Awaitable<std::optional<DeviceGroup>> change(std::string name, std::optional<std::string> description,
                                                               std::optional<std::string> condition) = 0;
    /// False when there is no such group.
    virtual base::Awaitable<bool> remove(std::string name) = 0;
};

}  // namespace domain
