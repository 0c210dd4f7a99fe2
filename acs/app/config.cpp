#include "app/config.hpp"

#include "app/toml_reader.hpp"
#include "net/network.hpp"
#include "session/certificate_name.hpp"
#include "xmpp/stanza.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace app {

namespace {

/// What the readers of the sections share.
struct Context {
    ConfigFindings& problems;
};

template <class Enum>
void read_choice(TomlReader& reader, std::string_view key, Enum& value,
                 std::vector<std::pair<std::string_view, Enum>> const& choices)
{
    std::vector<std::string_view> names;
    std::string_view usual;
    for (auto const& choice : choices) {
        names.push_back(choice.first);
        if (choice.second == value)
            usual = choice.first;
    }
    if (auto const index = reader.choice(key, names, usual))
        value = choices[*index].second;
}

void read_tls_rules(TomlReader& reader, TlsRules& rules)
{
    read_choice<net::TlsProfile>(reader, "profile", rules.profile,
                                 {{"standard", net::TlsProfile::standard}, {"legacy", net::TlsProfile::legacy}});
    read_choice<net::ClientCertificates>(reader, "client_certificates", rules.client_certificates,
                                         {{"none", net::ClientCertificates::none},
                                          {"optional", net::ClientCertificates::optional},
                                          {"required", net::ClientCertificates::required}});
    reader.read("client_ca_file", rules.client_ca_file);
    reader.read("ignore_client_dates", rules.ignore_client_dates);
    if (rules.client_certificates != net::ClientCertificates::none && rules.client_ca_file.empty())
        reader.complain("client_ca_file",
                        "is missing; client certificates are believed only from the authorities in it");
}

void read_listener(TomlReader& reader, ListenerConfig& listener)
{
    using enum net::ProxyProtocol;
    reader.read("name", listener.name);
    reader.read("address", listener.address);
    reader.read("port", listener.port, 0, 65535);
    reader.read("tls", listener.tls);
    read_tls_rules(reader, listener.tls_rules);
    read_choice<net::ProxyProtocol>(reader, "proxy_protocol", listener.proxy_protocol,
                                    {{"off", off}, {"v1", v1}, {"v2", v2}, {"automatic", automatic}});
    reader.read("trusted_proxies", listener.trusted_proxies);
    reader.read("shared_connections", listener.shared_connections);
    reader.read("max_connections", listener.max_connections, 1, 10'000'000);
    reader.read("max_connections_per_source", listener.max_connections_per_source, 1, 10'000'000);
    reader.read("max_handshakes", listener.max_handshakes, 1, 1'000'000);
    if (listener.tls_rules.client_certificates != net::ClientCertificates::none && !listener.tls)
        reader.complain("client_certificates", "are shown over TLS only and need tls = true");
    if (listener.name.empty())
        reader.complain("name", "is missing; every listener needs one, for the log and the metrics");
}

template <class Listener, class ReadMore>
std::vector<Listener> read_listeners(TomlReader& reader, std::string const& section, Context context, ReadMore more)
{
    std::vector<Listener> listeners;
    for (auto const* const table : reader.tables("listener")) {
        TomlReader inner{table, fmt::format("{}.listener[{}]", section, listeners.size()), context.problems};
        Listener listener;
        read_listener(inner, listener);
        more(inner, listener);
        listeners.push_back(std::move(listener));
    }
    return listeners;
}

void read_cwmp(TomlReader& reader, Config::Cwmp& cwmp, Context context)
{
    reader.read("realm", cwmp.realm);
    reader.read("max_sessions", cwmp.max_sessions, 1, 10'000'000);
    reader.read("session_timeout", cwmp.session_timeout, 5, 3600);
    reader.read("max_session_timeout", cwmp.max_session_timeout, 5, 3600);
    reader.read("rpc_timeout", cwmp.rpc_timeout, 10, 3600);
    reader.read("sessions_per_hour", cwmp.sessions_per_hour, 1, 100'000);
    reader.read("boots_per_hour", cwmp.boots_per_hour, 1, 10'000);
    reader.read("takeovers_per_hour", cwmp.takeovers_per_hour, 1, 10'000);
    reader.read("older_boots_per_day", cwmp.older_boots_per_day, 0, 10'000);
    reader.read("rpcs_per_session", cwmp.rpcs_per_session, 1, 1'000'000);
    reader.read("seconds_per_session", cwmp.seconds_per_session, 10, 86'400);
    cwmp.listeners = read_listeners<CwmpListenerConfig>(
        reader, "cwmp", context, [](TomlReader& inner, CwmpListenerConfig& listener) {
            read_choice<CpeAuth>(inner, "auth", listener.auth,
                                 {{"none", CpeAuth::none},
                                  {"basic", CpeAuth::basic},
                                  {"digest", CpeAuth::digest},
                                  {"any", CpeAuth::any}});
            read_choice<Enrol>(inner, "enrol", listener.enrol, {{"pending", Enrol::pending}, {"open", Enrol::open}});
            inner.read("client_subject", listener.client_subject);
            if (auto checked = session::check_subject_pattern(listener.client_subject);
                !listener.client_subject.empty() && !checked)
                inner.complain("client_subject", checked.error().what);
            if (listener.auth == CpeAuth::basic && !listener.tls)
                inner.complain("auth", "basic sends passwords in clear and needs tls = true");
            if (listener.auth == CpeAuth::any && !listener.tls)
                inner.complain("auth", "any takes basic, too, which sends passwords in clear and needs tls = true: "
                                       "write digest");
        });
    for (auto const* const table : reader.tables("bootstrap")) {
        TomlReader inner{table, "cwmp.bootstrap", context.problems};
        auto& login = cwmp.bootstrap.emplace_back();
        inner.read("username", login.username);
        inner.read("password", login.password);
        if (login.username.empty() || login.password.empty())
            inner.complain("username", "and password must both be given");
    }
}

void read_http(TomlReader& reader, Config::Http& http)
{
    auto& limits = http.limits;
    reader.read("header_bytes", limits.header_bytes, 1024, 1 << 20);
    reader.read("body_bytes", limits.body_bytes, 64 * 1024, 1 << 30);
    reader.read("inflate_ratio", limits.inflate_ratio, 10, 10'000);
    reader.read("body_memory_bytes", http.body_memory, 1 << 20, 1ll << 40);
    reader.read("requests_per_connection", limits.requests, 10, 1'000'000'000);
    reader.read("handshake_seconds", limits.handshake, 1, 300);
    reader.read("header_seconds", limits.header, 1, 300);
    reader.read("idle_seconds", limits.idle, 1, 3600);
    reader.read("stall_seconds", limits.stall, 1, 600);
    reader.read("bytes_per_second", limits.bytes_per_second, 1, 1 << 20);
    reader.read("exchange_seconds", limits.exchange, 310, 3600);  // the API lets clients wait for 300
}

void read_logins(TomlReader& reader, Config::Enrolment& enrolment)
{
    using enum AfterReset;
    reader.read("own_logins", enrolment.own_logins);
    read_choice<AfterReset>(reader, "after_reset", enrolment.after_reset,
                            {{"person", person},
                             {"same_address", same_address},
                             {"networks", networks},
                             {"certificate", certificate},
                             {"open", open}});
    reader.read("reset_networks", enrolment.reset_networks);
    reader.read("reset_hours", enrolment.reset_time, 1, 8760);
    reader.read("resets_per_day", enrolment.resets_per_day, 0, 1'000);
    if ((enrolment.after_reset == networks) == enrolment.reset_networks.empty())
        reader.complain("reset_networks", "and after_reset = \"networks\" are given together, or neither");
    if (auto const parsed = net::Networks::parse(enrolment.reset_networks); !parsed)
        reader.complain("reset_networks", parsed.error().what);
}

void read_tls(TomlReader& reader, Config::Tls& tls, Context context)
{
    reader.read("warn_days", tls.warn_days, 1, 365);
    for (auto const* const table : reader.tables("certificate")) {
        TomlReader inner{table, "tls.certificate", context.problems};
        auto& files = tls.certificates.emplace_back();
        inner.read("chain", files.chain);
        inner.read("key", files.key);
        if (files.chain.empty() || files.key.empty())
            inner.complain("chain", "and key must both be given");
    }
}

void read_inventory(TomlReader& reader, Config::Inventory& inventory)
{
    reader.read("new_paths_per_device_and_day", inventory.new_paths_per_device_and_day, 100, 10'000'000);
    reader.read("paths", inventory.paths, 1000, 100'000'000);
    reader.read("event_days", inventory.event_days, 1, 3650);
    reader.read("task_days", inventory.task_days, 1, 3650);
    reader.read("session_days", inventory.session_days, 1, 3650);
    reader.read("open_tasks_per_device", inventory.open_tasks_per_device, 1, 1'000'000);
    reader.read("lost_task_days", inventory.lost_task_days, 1, 3650);
}

void read_enrolment(TomlReader& reader, Config::Enrolment& enrolment)
{
    reader.read("certificates", enrolment.certificates);
    reader.read("new_per_minute", enrolment.new_per_minute, 1, 10'000'000);
    reader.read("pending_per_minute", enrolment.pending_per_minute, 0, 1'000'000);
    reader.read("pending", enrolment.pending, 0, 10'000'000);
    reader.read("strangers", enrolment.strangers, 0, 1'000'000);
    reader.read("strangers_per_network", enrolment.strangers_per_network, 0, 1'000'000);
    reader.read("free_failures", enrolment.free_failures, 0, 1'000);
    reader.read("longest_delay", enrolment.longest_delay, 0, 60);
    reader.read("delayed_answers", enrolment.delayed_answers, 0, 100'000);
    reader.read("dormant_after", enrolment.dormant_after, 1, 1'000);
    reader.read("incident_days", enrolment.incident_days, 1, 3650);
}

void read_files(TomlReader& reader, Config::Files& files, Context context)
{
    reader.read("directory", files.directory);
    reader.read("base_url_https", files.base_url_https);
    reader.read("base_url_http", files.base_url_http);
    reader.read("upload_bytes", files.upload_bytes, 1024, 1ll << 40);
    reader.read("file_bytes", files.file_bytes, 1024, 1ll << 40);
    files.listeners = read_listeners<ListenerConfig>(reader, "files", context, [](TomlReader&, ListenerConfig&) {});
}

void read_wakeup(TomlReader& reader, Config::Wakeup& wakeup)
{
    reader.read("connect_timeout_ms", wakeup.connect_timeout, 100, 60'000);
    reader.read("exchange_timeout_ms", wakeup.exchange_timeout, 100, 120'000);
    reader.read("at_once", wakeup.at_once, 4, 100'000);
    reader.read("waiting", wakeup.waiting, 1, 1'000'000);
    reader.read("per_second", wakeup.per_second, 1, 100'000);
    reader.read("automation_per_second", wakeup.automation_per_second, 0, 100'000);
    reader.read("bulk_per_second", wakeup.bulk_per_second, 0, 100'000);
    reader.read("network_per_second", wakeup.network_per_second, 1, 100'000);
    reader.read("fall_over_ms", wakeup.fall_over, 100, 60'000);
    reader.read("inform_timeout_ms", wakeup.inform, 1'000, 300'000);
    reader.read("backoff_seconds", wakeup.backoff, 1, 86'400);
    reader.read("longest_backoff_seconds", wakeup.longest_backoff, 1, 30 * 86'400);
    reader.read("most_failures", wakeup.most_failures, 1, 1'000);
    reader.read("allow_basic", wakeup.allow_basic);
    reader.read("username", wakeup.username);
    reader.read("password", wakeup.password);
    if (wakeup.username.empty() != wakeup.password.empty())
        reader.complain("username", "and password must both be given, or neither");
    reader.read("allowed_networks", wakeup.allowed_networks);
    reader.read("denied_networks", wakeup.denied_networks);
}

void read_webhooks(TomlReader& reader, Config::Webhooks& webhooks)
{
    reader.read("allowed_networks", webhooks.allowed_networks);
    if (auto const parsed = net::Networks::parse(webhooks.allowed_networks); !parsed)
        reader.complain("allowed_networks", parsed.error().what);
    reader.read("ca_file", webhooks.ca_file);
    reader.read("connect_timeout_ms", webhooks.connect_timeout, 100, 60'000);
    reader.read("exchange_timeout_ms", webhooks.exchange_timeout, 100, 120'000);
    reader.read("refusals", webhooks.refusals, 1, 1000);
    reader.read("keep_hours", webhooks.keep_for, 1, 24 * 365);
}

void read_stun(TomlReader& reader, Config::Stun& stun)
{
    reader.read("address", stun.address);
    reader.read("port", stun.port, 0, 65535);
    reader.read("require_message_integrity", stun.require_message_integrity);
    reader.read("requests_per_source", stun.requests_per_source, 1, 1'000'000);
    reader.read("requests_per_second", stun.requests_per_second, 1, 10'000'000);
    reader.read("bindings", stun.bindings, 1, 100'000'000);
    reader.read("binding_seconds", stun.binding_life, 30, 86'400);
}

void read_xmpp(TomlReader& reader, Config::Xmpp& xmpp)
{
    reader.read("jid", xmpp.jid);
    reader.read("password_file", xmpp.password_file);
    reader.read("host", xmpp.host);
    reader.read("port", xmpp.port, 0, 65'535);
    reader.read("ca_file", xmpp.ca_file);
    reader.read("domains", xmpp.domains);
    reader.read("without_tls", xmpp.without_tls);
    if (xmpp.jid.empty())
        return;
    if (!xmpp::is_jid(xmpp.jid) || xmpp.jid.contains('/'))
        reader.complain("jid", "must be NAME@DOMAIN without a resource: the node's name becomes that");
    if (xmpp.password_file.empty())
        reader.complain("password_file", "must be given with jid: a file with the password in its first line");
    if (xmpp.domains.empty())
        xmpp.domains.push_back(xmpp::domain_of(xmpp.jid));
}

/// Sections that are only a few keys.
void read_small(TomlReader& root, Config& config, Context context)
{
    TomlReader log{root.table("log"), "log", context.problems};
    static constexpr std::string_view levels[] = {"debug", "info", "warning", "error"};
    if (auto const level = log.choice("level", {std::begin(levels), std::end(levels)}, config.log.level))
        config.log.level = levels[*level];
    TomlReader secrets{root.table("secrets"), "secrets", context.problems};
    secrets.read("key_file", config.secrets.key_file);
    TomlReader discovery{root.table("discovery"), "discovery", context.problems};
    static constexpr std::string_view profiles[] = {"full", "lean", "off"};
    if (auto const profile =
            discovery.choice("profile", {std::begin(profiles), std::end(profiles)}, config.discovery.profile))
        config.discovery.profile = profiles[*profile];
    discovery.read("rpcs_per_session", config.discovery.rpcs_per_session, 1, 100'000);
    discovery.read("seconds_per_session", config.discovery.seconds_per_session, 1, 3600);
    TomlReader trace{root.table("trace"), "trace", context.problems};
    trace.read("failed_sessions", config.trace.failed_sessions);
    trace.read("session_kilobytes", config.trace.session_kilobytes, 4, 65'536);
    trace.read("chosen_kilobytes", config.trace.chosen_kilobytes, 4, 65'536);
    trace.read("memory_megabytes", config.trace.memory_megabytes, 1, 65'536);
    trace.read("stored_megabytes", config.trace.stored_megabytes, 1, 10'000'000);
    trace.read("per_device", config.trace.per_device, 1, 100'000);
    trace.read("days", config.trace.days, 1, 3650);
    TomlReader rules{root.table("rules"), "rules", context.problems};
    rules.read("sweep_seconds", config.rules.sweep_interval, 10, 86'400);
    TomlReader operators{root.table("operators"), "operators", context.problems};
    operators.read("session_idle_seconds", config.operators.session_idle, 60, 86'400);
    operators.read("session_seconds", config.operators.session_life, 300, 30 * 86'400);
    operators.read("token_days", config.operators.token_days, 1, 3650);
    operators.read("password_length", config.operators.password_length, 8, 128);
    operators.read("passwords_at_once", config.operators.passwords_at_once, 1, 64);
    operators.read("lock_out_failures", config.operators.lock_out_failures, 2, 100);
    operators.read("lock_out_seconds", config.operators.lock_out_time, 10, 86'400);
    TomlReader monitor{root.table("monitor"), "monitor", context.problems};
    monitor.read("address", config.monitor.address);
    monitor.read("port", config.monitor.port, 0, 65535);
    TomlReader database{root.table("database"), "database", context.problems};
    database.read("url", config.database.url);
    database.read("session_connections", config.database.session_connections, 1, 16);
    database.read("api_connections", config.database.api_connections, 1, 64);
    database.read("search_timeout_ms", config.database.search_timeout, 100, 600'000);
}

/// What only makes sense together.
void check_whole(Config const& config, std::vector<std::string>& problems)
{
    auto const wants_tls = [](auto const& listeners) {
        for (auto const& listener : listeners)
            if (listener.tls)
                return true;
        return false;
    };
    if (config.tls.certificates.empty() &&
        (wants_tls(config.cwmp.listeners) || wants_tls(config.files.listeners) || wants_tls(config.api.listeners)))
        problems.emplace_back(
            "tls.certificate: a listener has tls = true, so [[tls.certificate]] with chain and key is needed");
    if (config.cwmp.listeners.empty())
        problems.emplace_back(
            "cwmp.listener: there is none, so no CPE could connect; give at least one [[cwmp.listener]]");
    if (!config.files.listeners.empty() && config.files.base_url_https.empty() && config.files.base_url_http.empty())
        problems.emplace_back(
            "files.base_url_https: give the URL by which CPEs reach the file listener, or base_url_http");
}

}  // namespace

ConfigOutcome parse_config(std::string_view text, std::string_view file_name)
{
    ConfigOutcome outcome;
    auto const parsed = base::parse_toml(text, file_name);
    if (!parsed) {
        outcome.problems.push_back(parsed.error().what);
        return outcome;
    }
    auto& config = outcome.config;
    config.file = file_name;
    ConfigFindings findings;
    Context const context{findings};
    {
        TomlReader root{&*parsed, "", findings};
        root.read("node", config.node);
        root.read("threads", config.threads, 0, 256);
        read_small(root, config, context);
        TomlReader tls{root.table("tls"), "tls", findings};
        read_tls(tls, config.tls, context);
        TomlReader http{root.table("http"), "http", findings};
        read_http(http, config.http);
        TomlReader cwmp{root.table("cwmp"), "cwmp", findings};
        read_cwmp(cwmp, config.cwmp, context);
        TomlReader inventory{root.table("inventory"), "inventory", findings};
        read_inventory(inventory, config.inventory);
        TomlReader enrolment{root.table("enrolment"), "enrolment", findings};
        read_enrolment(enrolment, config.enrolment);
        read_logins(enrolment, config.enrolment);
        TomlReader files{root.table("files"), "files", findings};
        read_files(files, config.files, context);
        TomlReader api{root.table("api"), "api", findings};
        api.read("token_file", config.api.token_file);
        config.api.listeners = read_listeners<ListenerConfig>(api, "api", context, [](TomlReader&, ListenerConfig&) {});
        TomlReader wakeup{root.table("wakeup"), "wakeup", findings};
        read_wakeup(wakeup, config.wakeup);
        TomlReader webhooks{root.table("webhooks"), "webhooks", findings};
        read_webhooks(webhooks, config.webhooks);
        TomlReader stun{root.table("stun"), "stun", findings};
        read_stun(stun, config.stun);
        TomlReader xmpp{root.table("xmpp"), "xmpp", findings};
        read_xmpp(xmpp, config.xmpp);
    }
    check_whole(config, findings);
    config.settings = std::move(findings.settings);
    outcome.problems.assign(findings.begin(), findings.end());
    return outcome;
}

ConfigOutcome load_config(std::string const& file_name)
{
    std::ifstream file{file_name, std::ios::binary};
    if (!file) {
        ConfigOutcome outcome;
        outcome.problems.push_back(
            fmt::format("{}: the file cannot be read; give another with --config, or copy config/acs.toml", file_name));
        return outcome;
    }
    std::string const text{std::istreambuf_iterator<char>{file}, {}};
    return parse_config(text, file_name);
}

}  // namespace app
