#include "storage/pg_groups.hpp"

#include "storage/array_text.hpp"

#include <pqxx/pqxx>

namespace storage {

namespace {

#define GROUP_COLUMNS "name, description, condition, made_by, made_at, changed_at"

constexpr Statement list_groups{"list_groups",
                                "SELECT " GROUP_COLUMNS " FROM device_group WHERE name COLLATE \"C\" > $1"
                                " ORDER BY name COLLATE \"C\" LIMIT $2"};
constexpr Statement find_group{"find_group", "SELECT " GROUP_COLUMNS " FROM device_group WHERE name = $1"};
constexpr Statement add_group{"add_group",
                              "INSERT INTO device_group (name, description, condition, made_by) SELECT $1, $2, $3, $4"
                              " WHERE (SELECT count(*) FROM device_group) < $5 ON CONFLICT DO NOTHING"
                              " RETURNING " GROUP_COLUMNS};
constexpr Statement change_group{"change_group",
                                 "UPDATE device_group SET description = coalesce($2::text, description),"
                                 " condition = coalesce($3::text, condition), changed_at = now() WHERE name = $1"
                                 " RETURNING " GROUP_COLUMNS};
constexpr Statement remove_group{"remove_group", "DELETE FROM device_group WHERE name = $1"};

#undef GROUP_COLUMNS

domain::DeviceGroup group_of(pqxx::row const& row)
{
    return {row[0].c_str(),
            row[1].c_str(),
            row[2].c_str(),
            row[3].c_str(),
            parse_time({row[4].c_str(), row[4].size()}),
            parse_time({row[5].c_str(), row[5].size()})};
}

std::optional<domain::DeviceGroup> first_of(pqxx::result const& rows)
{
    if (rows.empty())
        return std::nullopt;
    return group_of(rows.front());
}

std::optional<std::string> storable_text(std::optional<std::string> const& text)
{
    if (!text)
        return std::nullopt;
    return storable(*text);
}

}  // namespace

base::Awaitable<std::vector<domain::DeviceGroup>> PgGroups::list(std::string after, unsigned limit)
{
    auto work = [after = storable(after), limit](Transaction& transaction) {
        std::vector<domain::DeviceGroup> found;
        for (auto const& row : transaction.exec(list_groups, after, limit))
            found.push_back(group_of(row));
        return found;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::DeviceGroup>> PgGroups::find(std::string name)
{
    auto work = [name = storable(name)](Transaction& transaction) {
        return first_of(transaction.exec(find_group, name));
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<domain::DeviceGroup>> PgGroups::add(domain::DeviceGroup group)
{
    auto work = [group = std::move(group)](Transaction& transaction) {
        return first_of(transaction.exec(add_group, storable(group.name), storable(group.description),
                                         storable(group.condition), storable(group.made_by),
                                         static_cast<std::int64_t>(domain::most_groups)));
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<std::optional<domain::DeviceGroup>>
PgGroups::change(std::string name, std::optional<std::string> description, std::optional<std::string> condition)
{
    auto work = [name = storable(name), description = storable_text(description),
                 condition = storable_text(condition)](Transaction& transaction) {
        return first_of(transaction.exec(change_group, name, description, condition));
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<bool> PgGroups::remove(std::string name)
{
    auto work = [name = storable(name)](Transaction& transaction) {
        return transaction.exec(remove_group, name).affected_rows() > 0;
    };
    co_return co_await writes_.run(std::move(work));
}

}  // namespace storage
