#include "storage/look_up.hpp"

#include "base/crypto.hpp"
#include "storage/array_text.hpp"
#include "storage/overlay.hpp"

namespace storage {

namespace {

constexpr Statement look_up{
    "look_up",
    "SELECT u.n, CASE WHEN i.identity_hash IS NULL THEN 0 WHEN d.device_id IS NULL THEN 2 ELSE 1 END,"
    " l.username, l.ha1_md5, l.ha1_sha256, l.device_id,"
    " d.device_id, d.state, d.automation_stopped, d.dialect,"
    " c.session_epoch, c.last_inform, c.last_events, c.last_event_keys,"
    " c.software_version, c.hardware_version, c.provisioning_code, c.parameter_key, c.connection_request_url,"
    " c.hour_start, c.hour_sessions, c.hour_boots, c.failed_in_row, c.tree_software_version,"
    " c.boot_epoch, c.bootstrap_epoch,"
    " r.version, r.path_ids, r.values, r.changed,"
    " EXISTS (SELECT FROM task t WHERE t.device_id = d.device_id AND t.state IN ('queued', 'sent', 'waiting', "
    "'unknown')"
    " AND (t.state <> 'queued' OR t.not_before <= now())),"
    " c.rules_epoch, c.rules_until, c.login_mark, l.announcement_id,"
    // Asked only for those who are not known.
    " CASE WHEN d.device_id IS NULL THEN (SELECT ARRAY[a.announcement_id::text, a.username] FROM announcement a"
    " WHERE a.serial_number = u.serial_number AND a.oui IN ('', u.oui) AND a.product_class IN ('', u.product_class)"
    " AND a.device_id IS NULL ORDER BY a.oui <> '' DESC, a.product_class <> '' DESC LIMIT 1) END,"
    " d.login_state, d.login_until, host(c.address),"
    " l.next_ha1_md5, l.next_ha1_sha256, l.used_at IS NOT NULL, l.revoked_at IS NOT NULL"
    " FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])"
    " WITH ORDINALITY u (hash, oui, product_class, serial_number, username, n)"
    " LEFT JOIN device_identity i ON i.identity_hash = u.hash"
    " LEFT JOIN device d ON d.device_id = i.device_id"
    " AND i.oui = u.oui AND i.product_class = u.product_class AND i.serial_number = u.serial_number"
    " LEFT JOIN device_contact c ON c.device_id = d.device_id"
    " LEFT JOIN device_recent r ON r.device_id = d.device_id"
    " LEFT JOIN credential l ON l.username = u.username"};

enum Column : int {
    number,
    status,
    login_name,
    login_md5,
    login_sha256,
    login_device,
    device,
    state,
    automation,
    dialect,
    epoch,
    last_inform,
    event_codes,
    event_keys,
    software,
    hardware,
    provisioning,
    parameter_key,
    url,
    hour_start,
    hour_sessions,
    hour_boots,
    failed,
    tree_software,
    boot_epoch,
    bootstrap_epoch,
    recent_version,
    recent_ids,
    recent_values,
    recent_changed,
    has_tasks,
    rules_epoch,
    rules_until,
    login_mark,
    login_announcement,
    expected,
    login_standing,
    login_until,
    address,
    next_md5,
    next_sha256,
    login_used,
    login_revoked
};

std::string bytes_of(pqxx::field const& field)
{
    auto const text = text_of(field);
    return base::from_hex(text.substr(std::min<std::size_t>(text.size(), 2)));
}

domain::Login read_login(pqxx::row const& row)
{
    domain::Login login;
    login.username = row[login_name].c_str();
    login.ha1_md5 = bytes_of(row[login_md5]);
    login.ha1_sha256 = bytes_of(row[login_sha256]);
    if (!row[login_device].is_null())
        login.device = domain::DeviceKey{row[login_device].as<std::int64_t>()};
    if (!row[login_announcement].is_null())
        login.announcement = row[login_announcement].as<std::int64_t>();
    login.next_ha1_md5 = bytes_of(row[next_md5]);
    login.next_ha1_sha256 = bytes_of(row[next_sha256]);
    login.is_used = text_of(row[login_used]) == "t";
    login.is_revoked = text_of(row[login_revoked]) == "t";
    return login;
}

std::vector<cwmp::Event> read_events(pqxx::row const& row)
{
    auto codes = parse_texts(text_of(row[event_codes]));
    auto keys = parse_texts(text_of(row[event_keys]));
    keys.resize(codes.size());
    std::vector<cwmp::Event> events;
    for (std::size_t i = 0; i < codes.size(); ++i)
        events.push_back({std::move(codes[i]), std::move(keys[i])});
    return events;
}

void read_recent(pqxx::row const& row, LookUpAnswer& answer)
{
    auto& known = *answer.found.device;
    if (row[recent_version].is_null())
        return;
    known.recent_version = row[recent_version].as<std::int64_t>();
    answer.recent_ids = parse_integers(text_of(row[recent_ids]));
    auto values = parse_texts(text_of(row[recent_values]));
    auto const changed = parse_integers(text_of(row[recent_changed]));
    answer.recent_ids.resize(std::min({answer.recent_ids.size(), values.size(), changed.size()}));
    for (std::size_t i = 0; i < answer.recent_ids.size(); ++i)
        known.recent.push_back({"", std::move(values[i]), from_seconds(changed[i])});
}

domain::KnownDevice read_device(pqxx::row const& row)
{
    domain::KnownDevice known;
    known.key = domain::DeviceKey{row[device].as<std::int64_t>()};
    known.state = domain::device_state(text_of(row[state])).value_or(domain::DeviceState::pending);
    known.automation_stopped = row[automation].c_str();
    known.dialect = row[dialect].c_str();
    known.session_epoch = row[epoch].is_null() ? 0 : row[epoch].as<std::int64_t>();
    known.last_inform = parse_time(text_of(row[last_inform]));
    known.last_events = read_events(row);
    known.facts = {row[software].c_str(), row[hardware].c_str(), row[provisioning].c_str(), row[parameter_key].c_str(),
                   row[url].c_str()};
    known.activity.hour_start = parse_time(text_of(row[hour_start]));
    known.activity.sessions = row[hour_sessions].as<std::uint32_t>(0);
    known.activity.boots = row[hour_boots].as<std::uint32_t>(0);
    known.activity.failed_in_row = row[failed].as<std::uint32_t>(0);
    known.has_tree = !row[tree_software].is_null();
    known.tree_software_version = row[tree_software].c_str();
    known.boot_epoch = row[boot_epoch].as<std::int64_t>(0);
    known.bootstrap_epoch = row[bootstrap_epoch].as<std::int64_t>(0);
    known.has_open_tasks = text_of(row[has_tasks]) == "t";
    known.rules_epoch = row[rules_epoch].as<std::int64_t>(0);
    known.rules_until = parse_time(text_of(row[rules_until]));
    known.login_mark = row[login_mark].as<std::int64_t>(0);
    known.login = domain::login_state(text_of(row[login_standing]));
    known.login_until = parse_time(text_of(row[login_until]));
    known.address = row[address].c_str();
    return known;
}

}  // namespace

void LookUpKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText hashes;
    ArrayText ouis;
    ArrayText classes;
    ArrayText serials;
    ArrayText usernames;
    for (auto const& item : items) {
        auto const& question = request<LookUpRequest>(item).question;
        hashes.add(question.hash);
        ouis.add(std::string_view{question.identity.oui});
        classes.add(std::string_view{question.identity.product_class});
        serials.add(std::string_view{question.identity.serial_number});
        usernames.add(std::string_view{question.username});
    }
    auto const rows = exec(transaction, look_up, hashes.finish(), ouis.finish(), classes.finish(), serials.finish(),
                           usernames.finish());
    for (auto const& row : rows) {
        LookUpAnswer answer;
        answer.is_collision = row[status].as<int>() == 2;
        if (!row[login_name].is_null())
            answer.found.login = read_login(row);
        if (!row[expected].is_null()) {
            auto const parts = parse_texts(text_of(row[expected]));
            answer.found.expected = {std::stoll(parts.at(0)), parts.at(1)};
        }
        if (row[status].as<int>() == 1) {
            answer.found.device = read_device(row);
            read_recent(row, answer);
        }
        request<LookUpRequest>(items[row[number].as<std::size_t>() - 1]).answer = std::move(answer);
    }
}

}  // namespace storage
