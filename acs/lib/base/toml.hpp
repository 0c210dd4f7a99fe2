#pragma once

#include "base/broken_assumption.hpp"
#include "base/result.hpp"

// toml++ asserts, or with NDEBUG tells the compiler to rely on, what a file can break ("[\x01"). Here it is an
// exception in every build, and the parser is compiled once, in toml.cpp: who needs TOML includes this header and links
// no library.
#define TOML_HEADER_ONLY 0
#include <toml++/impl/preprocessor.h>
#undef TOML_ASSERT
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : throw base::BrokenAssumption{#expr})
#define TOML_ASSERT_ASSUME(expr) TOML_ASSERT(expr)
#include <toml++/toml.h>

#include <string>
#include <string_view>

namespace base {

/// Parses TOML text. `file` is for messages. Fails telling file, line and column of what is no TOML, as far as they are
/// known.
[[nodiscard]] Result<toml::table> parse_toml(std::string_view text, std::string_view file);

/// The same from a file.
[[nodiscard]] Result<toml::table> read_toml(std::string const& file);

}  // namespace base
