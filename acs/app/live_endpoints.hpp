#pragma once

#include "domain/reachability.hpp"
#include "session/endpoint.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

namespace app {

/// The devices that are in a session at any of this node's listeners.
class LiveEndpoints final : public domain::LiveDevices {
public:
    /// It must outlive this, or at least the last question.
    void add(session::CwmpEndpoint const& endpoint)
    {
        std::scoped_lock const lock{mutex_};
        endpoints_.push_back(&endpoint);
    }
    [[nodiscard]] bool is_live(domain::DeviceKey device) const override
    {
        std::scoped_lock const lock{mutex_};
        return std::ranges::any_of(endpoints_, [device](auto const* each) { return each->has_session(device); });
    }

private:
    mutable std::mutex mutex_;
    std::vector<session::CwmpEndpoint const*> endpoints_;
};

}  // namespace app
