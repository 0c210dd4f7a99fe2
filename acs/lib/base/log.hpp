#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace base::log {

enum class Level { debug, info, warning, error };

/// One named fact of a log line. Values are written in quotes when they hold blanks or quotes; control characters
/// are escaped, so foreign text cannot forge a line. Secrets must never be given.
struct Field {
    std::string_view name;
    std::string value;

    Field(std::string_view n, std::string_view v) : name{n}, value{v} {}
    Field(std::string_view n, char const* v) : name{n}, value{v} {}
    Field(std::string_view n, std::string const& v) : name{n}, value{v} {}
    template <class T>
    Field(std::string_view n, T const& v) : name{n}, value{fmt::to_string(v)}
    {
    }
};

/// Sets what is written from now on. The default is info.
void set_level(Level level);
/// The level by its name ("debug", "info", "warning", "error"); false when there is none of that name.
[[nodiscard]] bool set_level(std::string_view name);
[[nodiscard]] bool enabled(Level level);

/// Writes one line to standard error: time, level, identifier, fields. `id` is listed in docs/messages.md.
void write(Level level, std::string_view id, std::initializer_list<Field> fields);

inline void debug(std::string_view id, std::initializer_list<Field> fields = {})
{
    if (enabled(Level::debug))
        write(Level::debug, id, fields);
}
inline void info(std::string_view id, std::initializer_list<Field> fields = {})
{
    write(Level::info, id, fields);
}
inline void warning(std::string_view id, std::initializer_list<Field> fields = {})
{
    write(Level::warning, id, fields);
}
inline void error(std::string_view id, std::initializer_list<Field> fields = {})
{
    write(Level::error, id, fields);
}

}  // namespace base::log
