#include "datamodel/node.hpp"

namespace datamodel {
namespace {

constexpr unsigned writable_at = 4;
constexpr unsigned notification_at = 6;
constexpr unsigned has_value_at = 9;
constexpr unsigned marks_at = 10;

constexpr unsigned type_mask = 0xf;
constexpr unsigned writable_mask = 0x3;
constexpr unsigned notification_mask = 0x7;
constexpr unsigned marks_mask = 0x1f;

}  // namespace

std::uint16_t packed(Node const& node) noexcept
{
    return static_cast<std::uint16_t>((static_cast<unsigned>(node.type) & type_mask) |
                                      (static_cast<unsigned>(node.writable) & writable_mask) << writable_at |
                                      (node.notification & notification_mask) << notification_at |
                                      unsigned{node.value.has_value()} << has_value_at |
                                      (node.marks & marks_mask) << marks_at);
}

void unpack(std::uint16_t bits, Node& node) noexcept
{
    auto const type = bits & type_mask;
    auto const writable = bits >> writable_at & writable_mask;
    node.type = type <= static_cast<unsigned>(cwmp::ValueType::decimal) ? static_cast<cwmp::ValueType>(type)
                                                                        : cwmp::ValueType::unknown;
    node.writable =
        writable <= static_cast<unsigned>(Writable::yes) ? static_cast<Writable>(writable) : Writable::unknown;
    node.notification = static_cast<std::uint8_t>(bits >> notification_at & notification_mask);
    node.marks = static_cast<std::uint8_t>(bits >> marks_at & marks_mask);
    node.value = (bits >> has_value_at & 1) != 0 ? std::optional<std::string_view>{""} : std::nullopt;
}

}  // namespace datamodel
