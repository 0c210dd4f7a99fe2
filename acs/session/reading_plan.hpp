#pragma once

#include "datamodel/tree.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace session {

/// One GetParameterValues of a discovery.
struct Reading {
    std::vector<std::string> paths;
    std::size_t expected = 0;  ///< parameters that the tree knows below them
    std::uint32_t deaths = 0;  ///< times that the device died while it, or what it was part of, was read
    bool exact = false;        ///< one partial path whose answer replaces what is known below it
};

/// How a device is to be read.
struct ReadingRules {
    bool by_subtree = true;                   ///< it takes partial paths
    std::size_t per_request = 256;            ///< most parameters in one answer, and most names in one request
    std::set<std::string, std::less<>> skip;  ///< paths that must not be asked for; partial ones with all below them
};

/// Everything below `path` whose value is unknown or doubtful, in as few requests as the rules allow: whole subtrees
/// where nothing in them is to be left out, else parameters by name.
[[nodiscard]] std::vector<Reading> plan_readings(datamodel::ParameterTree const& tree, std::string_view path,
                                                 ReadingRules const& rules);

/// The same reading in two halves: its paths, or when it is one partial path, what is below that.
/// Empty when it is one parameter.
[[nodiscard]] std::vector<Reading> halves(datamodel::ParameterTree const& tree, Reading const& reading,
                                          ReadingRules const& rules);

}  // namespace session
