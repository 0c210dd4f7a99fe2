#pragma once

#include <fmt/format.h>

#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>

namespace base::log {

enum class Level { debug, info, warning, error };

/// One named fact of a log line. Values are written in quotes when they hold blanks or quotes; control characters
/// are escaped, so foreign text cannot forge a line. Secrets must never be given.
/// A field looks at the text it is given and copies nothing: it is for the argument list of the calls below, no longer.
class Field {
public:
    Field(std::string_view name, std::string_view text) : name_{name}, text_{text} {}
    Field(std::string_view name, char const* text) : name_{name}, text_{text} {}
    Field(std::string_view name, std::string const& text) : name_{name}, text_{text} {}
    template <class T>
    Field(std::string_view name, T const& value) : name_{name}, made_{fmt::to_string(value)}
    {
    }

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] std::string_view value() const noexcept { return made_.empty() ? text_ : made_; }

private:
    std::string_view name_;
    std::string_view text_;
    std::string made_;  ///< of a value that is no text
};

/// Sets what is written from now on. The default is info.
void set_level(Level level);
/// The level by its name ("debug", "info", "warning", "error"); false when there is none of that name.
[[nodiscard]] bool set_level(std::string_view name);
/// Whether lines of this level are written: what happens often asks before it builds costly fields.
[[nodiscard]] bool enabled(Level level);

/// Writes one line to standard error: time, level, identifier, fields. `id` is listed in docs/messages.md.
void write(Level level, std::string_view id, std::initializer_list<Field> fields);

inline void debug(std::string_view id, std::initializer_list<Field> fields = {})
{
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

/// Writes an error line with what an exception says that escaped from a coroutine; nothing when there is none.
void escaped(std::string_view id, std::exception_ptr const& exception);

}  // namespace base::log
