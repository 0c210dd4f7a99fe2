#include "storage/session_notes.hpp"

#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"

namespace storage {

namespace {

constexpr std::size_t longest_kind = 128;    // bytes
constexpr std::size_t longest_reason = 512;  // bytes

constexpr Statement record_report{"record_report", "INSERT INTO event (at, device_id, event_id, kind, detail)"
                                                   " SELECT at, device_id, event_id, kind, detail::jsonb"
                                                   " FROM unnest($1::timestamptz[], $2::bigint[], $3::bigint[], "
                                                   "$4::text[], $5::text[]) u (at, device_id, event_id, kind, detail)"
                                                   " ON CONFLICT DO NOTHING"};

constexpr Statement note_end{
    "note_end", "UPDATE device_contact c SET failed_in_row = CASE WHEN u.failed THEN c.failed_in_row + 1 ELSE 0 END,"
                " last_failure = CASE WHEN u.failed THEN u.reason ELSE c.last_failure END,"
                " last_failure_at = CASE WHEN u.failed THEN now() ELSE c.last_failure_at END"
                " FROM unnest($1::bigint[], $2::boolean[], $3::text[]) u (device_id, failed, reason) WHERE c.device_id "
                "= u.device_id"};

constexpr Statement set_automation{
    "set_automation",
    "WITH changed AS (UPDATE device d SET automation_stopped = u.reason, automation_stopped_at = CASE WHEN u.reason "
    "IS NOT NULL THEN now() END FROM unnest($1::bigint[], $2::text[]) u (device_id, reason)"
    " WHERE d.device_id = u.device_id AND d.automation_stopped IS DISTINCT FROM u.reason"
    " RETURNING d.device_id, u.reason)"
    " INSERT INTO event (at, device_id, event_id, kind, detail) SELECT now(), device_id,"
    " event_number(row_number() OVER ()), CASE WHEN reason IS NULL THEN 'device.automation_resumed'"
    " ELSE 'device.automation_stopped' END, jsonb_strip_nulls(jsonb_build_object('reason', reason)) FROM changed"};

constexpr Statement mark_conflict{
    "mark_conflict",
    "WITH changed AS (UPDATE device d SET state = 'conflict', automation_stopped = u.reason, automation_stopped_at = "
    "now() FROM unnest($1::bigint[], $2::text[]) u (device_id, reason)"
    " WHERE d.device_id = u.device_id AND d.state IN ('pending', 'active') RETURNING d.device_id, "
    "u.reason) " ACS_DEVICE_EVENTS("device.conflict", "jsonb_build_object('reason', e.reason)", "changed")};

constexpr Statement suspend_sessions{"suspend",
                                     "INSERT INTO cwmp_session (cookie, device_id, epoch, state)"
                                     " SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[])"
                                     " ON CONFLICT (cookie) DO UPDATE SET device_id = EXCLUDED.device_id, epoch = "
                                     "EXCLUDED.epoch, state = EXCLUDED.state,"
                                     " suspended_at = now()"};

constexpr Statement resume_sessions{
    "resume", "WITH taken AS (DELETE FROM cwmp_session s USING unnest($1::text[]) WITH ORDINALITY u (cookie, n) WHERE "
              "s.cookie = u.cookie"
              " RETURNING u.n, s.cookie, s.device_id, s.epoch, s.state)"
              " SELECT t.n, t.cookie, t.device_id, t.epoch, t.state FROM taken t"
              " JOIN device_contact c ON c.device_id = t.device_id AND c.session_epoch = t.epoch"};

}  // namespace

void ReportKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText times;
    ArrayText devices;
    ArrayText ids;
    ArrayText kinds;
    ArrayText details;
    for (auto const& item : items) {
        auto const& question = request<ReportRequest>(item).question;
        times.add(question.at);
        devices.add(question.device);
        ids.add(question.event_id);
        kinds.add(shortened(question.kind, longest_kind));
        question.detail.empty() ? details.add_null() : details.add(std::string_view{question.detail});
    }
    exec(transaction, record_report, times.finish(), devices.finish(), ids.finish(), kinds.finish(), details.finish());
}

void EndKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices;
    ArrayText failures;
    ArrayText reasons;
    for (auto const& item : items) {
        auto const& question = request<EndRequest>(item).question;
        devices.add(question.device);
        failures.add_flag(question.failed);
        reasons.add(shortened(question.reason, longest_reason));
    }
    exec(transaction, note_end, devices.finish(), failures.finish(), reasons.finish());
}

void AutomationKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices;
    ArrayText reasons;
    for (auto const& item : items) {
        auto const& question = request<AutomationRequest>(item).question;
        devices.add(question.device);
        question.reason.empty() ? reasons.add_null() : reasons.add(shortened(question.reason, longest_reason));
    }
    exec(transaction, set_automation, devices.finish(), reasons.finish());
}

void ConflictKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices;
    ArrayText reasons;
    for (auto const& item : items) {
        auto const& question = request<ConflictRequest>(item).question;
        devices.add(question.device);
        reasons.add(shortened(question.reason, longest_reason));
    }
    exec(transaction, mark_conflict, devices.finish(), reasons.finish());
}

void SuspendKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText cookies;
    ArrayText devices;
    ArrayText epochs;
    ArrayText states;
    for (auto const& item : items) {
        auto const& session = request<SuspendRequest>(item).question;
        cookies.add(std::string_view{session.cookie});
        devices.add(session.device.value());
        epochs.add(session.epoch);
        states.add(std::string_view{session.state});
    }
    exec(transaction, suspend_sessions, cookies.finish(), devices.finish(), epochs.finish(), states.finish());
}

void ResumeKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText cookies;
    for (auto const& item : items)
        cookies.add(std::string_view{request<ResumeRequest>(item).question});
    for (auto const& row : exec(transaction, resume_sessions, cookies.finish()))
        request<ResumeRequest>(items[row[0].as<std::size_t>() - 1]).answer = domain::SuspendedSession{
            row[1].c_str(), domain::DeviceKey{row[2].as<std::int64_t>()}, row[3].as<std::int64_t>(), row[4].c_str()};
}

}  // namespace storage
