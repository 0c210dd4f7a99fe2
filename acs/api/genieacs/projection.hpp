#pragma once

#include "api/problem.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace api::genieacs {

/// Which parts of a device's document are wanted.
class Projection {
public:
    /// Everything.
    Projection() = default;
    /// Reads paths with commas between them; an empty text wants everything. Fails with 400 for too many.
    [[nodiscard]] static Outcome<Projection> read(std::string_view text);

    /// Whether the member of that path ("_lastInform", "Device.DeviceInfo.UpTime._value") is wanted: it, or what it is
    /// a part of, was named.
    [[nodiscard]] bool wants(std::string_view member) const;
    /// Whether something of the member is: it, what it is a part of, or a part of it was named.
    [[nodiscard]] bool wants_some_of(std::string_view member) const;

    [[nodiscard]] bool wants_everything() const noexcept { return paths_.empty(); }
    /// Whether parameters were named.
    [[nodiscard]] bool names_parameters() const;
    /// The object that holds all parameters that were named, with its dot; "" for the whole tree.
    [[nodiscard]] std::string object() const;

private:
    std::vector<std::string> paths_;
};

}  // namespace api::genieacs
