#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>
#include <utility>

namespace base::log {

namespace {

constexpr std::size_t max_value = 2000;  ///< bytes of one field's value that are written

spdlog::logger& logger()
{
    static auto const instance = [] {
        auto made = std::make_unique<spdlog::logger>("acs", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
        made->flush_on(spdlog::level::info);
        return made;
    }();
    return *instance;
}

spdlog::level::level_enum native(Level level)
{
    switch (level) {
        case Level::debug: return spdlog::level::debug;
        case Level::info: return spdlog::level::info;
        case Level::warning: return spdlog::level::warn;
        case Level::error: break;
    }
    return spdlog::level::err;
}

bool is_plain(std::string_view value)
{
    if (value.empty())
        return false;
    for (auto const c : value)
        if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f)
            return false;
    return true;
}

void append_quoted(std::string& line, std::string_view value)
{
    line += '"';
    for (auto const c : value) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            line += '\\';
            line += c;
        } else if (byte < ' ' || byte == 0x7f) {
            line += fmt::format("\\x{:02x}", byte);
        } else {
            line += c;
        }
    }
    line += '"';
}

}  // namespace

void set_level(Level level)
{
    logger().set_level(native(level));
}

bool set_level(std::string_view name)
{
    constexpr std::array names{
        std::pair{std::string_view{"debug"}, Level::debug}, std::pair{std::string_view{"info"}, Level::info},
        std::pair{std::string_view{"warning"}, Level::warning}, std::pair{std::string_view{"error"}, Level::error}};
    for (auto const& [known, level] : names)
        if (known == name) {
            set_level(level);
            return true;
        }
    return false;
}

bool enabled(Level level)
{
    return logger().should_log(native(level));
}

void write(Level level, std::string_view id, std::initializer_list<Field> fields)
{
    if (!enabled(level))
        return;
    std::string line{id};
    for (auto const& field : fields) {
        line += ' ';
        line += field.name();
        line += '=';
        auto const value = field.value().substr(0, max_value);
        if (is_plain(value))
            line += value;
        else
            append_quoted(line, value);
    }
    logger().log(native(level), "{}", line);
}

void escaped(std::string_view id, std::exception_ptr const& exception)
{
    if (!exception)
        return;
    try {
        std::rethrow_exception(exception);
    } catch (std::exception const& known) {
        error(id, {{"error", known.what()}});
    } catch (...) {
        error(id, {{"error", "an exception that is no std::exception"}});
    }
}

}  // namespace base::log
