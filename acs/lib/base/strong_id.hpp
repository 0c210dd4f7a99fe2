#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace base {

/// A number that names one kind of thing. Two kinds never mix by accident.
template <class Tag>
class StrongId {
public:
    constexpr StrongId() noexcept = default;
    constexpr explicit StrongId(std::int64_t value) noexcept : value_{value} {}
    [[nodiscard]] constexpr std::int64_t value() const noexcept { return value_; }
    friend constexpr auto operator<=>(StrongId, StrongId) noexcept = default;

private:
    std::int64_t value_ = 0;
};

}  // namespace base

template <class Tag>
struct std::hash<base::StrongId<Tag>> {
    std::size_t operator()(base::StrongId<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value()); }
};
