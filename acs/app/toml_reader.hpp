#pragma once

#include "base/toml.hpp"
#include "domain/shown_setting.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace app {

/// What reading a configuration came to: the list of problems, and every setting with its value.
struct ConfigFindings : std::vector<std::string> {
    std::vector<domain::ShownSetting> settings;
};

/// Takes values out of a TOML table by name and gathers everything that is wrong with them, unknown keys too, so that
/// an operator hears of all problems at once. A key that is absent leaves the default.
class TomlReader {
public:
    /// `table` may be null (an absent section). Problems are added to `problems` as "section.key: what is wrong".
    TomlReader(toml::table const* table, std::string section, ConfigFindings& problems)
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
        auto const before = static_cast<std::int64_t>(value);
        if (auto const number = number_in(key, least, most))
            value = static_cast<Number>(*number);
        note(key, std::to_string(before), std::to_string(static_cast<std::int64_t>(value)));
    }
    /// Whole seconds (or what `Duration` counts) within [least, most].
    template <class Rep, class Period>
    void read(std::string_view key, std::chrono::duration<Rep, Period>& value, std::int64_t least, std::int64_t most)
    {
        auto const before = static_cast<std::int64_t>(value.count());
        if (auto const number = number_in(key, least, most))
            value = std::chrono::duration<Rep, Period>{*number};
        note(key, std::to_string(before), std::to_string(static_cast<std::int64_t>(value.count())));
    }
    /// The place in `names` of the one that is given; none when the key is absent. `usual` is what it is then.
    [[nodiscard]] std::optional<std::size_t> choice(std::string_view key, std::vector<std::string_view> names,
                                                    std::string_view usual);

    /// A sub-table; null when absent.
    [[nodiscard]] toml::table const* table(std::string_view key);
    /// The tables of an array of tables; empty when absent.
    [[nodiscard]] std::vector<toml::table const*> tables(std::string_view key);

    void complain(std::string_view key, std::string_view what);

private:
    void note(std::string_view key, std::string default_value, std::string value);
    [[nodiscard]] toml::node const* find(std::string_view key);
    [[nodiscard]] std::optional<std::int64_t> number_in(std::string_view key, std::int64_t least, std::int64_t most);

    toml::table const* table_;
    std::string section_;
    ConfigFindings& problems_;
    std::set<std::string, std::less<>> known_;
};

}  // namespace app
