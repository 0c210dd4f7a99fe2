// What the server reads from disk before it starts.
#include "app/application.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

namespace app {

namespace {

base::Result<std::string> read_text(std::string const& file)
{
    std::ifstream stream{file, std::ios::binary};
    if (!stream)
        return base::fail(fmt::format("{}: the file cannot be read", file));
    return std::string{std::istreambuf_iterator<char>{stream}, {}};
}

/// The first line of a file that holds a secret.
base::Result<std::string> read_line(std::string const& file)
{
    auto text = read_text(file);
    if (text)
        text->erase(std::find_if(text->begin(), text->end(), [](char c) { return c == '\n' || c == '\r'; }),
                    text->end());
    return text;
}

base::Result<std::vector<api::Token>> read_tokens(Config::Api const& config)
{
    std::vector<api::Token> tokens;
    if (config.token_file.empty())
        return tokens;
    auto text = read_line(config.token_file);
    if (!text)
        return base::fail("api.token_file: " + text.error().what);
    if (text->size() < 16)
        return base::fail(
            fmt::format("{}: the token in the first line must have at least 16 characters; make one with: "
                        "openssl rand -hex 24 > {}",
                        config.token_file, config.token_file));
    tokens.push_back({"operator", *std::move(text)});
    return tokens;
}

base::Result<std::shared_ptr<net::TlsServerContext>> make_tls(Config const& config, TlsRules const& rules,
                                                              base::Sealer const& sealer)
{
    bool const is_legacy = rules.profile == net::TlsProfile::legacy;
    net::TlsServerSettings settings;
    settings.certificates = config.tls.certificates;
    settings.profile = rules.profile;
    settings.client_certificates = rules.client_certificates;
    settings.client_ca_file = rules.client_ca_file;
    settings.ignore_client_dates = rules.ignore_client_dates;
    auto const secrets = sealer.derived(is_legacy ? "legacy tickets" : "tickets");
    settings.tickets = net::TicketKeys{net::TicketKey::derive(secrets.front()), std::nullopt};
    if (secrets.size() > 1)
        settings.tickets->previous = net::TicketKey::derive(secrets[1]);
    return net::TlsServerContext::create(std::move(settings));
}

base::Result<TlsContexts> make_tls_contexts(Config const& config, base::Sealer const& sealer)
{
    std::vector<ListenerConfig> listeners{config.cwmp.listeners.begin(), config.cwmp.listeners.end()};
    listeners.insert(listeners.end(), config.files.listeners.begin(), config.files.listeners.end());
    listeners.insert(listeners.end(), config.api.listeners.begin(), config.api.listeners.end());
    TlsContexts contexts;
    for (auto const& listener : listeners) {
        if (!listener.tls || contexts.contains(listener.tls_rules))
            continue;
        auto made = make_tls(config, listener.tls_rules, sealer);
        if (!made)
            return base::fail(fmt::format("the listener {} cannot speak TLS: {}", listener.name, made.error().what));
        contexts.emplace(listener.tls_rules, *std::move(made));
    }
    return contexts;
}

base::Result<wakeup::TargetRules> make_targets(Config::Wakeup const& config)
{
    auto allowed = net::Networks::parse(config.allowed_networks);
    if (!allowed)
        return base::fail("wakeup.allowed_networks: " + allowed.error().what);
    auto ranges = config.denied_networks;
    if (auto const named = net::Networks::parse(ranges); !named)
        return base::fail("wakeup.denied_networks: " + named.error().what);
    auto own = wakeup::own_addresses();
    ranges.insert(ranges.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
    auto denied = net::Networks::parse(ranges);
    if (!denied)
        return base::fail("wakeup.denied_networks: " + denied.error().what);
    return wakeup::TargetRules{*std::move(allowed), *std::move(denied)};
}

base::Result<webhooks::SenderSettings> make_webhook_sender(Config::Webhooks const& config)
{
    webhooks::SenderSettings settings;
    settings.connect = config.connect_timeout;
    settings.exchange = config.exchange_timeout;
    settings.allowed = net::Networks::parse(config.allowed_networks).value_or(net::Networks{});
    net::TlsClientSettings tls;
    tls.ca_file = config.ca_file;
    auto context = net::TlsClientContext::create(std::move(tls));
    if (!context)
        return base::fail("webhooks.ca_file: " + context.error().what);
    settings.tls = *std::move(context);
    return settings;
}

base::Result<std::optional<xmpp::Account>> make_account(Config const& config)
{
    if (config.xmpp.jid.empty())
        return std::nullopt;
    auto password = read_line(config.xmpp.password_file);
    if (!password)
        return base::fail("xmpp.password_file: " + password.error().what);
    return xmpp::Account{fmt::format("{}/{}", config.xmpp.jid, config.node),
                         *std::move(password),
                         config.xmpp.host,
                         config.xmpp.port,
                         config.xmpp.ca_file,
                         config.xmpp.without_tls};
}

}  // namespace

base::Result<Prepared> prepare(Config const& config)
{
    auto sealer = base::Sealer::from_file(config.secrets.key_file);
    if (!sealer)
        return base::fail("secrets.key_file: " + sealer.error().what);
    auto tokens = read_tokens(config.api);
    if (!tokens)
        return std::unexpected{tokens.error()};
    auto tls = make_tls_contexts(config, *sealer);
    if (!tls)
        return std::unexpected{tls.error()};
    auto targets = make_targets(config.wakeup);
    if (!targets)
        return std::unexpected{targets.error()};
    auto webhook_sender = make_webhook_sender(config.webhooks);
    if (!webhook_sender)
        return std::unexpected{webhook_sender.error()};
    auto account = make_account(config);
    if (!account)
        return std::unexpected{account.error()};
    auto nonce_keys = sealer->derived("nonces");
    auto file_keys = sealer->derived("file tokens");
    return Prepared{*std::move(sealer), std::move(nonce_keys), std::move(file_keys),       *std::move(tokens),
                    *std::move(tls),    *std::move(targets),   *std::move(webhook_sender), *std::move(account)};
}

}  // namespace app
