#include "app/application.hpp"

#include "app/one_time_token.hpp"
#include "app/session_settings.hpp"
#include "app/store_settings.hpp"
#include "app/wake_parts.hpp"
#include "base/log.hpp"
#include "cwmp/path.hpp"
#include "provisioning/condition_sql.hpp"
#include "storage/pg_definitions.hpp"

#include <future>
#include <memory>
#include <stdexcept>
#include <utility>

namespace app {

namespace {

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

provisioning::SweepSettings sweep_of(Config::Rules const& config, unsigned node)
{
    provisioning::SweepSettings settings;
    settings.node = node;
    settings.interval = config.sweep_interval;
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

std::vector<std::shared_ptr<net::TlsServerContext>> contexts_of(TlsContexts const& contexts)
{
    std::vector<std::shared_ptr<net::TlsServerContext>> all;
    for (auto const& [rules, context] : contexts)
        all.push_back(context);
    return all;
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
      http_waker_{http_waker_settings_of(config_.wakeup, prepared_.wake_targets, last_connections_)},
      udp_waker_{stun_ ? std::make_unique<wakeup::UdpWaker>(*stun_, clock_, metrics_, prepared_.wake_targets)
                       : nullptr},
      xmpp_{prepared_.xmpp ? std::make_unique<wakeup::XmppLink>(*prepared_.xmpp, config_.xmpp.domains, metrics_)
                           : nullptr},
      wake_requests_{writes_},
      wake_relay_{make_relay(stun_ != nullptr, {wake_requests_, inventory_, reachability_, metrics_,
                                                threads_->context(0).get_executor(), wake_timers_, config_.node})},
      udp_method_{stun_ ? std::make_unique<wakeup::RelayedMethod>(*udp_waker_, *wake_relay_) : nullptr},
      wake_mail_{wake_mail_of(config_, wake_relay_.get())},
      waker_{{inventory_, reachability_, session_board_, clock_, metrics_, threads_->context(0).get_executor(),
              wake_timers_, methods_of({&http_waker_, udp_method_.get(), xmpp_ ? &xmpp_->method() : nullptr}),
              expected_},
             dispatch_limits_of(config_.wakeup)},
      job_runner_{{jobs_, fleet_search_, inventory_, guard_, waker_, metrics_}, {.node = node_.value()}},
      sweep_store_{sweeps_, prepared_.sealer},
      sweep_rules_{sweeps_, sweep_queries_, path_.paths(), prepared_.sealer},
      rule_wakes_{waker_, sweep_store_, metrics_, rule_wakes_of(config_.wakeup)},
      sweeper_{{rule_runner_, sweep_rules_, sweep_store_, rule_wakes_, clock_, metrics_},
               sweep_of(config_.rules, node_.value())},
      enroller_{{rule_runner_, sweep_rules_, sweep_store_, rule_wakes_, metrics_}},
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
    certificates_.reload(clock_.now());  // first: they need no database
    model_check_.replace(std::make_shared<datamodel::DataModel const>(storage::load_definitions(searches_)));
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

}  // namespace app
