// Requests of operators that were cut short.
#include "cwmp/device_id.hpp"
#include "storage/array_text.hpp"
#include "storage/pg_audit.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <pqxx/pqxx>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace storage {

namespace {

constexpr Statement take_unended{"take_unended_intents",
                                 "DELETE FROM audit_intent WHERE intent_id IN (SELECT intent_id FROM audit_intent"
                                 " WHERE at < $1::timestamptz - make_interval(secs => $2) ORDER BY at LIMIT 100)"
                                 " RETURNING at, made_by, how, peer, method, path"};
constexpr Statement find_named{"find_named_device", "SELECT device_id FROM device_identity WHERE oui = $1"
                                                    " AND product_class = $2 AND serial_number = $3 LIMIT 1"};

/// The part of a path that names a device; empty: none.
std::string_view device_in(std::string_view path)
{
    for (std::string_view const parent : {"/api/v1/devices/", "/compat/genieacs/devices/"})
        if (path.starts_with(parent)) {
            path.remove_prefix(parent.size());
            return path.substr(0, path.find('/'));
        }
    return {};
}

std::optional<domain::DeviceKey> find(Transaction& transaction, std::string_view name)
{
    auto identity = cwmp::parse_external_id(name);
    if (identity)
        identity = cwmp::normalized(*std::move(identity));
    if (!identity)
        return std::nullopt;
    auto const rows = transaction.exec(find_named, storable(identity->oui), storable(identity->product_class),
                                       storable(identity->serial_number));
    if (rows.empty())
        return std::nullopt;
    return domain::DeviceKey{rows.front()[0].as<std::int64_t>()};
}

domain::AuditEntry entry_of(Transaction& transaction, pqxx::row const& row)
{
    domain::AuditEntry entry;
    entry.by = row[1].c_str();
    entry.how = row[2].c_str();
    entry.peer = row[3].c_str();
    entry.action = "request.unknown_outcome";
    std::string path = row[5].c_str();
    if (auto const name = std::string{device_in(path)}; !name.empty()) {
        entry.device = find(transaction, name);
        if (!entry.device)  // purged, perhaps by this very request: it must not be named again
            path.replace(path.find(name), name.size(), "(a device that is not known)");
    }
    entry.target = fmt::format("{} {}", row[4].c_str(), path);
    entry.after = boost::json::serialize(boost::json::object{{"begun", row[0].c_str()}});
    return entry;
}

}  // namespace

unsigned tell_unended(Transaction& transaction, base::TimePoint now)
{
    auto const patience = std::chrono::duration<double>{domain::intent_patience}.count();
    std::vector<domain::AuditEntry> entries;
    for (auto const& row : transaction.exec(take_unended, time_text(now), patience))
        entries.push_back(entry_of(transaction, row));
    for (auto& entry : entries)
        append_audit(transaction, std::move(entry));
    return static_cast<unsigned>(entries.size());
}

}  // namespace storage
