#pragma once

#include "api/api.hpp"
#include "app/certificate_watch.hpp"
#include "app/config.hpp"
#include "app/model_check.hpp"
#include "base/clock.hpp"
#include "base/counters.hpp"
#include "base/sealer.hpp"
#include "campaign/job_runner.hpp"
#include "domain/file_token.hpp"
#include "files/directory.hpp"
#include "files/file_listener.hpp"
#include "identity/rotation_runner.hpp"
#include "monitor/monitor.hpp"
#include "net/server.hpp"
#include "provisioning/guard.hpp"
#include "provisioning/pending_enroller.hpp"
#include "provisioning/rule_sweeper.hpp"
#include "session/endpoint.hpp"
#include "session/session_board.hpp"
#include "storage/chores.hpp"
#include "storage/database.hpp"
#include "storage/enrolment_watch.hpp"
#include "storage/event_watch.hpp"
#include "storage/note_writer.hpp"
#include "storage/pg_announcements.hpp"
#include "storage/pg_audit.hpp"
#include "storage/pg_device_admin.hpp"
#include "storage/pg_device_bindings.hpp"
#include "storage/pg_device_life.hpp"
#include "storage/pg_edit_locks.hpp"
#include "storage/pg_event_log.hpp"
#include "storage/pg_failed_tasks.hpp"
#include "storage/pg_faults.hpp"
#include "storage/pg_file_store.hpp"
#include "storage/pg_fleet.hpp"
#include "storage/pg_fleet_list.hpp"
#include "storage/pg_fleet_statistics.hpp"
#include "storage/pg_groups.hpp"
#include "storage/pg_idempotency_keys.hpp"
#include "storage/pg_incidents.hpp"
#include "storage/pg_inventory.hpp"
#include "storage/pg_jobs.hpp"
#include "storage/pg_model_store.hpp"
#include "storage/pg_open_sessions.hpp"
#include "storage/pg_operators.hpp"
#include "storage/pg_parameter_values.hpp"
#include "storage/pg_promotions.hpp"
#include "storage/pg_reachability.hpp"
#include "storage/pg_rotations.hpp"
#include "storage/pg_rule_settings.hpp"
#include "storage/pg_rules.hpp"
#include "storage/pg_sessions.hpp"
#include "storage/pg_strangers.hpp"
#include "storage/pg_sweep.hpp"
#include "storage/pg_traces.hpp"
#include "storage/pg_wake_requests.hpp"
#include "storage/pg_webhooks.hpp"
#include "storage/session_path.hpp"
#include "storage/task_watch.hpp"
#include "wakeup/dispatcher.hpp"
#include "wakeup/http_waker.hpp"
#include "wakeup/relay.hpp"
#include "wakeup/stun_server.hpp"
#include "wakeup/udp_waker.hpp"
#include "wakeup/xmpp_link.hpp"
#include "webhooks/deliverer.hpp"

#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace app {

/// One context for all listeners that have the same rules.
using TlsContexts = std::map<TlsRules, std::shared_ptr<net::TlsServerContext>>;

/// What must be read from disk and checked before the server can be put together.
struct Prepared {
    base::Sealer sealer;
    std::vector<std::string> nonce_keys;  ///< for Digest, the same on all nodes with one key file; the first seals
    std::vector<std::string> file_keys;   ///< for file tokens, likewise
    std::vector<api::Token> tokens;
    TlsContexts tls;
    wakeup::TargetRules wake_targets;
    webhooks::SenderSettings webhook_sender;
    std::optional<xmpp::Account> xmpp;  ///< ours; none: no XMPP
};

/// Reads keys, certificates and tokens. Fails with a sentence for the operator.
[[nodiscard]] base::Result<Prepared> prepare(Config const& config);

/// The whole ACS. The members are its parts in order of dependence: each is built from those above it and destroyed
/// before them.
class Application {
public:
    /// Connects to the database. Throws when it is away.
    Application(Config config, Prepared prepared);
    ~Application();

    /// Opens the listeners and starts the threads. Fails naming the listener.
    [[nodiscard]] base::Result<void> start();

    /// Lets live sessions end, for at most `patience`, then stops everything. It cannot be started again.
    void stop(std::chrono::milliseconds patience);

    /// Reads certificates and data models again. Throws when the database is away; the models stay as they are then.
    void reload();

    /// To be called every few seconds: takes certificates whose files were changed, warns before they expire.
    void look_at_certificates() { certificates_.look(clock_.now()); }

    [[nodiscard]] net::Server const& server() const noexcept { return *server_; }

private:
    void follow_rules();
    void leave_webhooks();
    [[nodiscard]] base::Result<void> listen_cwmp();
    [[nodiscard]] base::Result<void> listen_files();
    [[nodiscard]] base::Result<void> listen_api();
    [[nodiscard]] net::Listener listener_of(ListenerConfig const& config) const;

    Config config_;
    Prepared prepared_;
    base::SystemClock clock_;
    base::Metrics metrics_;
    CertificateWatch certificates_;
    domain::FileTokens file_tokens_;
    provisioning::Guard guard_;
    boost::asio::thread_pool file_pool_{2};
    std::unique_ptr<files::Directory> directory_;
    storage::Database writes_;
    storage::Database searches_;
    storage::Database rule_queries_;
    storage::Database sweeps_;
    storage::Database sweep_queries_;
    storage::NodeNumber node_;
    std::unique_ptr<net::Threads> threads_ = std::make_unique<net::Threads>(config_.threads);
    std::unique_ptr<net::Threads> rule_thread_ = std::make_unique<net::Threads>(1);  ///< reading rules takes long
    storage::SessionPath path_;
    storage::PgModelStore models_;
    storage::PgFileStore files_;
    domain::TaskNews news_;
    storage::PgInventory inventory_;
    storage::PgFleetList fleet_lists_;
    storage::PgFailedTasks failed_tasks_;
    storage::PgFleet fleet_search_;
    storage::PgGroups groups_;
    storage::PgJobs jobs_;
    storage::PgDeviceAdmin admin_;
    storage::PgDeviceLife life_;
    storage::PgRotations rotations_;
    storage::PgIdempotencyKeys keys_;
    storage::PgEditLocks edit_locks_;
    storage::PgParameterValues values_;
    storage::PgRuleSettings rule_settings_;
    storage::PgFaults faults_;
    storage::PgFleetStatistics fleet_;
    identity::RotationRunner rotation_runner_;
    storage::PgPromotions promotions_;
    storage::PgIncidents incidents_;
    storage::PgSessions sessions_;
    storage::PgTraces traces_;
    session::TraceDesk trace_desk_;
    storage::PgOpenSessions told_sessions_;
    session::SessionBoard session_board_;
    storage::PgAuditTrail audit_;
    storage::PgStrangers strangers_;
    storage::PgAnnouncements announcements_;
    session::NewDevices new_devices_;
    session::FailedLogins failed_logins_;
    storage::EnrolmentWatch enrolment_watch_;
    storage::PgOperators operators_;
    storage::PgRules rule_store_;
    provisioning::RuleBook rules_;
    provisioning::RuleRunner rule_runner_;
    storage::Chores chores_;
    storage::TaskWatch task_watch_;
    storage::NoteWriter note_writer_;
    storage::PgEventLog events_;
    domain::EventTail event_tail_;
    storage::EventWatch event_watch_;
    storage::PgWebhooks webhooks_;
    webhooks::Sender webhook_sender_;
    std::unique_ptr<net::Threads> webhook_thread_ =  // outlives the lanes, whose timers belong to it
        std::make_unique<net::Threads>(1);
    webhooks::Deliverer deliverer_;
    storage::PgDeviceBindings bindings_;
    std::unique_ptr<wakeup::StunServer> stun_;  ///< none: not configured
    std::shared_ptr<net::ExpectedPeers> expected_ = std::make_shared<net::ExpectedPeers>();
    storage::PgReachability reachability_;
    wakeup::LastConnections last_connections_;
    wakeup::HttpWaker http_waker_;
    std::unique_ptr<wakeup::UdpWaker> udp_waker_;  ///< none: there is no STUN server
    std::unique_ptr<wakeup::XmppLink> xmpp_;       ///< none: not configured
    wakeup::SteadyTimers wake_timers_{threads_->context(0).get_executor()};
    storage::PgWakeRequests wake_requests_;
    std::unique_ptr<wakeup::Relay> wake_relay_;          ///< none: there is no STUN server
    std::unique_ptr<wakeup::RelayedMethod> udp_method_;  ///< likewise
    std::unique_ptr<storage::WakeMailWatch> wake_mail_;  ///< likewise
    wakeup::Dispatcher waker_;
    campaign::JobRunner job_runner_;
    storage::PgSweep sweep_store_;
    storage::PgRules sweep_rules_;
    provisioning::WakeQueue rule_wakes_;
    provisioning::RuleSweeper sweeper_;
    provisioning::PendingEnroller enroller_;
    ModelCheck model_check_;
    std::vector<std::unique_ptr<net::Handler>> handlers_;
    api::Api* api_ = nullptr;  ///< one of the handlers
    std::unique_ptr<net::Server> server_ = std::make_unique<net::Server>(*threads_, metrics_);
    monitor::Monitor monitor_;
};

}  // namespace app
