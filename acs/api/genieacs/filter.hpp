#pragma once

#include "api/problem.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace api::genieacs {

/// What one query may ask; every limit is finite.
struct FilterLimits {
    std::size_t bytes = 16 * 1024;    ///< of its text
    std::size_t depth = 20;           ///< operators within operators
    std::size_t comparisons = 1'000;  ///< in all, each value of a list counted
};

/// A query as MongoDB writes it, taken apart: a tree of comparisons. $ne, $nin and $not are `none` of their opposite.
struct Filter {
    enum class Kind {
        all,         ///< every part holds
        any,         ///< at least one part holds
        none,        ///< no part holds
        comparison,  ///< `path` `comparison` `value`
    };
    enum class Comparison {
        equal,    ///< to a text, number, truth value or null
        one_of,   ///< an array of such
        greater,  ///< a text or a number
        at_least,
        less,
        at_most,
        exists,   ///< `value` is true or false
        matches,  ///< a regular expression
    };
    Kind kind = Kind::all;
    std::vector<Filter> parts;
    std::string path;  ///< as it was written: "_deviceId._ProductClass"
    Comparison comparison = Comparison::equal;
    boost::json::value value;
    bool ignores_case = false;  ///< of `matches`
};

/// Reads the text of a query, {"_tags":"a","_lastInform":{"$lt":"..."}}. Fails with 400 and a sentence that says what
/// cannot be answered, and where.
[[nodiscard]] Outcome<Filter> read_filter(std::string_view text, FilterLimits const& limits = {});

/// 400 for what is wrong at `path` of a query.
[[nodiscard]] std::unexpected<Problem> bad_query(std::string_view path, std::string_view reason);

}  // namespace api::genieacs
