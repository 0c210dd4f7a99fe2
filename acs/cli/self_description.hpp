#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace cli {

/// A script that completes commands and options of `app` in a shell: "bash", "zsh" or "fish". Fails for another one.
[[nodiscard]] base::Result<std::string> completion(CLI::App const& app, std::string_view shell);

/// The manual page of `app` (troff, section 1): every command with its operands and options.
[[nodiscard]] std::string man_page(CLI::App const& app);

}  // namespace cli
