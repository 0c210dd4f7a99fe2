#pragma once

#include "base/result.hpp"
#include "domain/condition.hpp"
#include "storage/database.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace storage {

/// The pieces of a search for a guarded condition, and the parameters that they name.
struct ComposedSearch {
    domain::SearchSql pieces;
    std::vector<std::string> parameters;

    /// The placeholder of one more parameter.
    [[nodiscard]] std::string add(std::string parameter);
    pqxx::result run(Transaction& transaction, std::string const& sql) const;
};

/// Paths with promoted copies are joined by id, the others looked up in the trees.
[[nodiscard]] ComposedSearch compose(Transaction& transaction, domain::Condition const& condition,
                                     domain::SearchComposer const& composer);

/// PostgreSQL's first line without its label: "division by zero".
[[nodiscard]] std::string first_sentence(std::string_view message);

/// Why a search was refused, for the person who asked.
[[nodiscard]] std::string search_refusal(pqxx::sql_error const& problem);

/// Runs `work` for a condition that a person wrote: that it took too long or was refused is an expected failure.
template <class Work>
base::Awaitable<base::Result<std::invoke_result_t<Work&, Transaction&>>> search_with(Database& searches, Work work)
{
    std::string refused;
    try {
        co_return co_await searches.run(std::move(work));
    } catch (pqxx::sql_error const& problem) {
        refused = search_refusal(problem);
    }
    co_return base::fail(std::move(refused));
}

}  // namespace storage
