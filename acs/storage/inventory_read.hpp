#pragma once

#include "storage/pg_inventory.hpp"

namespace storage {

template <class Work>
base::Awaitable<std::invoke_result_t<Work&, Transaction&>> PgInventory::read(Work work)
{
    std::string problem;
    try {
        co_return co_await parts_.searches.run(std::move(work));
    } catch (pqxx::sql_error const& refused) {
        if (failure_of(refused) != Failure::timed_out)
            throw;
        problem = refused.what();
    }
    throw base::Unavailable{"the database took too long: " + problem};
}

}  // namespace storage
