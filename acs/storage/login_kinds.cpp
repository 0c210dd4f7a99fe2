#include "storage/login_kinds.hpp"

#include "base/crypto.hpp"
#include "storage/array_text.hpp"

namespace storage {

namespace {

// A password that the device was told and has not used yet is never replaced: it may have it.
constexpr Statement offer_logins{
    "offer_login",
    "WITH u AS MATERIALIZED (SELECT device_id, username, decode(md5, 'hex') AS md5, decode(sha256, 'hex') AS sha256,"
    " password, origin, n FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])"
    " WITH ORDINALITY u (device_id, username, md5, sha256, password, origin, n)),"
    " kept AS (INSERT INTO credential AS c (username, device_id, ha1_md5, ha1_sha256, password, origin)"
    " SELECT username, device_id, md5, sha256, password, origin FROM u"
    " ON CONFLICT (username) DO UPDATE SET"
    " next_ha1_md5 = CASE WHEN c.used_at IS NULL AND c.password <> '' THEN NULL"
    " ELSE coalesce(c.next_ha1_md5, EXCLUDED.ha1_md5) END,"
    " next_ha1_sha256 = CASE WHEN c.used_at IS NULL AND c.password <> '' THEN NULL"
    " ELSE coalesce(c.next_ha1_sha256, EXCLUDED.ha1_sha256) END,"
    " next_password = CASE WHEN c.used_at IS NULL AND c.password <> '' THEN NULL"
    " ELSE coalesce(c.next_password, EXCLUDED.password) END,"
    " next_at = CASE WHEN c.used_at IS NULL AND c.password <> '' THEN NULL ELSE coalesce(c.next_at, now()) END"
    " WHERE c.device_id = EXCLUDED.device_id AND c.revoked_at IS NULL"
    " RETURNING c.username, c.device_id, coalesce(c.next_password, c.password) AS password),"
    " marked AS (UPDATE device d SET login_state = 'given',"
    " login_until = CASE WHEN d.login_state = 'allowed' THEN d.login_until END FROM kept k"
    " WHERE d.device_id = k.device_id AND d.login_state IN ('none', 'allowed', 'ignored'))"
    " SELECT u.n, k.username, k.password FROM u JOIN kept k ON k.username = u.username AND k.device_id = u.device_id"};

constexpr Statement prove_logins{
    "prove_login",
    "WITH u AS MATERIALIZED (SELECT device_id, username, decode(md5, 'hex') AS md5"
    " FROM unnest($1::bigint[], $2::text[], $3::text[]) u (device_id, username, md5)),"
    " shown AS MATERIALIZED (SELECT c.username, c.device_id, c.next_ha1_md5 IS NOT DISTINCT FROM u.md5 AS is_next,"
    " c.used_at IS NULL OR c.next_ha1_md5 IS NOT DISTINCT FROM u.md5 AS is_new FROM u"
    " JOIN credential c ON c.username = u.username WHERE c.device_id = u.device_id"
    " AND (c.ha1_md5 = u.md5 OR c.next_ha1_md5 = u.md5) FOR UPDATE OF c),"
    " used AS (UPDATE credential c SET ha1_md5 = CASE WHEN s.is_next THEN c.next_ha1_md5 ELSE c.ha1_md5 END,"
    " ha1_sha256 = CASE WHEN s.is_next THEN c.next_ha1_sha256 ELSE c.ha1_sha256 END,"
    " password = CASE WHEN s.is_next THEN coalesce(c.next_password, '') ELSE c.password END,"
    " next_ha1_md5 = NULL, next_ha1_sha256 = NULL, next_password = NULL, next_at = NULL, used_at = now()"
    " FROM shown s WHERE c.username = s.username),"
    " others AS (DELETE FROM credential c USING shown s WHERE c.device_id = s.device_id AND c.username <> s.username"
    " AND s.is_new),"
    " told AS (" ACS_DEVICE_EVENTS(
        "device.credentials_rotated", "jsonb_build_object('login', 'cwmp')",
        "(SELECT DISTINCT device_id FROM shown WHERE is_new)") ")"
                                                               " UPDATE device d SET login_state = 'proven', "
                                                               "login_until = NULL FROM shown s WHERE d.device_id = "
                                                               "s.device_id"
                                                               " AND (d.login_state <> 'proven' OR d.login_until IS "
                                                               "NOT NULL)"};

constexpr Statement mark_logins{
    "mark_login",
    "WITH u AS MATERIALIZED (SELECT u.*, d.login_state AS former FROM unnest($1::bigint[], $2::text[],"
    " $3::timestamptz[]) u (device_id, state, until) JOIN device d ON d.device_id = u.device_id),"
    " marked AS (UPDATE device d SET login_state = u.state, login_until = u.until FROM u"
    " WHERE d.device_id = u.device_id AND (d.login_state, d.login_until) IS DISTINCT FROM (u.state, u.until)"
    // It may have used its own in another session meanwhile.
    " AND (u.state <> 'ignored' OR d.login_state = 'given')"
    " RETURNING d.device_id, d.login_state, u.former) " ACS_DEVICE_EVENTS(
        "device.re_enrolling", "'{}'",
        "(SELECT device_id FROM marked WHERE login_state = 're-enrolling' AND former <> 're-enrolling')")};

// What was used already is no longer to be found out about.
constexpr Statement told_logins{"told_login",
                                "SELECT u.n, coalesce(c.next_password, c.password)"
                                " FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY u (device_id, username, n)"
                                " JOIN credential c ON c.username = u.username AND c.device_id = u.device_id"
                                " WHERE c.revoked_at IS NULL AND (c.next_password IS NOT NULL OR c.used_at IS NULL)"
                                " AND coalesce(c.next_password, c.password) <> ''"};

constexpr Statement shorten_logins{
    "shorten_login",
    "UPDATE credential c SET ha1_md5 = CASE WHEN c.next_password IS NULL THEN decode(u.md5, 'hex') ELSE c.ha1_md5 END,"
    " ha1_sha256 = CASE WHEN c.next_password IS NULL THEN decode(u.sha256, 'hex') ELSE c.ha1_sha256 END,"
    " password = CASE WHEN c.next_password IS NULL THEN u.password ELSE c.password END,"
    " next_ha1_md5 = CASE WHEN c.next_password IS NOT NULL THEN decode(u.md5, 'hex') END,"
    " next_ha1_sha256 = CASE WHEN c.next_password IS NOT NULL THEN decode(u.sha256, 'hex') END,"
    " next_password = CASE WHEN c.next_password IS NOT NULL THEN u.password END"
    " FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])"
    " u (device_id, username, md5, sha256, password)"
    " WHERE c.username = u.username AND c.device_id = u.device_id AND c.revoked_at IS NULL"
    " AND (c.next_password IS NOT NULL OR c.used_at IS NULL)"};

// `is_open`: a generated one that the device has not confirmed: it may have it, and it is told the same again.
constexpr Statement offer_wake_logins{
    "offer_wake_login",
    "WITH u AS MATERIALIZED (SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[])"
    " WITH ORDINALITY u (device_id, username, password, is_forced, n)),"
    " kept AS (INSERT INTO connection_request_credential AS c (device_id, username, password, origin)"
    " SELECT u.device_id, u.username, u.password, 'generated' FROM u"
    " LEFT JOIN connection_request_credential b ON b.device_id = u.device_id"
    " WHERE u.is_forced OR b.device_id IS NULL OR b.origin = 'generated'"
    " ON CONFLICT (device_id) DO UPDATE SET"
    " username = CASE WHEN c.origin = 'generated' AND c.confirmed_at IS NULL THEN c.username ELSE EXCLUDED.username "
    "END,"
    " password = CASE WHEN c.origin = 'generated' AND c.confirmed_at IS NULL THEN c.password ELSE EXCLUDED.password "
    "END,"
    " previous_username = CASE WHEN c.origin = 'generated' AND c.confirmed_at IS NULL THEN c.previous_username"
    " ELSE c.username END,"
    " previous_password = CASE WHEN c.origin = 'generated' AND c.confirmed_at IS NULL THEN c.previous_password"
    " ELSE c.password END,"
    " origin = 'generated', confirmed_at = NULL, changed_at = now()"
    " RETURNING c.device_id, c.username, c.password)"
    " SELECT u.n, k.username, k.password FROM u JOIN kept k ON k.device_id = u.device_id"};

constexpr Statement confirm_wake_logins{
    "confirm_wake_login",
    "WITH confirmed AS (UPDATE connection_request_credential c SET confirmed_at = now()"
    " FROM unnest($1::bigint[]) u (device_id) WHERE c.device_id = u.device_id"
    " AND c.origin = 'generated' AND c.confirmed_at IS NULL RETURNING c.device_id) " ACS_DEVICE_EVENTS(
        "device.credentials_rotated", "jsonb_build_object('login', 'connection_request')", "confirmed")};

constexpr Statement retire_devices{
    "retire_device",
    "WITH gone AS (UPDATE device d SET state = 'retired', login_state = 'none', login_until = NULL, retire_by = NULL,"
    " automation_stopped = NULL, automation_stopped_at = NULL FROM unnest($1::bigint[]) u (device_id)"
    " WHERE d.device_id = u.device_id AND d.state = 'retiring'"
    " RETURNING d.device_id, d.state, 'retiring' AS former), told AS (" ACS_STATE_EVENTS(
        "gone") ")," ACS_RETIRE_PARTS " SELECT count(*) FROM gone"};

template <class Request>
std::string devices_of(std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices;
    for (auto const& item : items)
        devices.add(request<Request>(item).question);
    return devices.finish();
}

}  // namespace

void OfferKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices, usernames, md5, sha256, passwords, origins;
    for (auto const& item : items) {
        auto& asked = request<OfferRequest>(item);
        auto const& [offer, password] = asked.question;
        asked.answer.reset();
        devices.add(offer.device.value());
        usernames.add(std::string_view{offer.login.username});
        md5.add(std::string_view{base::to_hex(offer.ha1_md5)});
        sha256.add(std::string_view{base::to_hex(offer.ha1_sha256)});
        passwords.add(std::string_view{password});
        origins.add(std::string_view{offer.is_generated ? "generated" : "set"});
    }
    for (auto const& row : exec(transaction, offer_logins, devices.finish(), usernames.finish(), md5.finish(),
                                sha256.finish(), passwords.finish(), origins.finish()))
        request<OfferRequest>(items[row[0].as<std::size_t>() - 1]).answer =
            domain::GivenLogin{row[1].c_str(), row[2].c_str()};
}

void ProveKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices, usernames, md5;
    for (auto const& item : items) {
        auto const& question = request<ProveRequest>(item).question;
        devices.add(question.device);
        usernames.add(std::string_view{question.username});
        md5.add(std::string_view{base::to_hex(question.ha1_md5)});
    }
    exec(transaction, prove_logins, devices.finish(), usernames.finish(), md5.finish());
}

void MarkLoginKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices, states, until;
    for (auto const& item : items) {
        auto const& question = request<MarkLoginRequest>(item).question;
        devices.add(question.device);
        states.add(domain::to_text(question.state));
        question.until == base::TimePoint{} ? until.add_null() : until.add(question.until);
    }
    exec(transaction, mark_logins, devices.finish(), states.finish(), until.finish());
}

void ToldKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices, usernames;
    for (auto const& item : items) {
        auto& asked = request<ToldRequest>(item);
        asked.answer.reset();
        devices.add(asked.question.device);
        usernames.add(std::string_view{asked.question.username});
    }
    for (auto const& row : exec(transaction, told_logins, devices.finish(), usernames.finish()))
        request<ToldRequest>(items[row[0].as<std::size_t>() - 1]).answer = row[1].c_str();
}

void ShortenKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices, usernames, md5, sha256, passwords;
    for (auto const& item : items) {
        auto const& [offer, password] = request<ShortenRequest>(item).question;
        devices.add(offer.device.value());
        usernames.add(std::string_view{offer.login.username});
        md5.add(std::string_view{base::to_hex(offer.ha1_md5)});
        sha256.add(std::string_view{base::to_hex(offer.ha1_sha256)});
        passwords.add(std::string_view{password});
    }
    exec(transaction, shorten_logins, devices.finish(), usernames.finish(), md5.finish(), sha256.finish(),
         passwords.finish());
}

void OfferWakeKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices, usernames, passwords, forced;
    for (auto const& item : items) {
        auto& asked = request<OfferWakeRequest>(item);
        asked.answer.reset();
        devices.add(asked.question.device);
        usernames.add(std::string_view{asked.question.username});
        passwords.add(std::string_view{asked.question.password});
        forced.add_flag(asked.question.force);
    }
    for (auto const& row : exec(transaction, offer_wake_logins, devices.finish(), usernames.finish(),
                                passwords.finish(), forced.finish()))
        request<OfferWakeRequest>(items[row[0].as<std::size_t>() - 1]).answer =
            domain::GivenLogin{row[1].c_str(), row[2].c_str()};
}

void ConfirmWakeKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    exec(transaction, confirm_wake_logins, devices_of<ConfirmWakeRequest>(items));
}

void RetireKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    exec(transaction, retire_devices, devices_of<RetireRequest>(items));
}

}  // namespace storage
