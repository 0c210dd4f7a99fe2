#pragma once

#include "base/awaitable.hpp"

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace domain {

/// Which devices a row about a setting is for.
struct RuleSettingKey {
    std::string name;           ///< the setting: "wifi.ssid.1"
    std::string root;           ///< "Device.", "InternetGatewayDevice." or "": any
    std::string oui;            ///< empty: any
    std::string product_class;  ///< empty: any
    friend auto operator<=>(RuleSettingKey const&, RuleSettingKey const&) = default;
};

/// A row of `acs.setting`: where rules find a setting in the tree of some devices.
struct RuleSetting {
    RuleSettingKey key;
    std::string path;
    friend bool operator==(RuleSetting const&, RuleSetting const&) = default;
};

/// Where the settings that rules name are found. Every change has the rules evaluated anew over the fleet. Throws
/// base::Unavailable.
class RuleSettings {
public:
    virtual ~RuleSettings() = default;

    /// All, by key.
    virtual base::Awaitable<std::vector<RuleSetting>> list() = 0;
    /// Writes one; what its path was before. Nothing happens when it is so already.
    virtual base::Awaitable<std::optional<std::string>> put(RuleSetting setting) = 0;
    /// The path that it had; none when there was none.
    virtual base::Awaitable<std::optional<std::string>> remove(RuleSettingKey key) = 0;
};

}  // namespace domain
