#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace provisioning {

/// What a condition knows of a column of `acs.device`.
struct ColumnFacts {
    std::string_view name;
    bool is_device_text;  ///< text that the device chose: may hold anything
    bool is_time;         ///< timestamptz
    bool reads_clock;     ///< it changes while nothing is told of the device
};

/// What a condition knows of a function that it may call.
struct FunctionFacts {
    std::string_view name;  ///< as written without "pg_catalog."; "acs.number" and the like with their schema
    bool returns_text;      ///< its result holds what its text arguments held
    std::uint8_t
        own_arguments;  ///< bit n: argument n fails on odd values, so no device may supply it (patterns, units)
    bool is_about_time;
    bool reads_clock;
    bool lengthens;  ///< its result may be longer than its arguments together: argument 2 is what is put in
};

/// The column of that name, or null.
[[nodiscard]] ColumnFacts const* find_column(std::string_view name);

/// The function of that name, or null.
[[nodiscard]] FunctionFacts const* find_function(std::string_view name);

[[nodiscard]] bool is_allowed_operator(std::string_view name);
/// True for the operators whose right side is a LIKE pattern or a regular expression.
[[nodiscard]] bool takes_pattern(std::string_view operator_name);

/// What a type means for the guard.
enum class TypeClass { unknown, text, number, time, other };
/// The class of a type that a cast may name; `unknown` for all others.
[[nodiscard]] TypeClass class_of_type(std::string_view name);

/// A sentence that leads from an unknown column to the right one: the nearest name, or what there is.
[[nodiscard]] std::string hint_for_column(std::string_view name);
/// The same for a function.
[[nodiscard]] std::string hint_for_function(std::string_view name);

}  // namespace provisioning
