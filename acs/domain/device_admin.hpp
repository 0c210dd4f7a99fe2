#pragma once

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "domain/device.hpp"

#include <optional>
#include <string>
#include <vector>

namespace domain {

/// What a person changes of a device. What is none stays as it is.
struct DeviceChange {
    std::optional<DeviceState> state;      ///< not `conflict`: only the server finds that out
    std::optional<std::string> time_zone;  ///< "Europe/Berlin"; empty: UTC
};

/// What people decide about devices and their identities. Throws base::Unavailable.
class DeviceAdmin {
public:
    virtual ~DeviceAdmin() = default;

    /// Durable on return; gives what there was before. Fails with a sentence for the person who asked: no such device,
    /// no such time zone.
    virtual base::Awaitable<base::Result<DeviceChange>> change(DeviceKey device, DeviceChange change) = 0;

    /// Devices that are probably the same box: equal OUI and serial number, another ProductClass. At most ten.
    virtual base::Awaitable<std::vector<cwmp::DeviceId>> merge_proposals(DeviceKey device) = 0;

    /// `from` becomes one with `into`: its identities, logins, history and queued tasks are `into`'s from then on, and
    /// there is no device `from` any more. What was handed to `from` and not answered has failed. Sessions of both are
    /// replaced: their next write is refused. When `from` was heard from later, `into` takes over what its Informs told
    /// and is read anew. One transaction, durable on return. Fails with a sentence: one of them is gone.
    virtual base::Awaitable<base::Result<void>> merge(DeviceKey from, DeviceKey into) = 0;
};

}  // namespace domain
