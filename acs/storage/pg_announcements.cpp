#include "storage/pg_announcements.hpp"

#include "base/crypto.hpp"
#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"
#include "storage/task_columns.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace storage {

namespace {

using domain::Announcement;
using domain::AnnouncementResult;
using Outcome = domain::AnnouncementResult::Outcome;

// What is known of each of a list: is it announced already (and did it come), is the device here, whose is the login.
constexpr Statement look_at_announcements{
    "look_at_announcements",
    "SELECT u.n, a.announcement_id, a.device_id IS NOT NULL, d.served, d.pending,"
    " EXISTS (SELECT FROM credential l WHERE u.username <> '' AND l.username = u.username"
    " AND (l.announcement_id IS NULL OR l.announcement_id IS DISTINCT FROM a.announcement_id))"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY"
    " u (serial_number, oui, product_class, username, n)"
    " LEFT JOIN announcement a ON a.serial_number = u.serial_number AND a.oui = u.oui"
    " AND a.product_class = u.product_class"
    " CROSS JOIN LATERAL (SELECT coalesce(bool_or(d.state <> 'pending'), false) AS served,"
    " coalesce(bool_or(d.state = 'pending'), false) AS pending FROM device d WHERE d.serial_number = u.serial_number"
    " AND u.oui IN ('', d.oui) AND u.product_class IN ('', d.product_class)) d"};

constexpr Statement add_announcements{
    "add_announcements",
    "INSERT INTO announcement AS a (serial_number, oui, product_class, subscriber, tags, username, announced_by)"
    " SELECT serial_number, oui, product_class, subscriber, tags::text[], username, $7"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])"
    " u (serial_number, oui, product_class, subscriber, tags, username)"
    " ON CONFLICT (serial_number, oui, product_class) DO UPDATE SET subscriber = EXCLUDED.subscriber,"
    " tags = EXCLUDED.tags, username = EXCLUDED.username, announced_by = EXCLUDED.announced_by, announced_at = now()"
    " WHERE a.device_id IS NULL"};

// Logins that the announcement no longer names.
constexpr Statement drop_announced_logins{
    "drop_announced_logins",
    "DELETE FROM credential l USING announcement a, unnest($1::text[], $2::text[], $3::text[])"
    " u (serial_number, oui, product_class) WHERE a.serial_number = u.serial_number AND a.oui = u.oui"
    " AND a.product_class = u.product_class AND l.announcement_id = a.announcement_id AND l.username <> a.username"};

constexpr Statement add_announced_logins{
    "add_announced_logins",
    "INSERT INTO credential AS l (username, ha1_md5, ha1_sha256, password, announcement_id)"
    " SELECT u.username, u.ha1_md5, u.ha1_sha256, u.password, a.announcement_id"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::text[])"
    " u (serial_number, oui, product_class, username, ha1_md5, ha1_sha256, password)"
    " JOIN announcement a ON a.serial_number = u.serial_number AND a.oui = u.oui AND a.product_class = u.product_class"
    " AND a.device_id IS NULL"
    " ON CONFLICT (username) DO UPDATE SET ha1_md5 = EXCLUDED.ha1_md5, ha1_sha256 = EXCLUDED.ha1_sha256,"
    " password = EXCLUDED.password WHERE l.announcement_id = EXCLUDED.announcement_id"};

constexpr Statement enrol_pending_devices{
    "enrol_pending_devices",
    "WITH fits AS (SELECT DISTINCT ON (d.device_id) d.device_id, a.announcement_id, a.subscriber, a.tags"
    " FROM device d JOIN announcement a ON a.serial_number = d.serial_number AND a.oui IN ('', d.oui)"
    " AND a.product_class IN ('', d.product_class) AND a.device_id IS NULL AND a.username = ''"
    " WHERE d.state = 'pending'"
    " ORDER BY d.device_id, a.oui <> '' DESC, a.product_class <> '' DESC, a.announcement_id),"
    " met AS (SELECT DISTINCT ON (announcement_id) * FROM fits ORDER BY announcement_id, device_id),"
    " noted AS (UPDATE announcement a SET device_id = m.device_id, met_at = now() FROM met m"
    " WHERE a.announcement_id = m.announcement_id),"
    " enrolled AS (UPDATE device d SET state = 'active', subscriber = coalesce(nullif(m.subscriber, ''), d.subscriber),"
    " tags = ARRAY(SELECT DISTINCT unnest(d.tags || m.tags)) FROM met m WHERE d.device_id = m.device_id"
    " AND d.state = 'pending' RETURNING d.device_id, d.state, 'pending' AS former),"
    " told AS (" ACS_STATE_EVENTS("enrolled") ") SELECT 1 FROM enrolled"};

#define ACS_ANNOUNCEMENT_COLUMNS                                                                                       \
    "announcement_id, serial_number, oui, product_class, subscriber, tags, username, announced_at, announced_by,"      \
    " device_id, met_at, coalesce((SELECT d.contact FROM acs.device d WHERE d.id = announcement.device_id), "          \
    "'unmanaged')"

constexpr Statement list_announcements{
    "list_announcements",
    "SELECT " ACS_ANNOUNCEMENT_COLUMNS " FROM announcement WHERE announcement_id > $1"
    " AND ($2 = '' OR serial_number = $2)"
    " AND ($3::boolean IS NULL OR (device_id IS NOT NULL) = $3) ORDER BY announcement_id LIMIT $4"};
constexpr Statement remove_announcement{
    "remove_announcement", "WITH login AS (DELETE FROM credential WHERE announcement_id = $1) DELETE FROM announcement"
                           " WHERE announcement_id = $1 RETURNING " ACS_ANNOUNCEMENT_COLUMNS};

/// One array for each column of a list.
struct Columns {
    ArrayText serials, ouis, classes, subscribers, tags, usernames, md5, sha256, passwords;

    void add_identity(Announcement const& one)
    {
        serials.add(std::string_view{one.serial_number});
        ouis.add(std::string_view{one.oui});
        classes.add(std::string_view{one.product_class});
        usernames.add(std::string_view{one.username});
    }
    void add_facts(Announcement const& one)
    {
        subscribers.add(std::string_view{one.subscriber});
        tags.add(std::string_view{array_text(one.tags)});
    }
    void add_login(Announcement const& one, std::string const& realm, base::Sealer const& sealer)
    {
        auto const secret = fmt::format("{}:{}:{}", one.username, realm, one.password);
        md5.add(std::string_view{"\\x" + base::to_hex(base::md5(secret))});
        sha256.add(std::string_view{"\\x" + base::to_hex(base::sha256(secret))});
        passwords.add(std::string_view{sealer.seal(one.password, login_place(one.username))});
    }
};

/// What a row of look_at_announcements comes to.
AnnouncementResult judge(Announcement const& one, pqxx::row const& row)
{
    bool const is_announced = !row[1].is_null();
    bool const came = row[2].as<bool>(false);
    bool const is_served = row[3].as<bool>();
    bool const is_pending = row[4].as<bool>();
    if (is_served || came)
        return {Outcome::known, {}, {}};
    if (row[5].as<bool>())
        return {Outcome::refused, "username", "is the login of another device: give each device its own"};
    if (is_pending && !one.username.empty())
        return {Outcome::refused, "serial_number",
                "is of a pending device that came without this login: enrol or reject that device first"};
    if (is_pending)
        return {Outcome::enrolled, {}, {}};
    return {is_announced ? Outcome::updated : Outcome::added, {}, {}};
}

std::vector<AnnouncementResult> look_at(Transaction& transaction, std::vector<Announcement> const& all)
{
    Columns columns;
    for (auto const& one : all)
        columns.add_identity(one);
    std::vector<AnnouncementResult> results(all.size());
    for (auto const& row : transaction.exec(look_at_announcements, columns.serials.finish(), columns.ouis.finish(),
                                            columns.classes.finish(), columns.usernames.finish())) {
        auto const i = row[0].as<std::size_t>() - 1;
        results[i] = judge(all[i], row);
    }
    return results;
}

/// Of two that mean the same, the later is refused: nobody knows which one is right.
void refuse_repeated(std::vector<Announcement> const& all, std::vector<AnnouncementResult>& results)
{
    std::set<std::tuple<std::string_view, std::string_view, std::string_view>> identities;
    std::set<std::string_view> usernames;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto const& one = all[i];
        if (!identities.emplace(one.serial_number, one.oui, one.product_class).second)
            results[i] = {Outcome::refused, "serial_number", "stands in the list twice: keep one of the lines"};
        else if (!one.username.empty() && !usernames.insert(one.username).second)
            results[i] = {Outcome::refused, "username", "stands in the list twice: give each device its own"};
    }
}

/// With such a login anybody who has it would be taken for the device.
void refuse_shared(std::vector<Announcement> const& all, std::vector<std::string> const& shared_names,
                   std::vector<AnnouncementResult>& results)
{
    for (std::size_t i = 0; i < all.size(); ++i)
        if (std::ranges::find(shared_names, all[i].username) != shared_names.end())
            results[i] = {Outcome::refused, "username",
                          "is a login of first contact that many devices have: give each its own, or none"};
}

void write(Transaction& transaction, std::vector<Announcement> const& all, std::string const& realm,
           base::Sealer const& sealer)
{
    Columns facts;
    Columns identities;
    Columns logins;
    bool has_logins = false;
    for (auto const& one : all) {
        facts.add_identity(one);
        facts.add_facts(one);
        identities.add_identity(one);
        if (one.username.empty())
            continue;
        has_logins = true;
        logins.add_identity(one);
        logins.add_login(one, realm, sealer);
    }
    transaction.exec(add_announcements, facts.serials.finish(), facts.ouis.finish(), facts.classes.finish(),
                     facts.subscribers.finish(), facts.tags.finish(), facts.usernames.finish(),
                     all.front().announced_by);
    transaction.exec(drop_announced_logins, identities.serials.finish(), identities.ouis.finish(),
                     identities.classes.finish());
    if (has_logins)
        transaction.exec(add_announced_logins, logins.serials.finish(), logins.ouis.finish(), logins.classes.finish(),
                         logins.usernames.finish(), logins.md5.finish(), logins.sha256.finish(),
                         logins.passwords.finish());
    transaction.exec(enrol_pending_devices);
}

Announcement announcement_of(pqxx::row const& row)
{
    Announcement one;
    one.id = row[0].as<std::int64_t>();
    one.serial_number = row[1].c_str();
    one.oui = row[2].c_str();
    one.product_class = row[3].c_str();
    one.subscriber = row[4].c_str();
    one.tags = parse_texts({row[5].c_str(), row[5].size()});
    one.username = row[6].c_str();
    one.announced_at = parse_time({row[7].c_str(), row[7].size()});
    one.announced_by = row[8].c_str();
    if (!row[9].is_null())
        one.device = domain::DeviceKey{row[9].as<std::int64_t>()};
    if (!row[10].is_null())
        one.met_at = parse_time({row[10].c_str(), row[10].size()});
    one.contact = row[11].c_str();
    return one;
}

}  // namespace

base::Awaitable<std::vector<AnnouncementResult>> PgAnnouncements::add(std::vector<Announcement> announcements,
                                                                      bool dry_run)
{
    if (announcements.empty())
        co_return std::vector<AnnouncementResult>{};
    auto work = [this, all = std::move(announcements), dry_run](Transaction& transaction) {
        auto results = look_at(transaction, all);
        refuse_repeated(all, results);
        refuse_shared(all, shared_names_, results);
        std::vector<Announcement> taken;
        for (std::size_t i = 0; i < all.size(); ++i)
            if (results[i].outcome != Outcome::refused && results[i].outcome != Outcome::known)
                taken.push_back(all[i]);
        if (!dry_run && !taken.empty())
            write(transaction, taken, realm_, sealer_);
        return results;
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<std::vector<Announcement>> PgAnnouncements::list(domain::AnnouncementQuery query)
{
    auto work = [query = std::move(query)](Transaction& transaction) {
        std::vector<Announcement> all;
        for (auto const& row : transaction.exec(list_announcements, query.after, storable(query.serial_number),
                                                query.met, static_cast<int>(query.limit)))
            all.push_back(announcement_of(row));
        return all;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<Announcement>> PgAnnouncements::remove(std::int64_t id)
{
    auto work = [id](Transaction& transaction) -> std::optional<Announcement> {
        auto const rows = transaction.exec(remove_announcement, id);
        if (rows.empty())
            return std::nullopt;
        return announcement_of(rows.front());
    };
    co_return co_await writes_.run(std::move(work));
}

std::size_t PgAnnouncements::enrol_pending()
{
    return writes_.run_here(
        [](Transaction& transaction) { return transaction.exec(enrol_pending_devices).affected_rows(); });
}

}  // namespace storage
