#pragma once

#include "base/unavailable.hpp"
#include "storage/database.hpp"

#include <pqxx/except>

#include <string>
#include <type_traits>
#include <utility>

namespace storage {

/// Runs `work` on connections for reading; one that takes too long is an outage.
template <class Work>
base::Awaitable<std::invoke_result_t<Work&, Transaction&>> read_within_time(Database& searches, Work work)
{
    std::string problem;
    try {
        co_return co_await searches.run(std::move(work));
    } catch (pqxx::sql_error const& refused) {
        if (failure_of(refused) != Failure::timed_out)
            throw;
        problem = refused.what();
    }
    throw base::Unavailable{"the database took too long: " + problem};
}

}  // namespace storage
