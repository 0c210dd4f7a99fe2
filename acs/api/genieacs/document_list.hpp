#pragma once

#include "api/call.hpp"
#include "api/genieacs/filter.hpp"
#include "api/genieacs/list_query.hpp"

#include <boost/json/object.hpp>

#include <vector>

namespace api::genieacs {

/// The most documents of a list that is kept in memory while it is answered.
inline constexpr std::size_t most_documents = 10'000;

/// 400: the list is too long to be given.
[[nodiscard]] std::unexpected<Problem> too_many_documents(std::string_view advice);

/// Answers with those of the documents that the URL asks for: the query, sort by any member, skip, limit; the
/// projection names members. Fails with 400.
[[nodiscard]] Outcome<net::Response> answer_list(ListQuery const& wanted, Filter const& filter,
                                                 std::vector<boost::json::object> documents);

/// The filter of a list; one without a query wants everything.
[[nodiscard]] Outcome<Filter> filter_of(ListQuery const& wanted);

}  // namespace api::genieacs
