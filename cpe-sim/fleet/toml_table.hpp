#pragma once

#include "base/result.hpp"
#include "base/toml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sim {

/// Collects what is wrong with a file, so that all of it can be told at once.
class Problems {
public:
    void add(std::string what) { text_ += (text_.empty() ? "" : "\n") + std::move(what); }
    [[nodiscard]] base::Result<void> result() const { return text_.empty() ? base::Result<void>{} : base::fail(text_); }
    [[nodiscard]] bool any() const noexcept { return !text_.empty(); }
    [[nodiscard]] std::string const& text() const noexcept { return text_; }

private:
    std::string text_;
};

/// Reads the keys of one table and, when destroyed, reports those that nobody asked for. Only in source files: it
/// brings the whole of toml++.
class TomlTable {
public:
    /// `table` may be null: then every key has its default. `problems` must outlive it.
    TomlTable(toml::table const* table, std::string name, Problems& problems)
        : table_{table}, name_{std::move(name)}, problems_{problems}
    {
    }

    ~TomlTable()
    {
        if (table_ == nullptr)
            return;
        for (auto const& [key, node] : *table_)
            if (std::ranges::find(known_, key.str()) == known_.end())
                problems_.add(
                    fmt::format("{}.{} (line {}) does not exist", name_, key.str(), node.source().begin.line));
    }
    TomlTable(TomlTable const&) = delete;
    TomlTable& operator=(TomlTable const&) = delete;

    /// Takes the key's value, if it is there: a text, true or false, or a whole number that fits.
    template <class Value>
    void read(std::string_view key, Value& into)
    {
        if (!knows(key))
            return;
        auto const value = (*table_)[key];
        if constexpr (std::is_same_v<Value, std::string> || std::is_same_v<Value, bool>) {
            if (auto const found = value.template value_exact<Value>())
                into = *found;
            else
                wrong(key, std::is_same_v<Value, bool> ? "true or false" : "a text in quotes");
        } else {
            auto const found = value.template value_exact<std::int64_t>();
            if (found && *found >= 0 && std::in_range<Value>(*found))
                into = static_cast<Value>(*found);
            else
                wrong(key, "a whole number that is not negative");
        }
    }

    template <class Rep, class Period>
    void read_seconds(std::string_view key, std::chrono::duration<Rep, Period>& into)
    {
        double seconds = std::chrono::duration<double>{into}.count();
        if (read_number(key, seconds, 1e8, "a number of seconds"))
            into =
                std::chrono::duration_cast<std::chrono::duration<Rep, Period>>(std::chrono::duration<double>{seconds});
    }

    /// A number from 0 to `most`, whole or not; true when it was there and right.
    bool read_number(std::string_view key, double& into, double most, std::string_view what)
    {
        if (!knows(key))
            return false;
        auto const found = (*table_)[key].value<double>();
        if (found && *found >= 0 && *found <= most) {
            into = *found;
            return true;
        }
        wrong(key, what);
        return false;
    }

    void read_share(std::string_view key, double& into) { read_number(key, into, 1, "a share from 0 to 1"); }

    void read_list(std::string_view key, std::vector<std::string>& into)
    {
        if (!knows(key))
            return;
        auto const* list = (*table_)[key].as_array();
        if (list == nullptr || !list->is_homogeneous(toml::node_type::string))
            return list != nullptr && list->empty() ? into.clear() : wrong(key, "a list of texts in quotes");
        into.clear();
        for (auto const& item : *list)
            into.push_back(**item.as_string());
    }

    /// The table below a key; null when there is none.
    [[nodiscard]] toml::table const* sub_table(std::string_view key)
    {
        if (!knows(key))
            return nullptr;
        auto const* found = (*table_)[key].as_table();
        if (found == nullptr)
            wrong(key, "a table");
        return found;
    }

    [[nodiscard]] bool has(std::string_view key) const { return table_ != nullptr && table_->contains(key); }

    void wrong(std::string_view key, std::string_view wanted)
    {
        auto const line = has(key) ? (*table_)[key].node()->source().begin.line : 0;
        if (line == 0)
            problems_.add(fmt::format("{}.{} must be {}", name_, key, wanted));
        else
            problems_.add(fmt::format("{}.{} (line {}) must be {}", name_, key, line, wanted));
    }

private:
    bool knows(std::string_view key)
    {
        known_.emplace_back(key);
        return has(key);
    }

    toml::table const* table_;
    std::string name_;
    Problems& problems_;
    std::vector<std::string> known_;
};

}  // namespace sim
