#include "app/application.hpp"

#include "app/one_time_token.hpp"
#include "base/log.hpp"
#include "cwmp/path.hpp"
#include "provisioning/condition_sql.hpp"
#include "storage/pg_definitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <stdexcept>

namespace app {

namespace {

storage::DatabaseSettings writes_of(Config::Database const& config)
{
    storage::DatabaseSettings settings;
    settings.connection.url = config.url;
    settings.connection.application_name = "acs";
    settings.connections = config.api_connections;
    return settings;
}

storage::DatabaseSettings searches_of(Config::Database const& config)
{
    auto settings = writes_of(config);
    settings.connection.application_name = "acs searches";
    settings.connection.statement_timeout = config.search_timeout;
    settings.connection.read_only = true;
    return settings;
}

/// Of one statement that evaluates rules for the devices of many sessions, which wait for it.
constexpr std::chrono::milliseconds evaluation_timeout{2'000};

/// Of the notes' writer, between two looks for pending devices that were announced while they came.
constexpr unsigned rounds_between_enrolments = 30;

/// Between two looks of the rules at the devices that wait to be let in.
constexpr std::chrono::milliseconds enrolment_pause{5'000};

/// Between two looks at which logins are to be rotated.
constexpr std::chrono::milliseconds rotation_step{2'000};

/// Between two steps of jobs.
constexpr std::chrono::milliseconds job_step{1'000};

/// Between two looks at which rules are in force.
constexpr std::chrono::milliseconds rule_poll{1'000};

storage::SessionPathSettings session_path_of(Config const& config, unsigned node)
{
    storage::SessionPathSettings settings;
    settings.batches.connection.url = config.database.url;
    settings.batches.connection.application_name = "acs sessions";
    settings.batches.threads = config.database.session_connections;
    settings.rules.connection =
        storage::rule_connections(settings.batches.connection, 1, evaluation_timeout).connection;
    settings.paths.new_per_device_and_day = config.inventory.new_paths_per_device_and_day;
    settings.paths.in_all = config.inventory.paths;
    settings.node = node;
    return settings;
}

provisioning::WakeLimits rule_wakes_of(Config::Wakeup const& config)
{
    provisioning::WakeLimits limits;
    limits.wakes = config.automation_per_second > 0;
    return limits;
}

provisioning::SweepSettings sweep_of(Config::Rules const& config, unsigned node)
{
    provisioning::SweepSettings settings;
    settings.node = node;
    settings.interval = config.sweep_interval;
    return settings;
}

domain::ModelKnowledge fallback_of(Config::Discovery const& config)
{
    domain::ModelKnowledge knowledge;
    knowledge.discovery = config.profile == "off"    ? domain::DiscoveryProfile::off
                          : config.profile == "lean" ? domain::DiscoveryProfile::lean
                                                     : domain::DiscoveryProfile::full;
    return knowledge;
}

storage::ChoreSettings chores_of(Config const& config, storage::PathTable& paths)
{
    storage::ChoreSettings settings;
    settings.on_promotions_changed = [&paths] { paths.reload_promoted(); };
    settings.connection.url = config.database.url;
    settings.event_days = config.inventory.event_days;
    settings.task_days = config.inventory.task_days;
    settings.session_days = config.inventory.session_days;
    settings.lost_task_days = config.inventory.lost_task_days;
    settings.incident_days = config.enrolment.incident_days;
    settings.trace_days = config.trace.days;
    settings.traces_per_device = config.trace.per_device;
    settings.trace_bytes = std::int64_t{config.trace.stored_megabytes} << 20U;
    return settings;
}

session::TraceSettings traces_of(Config::Trace const& config)
{
    session::TraceSettings settings;
    settings.failed_sessions = config.failed_sessions;
    settings.session_bytes = std::size_t{config.session_kilobytes} << 10U;
    settings.chosen_session_bytes = std::size_t{config.chosen_kilobytes} << 10U;
    settings.memory_bytes = std::size_t{config.memory_megabytes} << 20U;
    return settings;
}

storage::TaskWatchSettings task_watch_of(Config const& config)
{
    storage::TaskWatchSettings settings;
    settings.connection.url = config.database.url;
    return settings;
}

storage::EventWatchSettings event_watch_of(Config const& config)
{
    storage::EventWatchSettings settings;
    settings.connection.url = config.database.url;
    return settings;
}

webhooks::DelivererSettings deliverer_of(Config::Webhooks const& config, webhooks::SenderSettings sender)
{
    webhooks::DelivererSettings settings;
    settings.lane.sender = std::move(sender);
    settings.lane.retry.refusals = config.refusals;
    settings.lane.retry.keep_for = config.keep_for;
    return settings;
}

wakeup::HttpSettings http_waker_settings_of(Config::Wakeup const& config, wakeup::TargetRules targets)
{
    wakeup::HttpSettings settings;
    settings.limits.connect = config.connect_timeout;
    settings.limits.exchange = config.exchange_timeout;
    settings.targets = std::move(targets);
    settings.allow_basic = config.allow_basic;
    settings.username = config.username;
    settings.password = config.password;
    return settings;
}

std::unique_ptr<wakeup::StunServer> stun_server_of(Config const& config, domain::DeviceBindings& bindings,
                                                   base::Clock const& clock, base::Metrics& metrics)
{
    if (config.stun.port == 0)
        return nullptr;
    wakeup::StunSettings settings;
    settings.node = config.node;
    settings.address = config.stun.address;
    settings.port = config.stun.port;
    settings.require_integrity = config.stun.require_message_integrity;
    settings.requests_per_source = config.stun.requests_per_source;
    settings.requests_per_second = config.stun.requests_per_second;
    settings.bindings = config.stun.bindings;
    settings.binding_life = config.stun.binding_life;
    return std::make_unique<wakeup::StunServer>(bindings, clock, metrics, std::move(settings));
}

/// Those that are there, in the order in which they are tried when nothing is known of a device.
std::vector<wakeup::WakeMethod*> methods_of(std::initializer_list<wakeup::WakeMethod*> methods)
{
    std::vector<wakeup::WakeMethod*> found;
    std::ranges::copy_if(methods, std::back_inserter(found), [](auto const* each) { return each != nullptr; });
    return found;
}

std::unique_ptr<wakeup::Relay> make_relay(bool wanted, wakeup::RelayParts parts)
{
    return wanted ? std::make_unique<wakeup::Relay>(std::move(parts)) : nullptr;
}

std::unique_ptr<storage::WakeMailWatch> wake_mail_of(Config const& config, wakeup::Relay* relay)
{
    if (relay == nullptr)
        return nullptr;
    storage::WakeMailSettings settings;
    settings.connection.url = config.database.url;
    settings.node = config.node;
    return std::make_unique<storage::WakeMailWatch>(std::move(settings),
                                                    [relay](domain::WakeMail mail) { relay->take(std::move(mail)); });
}

wakeup::DispatchLimits dispatch_limits_of(Config::Wakeup const& config)
{
    wakeup::DispatchLimits limits;
    limits.rates = {config.per_second, config.automation_per_second, config.bulk_per_second, config.network_per_second};
    limits.backoff = {config.backoff, config.longest_backoff, config.most_failures};
    limits.at_once = config.at_once;
    limits.waiting = config.waiting;
    limits.request = config.connect_timeout + config.exchange_timeout;
    limits.inform = config.inform;
    limits.fall_over = config.fall_over;
    return limits;
}

session::SessionLimits limits_of(Config const& config)
{
    session::SessionLimits limits;
    limits.timeout = config.cwmp.session_timeout;
    limits.longest_timeout = config.cwmp.max_session_timeout;
    limits.rpc_time = config.cwmp.rpc_timeout;
    limits.sessions = config.cwmp.max_sessions;
    limits.sessions_per_hour = config.cwmp.sessions_per_hour;
    limits.boots_per_hour = config.cwmp.boots_per_hour;
    limits.takeovers_per_hour = config.cwmp.takeovers_per_hour;
    limits.older_boots_per_day = config.cwmp.older_boots_per_day;
    limits.rpcs = config.cwmp.rpcs_per_session;
    limits.duration = config.cwmp.seconds_per_session;
    limits.slice_rpcs = config.discovery.rpcs_per_session;
    limits.slice_time = config.discovery.seconds_per_session;
    return limits;
}

session::NewDeviceLimits new_device_limits_of(Config::Enrolment const& config)
{
    return {config.new_per_minute, config.pending_per_minute, config.pending};
}

session::FailedLoginLimits failed_login_limits_of(Config::Enrolment const& config)
{
    session::FailedLoginLimits limits;
    limits.free = config.free_failures;
    limits.longest_delay = config.longest_delay;
    limits.delayed = config.delayed_answers;
    return limits;
}

api::OperatorSettings operators_of(Config::Operators const& config)
{
    api::OperatorSettings settings;
    settings.session_idle = config.session_idle;
    settings.session_life = config.session_life;
    settings.token_days = config.token_days;
    settings.password_length = config.password_length;
    settings.passwords_at_once = config.passwords_at_once;
    settings.lock_out.by_name_and_source = config.lock_out_failures;
    settings.lock_out.by_name = config.lock_out_failures * 10;
    settings.lock_out.by_source = config.lock_out_failures * 20;
    settings.lock_out.lock = config.lock_out_time;
    return settings;
}

session::LoginPolicy policy_of(CpeAuth auth)
{
    switch (auth) {
        case CpeAuth::none: return session::LoginPolicy::none;
        case CpeAuth::basic: return session::LoginPolicy::basic;
        case CpeAuth::digest: return session::LoginPolicy::digest;
        case CpeAuth::any: break;
    }
    return session::LoginPolicy::any;
}

void set_nonce_keys(net::DigestSettings& digest, std::vector<std::string> const& keys)
{
    digest.key = keys.front();
    digest.other_keys.assign(keys.begin() + 1, keys.end());
}

std::vector<std::shared_ptr<net::TlsServerContext>> contexts_of(TlsContexts const& contexts)
{
    std::vector<std::shared_ptr<net::TlsServerContext>> all;
    for (auto const& [rules, context] : contexts)
        all.push_back(context);
    return all;
}

session::ReEnrolment re_enrolment_of(Config::Enrolment const& config)
{
    using enum session::AfterReset;
    session::ReEnrolment policy;
    policy.allowed = config.reset_time;
    policy.networks = net::Networks::parse(config.reset_networks).value_or(net::Networks{});
    switch (config.after_reset) {
        case AfterReset::same_address: policy.after_reset = same_address; break;
        case AfterReset::networks: policy.after_reset = networks; break;
        case AfterReset::certificate: policy.after_reset = certificate; break;
        case AfterReset::open: policy.after_reset = open; break;
        case AfterReset::person: break;
    }
    return policy;
}

session::LoginSettings login_settings_of(Config const& config)
{
    session::LoginSettings settings{
        config.enrolment.own_logins, config.cwmp.realm, {}, config.enrolment.resets_per_day};
    settings.for_stun = config.stun.port != 0;
    for (auto const& login : config.cwmp.bootstrap)
        settings.shared_names.push_back(login.username);
    return settings;
}

std::unique_ptr<files::Directory> open_directory(std::string const& folder, boost::asio::thread_pool& pool)
{
    auto directory = files::Directory::open(folder, pool);
    if (!directory)
        throw std::runtime_error{"files.directory: " + directory.error().what};
    return *std::move(directory);
}

domain::SearchSql compose(domain::Condition const& condition, std::span<domain::PathSource const> sources,
                          unsigned first)
{
    return provisioning::search_sql(condition, sources, first);
}

}  // namespace

Application::Application(Config config, Prepared prepared)
    : config_{std::move(config)},
      prepared_{std::move(prepared)},
      certificates_{contexts_of(prepared_.tls), metrics_, std::chrono::days{config_.tls.warn_days}},
      file_tokens_{prepared_.file_keys},
      guard_{[](std::string_view path) { return cwmp::is_secret_path(path); }},
      directory_{open_directory(config_.files.directory, file_pool_)},
      writes_{writes_of(config_.database)},
      searches_{searches_of(config_.database)},
      rule_queries_{
          storage::rule_connections(writes_of(config_.database).connection, 2, config_.database.search_timeout)},
      sweeps_{storage::sweep_connection(writes_.settings().connection)},
      sweep_queries_{
          storage::rule_connections(writes_of(config_.database).connection, 1, config_.database.search_timeout)},
      node_{
          storage::NodeNumber::take(writes_.settings().connection, config_.node, prepared_.sealer.key_names().front())},
      path_{session_path_of(config_, node_.value()), writes_, prepared_.sealer, clock_, metrics_},
      models_{writes_, clock_, fallback_of(config_.discovery)},
      files_{writes_, prepared_.sealer},
      inventory_{
          {writes_, searches_, path_.trees(), prepared_.sealer, path_.ids(), compose, storage::identity_hash, &news_}},
      fleet_lists_{searches_, compose},
      failed_tasks_{writes_, &news_},
      fleet_search_{searches_, compose},
      groups_{writes_},
      jobs_{{writes_, path_.ids(), prepared_.sealer, &news_, config_.inventory.open_tasks_per_device}},
      admin_{writes_, prepared_.sealer},
      life_{writes_, path_.ids(), &news_},
      rotations_{writes_, path_.ids()},
      keys_{writes_, prepared_.sealer, path_.ids()},
      edit_locks_{writes_, path_.ids()},
      values_{searches_},
      rule_settings_{writes_},
      faults_{searches_},
      fleet_{searches_},
      rotation_runner_{rotations_, fleet_search_, guard_},
      promotions_{writes_},
      incidents_{writes_, clock_, metrics_},
      sessions_{writes_, path_.ids(), metrics_},
      traces_{writes_, clock_, metrics_},
      trace_desk_{traces_of(config_.trace), &traces_, metrics_},
      told_sessions_{writes_, config_.node},
      session_board_{told_sessions_, clock_},
      audit_{writes_},
      strangers_{writes_, clock_, metrics_, {config_.enrolment.strangers, config_.enrolment.strangers_per_network}},
      announcements_{writes_, prepared_.sealer, config_.cwmp.realm, login_settings_of(config_).shared_names},
      new_devices_{new_device_limits_of(config_.enrolment)},
      failed_logins_{failed_login_limits_of(config_.enrolment)},
      enrolment_watch_{writes_, clock_, metrics_, [this](std::uint64_t count) { new_devices_.set_pending(count); }},
      operators_{writes_},
      rule_store_{writes_, rule_queries_, path_.paths(), prepared_.sealer},
      rules_{rule_store_, clock_, [](std::string_view path) { return cwmp::is_secret_path(path); }},
      rule_runner_{rules_, path_.outcomes(), clock_},
      chores_{chores_of(config_, path_.paths()), node_, clock_},
      task_watch_{task_watch_of(config_), news_},
      events_{searches_},
      event_watch_{event_watch_of(config_), event_tail_, metrics_},
      webhooks_{writes_, prepared_.sealer, node_.value()},
      webhook_sender_{prepared_.webhook_sender, clock_},
      deliverer_{{events_, event_tail_, inventory_, webhooks_, guard_, clock_, metrics_},
                 deliverer_of(config_.webhooks, prepared_.webhook_sender)},
      bindings_{writes_, prepared_.sealer},
      stun_{stun_server_of(config_, bindings_, clock_, metrics_)},
      reachability_{writes_, searches_},
      http_waker_{http_waker_settings_of(config_.wakeup, prepared_.wake_targets)},
      udp_waker_{stun_ ? std::make_unique<wakeup::UdpWaker>(*stun_, clock_, metrics_, prepared_.wake_targets)
                       : nullptr},
      xmpp_{prepared_.xmpp ? std::make_unique<wakeup::XmppLink>(*prepared_.xmpp, config_.xmpp.domains, metrics_)
                           : nullptr},
      wake_requests_{writes_},
      wake_relay_{make_relay(stun_ != nullptr, {wake_requests_, inventory_, reachability_, metrics_,
                                                threads_->context(0).get_executor(), wake_timers_, config_.node})},
      udp_method_{stun_ ? std::make_unique<wakeup::RelayedMethod>(*udp_waker_, *wake_relay_) : nullptr},
      wake_mail_{wake_mail_of(config_, wake_relay_.get())},
      waker_{{inventory_, reachability_, live_, clock_, metrics_, threads_->context(0).get_executor(), wake_timers_,
              methods_of({&http_waker_, udp_method_.get(), xmpp_ ? &xmpp_->method() : nullptr}), expected_},
             dispatch_limits_of(config_.wakeup)},
      job_runner_{{jobs_, fleet_search_, inventory_, guard_, waker_, metrics_}, {.node = node_.value()}},
      sweep_store_{sweeps_, prepared_.sealer},
      sweep_rules_{sweeps_, sweep_queries_, path_.paths(), prepared_.sealer},
      rule_wakes_{waker_, sweep_store_, metrics_, rule_wakes_of(config_.wakeup)},
      sweeper_{{rule_runner_, sweep_rules_, sweep_store_, rule_wakes_, clock_, metrics_},
               sweep_of(config_.rules, node_.value())},
      enroller_{{rule_runner_, sweep_rules_, sweep_store_, rule_wakes_, audit_, metrics_}},
      monitor_{metrics_, {[this] { return chores_.status(); }}}
{
    note_writer_.add([this] { incidents_.flush(); });
    note_writer_.add([this] { strangers_.flush(); });
    note_writer_.add([this] { sessions_.flush(); });
    note_writer_.add([this] { traces_.look(); });
    note_writer_.add([this] { traces_.write(trace_desk_.take()); });
    note_writer_.add([this] { reachability_.flush(); });
    note_writer_.add([this] { enrolment_watch_.look(); });
    note_writer_.add([this, rounds = 0U]() mutable {
        if (rounds++ % rounds_between_enrolments == 0)
            announcements_.enrol_pending();
    });
    if (wake_relay_)
        wake_relay_->serve(*udp_waker_);
    enrolment_watch_.keep_dormant_after(config_.enrolment.dormant_after);
    reload();
}

Application::~Application()
{
    stop(std::chrono::milliseconds{0});
}

base::Result<void> Application::start()
{
    chores_.start();
    task_watch_.start();
    if (wake_mail_)
        wake_mail_->start();
    note_writer_.start();
    event_watch_.start();
    webhook_thread_->spawn(0, [this] { return deliverer_.run(); });
    webhook_thread_->start();
    follow_rules();
    threads_->start();
    if (auto opened = listen_cwmp(); !opened)
        return opened;
    if (auto opened = listen_files(); !opened)
        return opened;
    if (stun_)
        if (auto opened = stun_->start(); !opened)
            return opened;
    if (xmpp_)
        xmpp_->start();
    print_first_token(writes_, config_);
    if (auto opened = listen_api(); !opened)
        return opened;
    if (config_.monitor.port != 0)
        return monitor_.listen(config_.monitor.address, config_.monitor.port);
    return {};
}

void Application::stop(std::chrono::milliseconds patience)
{
    if (!threads_)
        return;
    if (!server_->drain(patience))
        base::log::warning("app.drain",
                           {{"connections", server_->connections()}, {"reason", "still open, closed now"}});
    server_->stop();
    leave_webhooks();
    if (wake_mail_)
        wake_mail_->stop();
    threads_->stop();
    rule_thread_->stop();
    if (stun_)
        stun_->stop();
    if (xmpp_)
        xmpp_->stop();
    // Whoever still works for a coroutine must end before the io_contexts are gone, and suspended coroutines must be
    // destroyed while all that they refer to still exists.
    path_.stop();
    note_writer_.stop();
    file_pool_.join();
    if (api_ != nullptr)
        api_->stop();
    writes_.stop();
    searches_.stop();
    rule_queries_.stop();
    sweeps_.stop();
    sweep_queries_.stop();
    server_.reset();
    threads_.reset();
    rule_thread_.reset();
    stun_.reset();
    task_watch_.stop();
    event_watch_.stop();
    chores_.stop();
}

/// Another node goes on with them at once, unless the database cannot be told.
void Application::leave_webhooks()
{
    constexpr std::chrono::seconds patience{3};
    auto const left = std::make_shared<std::promise<void>>();
    auto const is_left = left->get_future();
    if (webhook_thread_->running()) {
        webhook_thread_->spawn(0, [this, left] { return deliverer_.leave([left] { left->set_value(); }); });
        static_cast<void>(is_left.wait_for(patience));
    }
    webhook_thread_->stop();
}

void Application::reload()
{
    model_check_.replace(std::make_shared<datamodel::DataModel const>(storage::load_definitions(searches_)));
    certificates_.reload(clock_.now());
}

void Application::follow_rules()
{
    rule_thread_->spawn(0, [this] { return rule_runner_.follow(rule_poll); });
    rule_thread_->spawn(0, [this] { return sweeper_.run(); });
    rule_thread_->spawn(0, [this] { return rule_wakes_.run(); });
    rule_thread_->spawn(0, [this] { return enroller_.run(enrolment_pause); });
    rule_thread_->spawn(0, [this] { return rotation_runner_.run(rotation_step); });
    rule_thread_->spawn(0, [this] { return job_runner_.run(job_step); });
    rule_thread_->start();
}

base::Result<void> Application::listen_cwmp()
{
    session::Services const services{path_.sessions(),
                                     path_.tasks(),
                                     path_.trees(),
                                     models_,
                                     files_,
                                     clock_,
                                     metrics_,
                                     file_tokens_,
                                     {config_.files.base_url_https, config_.files.base_url_http},
                                     limits_of(config_),
                                     node_.value(),
                                     &news_,
                                     &waker_,
                                     &rule_runner_,
                                     &incidents_,
                                     &strangers_,
                                     &new_devices_,
                                     &failed_logins_,
                                     &path_.logins(),
                                     login_settings_of(config_),
                                     &sessions_,
                                     config_.node,
                                     &trace_desk_};
    for (auto const& listener : config_.cwmp.listeners) {
        session::EndpointPolicy policy;
        policy.login = policy_of(listener.auth);
        policy.open_enrolment = listener.enrol == Enrol::open;
        policy.enrol_certificates = config_.enrolment.certificates;
        policy.client_subject = listener.client_subject;
        policy.re_enrolment = re_enrolment_of(config_.enrolment);
        policy.digest.realm = config_.cwmp.realm;
        set_nonce_keys(policy.digest, prepared_.nonce_keys);
        for (auto const& login : config_.cwmp.bootstrap)
            policy.shared_logins.push_back(
                {login.username, net::make_digest_secret(login.username, config_.cwmp.realm, login.password)});
        if (listener.tls_rules.profile == net::TlsProfile::legacy)
            base::log::warning("app.legacy",
                               {{"listener", listener.name}, {"reason", "TLS 1.0 and weak ciphers are allowed here"}});
        auto endpoint = std::make_unique<session::CwmpEndpoint>(services, std::move(policy), *threads_);
        session_board_.add(*endpoint);
        live_.add(*endpoint);
        handlers_.push_back(std::move(endpoint));
        if (auto opened = server_->listen(listener_of(listener), *handlers_.back()); !opened)
            return opened;
    }
    threads_->spawn(0, [this] { return session_board_.run(); });
    return {};
}

base::Result<void> Application::listen_files()
{
    net::DigestSettings digest;
    digest.realm = config_.cwmp.realm;
    set_nonce_keys(digest, prepared_.nonce_keys);
    files::FileLimits limits;
    limits.upload_bytes = config_.files.upload_bytes;
    handlers_.push_back(std::make_unique<files::FileListener>(
        files::FileServices{files_, *directory_, file_tokens_, clock_, metrics_}, limits, digest));
    auto& handler = *handlers_.back();
    for (auto const& listener : config_.files.listeners)
        if (auto opened = server_->listen(listener_of(listener), handler); !opened)
            return opened;
    return {};
}

base::Result<void> Application::listen_api()
{
    api::Settings settings;
    settings.tokens = prepared_.tokens;
    settings.version = ACS_VERSION;
    settings.file_bytes = config_.files.file_bytes;
    settings.open_tasks = config_.inventory.open_tasks_per_device;
    settings.operators = operators_of(config_.operators);
    settings.configuration = config_.settings;
    settings.configuration_file = config_.file;
    handlers_.push_back(std::make_unique<api::Api>(
        api::Services{inventory_,     files_,         *directory_, waker_,      guard_,          &model_check_,
                      clock_,         metrics_,       admin_,      promotions_, rules_,          audit_,
                      incidents_,     announcements_, strangers_,  operators_,  life_,           rotations_,
                      sessions_,      session_board_, traces_,     keys_,       edit_locks_,     values_,
                      rule_settings_, faults_,        fleet_,      waker_,      fleet_search_,   groups_,
                      jobs_,          events_,        event_tail_, webhooks_,   webhook_sender_, fleet_lists_,
                      failed_tasks_},
        settings));
    auto& handler = *handlers_.back();
    api_ = &dynamic_cast<api::Api&>(handler);
    threads_->spawn(0, [this] { return api_->follow(); });
    for (auto const& listener : config_.api.listeners)
        if (auto opened = server_->listen(listener_of(listener), handler); !opened)
            return opened;
    return {};
}

net::Listener Application::listener_of(ListenerConfig const& config) const
{
    net::Listener listener;
    listener.name = config.name;
    listener.address = config.address;
    listener.port = config.port;
    if (config.tls)
        listener.tls = prepared_.tls.at(config.tls_rules);
    listener.proxy_protocol = config.proxy_protocol;
    listener.trusted_proxies = config.trusted_proxies;
    listener.shared_connections = config.shared_connections;
    listener.max_connections = config.max_connections;
    listener.max_connections_per_source = config.max_connections_per_source;
    listener.max_handshakes = config.max_handshakes;
    listener.limits = config_.http.limits;
    listener.body_memory = config_.http.body_memory;
    listener.expected = expected_;
    return listener;
}

}  // namespace app
