#include "storage/operator_rows.hpp"

#include "base/crypto.hpp"
#include "storage/array_text.hpp"

namespace storage {

namespace {

base::TimePoint time_of(pqxx::field const& field)
{
    return parse_time({field.c_str(), field.size()});
}

std::optional<base::TimePoint> time_or_none(pqxx::field const& field)
{
    return field.is_null() ? std::nullopt : std::optional{time_of(field)};
}

domain::Permissions permissions_of(pqxx::field const& field)
{
    return domain::Permissions::of(parse_texts({field.c_str(), field.size()}));
}

}  // namespace

domain::Role role_of(pqxx::row const& row)
{
    return {row[0].c_str(), permissions_of(row[1]), row[2].c_str(), row[3].as<bool>()};
}

domain::Operator operator_of(pqxx::row const& row)
{
    return {domain::OperatorId{row[0].as<std::int64_t>()},
            row[1].c_str(),
            row[2].c_str(),
            row[3].as<bool>(),
            row[4].as<bool>(),
            time_of(row[5]),
            time_or_none(row[6])};
}

domain::ApiToken token_of(pqxx::row const& row)
{
    domain::ApiToken token;
    token.id = domain::ApiTokenId{row[0].as<std::int64_t>()};
    token.owner = domain::OperatorId{row[1].as<std::int64_t>()};
    token.name = row[2].c_str();
    token.hash = base::from_hex(row[3].c_str());
    if (!row[4].is_null())
        token.permissions = permissions_of(row[4]);
    token.made_at = time_of(row[5]);
    token.expires_at = time_of(row[6]);
    token.last_used = time_or_none(row[7]);
    return token;
}

domain::OperatorSession session_of(pqxx::row const& row)
{
    return {base::from_hex(row[0].c_str()), domain::OperatorId{row[1].as<std::int64_t>()}, time_of(row[2]),
            time_of(row[3])};
}

}  // namespace storage
