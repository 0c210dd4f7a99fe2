#include "net/tls.hpp"

#include "net/ticket_keys.hpp"
#include "net/tls_native.hpp"

#include "base/crypto.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <cstdint>
#include <mutex>
#include <utility>

namespace net {

namespace {

constexpr long legacy_fragment_bytes = 4096;
/// Of TLS 1.2: what is heard today cannot be read with a key that is stolen tomorrow. With AES-CBC, which many CPEs
/// stop at, behind the rest.
constexpr char const* standard_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!aNULL:!eNULL";
constexpr long ticket_seconds = 12 * 3600;

void set_profile(SSL_CTX* context, TlsProfile profile)
{
    SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (profile == TlsProfile::standard) {
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
        SSL_CTX_set_cipher_list(context, standard_ciphers);
        return;
    }
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0");
    SSL_CTX_set_options(context, SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS | SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_max_send_fragment(context, legacy_fragment_bytes);
    SSL_CTX_set_dh_auto(context, 1);
}

/// What makes a connection small and a session short: measured in the edge benchmark.
void set_economy(SSL_CTX* context)
{
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context, ticket_seconds);
}

base::Result<void> load_certificates(SSL_CTX* context, std::vector<CertificateFiles> const& certificates)
{
    for (auto const& files : certificates) {
        if (SSL_CTX_use_certificate_chain_file(context, files.chain.c_str()) != 1)
            return base::fail(fmt::format("the certificate file {} cannot be used: {}", files.chain, take_tls_error()));
        if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
            return base::fail(fmt::format("the key file {} cannot be used: {}", files.key, take_tls_error()));
        if (SSL_CTX_check_private_key(context) != 1)
            return base::fail(
                fmt::format("the key in {} does not belong to the certificate in {}", files.key, files.chain));
    }
    return {};
}

/// Sessions made under other rules for client certificates must not be resumed.
void set_session_context(SSL_CTX* context, TlsServerSettings const& settings)
{
    auto const rules = fmt::format("{} {} {}", static_cast<int>(settings.client_certificates), settings.client_ca_file,
                                   settings.ignore_client_dates);
    auto const id = base::sha256(rules);
    SSL_CTX_set_session_id_context(context, reinterpret_cast<unsigned char const*>(id.data()),
                                   static_cast<unsigned>(id.size()));
}

base::Result<void> ask_for_client_certificates(SSL_CTX* context, TlsServerSettings const& settings)
{
    if (settings.client_certificates == ClientCertificates::none)
        return {};
    auto* const names = SSL_load_client_CA_file(settings.client_ca_file.c_str());
    if (!names || SSL_CTX_load_verify_locations(context, settings.client_ca_file.c_str(), nullptr) != 1)
        return base::fail(fmt::format("the file {} with the authorities of client certificates cannot be used: {}",
                                      settings.client_ca_file, take_tls_error()));
    SSL_CTX_set_client_CA_list(context, names);
    bool const is_required = settings.client_certificates == ClientCertificates::required;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (is_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    if (settings.ignore_client_dates)
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_NO_CHECK_TIME);
    return {};
}

base::Result<SslContextPointer> make_context(TlsServerSettings const& settings, TicketKeyRing& ring)
{
    if (settings.certificates.empty())
        return base::fail("a TLS listener needs at least one certificate");
    ERR_clear_error();
    SslContextPointer context{SSL_CTX_new(TLS_server_method())};
    if (!context)
        return base::fail("OpenSSL could not make a TLS context: " + take_tls_error());
    set_profile(context.get(), settings.profile);
    set_economy(context.get());
    set_session_context(context.get(), settings);
    ring.install(context.get());
    if (auto loaded = load_certificates(context.get(), settings.certificates); !loaded)
        return std::unexpected{loaded.error()};
    if (auto asked = ask_for_client_certificates(context.get(), settings); !asked)
        return std::unexpected{asked.error()};
    return context;
}

}  // namespace

namespace {

/// What tells that a file was changed; nothing of it for one that is not there.
struct FileStamp {
    std::string file;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;

    friend bool operator==(FileStamp const&, FileStamp const&) = default;
};

FileStamp stamp_of(std::string const& file)
{
    FileStamp stamp{.file = file};
    struct stat status{};
    if (::stat(file.c_str(), &status) == 0)
        stamp = {file, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
    return stamp;
}

std::vector<FileStamp> stamps_of(TlsServerSettings const& settings)
{
    std::vector<FileStamp> stamps;
    for (auto const& files : settings.certificates) {
        stamps.push_back(stamp_of(files.chain));
        stamps.push_back(stamp_of(files.key));
    }
    if (settings.client_certificates != ClientCertificates::none)
        stamps.push_back(stamp_of(settings.client_ca_file));
    return stamps;
}

base::Result<std::vector<CertificateFacts>> facts_of(TlsServerSettings const& settings)
{
    std::vector<CertificateFacts> facts;
    for (auto const& files : settings.certificates) {
        auto read = read_certificate_facts(files.chain);
        if (!read)
            return std::unexpected{read.error()};
        facts.push_back(*std::move(read));
    }
    if (settings.client_certificates == ClientCertificates::none)
        return facts;
    auto authorities = read_certificate_facts(settings.client_ca_file);
    if (!authorities)
        return std::unexpected{authorities.error()};
    facts.push_back(*std::move(authorities));
    return facts;
}

}  // namespace

struct TlsServerContext::State {
    TlsServerSettings settings;
    std::shared_ptr<TicketKeyRing> ring;
    mutable std::mutex mutex;
    std::shared_ptr<SSL_CTX> context;
    std::vector<CertificateFacts> facts;
    std::vector<FileStamp> stamps;  ///< when the files were last looked at

    base::Result<void> load()
    {
        auto const seen = stamps_of(settings);
        auto made = make_context(settings, *ring);
        auto told = facts_of(settings);
        std::lock_guard const lock{mutex};
        stamps = seen;
        if (!made)
            return std::unexpected{made.error()};
        if (!told)
            return std::unexpected{told.error()};
        context = {made->release(), [keys = ring](SSL_CTX* c) { SSL_CTX_free(c); }};
        facts = *std::move(told);
        return {};
    }

    /// Fails when a certificate on disk was signed by another authority than the one in use.
    base::Result<void> keeps_authority() const
    {
        auto const fresh = facts_of(settings);
        std::lock_guard const lock{mutex};
        for (std::size_t i = 0; fresh && i < settings.certificates.size() && i < facts.size(); ++i)
            if ((*fresh)[i].authority != facts[i].authority)
                return base::fail(
                    fmt::format("the certificate in {} was signed by another authority ({}) than the one in use ({}); "
                                "clients that do not trust it would be lost: see to it that they do, then send SIGHUP",
                                facts[i].file, (*fresh)[i].authority, facts[i].authority));
        return {};
    }

    /// True when files changed; notes that they were looked at.
    bool has_changed()
    {
        auto seen = stamps_of(settings);
        std::lock_guard const lock{mutex};
        return std::exchange(stamps, seen) != seen;
    }
};

TlsServerContext::TlsServerContext(std::unique_ptr<State> state) : state_{std::move(state)} {}
TlsServerContext::~TlsServerContext() = default;

base::Result<std::shared_ptr<TlsServerContext>> TlsServerContext::create(TlsServerSettings settings)
{
    auto state = std::make_unique<State>();
    state->ring = std::make_shared<TicketKeyRing>(settings.tickets.value_or(TicketKeys{TicketKey::random(), {}}));
    state->settings = std::move(settings);
    if (auto loaded = state->load(); !loaded)
        return std::unexpected{loaded.error()};
    return std::shared_ptr<TlsServerContext>{new TlsServerContext{std::move(state)}};
}

base::Result<void> TlsServerContext::reload()
{
    return state_->load();
}

base::Result<bool> TlsServerContext::reload_if_changed()
{
    if (!state_->has_changed())
        return false;
    if (auto kept = state_->keeps_authority(); !kept)
        return std::unexpected{kept.error()};
    if (auto loaded = state_->load(); !loaded)
        return std::unexpected{loaded.error()};
    return true;
}

std::vector<CertificateFacts> TlsServerContext::certificates() const
{
    std::lock_guard const lock{state_->mutex};
    return state_->facts;
}

void TlsServerContext::set_ticket_keys(TicketKeys keys)
{
    state_->ring->set(std::move(keys));
}

bool TlsServerContext::asks_clients() const noexcept
{
    return state_->settings.client_certificates != ClientCertificates::none;
}

std::shared_ptr<ssl_ctx_st> TlsServerContext::native() const
{
    std::lock_guard const lock{state_->mutex};
    return state_->context;
}

}  // namespace net
