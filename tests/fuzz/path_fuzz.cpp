#include "cwmp/path.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void take_apart(std::string_view path)
{
    std::size_t segments = 0;
    for (auto const segment : cwmp::Segments{path}) {
        ++segments;
        static_cast<void>(cwmp::instance_number(segment));
        static_cast<void>(cwmp::alias(segment));
    }
    require(segments == cwmp::depth(path));
    require(path.starts_with(cwmp::parent(path)));
    require(path.empty() || cwmp::parent(path).size() < path.size());
    require(cwmp::matches(path, path) || cwmp::has_wildcard(path) || path.find("{i}") != path.npos);
    static_cast<void>(cwmp::template_form(path));
    static_cast<void>(cwmp::is_secret_path(path));
    static_cast<void>(cwmp::form_of(cwmp::trim_path(path)));
    if (cwmp::check_path(path))
        require(path.empty() || cwmp::form_of(path) == cwmp::PathForm::sound);
}

}  // namespace

/// Any text is taken apart without harm, and the parts fit together. The first line is one path, the second another.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const line = text.find('\n');
    auto const first = text.substr(0, line);
    auto const second = line == text.npos ? std::string_view{} : text.substr(line + 1);
    take_apart(first);
    take_apart(second);
    static_cast<void>(cwmp::matches(first, second));
    return 0;
}
