#pragma once

#include "base/toml.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace app {

/// Takes values out of a TOML table by name and gathers everything that is wrong with them, unknown keys too, so that
/// an operator hears of all problems at once. A key that is absent leaves the default.
class TomlReader {
public:
    /// `table` may be null (an absent section). Problems are added to `problems` as "section.key: what is wrong".
    TomlReader(toml::table const* table, std::string section, std::vector<std::string>& problems)
        : table_{table}, section_{std::move(section)}, problems_{problems}
    {
    }
    /// Reports the keys that nobody asked for.
    ~TomlReader();

    TomlReader(TomlReader const&) = delete;
    TomlReader& operator=(TomlReader const&) = delete;

    void read(std::string_view key, std::string& value);
    void read(std::string_view key, bool& value);
    void read(std::string_view key, std::vector<std::string>& value);
    /// Whole numbers within [least, most].
    template <class Number>
    void read(std::string_view key, Number& value, std::int64_t least, std::int64_t most)
    {
        if (auto const number = number_in(key, least, most))
            value = static_cast<Number>(*number);
    }
    /// Whole seconds (or what `Duration` counts) within [least, most].
    template <class Rep, class Period>
    void read(std::string_view key, std::chrono::duration<Rep, Period>& value, std::int64_t least, std::int64_t most)
    {
        if (auto const number = number_in(key, least, most))
            value = std::chrono::duration<Rep, Period>{*number};
    }
    /// One of the names; `value` becomes its place in the list. False when the key is absent.
    [[nodiscard]] std::optional<std::size_t> choice(std::string_view key, std::vector<std::string_view> names);

    /// A sub-table; null when absent.
    [[nodiscard]] toml::table const* table(std::string_view key);
    /// The tables of an array of tables; empty when absent.
    [[nodiscard]] std::vector<toml::table const*> tables(std::string_view key);

    void complain(std::string_view key, std::string_view what);

private:
    [[nodiscard]] toml::node const* find(std::string_view key);
    [[nodiscard]] std::optional<std::int64_t> number_in(std::string_view key, std::int64_t least, std::int64_t most);

    toml::table const* table_;
    std::string section_;
    std::vector<std::string>& problems_;
    std::set<std::string, std::less<>> known_;
};

}  // namespace app
