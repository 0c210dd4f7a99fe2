#pragma once

#include "device/tree.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// Notification attributes and access lists of one device (TR-069 A.3.2.4). They survive reboots, not factory resets.
class Attributes {
public:
    /// Sets one of both or both for a parameter, or for all below an object.
    void set(std::string_view path, std::optional<int> notification,
             std::optional<std::vector<std::string>> access_list);

    /// 0 off, 1 passive, 2 active, 3-6 the lightweight forms. What the data model forces cannot be changed.
    [[nodiscard]] int notification(ParameterSpec const& spec, std::string_view path) const;
    [[nodiscard]] std::vector<std::string> access_list(std::string_view path) const;

    /// The paths that were given a notification other than off; objects end with a dot.
    [[nodiscard]] std::vector<std::string> notified() const;

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    void clear() noexcept { entries_.clear(); }

private:
    struct Entry {
        std::optional<int> notification;
        std::optional<std::vector<std::string>> access_list;
    };
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace sim
