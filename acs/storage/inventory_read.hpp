#pragma once

#include "storage/pg_inventory.hpp"
#include "storage/search_read.hpp"

namespace storage {

template <class Work>
base::Awaitable<std::invoke_result_t<Work&, Transaction&>> PgInventory::read(Work work)
{
    return read_within_time(parts_.searches, std::move(work));
}

}  // namespace storage
