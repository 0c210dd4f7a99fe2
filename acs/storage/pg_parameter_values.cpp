#include "storage/pg_parameter_values.hpp"

#include "storage/array_text.hpp"
#include "storage/search_read.hpp"

#include <pqxx/pqxx>

namespace storage {

namespace {

constexpr Statement read_values{"read_values_of_devices", "SELECT d.n, p.n, acs.value(d.id, p.path)"
                                                          " FROM unnest($1::bigint[]) WITH ORDINALITY d (id, n)"
                                                          " CROSS JOIN unnest($2::text[]) WITH ORDINALITY p (path, n)"};

}  // namespace

base::Awaitable<std::vector<std::vector<std::optional<std::string>>>>
PgParameterValues::of(std::vector<domain::DeviceKey> devices, std::vector<std::string> paths)
{
    using Values = std::vector<std::vector<std::optional<std::string>>>;
    auto work = [devices, paths](Transaction& transaction) {
        ArrayText keys, names;
        for (auto const key : devices)
            keys.add(key.value());
        for (auto const& path : paths)
            names.add(std::string_view{path});
        Values values(devices.size(), Values::value_type(paths.size()));
        for (auto const& row : transaction.exec(read_values, keys.finish(), names.finish()))
            if (!row[2].is_null())
                values[row[0].as<std::size_t>() - 1][row[1].as<std::size_t>() - 1] = row[2].c_str();
        return values;
    };
    co_return co_await read_within_time(searches_, std::move(work));
}

}  // namespace storage
