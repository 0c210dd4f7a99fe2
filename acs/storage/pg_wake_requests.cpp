#include "storage/pg_wake_requests.hpp"

#include "base/log.hpp"
#include "storage/array_text.hpp"

#include <pqxx/pqxx>

#include <exception>
#include <utility>

namespace storage {

namespace {

constexpr auto wake_channel = "acs_wake";
constexpr std::chrono::milliseconds slice{250};  ///< of waiting: how soon stop() is heard
constexpr std::chrono::seconds after_failure{1};

constexpr Statement post_requests{
    "post_wake_requests",
    "INSERT INTO wake_request (wake_id, asker, node, device_id, method, expires_at)"
    " SELECT u.id, $1, u.node, u.device, u.method, now() + u.most * interval '1 millisecond'"
    " FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[]) u (id, node, device, method, most)"
    " ON CONFLICT DO NOTHING"};
constexpr Statement post_replies{
    "post_wake_replies",
    "UPDATE wake_request w SET state = 'answered', is_sent = u.is_sent, is_busy = u.is_busy, outcome = u.outcome,"
    " cause = u.cause FROM unnest($1::bigint[], $2::boolean[], $3::boolean[], $4::text[], $5::text[])"
    " u (id, is_sent, is_busy, outcome, cause) WHERE w.wake_id = u.id AND w.state = 'taken'"};
constexpr Statement take_requests{
    "take_wake_requests",
    "UPDATE wake_request SET state = 'taken' WHERE wake_id IN (SELECT wake_id FROM wake_request WHERE node = $1 AND"
    " state = 'wanted' AND expires_at > now() ORDER BY wake_id LIMIT $2 FOR UPDATE SKIP LOCKED)"
    " RETURNING wake_id, device_id, method, ceil(extract(epoch FROM expires_at - now()) * 1000)::bigint"};
constexpr Statement take_replies{"take_wake_replies", "DELETE FROM wake_request WHERE asker = $1 AND state = 'answered'"
                                                      " RETURNING wake_id, is_sent, is_busy, outcome, cause"};
constexpr Statement forget_requests{"forget_wake_requests",
                                    "DELETE FROM wake_request WHERE expires_at < now() - interval '1 minute'"};

void insert(Transaction& transaction, std::string const& node, std::vector<domain::WakeRequest> const& requests)
{
    if (requests.empty())
        return;
    ArrayText ids, nodes, devices, methods, times;
    for (auto const& request : requests) {
        ids.add(request.id);
        nodes.add(std::string_view{request.node});
        devices.add(request.device.value());
        methods.add(std::string_view{request.method});
        times.add(request.most.count());
    }
    transaction.exec(post_requests, node, ids.finish(), nodes.finish(), devices.finish(), methods.finish(),
                     times.finish());
}

void answer(Transaction& transaction, std::vector<domain::WakeReply> const& replies)
{
    if (replies.empty())
        return;
    ArrayText ids, sent, busy, outcomes, causes;
    for (auto const& reply : replies) {
        ids.add(reply.id);
        sent.add_flag(reply.is_sent);
        busy.add_flag(reply.is_busy);
        outcomes.add(domain::to_text(reply.result));
        causes.add(std::string_view{reply.cause});
    }
    transaction.exec(post_replies, ids.finish(), sent.finish(), busy.finish(), outcomes.finish(), causes.finish());
}

}  // namespace

base::Awaitable<void> PgWakeRequests::post(std::string node, std::vector<domain::WakeRequest> requests,
                                           std::vector<domain::WakeReply> replies)
{
    auto work = [node = std::move(node), requests = std::move(requests),
                 replies = std::move(replies)](Transaction& transaction) {
        insert(transaction, node, requests);
        answer(transaction, replies);
        transaction.exec(std::string{"NOTIFY "} + wake_channel);
    };
    co_await writes_.run(std::move(work), InDoubt::repeat);
}

/// Notes that somebody told.
class WakeMailWatch::Listener final : public pqxx::notification_receiver {
public:
    explicit Listener(pqxx::connection_base& connection) : notification_receiver{connection, wake_channel} {}
    void operator()(std::string const&, int) override { was_told = true; }
    bool was_told = false;
};

WakeMailWatch::WakeMailWatch(WakeMailSettings settings, std::function<void(domain::WakeMail)> take)
    : settings_{std::move(settings)}, take_{std::move(take)}
{
    settings_.connection.application_name = "acs wake requests";
}

WakeMailWatch::~WakeMailWatch()
{
    stop();
}

void WakeMailWatch::start()
{
    thread_ = std::thread{[this] { loop(); }};
}

void WakeMailWatch::stop()
{
    stopping_ = true;
    if (thread_.joinable())
        thread_.join();
}

void WakeMailWatch::loop()
{
    bool failed = false;
    while (!stopping_) {
        try {
            watch_once();
            failed = false;
        } catch (std::exception const& problem) {
            listener_.reset();
            connection_.reset();
            if (!std::exchange(failed, true))
                base::log::warning("storage.wake_mail", {{"reason", problem.what()}});
            std::this_thread::sleep_for(after_failure);
        }
    }
}

void WakeMailWatch::watch_once()
{
    auto const now = std::chrono::steady_clock::now();
    if (connection_) {
        connection_->await_notification(0, std::chrono::microseconds{slice}.count());
        if (!std::exchange(listener_->was_told, false) && now - looked_at_ < settings_.interval)
            return;
    }
    looked_at_ = now;
    auto mail = look();
    if (!mail.requests.empty() || !mail.replies.empty())
        take_(std::move(mail));
}

domain::WakeMail WakeMailWatch::look()
{
    if (!connection_) {
        connection_ = connect(settings_.connection);
        listener_ = std::make_unique<Listener>(*connection_);
    }
    pqxx::nontransaction work{*connection_};
    domain::WakeMail mail;
    for (auto const& row : exec(work, take_replies, settings_.node))
        mail.replies.push_back({row[0].as<std::int64_t>(), row[1].as<bool>(), row[2].as<bool>(),
                                domain::wake_result(row[3].c_str()).value_or(domain::WakeResult::failed),
                                row[4].c_str()});
    for (auto const& row : exec(work, take_requests, settings_.node, most))
        mail.requests.push_back({row[0].as<std::int64_t>(), domain::DeviceKey{row[1].as<std::int64_t>()},
                                 settings_.node, row[2].c_str(), std::chrono::milliseconds{row[3].as<std::int64_t>()}});
    exec(work, forget_requests);
    return mail;
}

}  // namespace storage
