#pragma once

#include "api/call.hpp"
#include "net/http.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace api::genieacs {

/// What the URL of a list asks for.
struct ListQuery {
    std::string query, projection, sort;  ///< as sent; empty when absent
    std::uint64_t skip = 0;
    std::uint64_t limit = 0;  ///< 0: all
};

/// Reads it. Fails with 400 and every bad field.
[[nodiscard]] Outcome<ListQuery> read_list_query(Call const& call);

/// The members of a sort such as {"_lastInform":-1}, true for descending, in their order; none for an empty text.
[[nodiscard]] Outcome<std::vector<std::pair<std::string, bool>>> read_sort(std::string const& text, std::size_t most);

/// The head of a list's answer: how many there are in all, and that it is JSON.
[[nodiscard]] net::Response list_head(std::uint64_t total);

}  // namespace api::genieacs
