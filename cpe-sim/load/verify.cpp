// The only place of the simulator that knows PostgreSQL and the tables of the ACS (sql/schema.sql).
#include "load/verify.hpp"

#include "load/ledger.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <pqxx/pqxx>

#include <string_view>

namespace sim {
namespace {

constexpr std::size_t most_problems = 100;

/// What one device did twice must not be: an RPC changes more than a value.
constexpr char const* unsafe_methods =
    "('Reboot', 'FactoryReset', 'Download', 'ScheduleDownload', 'Upload', 'AddObject', 'DeleteObject',"
    " 'ScheduleInform', 'ChangeDUState')";

constexpr char const* make_tables = R"(
SET LOCAL search_path = pg_temp, public;
SET LOCAL client_min_messages = warning;
SET LOCAL work_mem = '256MB';
CREATE TEMP TABLE said_inform (oui text, product_class text, serial_number text, codes text, keys text,
                               retry_count integer) ON COMMIT DROP;
CREATE TEMP TABLE said_rpc (oui text, product_class text, serial_number text, method text, command_key text,
                            fault integer, settled boolean) ON COMMIT DROP;
CREATE TEMP TABLE said_report (oui text, product_class text, serial_number text, command_key text) ON COMMIT DROP;
CREATE TEMP TABLE said_restart (oui text, product_class text, serial_number text, method text, command_key text)
    ON COMMIT DROP)";

/// Who they are in the database; one row for each device of the ledger.
constexpr char const* find_devices = R"(
CREATE TEMP TABLE said_device ON COMMIT DROP AS
SELECT s.oui, s.product_class, s.serial_number, i.device_id
  FROM (SELECT oui, product_class, serial_number FROM said_inform
         UNION SELECT oui, product_class, serial_number FROM said_rpc
         UNION SELECT oui, product_class, serial_number FROM said_report) s
  LEFT JOIN device_identity i USING (oui, product_class, serial_number);
ANALYZE said_device, said_inform)";

constexpr char const* keep_events = R"(
CREATE TEMP TABLE kept_event ON COMMIT DROP AS
SELECT e.device_id, e.at, e.event_id, e.redelivered, e.retry_count,
       array_to_string(e.codes, E'\n') AS codes,
       CASE WHEN e.keys IS NULL OR array_to_string(e.keys, '', '') = '' THEN ''
            ELSE array_to_string(e.keys, E'\n', '') END AS keys
  FROM event e JOIN said_device d USING (device_id) WHERE e.kind IN ('inform', 'Inform');
ANALYZE kept_event)";

constexpr char const* missing_devices = R"(
SELECT oui || '-' || product_class || '-' || serial_number || ' is not known, although it was answered'
  FROM said_device WHERE device_id IS NULL)";

/// As many rows as there were acknowledgements.
constexpr char const* missing_informs = R"(
SELECT s.oui || '-' || s.product_class || '-' || s.serial_number || ': ' || s.said || ' Informs with "' ||
       replace(s.codes, E'\n', ', ') || '"' || CASE WHEN s.keys = '' THEN '' ELSE ' (' || replace(s.keys, E'\n', ' ') || ')' END ||
       ' and RetryCount ' || s.retry_count || ' were acknowledged, ' || coalesce(k.kept, 0) || ' are kept'
  FROM (SELECT d.device_id, s.oui, s.product_class, s.serial_number, s.codes, s.keys, s.retry_count, count(*) AS said
          FROM said_inform s JOIN said_device d USING (oui, product_class, serial_number)
         WHERE d.device_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7) s
  LEFT JOIN (SELECT device_id, codes, keys, retry_count, count(*) AS kept FROM kept_event GROUP BY 1, 2, 3, 4) k
    USING (device_id, codes, keys, retry_count)
 WHERE coalesce(k.kept, 0) < s.said)";

/// What was answered and acknowledged has left the task: it waits for its result, or has one.
constexpr char const* missing_results = R"(
SELECT s.oui || '-' || s.product_class || '-' || s.serial_number || ': the answer to ' || s.method || ' "' || s.command_key ||
       '" was acknowledged, but its task does not know'
  FROM said_rpc s JOIN said_device d USING (oui, product_class, serial_number)
 WHERE s.settled AND s.command_key <> '' AND s.method IN )";
constexpr char const* missing_results_where = R"(
   AND NOT EXISTS (SELECT FROM task t WHERE t.device_id = d.device_id AND t.command_key = s.command_key
                      AND t.state NOT IN ('queued', 'sent', 'unknown'))
   AND EXISTS (SELECT FROM task t WHERE t.device_id = d.device_id AND t.command_key = s.command_key))";

constexpr char const* missing_reports = R"(
SELECT s.oui || '-' || s.product_class || '-' || s.serial_number || ': a TransferComplete with the key "' || s.command_key ||
       '" was acknowledged ' || s.said || ' times and is kept ' || coalesce(k.kept, 0) || ' times'
  FROM (SELECT d.device_id, s.oui, s.product_class, s.serial_number, s.command_key, count(*) AS said
          FROM said_report s JOIN said_device d USING (oui, product_class, serial_number) GROUP BY 1, 2, 3, 4, 5) s
  LEFT JOIN (SELECT e.device_id, coalesce(e.detail ->> 'command_key', '') AS command_key, count(*) AS kept
               FROM event e JOIN said_device d USING (device_id) WHERE e.kind IN ('transfer.complete', 'TransferComplete')
              GROUP BY 1, 2) k
    USING (device_id, command_key)
 WHERE coalesce(k.kept, 0) < s.said)";

/// An Inform that nobody acknowledged, then the same events with a higher RetryCount: that is a redelivery. And nothing
/// else is marked as one.
constexpr char const* unmarked_events = R"(
SELECT d.oui || '-' || d.product_class || '-' || d.serial_number || ': "' || replace(e.codes, E'\n', ', ') || '" of ' ||
       e.at || CASE WHEN e.redelivered THEN ' is marked as redelivered and is none' ELSE ' is redelivered and not marked' END
  FROM (SELECT k.*, lag(codes) OVER w AS codes_before, lag(keys) OVER w AS keys_before,
               lag(retry_count) OVER w AS retry_before
          FROM kept_event k WINDOW w AS (PARTITION BY device_id ORDER BY at, event_id)) e
  JOIN said_device d USING (device_id)
 WHERE (e.redelivered AND e.retry_count = 0)
    OR (NOT e.redelivered AND e.codes = e.codes_before AND e.keys = e.keys_before AND e.retry_count > e.retry_before
        AND NOT EXISTS (SELECT FROM said_inform s WHERE s.oui = d.oui AND s.product_class = d.product_class
                           AND s.serial_number = d.serial_number AND s.codes = e.codes AND s.keys = e.keys
                           AND s.retry_count = e.retry_before)))";

/// One answer for one key.
constexpr char const* repeated_keys = R"(
SELECT oui || '-' || product_class || '-' || serial_number || ': ' || method || ' "' || command_key || '" was done ' ||
       count(*) || ' times'
  FROM said_rpc WHERE fault = 0 AND command_key <> '' AND method IN )";
constexpr char const* repeated_keys_group =
    " GROUP BY oui, product_class, serial_number, method, command_key HAVING count(*) > 1";

/// Not more often than there are tasks for it; raw RPCs may be any of them.
constexpr char const* repeated_tasks = R"(
SELECT s.oui || '-' || s.product_class || '-' || s.serial_number || ': ' || s.method || ' was done ' || s.done ||
       ' times for ' || t.ordered || ' tasks'
  FROM (SELECT d.device_id, s.oui, s.product_class, s.serial_number, s.method, count(*) AS done
          FROM said_rpc s JOIN said_device d USING (oui, product_class, serial_number)
         WHERE s.fault = 0 AND s.method IN ('Reboot', 'FactoryReset', 'Download', 'Upload') GROUP BY 1, 2, 3, 4, 5) s
  CROSS JOIN LATERAL (SELECT count(*) AS ordered FROM task t WHERE t.device_id = s.device_id AND t.kind IN (
                      CASE s.method WHEN 'Reboot' THEN 'reboot' WHEN 'FactoryReset' THEN 'factory_reset'
                                    WHEN 'Download' THEN 'download' ELSE 'upload' END, 'rpc', 'raw', 'raw_rpc')) t
 WHERE s.done > t.ordered)";

constexpr char const* repeated_restarts = R"(
SELECT oui || '-' || product_class || '-' || serial_number || ': restarted ' || count(*) || ' times for Reboot "' ||
       command_key || '"'
  FROM said_restart WHERE method = 'Reboot' GROUP BY oui, product_class, serial_number, command_key HAVING count(*) > 1)";

std::string joined(std::vector<cwmp::Event> const& events, bool keys)
{
    std::string text;
    bool has_any = !keys;
    for (std::size_t i = 0; i < events.size(); ++i) {
        text += i > 0 ? "\n" : "";
        text += keys ? events[i].command_key : events[i].code;
        has_any = has_any || !events[i].command_key.empty();
    }
    return has_any ? text : std::string{};
}

/// Fills the four tables. COPY takes one table at a time on a connection, so the ledger is read once for each.
class Loader {
public:
    Loader(pqxx::work& transaction, std::string const& file, Verdict& verdict)
        : transaction_{transaction}, file_{file}, verdict_{verdict}
    {
    }

    base::Result<void> load()
    {
        auto const informs = copy("said_inform", [this](pqxx::stream_to& out, LedgerEntry const& e) {
            if (e.kind == LedgerKind::start)
                last_periodic_ = 0;
            if (e.kind == LedgerKind::periodic) {
                verdict_.periodic += e.count - last_periodic_;
                last_periodic_ = e.count;
            }
            if (e.kind != LedgerKind::inform)
                return;
            ++verdict_.informs;
            out << std::make_tuple(e.oui, e.product_class, e.serial_number, joined(e.events, false),
                                   joined(e.events, true), e.retry_count);
        });
        if (!informs)
            return informs;
        auto const rpcs = copy("said_rpc", [this](pqxx::stream_to& out, LedgerEntry const& e) {
            verdict_.downloads += e.kind == LedgerKind::transfer && e.method != "Upload" && e.fault == 0;
            if (e.kind != LedgerKind::rpc)
                return;
            ++verdict_.rpcs;
            out << std::make_tuple(e.oui, e.product_class, e.serial_number, e.method, e.command_key, e.fault,
                                   std::string{e.count > 0 ? "t" : "f"});
        });
        if (!rpcs)
            return rpcs;
        auto const reports = copy("said_report", [](pqxx::stream_to& out, LedgerEntry const& e) {
            if (e.kind == LedgerKind::report)
                out << std::make_tuple(e.oui, e.product_class, e.serial_number, e.command_key);
        });
        if (!reports)
            return reports;
        return copy("said_restart", [this](pqxx::stream_to& out, LedgerEntry const& e) {
            if (e.kind != LedgerKind::restart)
                return;
            ++verdict_.restarts;
            out << std::make_tuple(e.oui, e.product_class, e.serial_number, e.method, e.command_key);
        });
    }

private:
    template <class Write>
    base::Result<void> copy(std::string const& table, Write const& write)
    {
        pqxx::stream_to out{transaction_, table};
        auto done = read_ledger(file_, [&](LedgerEntry&& entry) { write(out, entry); });
        out.complete();
        return done;
    }

    pqxx::work& transaction_;
    std::string const& file_;
    Verdict& verdict_;
    std::uint64_t last_periodic_ = 0;
};

void collect(pqxx::work& transaction, std::string const& question, std::uint64_t& count, Verdict& verdict)
{
    for (auto const& row : transaction.exec(question)) {
        ++count;
        if (verdict.problems.size() < most_problems)
            verdict.problems.emplace_back(row[0].c_str());
    }
}

void judge(pqxx::work& transaction, Verdict& verdict)
{
    transaction.exec(find_devices);
    transaction.exec(keep_events);
    transaction.exec1("SELECT count(*) FROM said_device")[0].to(verdict.devices);
    transaction.exec1("SELECT count(*) FROM kept_event WHERE redelivered")[0].to(verdict.redelivered);
    collect(transaction, missing_devices, verdict.missing, verdict);
    collect(transaction, missing_informs, verdict.missing, verdict);
    collect(transaction, std::string{missing_results} + unsafe_methods + missing_results_where, verdict.missing,
            verdict);
    collect(transaction, missing_reports, verdict.missing, verdict);
    collect(transaction, unmarked_events, verdict.unmarked, verdict);
    collect(transaction, std::string{repeated_keys} + unsafe_methods + repeated_keys_group, verdict.repeated, verdict);
    collect(transaction, repeated_tasks, verdict.repeated, verdict);
    collect(transaction, repeated_restarts, verdict.repeated, verdict);
    std::uint64_t counted = 0;
    transaction.exec1("SELECT coalesce(sum(periodic_informs), 0)::bigint FROM device_contact")[0].to(counted);
    if (counted < verdict.periodic) {
        verdict.missing += verdict.periodic - counted;
        verdict.problems.push_back(fmt::format("{} Informs with 2 PERIODIC alone were acknowledged, {} are counted",
                                               verdict.periodic, counted));
    }
}

}  // namespace

base::Result<Verdict> verify_ledger(std::string const& ledger_file, std::string const& database_url)
{
    Verdict verdict;
    try {
        pqxx::connection connection{database_url};
        pqxx::work transaction{connection};
        transaction.exec(make_tables);
        if (auto const loaded = Loader{transaction, ledger_file, verdict}.load(); !loaded)
            return std::unexpected{loaded.error()};
        judge(transaction, verdict);
    } catch (pqxx::failure const& error) {
        return base::fail(fmt::format("the database cannot be asked: {}", error.what()));
    }
    return verdict;
}

std::string to_json(Verdict const& v)
{
    boost::json::object object{
        {"good", v.is_good()},  {"devices", v.devices},     {"informs", v.informs},   {"periodic", v.periodic},
        {"rpcs", v.rpcs},       {"downloads", v.downloads}, {"restarts", v.restarts}, {"redelivered", v.redelivered},
        {"missing", v.missing}, {"unmarked", v.unmarked},   {"repeated", v.repeated}};
    auto& problems = object["problems"].emplace_array();
    for (auto const& problem : v.problems)
        problems.emplace_back(problem);
    return boost::json::serialize(object);
}

}  // namespace sim
