#include "net/tls.hpp"
#include "net/tls_native.hpp"

#include <fmt/format.h>

#include <map>
#include <mutex>

namespace net {

namespace {

constexpr std::size_t most_sessions = 1'024;  ///< servers whose last TLS session is kept

base::Result<void> trust(SSL_CTX* context, TlsClientSettings const& settings)
{
    if (settings.insecure)
        return {};
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (settings.ca_file.empty())
        SSL_CTX_set_default_verify_paths(context);
    else if (SSL_CTX_load_verify_locations(context, settings.ca_file.c_str(), nullptr) != 1)
        return base::fail(
            fmt::format("the file {} with trusted authorities cannot be used: {}", settings.ca_file, take_tls_error()));
    return {};
}

base::Result<void> show(SSL_CTX* context, CertificateFiles const& files)
{
    if (SSL_CTX_use_certificate_chain_file(context, files.chain.c_str()) != 1)
        return base::fail(fmt::format("the certificate file {} cannot be used: {}", files.chain, take_tls_error()));
    if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
        return base::fail(fmt::format("the key file {} cannot be used: {}", files.key, take_tls_error()));
    return {};
}

base::Result<void> set_versions(SSL_CTX* context, TlsClientSettings const& settings)
{
    SSL_CTX_set_min_proto_version(context, native_version(settings.min_version));
    SSL_CTX_set_max_proto_version(context, native_version(settings.max_version));
    bool const is_old = settings.min_version < TlsVersion::tls1_2;
    if (is_old) {
        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0");
    }
    if (!settings.ciphers.empty() && SSL_CTX_set_cipher_list(context, settings.ciphers.c_str()) != 1)
        return base::fail(fmt::format("'{}' is no OpenSSL cipher list: {}", settings.ciphers, take_tls_error()));
    return {};
}

}  // namespace

std::string take_tls_error()
{
    auto const code = ERR_get_error();
    ERR_clear_error();
    if (code == 0)
        return "no reason given";
    if (ERR_SYSTEM_ERROR(code))
        return std::generic_category().message(ERR_GET_REASON(code));
    auto const* const reason = ERR_reason_error_string(code);
    return reason ? reason : fmt::format("OpenSSL error {:x}", code);
}

int native_version(TlsVersion version) noexcept
{
    switch (version) {
        case TlsVersion::tls1_0: return TLS1_VERSION;
        case TlsVersion::tls1_1: return TLS1_1_VERSION;
        case TlsVersion::tls1_2: return TLS1_2_VERSION;
        case TlsVersion::tls1_3: break;
    }
    return TLS1_3_VERSION;
}

struct TlsClientContext::State {
    TlsClientSettings settings;
    SslContextPointer context;
    mutable std::mutex mutex;
    std::map<std::string, std::shared_ptr<SSL_SESSION>> sessions;
};

TlsClientContext::TlsClientContext(std::unique_ptr<State> state) : state_{std::move(state)} {}
TlsClientContext::~TlsClientContext() = default;

base::Result<std::shared_ptr<TlsClientContext>> TlsClientContext::create(TlsClientSettings settings)
{
    ERR_clear_error();
    auto state = std::make_unique<State>();
    state->context.reset(SSL_CTX_new(TLS_client_method()));
    auto* const context = state->context.get();
    if (!context)
        return base::fail("OpenSSL could not make a TLS context: " + take_tls_error());
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (auto done = set_versions(context, settings); !done)
        return std::unexpected{done.error()};
    if (auto done = trust(context, settings); !done)
        return std::unexpected{done.error()};
    if (settings.certificate)
        if (auto done = show(context, *settings.certificate); !done)
            return std::unexpected{done.error()};
    state->settings = std::move(settings);
    return std::shared_ptr<TlsClientContext>{new TlsClientContext{std::move(state)}};
}

TlsClientSettings const& TlsClientContext::settings() const noexcept
{
    return state_->settings;
}
ssl_ctx_st* TlsClientContext::native() const noexcept
{
    return state_->context.get();
}

std::shared_ptr<ssl_session_st> TlsClientContext::session_of(std::string const& server) const
{
    std::lock_guard const lock{state_->mutex};
    auto const found = state_->sessions.find(server);
    return found == state_->sessions.end() ? nullptr : found->second;
}

void TlsClientContext::keep_session(std::string const& server, std::shared_ptr<ssl_session_st> session)
{
    std::lock_guard const lock{state_->mutex};
    if (state_->sessions.size() >= most_sessions)
        state_->sessions.erase(state_->sessions.begin());
    state_->sessions[server] = std::move(session);
}

}  // namespace net
