// What the server listens on: for CPEs, for files, and for the API.
#include "app/application.hpp"
#include "app/session_settings.hpp"
#include "base/log.hpp"

#include <memory>
#include <utility>

namespace app {

namespace {

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

}  // namespace

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
                                     session_limits_of(config_),
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
                                     &trace_desk_,
                                     &last_connections_};
    for (auto const& listener : config_.cwmp.listeners) {
        if (listener.tls_rules.profile == net::TlsProfile::legacy)
            base::log::warning("app.legacy",
                               {{"listener", listener.name}, {"reason", "TLS 1.0 and weak ciphers are allowed here"}});
        auto endpoint = std::make_unique<session::CwmpEndpoint>(
            services, endpoint_policy_of(config_, listener, prepared_.nonce_keys), *threads_);
        session_board_.add(*endpoint);
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
