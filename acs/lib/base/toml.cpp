#define TOML_IMPLEMENTATION
#include "base/toml.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace base {

Result<toml::table> parse_toml(std::string_view text, std::string_view file)
{
    try {
        return toml::parse(text, file);
    } catch (toml::parse_error const& error) {
        return fail(fmt::format("{} line {}, column {}: {}", file, error.source().begin.line,
                                error.source().begin.column, error.description()));
    } catch (BrokenAssumption const&) {
        return fail(
            fmt::format("{}: this is no TOML: a name in it begins with a character that no name may begin with; "
                        "write names in letters, digits, - and _, or in quotes",
                        file));
    }
}

Result<toml::table> read_toml(std::string const& file)
{
    std::ifstream stream{file, std::ios::binary};
    if (!stream)
        return fail(fmt::format("{}: the file cannot be opened; is the name right, and may it be read?", file));
    std::string const text{std::istreambuf_iterator<char>{stream}, {}};
    return parse_toml(text, file);
}

}  // namespace base
