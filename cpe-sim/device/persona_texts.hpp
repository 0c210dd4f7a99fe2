#pragma once

#include <span>
#include <string_view>

namespace sim {

/// The files of cpe-sim/personas/, put into the program when it was built.
[[nodiscard]] std::span<std::string_view const> persona_texts();

}  // namespace sim
