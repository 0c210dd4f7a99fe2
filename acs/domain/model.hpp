#pragma once

#include "base/awaitable.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace domain {

/// The devices that may be expected to behave alike.
struct ModelKey {
    std::string oui, product_class, software_version;
    friend auto operator<=>(ModelKey const&, ModelKey const&) = default;
};

/// How much of a device is read without being asked.
enum class DiscoveryProfile { full, lean, off };

/// What was learnt about, or configured for, a model. Learnt facts need 3 authenticated devices and decay.
struct ModelKnowledge {
    DiscoveryProfile discovery = DiscoveryProfile::full;
    bool names_at_once = true;                ///< takes GetParameterNames of the whole tree; else level by level
    bool root_by_name = false;                ///< refuses the empty path: ask for "Device." or "InternetGatewayDevice."
    bool values_by_subtree = true;            ///< takes partial paths in GetParameterValues
    std::uint32_t values_per_request = 256;   ///< leaf names in one GetParameterValues
    std::uint32_t settings_per_request = 64;  ///< values in one SetParameterValues
    std::vector<std::string> methods;         ///< answer to GetRPCMethods; empty: not asked yet
    std::vector<std::string> unsupported;     ///< methods answered with 9000
    std::vector<std::string> skip;            ///< paths during whose read devices died
    std::string dialect;                      ///< wire options that differ from the mirrored ones, JSON; may be empty
    std::string file_scheme;                  ///< "http" or "https" for file URLs; empty: that of the CWMP session
};

/// Model knowledge, cached by the node.
class ModelStore {
public:
    virtual ~ModelStore() = default;
    /// What is known of a model now; the defaults when nothing is. Never blocks for long: cached, refreshed behind.
    virtual base::Awaitable<ModelKnowledge> find(ModelKey model) = 0;
    /// One device's experience with its model. Takes effect for others when enough devices agree.
    virtual base::Awaitable<void> learn(ModelKey model, std::int64_t device, bool authenticated,
                                        ModelKnowledge seen) = 0;
};

}  // namespace domain
