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
    std::optional<DeviceState> state;              ///< not `conflict`: only the server finds that out
    std::optional<std::string> time_zone;          ///< "Europe/Berlin"; empty: UTC
    std::optional<std::vector<std::string>> tags;  ///< all that it has from now on
    std::vector<std::string> add_tags, remove_tags;
    std::optional<std::string> subscriber;   ///< empty: nobody that is known
    std::optional<std::string> access_node;  ///< empty: not known
    std::optional<DeviceKey> parent_device;  ///< zero: it stands behind no other
    std::optional<std::string> attributes;   ///< JSON object of what changes; a member that is null is taken away
};

inline constexpr std::size_t attributes_bytes = 8'192;  ///< of one device, as JSON

/// What people said of a device and DeviceRow does not tell. What is not known is empty.
struct DeviceNotes {
    std::string time_zone, access_node;
    std::optional<cwmp::DeviceId> parent_device;
    std::string attributes = "{}";  ///< JSON object
};

/// What people decide about devices and their identities. Throws base::Unavailable.
class DeviceAdmin {
public:
    virtual ~DeviceAdmin() = default;

    /// Durable on return; gives what there was before, of all that `change` may set but add_tags and remove_tags. When
    /// rules may read what is another now, the device is marked in the same transaction and they are evaluated. Fails
    /// with a sentence for the person who asked, and changes nothing: no such device, no such time zone, too many tags
    /// or attributes.
    virtual base::Awaitable<base::Result<DeviceChange>> change(DeviceKey device, DeviceChange change) = 0;
    virtual base::Awaitable<DeviceNotes> notes(DeviceKey device) = 0;

    /// Devices that are probably the same box: equal OUI and serial number, another ProductClass. At most ten.
    virtual base::Awaitable<std::vector<cwmp::DeviceId>> merge_proposals(DeviceKey device) = 0;

    /// `from` becomes one with `into`: its identities, logins, history and queued tasks are `into`'s from then on, and
    /// there is no device `from` any more. What was handed to `from` and not answered has failed. Sessions of both are
    /// replaced: their next write is refused. When `from` was heard from later, `into` takes over what its Informs told
    /// and is read anew. One transaction, durable on return. Fails with a sentence: one of them is gone.
    virtual base::Awaitable<base::Result<void>> merge(DeviceKey from, DeviceKey into) = 0;
};

}  // namespace domain
