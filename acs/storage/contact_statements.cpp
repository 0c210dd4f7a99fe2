#include "storage/contact_statements.hpp"

#include <array>
#include <string>
#include <utility>

namespace storage {

namespace {

// Both statements repeat safely: the contact's id is kept in the row, so that a second run of the same commit finds its
// own work and leaves the epoch as it is; the event has a key made by us. Had yet another Inform been committed in
// between, the second run makes its own session the newest again: the other one is then refused at its next write, and
// its CPE retries.
//
// In the first, everything hangs on the rows that UPDATE gave back (they carry the columns of the batch), so that no
// join between two intermediate results is needed.

#define ACS_CONTACT_ARRAYS                                                                                             \
    "$1::bigint[], $2::bigint[], $3::timestamptz[], $4::integer[], $5::boolean[], $6::integer[], $7::boolean[], "      \
    "$8::inet[],"                                                                                                      \
    " $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::timestamptz[],"   \
    " $17::integer[], $18::integer[], $19::bigint[], $20::text[], $21::text[], $22::text[], $23::boolean[], "          \
    "$24::bigint[]"
#define ACS_CONTACT_COLUMNS                                                                                            \
    "key, contact_id, at, boot, is_periodic, retry_count, redelivered, address, codes, keys, software_version,"        \
    " hardware_version, provisioning_code, parameter_key, url, hour_start, hour_sessions, hour_boots, recent_version," \
    " recent_ids, recent_values, recent_changed, rules_due, login_mark"

/// What the row of a known device becomes; `c` is the row, `u` the contact.
#define ACS_CONTACT_SET                                                                                                \
    "session_epoch = c.session_epoch + (c.contact_id <> u.contact_id)::integer,"                                       \
    " same_events = CASE WHEN c.contact_id = u.contact_id THEN c.same_events"                                          \
    " ELSE (c.last_events, c.last_event_keys) IS NOT DISTINCT FROM (u.codes::text[], u.keys::text[]) END,"             \
    " informs = c.informs + (c.contact_id <> u.contact_id)::integer,"                                                  \
    " periodic_informs = c.periodic_informs + (c.contact_id <> u.contact_id AND u.is_periodic)::integer,"              \
    " contact_id = u.contact_id, last_inform = u.at, last_boot = CASE WHEN u.boot > 0 THEN u.at ELSE c.last_boot END," \
    " boot_epoch = CASE WHEN u.boot > 0 THEN c.session_epoch + (c.contact_id <> u.contact_id)::integer ELSE "          \
    "c.boot_epoch END,"                                                                                                \
    " bootstrap_epoch = CASE WHEN u.boot > 1 THEN c.session_epoch + (c.contact_id <> u.contact_id)::integer"           \
    " ELSE c.bootstrap_epoch END,"                                                                                     \
    " hour_start = u.hour_start, hour_sessions = u.hour_sessions, hour_boots = u.hour_boots, address = u.address,"     \
    " last_events = u.codes::text[], last_event_keys = u.keys::text[], software_version = u.software_version,"         \
    " hardware_version = u.hardware_version, provisioning_code = u.provisioning_code, parameter_key = "                \
    "u.parameter_key,"                                                                                                 \
    " connection_request_url = u.url, rules_epoch = CASE WHEN u.rules_due THEN 0 ELSE c.rules_epoch END,"              \
    " login_mark = greatest(c.login_mark, u.login_mark)"

/// Event rows of the rows in `written`. Two Informs of one device may have been looked up before either was written, so
/// what the look-up could tell of a redelivery is not all. Nor does what is found here imply it: another Inform of the
/// device, through another node, may be written between look-up and commit, and a session that triggered nothing,
/// because it took its Inform for a redelivery, has to be marked so.
#define ACS_CONTACT_EVENTS                                                                                             \
    " events AS (INSERT INTO event (at, device_id, event_id, kind, codes, keys, retry_count, redelivered, address)"    \
    " SELECT at, device_id, contact_id, 'inform', codes::text[], keys::text[], retry_count,"                           \
    " redelivered OR retry_count > 0 AND same_events, address"                                                         \
    " FROM written WHERE NOT is_periodic ON CONFLICT DO NOTHING)"

/// Events of devices whose software became another: place in the batch, id of the event, the version before.
#define ACS_CONTACT_SOFTWARE(places, ids, versions)                                                                    \
    " renewed AS (INSERT INTO event (at, device_id, event_id, kind, detail) SELECT w.at, w.device_id, s.event_id,"     \
    " 'device.software_changed', jsonb_build_object('from', s.version, 'to', w.software_version) FROM unnest(" places  \
    "::bigint[], " ids "::bigint[], " versions "::text[]) s (n, event_id, version) JOIN written w ON w.n = s.n"        \
    " ON CONFLICT DO NOTHING)"

/// Their overlays.
#define ACS_CONTACT_RECENT                                                                                             \
    " recent AS (INSERT INTO device_recent AS r (device_id, version, path_ids, values, changed)"                       \
    " SELECT device_id, recent_version + 1, recent_ids::integer[], recent_values::text[], recent_changed::integer[]"   \
    " FROM written WHERE recent_ids IS NOT NULL"                                                                       \
    " ON CONFLICT (device_id) DO UPDATE SET version = EXCLUDED.version, path_ids = EXCLUDED.path_ids,"                 \
    " values = EXCLUDED.values, changed = EXCLUDED.changed WHERE r.version = EXCLUDED.version - 1 RETURNING "          \
    "r.device_id)"

/// Promoted copies; `$25` to `$28` are key, path, value, time.
#define ACS_CONTACT_PROMOTED(source)                                                                                   \
    " copies AS (INSERT INTO device_parameter AS p (device_id, path_id, value, since) " source                         \
    " ON CONFLICT (device_id, path_id) DO UPDATE SET value = EXCLUDED.value, since = EXCLUDED.since"                   \
    " WHERE p.value IS DISTINCT FROM EXCLUDED.value)"

/// The statement for known devices. What a batch has nothing of is left out: most Informs are periodic ones without
/// news, and each INSERT costs the executor more to set up than a contact costs.
std::string known_contact_sql(ContactParts const& parts)
{
    std::string sql = "WITH written AS (UPDATE device_contact c SET " ACS_CONTACT_SET " FROM unnest(" ACS_CONTACT_ARRAYS
                      ") WITH ORDINALITY u (" ACS_CONTACT_COLUMNS ", n) WHERE c.device_id = u.key"
                      " RETURNING c.device_id, c.session_epoch, u.n";
    if (parts.events)
        sql += ", c.same_events, u.contact_id, u.codes, u.keys, u.retry_count, u.redelivered, u.is_periodic, u.address";
    if (parts.events || parts.software)
        sql += ", u.at, u.software_version";
    if (parts.overlays)
        sql += ", u.recent_version, u.recent_ids, u.recent_values, u.recent_changed";
    sql += ")";
    if (parts.events)
        sql += "," ACS_CONTACT_EVENTS;
    if (parts.overlays)
        sql += "," ACS_CONTACT_RECENT;
    if (parts.software)
        sql += parts.promoted ? "," ACS_CONTACT_SOFTWARE("$29", "$30", "$31")
                              : "," ACS_CONTACT_SOFTWARE("$25", "$26", "$27");
    if (parts.promoted)
        sql += "," ACS_CONTACT_PROMOTED(
            "SELECT * FROM unnest($25::bigint[], $26::integer[], $27::text[], $28::timestamptz[])");
    sql += " SELECT n, device_id, session_epoch, false, ";
    sql += parts.overlays ? "recent_ids IS NULL OR device_id IN (SELECT device_id FROM recent)" : "true";
    return sql + " FROM written";
}

/// The sixteen forms of that statement.
class Forms {
public:
    Forms()
    {
        for (unsigned i = 0; i < texts_.size(); ++i)
            texts_[i] = {"commit_contact_" + std::to_string(i),
                         known_contact_sql({(i & 1U) != 0, (i & 2U) != 0, (i & 4U) != 0, (i & 8U) != 0})};
    }
    [[nodiscard]] Statement form(ContactParts const& parts) const
    {
        auto const& [name, sql] = texts_[(parts.events ? 1U : 0U) + (parts.overlays ? 2U : 0U) +
                                         (parts.promoted ? 4U : 0U) + (parts.software ? 8U : 0U)];
        return {name.c_str(), sql.c_str()};
    }

private:
    std::array<std::pair<std::string, std::string>, 16> texts_;
};

/// New devices of which nobody has spoken.
#define ACS_CONTACT_MADE                                                                                               \
    " made AS (INSERT INTO device (device_id, state, manufacturer, oui, product_class, serial_number, first_seen)"     \
    " SELECT n.device_id, u.state, u.manufacturer, u.oui, u.product_class, u.serial_number, u.at"                      \
    " FROM u JOIN named n ON n.identity_hash = u.key ON CONFLICT (device_id) DO NOTHING RETURNING device_id, state),"

/// The same when some were announced: they get what was said of them, and the login that they came with is theirs. An
/// announcement that was taken back in between makes no device active.
#define ACS_CONTACT_MADE_AS_ANNOUNCED                                                                                  \
    " met AS (UPDATE announcement a SET device_id = n.device_id, met_at = u.at FROM u"                                 \
    " JOIN named n ON n.identity_hash = u.key WHERE u.announcement <> 0 AND a.announcement_id = u.announcement"        \
    " AND (a.device_id IS NULL OR a.device_id = n.device_id)"                                                          \
    " RETURNING a.announcement_id, a.device_id, a.subscriber, a.tags),"                                                \
    " owned AS (UPDATE credential l SET device_id = m.device_id, announcement_id = NULL FROM met m"                    \
    " WHERE l.announcement_id = m.announcement_id),"                                                                   \
    " made AS (INSERT INTO device (device_id, state, manufacturer, oui, product_class, serial_number, first_seen,"     \
    " subscriber, tags)"                                                                                               \
    " SELECT n.device_id, CASE WHEN u.announcement <> 0 AND m.device_id IS NULL THEN 'pending' ELSE u.state END,"      \
    " u.manufacturer, u.oui, u.product_class, u.serial_number, u.at, nullif(m.subscriber, ''),"                        \
    " coalesce(m.tags, '{}')"                                                                                          \
    " FROM u JOIN named n ON n.identity_hash = u.key LEFT JOIN met m ON m.announcement_id = u.announcement"            \
    " AND m.device_id = n.device_id"                                                                                   \
    " ON CONFLICT (device_id) DO NOTHING RETURNING device_id, state),"

/// Events of those that were made.
#define ACS_CONTACT_TOLD                                                                                               \
    " told AS (INSERT INTO event (at, device_id, event_id, kind, detail)"                                              \
    " SELECT u.at, m.device_id, event_number(2 * u.n + k.place), k.kind, jsonb_build_object('state', m.state,"         \
    " 'announced', u.announcement <> 0, 'software_version', u.software_version) FROM made m"                           \
    " JOIN named n ON n.device_id = m.device_id JOIN u ON u.key = n.identity_hash"                                     \
    " CROSS JOIN (VALUES (0, 'device.new'), (1, 'device.enrolled')) k (place, kind)"                                   \
    " WHERE k.place = 0 OR m.state = 'active'),"

/// The statement for new devices around one of these two parts.
#define ACS_NEW_CONTACT(made)                                                                                          \
    "WITH u AS MATERIALIZED (SELECT * FROM unnest(" ACS_CONTACT_ARRAYS                                                 \
    ", $29::text[], $30::text[], $31::text[], $32::text[], $33::text[], $34::bigint[]) WITH ORDINALITY u "             \
    "(" ACS_CONTACT_COLUMNS ", oui, product_class, serial_number, manufacturer, state, announcement, n)),"             \
    " named AS (INSERT INTO device_identity AS i (identity_hash, device_id, oui, product_class, serial_number, "       \
    "made_by, first_seen)"                                                                                             \
    " SELECT key, key, oui, product_class, serial_number, contact_id, at FROM u"                                       \
    " ON CONFLICT (identity_hash) DO UPDATE SET made_by = i.made_by"                                                   \
    " WHERE i.oui = EXCLUDED.oui AND i.product_class = EXCLUDED.product_class AND i.serial_number = "                  \
    "EXCLUDED.serial_number"                                                                                           \
    " RETURNING i.identity_hash, i.device_id, i.made_by)," made ACS_CONTACT_TOLD                                       \
    " fresh AS (INSERT INTO device_contact AS c (device_id, session_epoch, contact_id, last_inform, last_boot, "       \
    "hour_start,"                                                                                                      \
    " hour_sessions, hour_boots, informs, periodic_informs, address, last_events, last_event_keys, software_version,"  \
    " hardware_version, provisioning_code, parameter_key, connection_request_url, boot_epoch, bootstrap_epoch, "       \
    "login_mark)"                                                                                                      \
    " SELECT n.device_id, 1, u.contact_id, u.at, CASE WHEN u.boot > 0 THEN u.at END, u.hour_start, u.hour_sessions, "  \
    "u.hour_boots,"                                                                                                    \
    " 1, u.is_periodic::integer, u.address, u.codes::text[], u.keys::text[], u.software_version, u.hardware_version,"  \
    " u.provisioning_code, u.parameter_key, u.url, (u.boot > 0)::integer, (u.boot > 1)::integer, u.login_mark FROM u " \
    "JOIN named n ON "                                                                                                 \
    "n.identity_hash = u.key"                                                                                          \
    " ON CONFLICT (device_id) DO UPDATE SET"                                                                           \
    " session_epoch = c.session_epoch + (c.contact_id <> EXCLUDED.contact_id)::integer,"                               \
    " same_events = CASE WHEN c.contact_id = EXCLUDED.contact_id THEN c.same_events"                                   \
    " ELSE (c.last_events, c.last_event_keys) IS NOT DISTINCT FROM (EXCLUDED.last_events, EXCLUDED.last_event_keys) "  \
    "END,"                                                                                                             \
    " informs = c.informs + (c.contact_id <> EXCLUDED.contact_id)::integer, contact_id = EXCLUDED.contact_id,"         \
    " last_inform = EXCLUDED.last_inform, last_boot = coalesce(EXCLUDED.last_boot, c.last_boot),"                      \
    " boot_epoch = CASE WHEN EXCLUDED.boot_epoch > 0 THEN c.session_epoch + (c.contact_id <> "                         \
    "EXCLUDED.contact_id)::integer"                                                                                    \
    " ELSE c.boot_epoch END,"                                                                                          \
    " bootstrap_epoch = CASE WHEN EXCLUDED.bootstrap_epoch > 0"                                                        \
    " THEN c.session_epoch + (c.contact_id <> EXCLUDED.contact_id)::integer ELSE c.bootstrap_epoch END,"               \
    " hour_start = EXCLUDED.hour_start, hour_sessions = EXCLUDED.hour_sessions, hour_boots = EXCLUDED.hour_boots,"     \
    " address = EXCLUDED.address, last_events = EXCLUDED.last_events, last_event_keys = EXCLUDED.last_event_keys,"     \
    " software_version = EXCLUDED.software_version, hardware_version = EXCLUDED.hardware_version,"                     \
    " provisioning_code = EXCLUDED.provisioning_code, parameter_key = EXCLUDED.parameter_key,"                         \
    " connection_request_url = EXCLUDED.connection_request_url, rules_epoch = 0,"                                      \
    " login_mark = greatest(c.login_mark, EXCLUDED.login_mark) RETURNING c.device_id, "                                \
    "c.session_epoch, c.same_events),"                                                                                 \
    " written AS (SELECT f.device_id, f.session_epoch, f.same_events, n.made_by = u.contact_id AS created, u.*"        \
    " FROM u JOIN named n ON n.identity_hash = u.key JOIN fresh f ON f.device_id = n.device_id)," ACS_CONTACT_EVENTS   \
    "," ACS_CONTACT_RECENT "," ACS_CONTACT_PROMOTED(                                                                   \
        "SELECT n.device_id, q.path_id, q.value, q.since"                                                              \
        " FROM unnest($25::bigint[], $26::integer[], $27::text[], $28::timestamptz[]) q (key, path_id, value, since)"  \
        " JOIN named n ON n.identity_hash = q.key") " SELECT n, device_id, session_epoch, created,"                    \
                                                    " recent_ids IS NULL OR device_id IN (SELECT device_id FROM "      \
                                                    "recent) FROM written"

constexpr Statement new_contact{"commit_new_contact", ACS_NEW_CONTACT(ACS_CONTACT_MADE)};
constexpr Statement announced_contact{"commit_announced_contact", ACS_NEW_CONTACT(ACS_CONTACT_MADE_AS_ANNOUNCED)};

}  // namespace

Statement commit_known_contact(ContactParts const& parts)
{
    static Forms const forms;
    return forms.form(parts);
}

Statement commit_new_contact(bool announced)
{
    return announced ? announced_contact : new_contact;
}

}  // namespace storage
