#pragma once

#include "cwmp/event.hpp"
#include "device/device.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// Reasons to inform of a device that has no tree of its own, as bits.
namespace reason {
inline constexpr std::uint8_t bootstrap = 1;
inline constexpr std::uint8_t boot = 2;
inline constexpr std::uint8_t periodic = 4;
inline constexpr std::uint8_t value_change = 8;
inline constexpr std::uint8_t connection_request = 16;
inline constexpr std::uint8_t all = 31;
}  // namespace reason

/// The events that such a set stands for, in the order of their codes.
[[nodiscard]] std::vector<cwmp::Event> events_of(std::uint8_t reasons);

/// What differs between the Informs of two devices of one persona.
struct InformFacts {
    std::string_view serial_number;
    std::string_view connection_request_url;
    std::string_view current_time;  ///< RFC 3339
    std::uint32_t retry_count = 0;
    std::uint32_t changed_value = 0;  ///< for 4 VALUE CHANGE: another number is another value
};

/// The Inform of a persona for one set of reasons, encoded once; a device's own facts are put between its pieces.
class InformTemplate {
public:
    /// `settings` as all devices of the kind have them; serial number and connection-request URL do not matter.
    InformTemplate(Persona const& persona, DeviceSettings settings, std::uint8_t reasons);

    [[nodiscard]] std::size_t size(InformFacts const& facts) const;
    void append_to(std::string& out, InformFacts const& facts) const;

private:
    enum class Slot : std::uint8_t { none, serial, url, time, retry, value };
    struct Piece {
        std::string text;
        Slot then = Slot::none;
    };
    void cut(std::string_view xml);

    std::vector<Piece> pieces_;
};

}  // namespace sim
