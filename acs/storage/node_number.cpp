#include "storage/node_number.hpp"

#include "base/crypto.hpp"
#include "storage/array_text.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>
#include <unistd.h>

#include <stdexcept>

namespace storage {

namespace {

constexpr Statement take_number{
    "take_node_number",
    "INSERT INTO node (node_id, name, sealing_key)"
    " SELECT n, $1, $2 FROM generate_series(0, 1023) n"
    "  WHERE NOT EXISTS (SELECT FROM node o WHERE o.node_id = n AND o.last_seen > now() - interval '5 minutes')"
    "  ORDER BY n LIMIT 1"
    " ON CONFLICT (node_id) DO UPDATE SET name = excluded.name, started_at = now(), last_seen = now(),"
    " sealing_key = excluded.sealing_key"
    "    WHERE node.last_seen <= now() - interval '5 minutes'"
    " RETURNING node_id"};
constexpr Statement keep_number{"keep_node_number",
                                "UPDATE node SET last_seen = now() WHERE node_id = $1 AND name = $2"};
constexpr Statement release_number{"release_node_number", "DELETE FROM node WHERE node_id = $1 AND name = $2"};

constexpr int attempts = 50;  ///< several programs that start at once go for the same number

}  // namespace

NodeNumber NodeNumber::take(ConnectionSettings const& database, std::string const& label,
                            std::string const& sealing_key)
{
    auto const connection = connect(database);
    auto const name = storable(fmt::format("{} {} {}", label, getpid(), base::random_hex(4)));
    for (int attempt = 0; attempt < attempts; ++attempt) {
        pqxx::nontransaction work{*connection};
        if (auto const rows = exec(work, take_number, name, sealing_key); !rows.empty())
            return NodeNumber{rows.front()[0].as<unsigned>(), name};
    }
    throw std::runtime_error{
        "all 1024 node numbers are taken; see the table node, rows of dead nodes are freed after five minutes"};
}

bool NodeNumber::keep(pqxx::connection& connection) const
{
    pqxx::nontransaction work{connection};
    return exec(work, keep_number, number_, name_).affected_rows() == 1;
}

void NodeNumber::release(pqxx::connection& connection) const
{
    pqxx::nontransaction work{connection};
    exec(work, release_number, number_, name_);
}

}  // namespace storage
