#pragma once

#include "base/result.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct ssl_session_st;

namespace net {

/// PEM files of one certificate: the chain, leaf first, and its private key.
struct CertificateFiles {
    std::string chain;
    std::string key;
};

enum class TlsVersion { tls1_0, tls1_1, tls1_2, tls1_3 };

enum class TlsProfile {
    standard,  ///< TLS 1.2 and 1.3, with forward secrecy only
    legacy,    ///< TLS 1.0 to 1.3, SECLEVEL 0, records of at most 4096 bytes, for old CPEs; on a listener of its own
};

enum class ClientCertificates {
    none,      ///< not asked for
    optional,  ///< asked for; one that does not verify ends the handshake, none is accepted
    required,  ///< a handshake without one fails
};

/// A key that session tickets are sealed with. All nodes that share one may resume each other's TLS sessions.
struct TicketKey {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};

    /// Derives the key from a secret of any length: the same on every node that has the secret.
    [[nodiscard]] static TicketKey derive(std::string const& secret);
    [[nodiscard]] static TicketKey random();
};

/// The key for new tickets, and those that are still accepted (and then replaced by a new ticket).
struct TicketKeys {
    TicketKey current;
    std::optional<TicketKey> previous;
};

struct TlsServerSettings {
    /// One chain per kind of key; give an ECDSA P-256 and an RSA-2048 one (old stacks know only RSA).
    std::vector<CertificateFiles> certificates;
    TlsProfile profile = TlsProfile::standard;
    ClientCertificates client_certificates = ClientCertificates::none;
    std::string client_ca_file;         ///< PEM; whom client certificates are believed from
    bool ignore_client_dates = false;   ///< accept expired and not yet valid client certificates (clocks at 1970)
    std::optional<TicketKeys> tickets;  ///< none: random keys of this process
};

/// What is known of a certificate in use.
struct CertificateFacts {
    std::string file;
    std::string subject;
    std::string authority;  ///< who signed the last certificate of the chain: whom clients must trust
    std::chrono::sys_seconds not_after;

    friend bool operator==(CertificateFacts const&, CertificateFacts const&) = default;
};

/// Reads a PEM file with one certificate or several, leaf first: a chain, or authorities (then `not_after` is the
/// earliest of all). Fails naming the file.
[[nodiscard]] base::Result<CertificateFacts> read_certificate_facts(std::string const& file);

/// What a listener needs to speak TLS. Safe from any thread; certificates and ticket keys may be changed while
/// it serves: new connections use the new ones.
class TlsServerContext {
public:
    /// Reads the files; fails naming the file and what is wrong with it.
    [[nodiscard]] static base::Result<std::shared_ptr<TlsServerContext>> create(TlsServerSettings settings);
    ~TlsServerContext();

    /// Reads the certificate files again. On failure the old ones stay in use.
    [[nodiscard]] base::Result<void> reload();

    /// Reads the files again if one of them was changed since they were last read, whether that went well or not. Does
    /// not take certificates of another authority, which clients may not trust. False: nothing was changed.
    [[nodiscard]] base::Result<bool> reload_if_changed();

    /// The certificates in use and, if clients are asked for theirs, the file of the authorities.
    [[nodiscard]] std::vector<CertificateFacts> certificates() const;
    void set_ticket_keys(TicketKeys keys);
    /// True when clients are asked for a certificate.
    [[nodiscard]] bool asks_clients() const noexcept;

    /// The present OpenSSL context, kept alive by the pointer. For lib/net.
    [[nodiscard]] std::shared_ptr<ssl_ctx_st> native() const;

private:
    struct State;
    explicit TlsServerContext(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

struct TlsClientSettings {
    std::string ca_file;                          ///< PEM; empty: the system's authorities
    TlsVersion min_version = TlsVersion::tls1_2;  ///< below 1.2: with SECLEVEL 0
    TlsVersion max_version = TlsVersion::tls1_3;
    std::optional<CertificateFiles> certificate;  ///< shown when the server asks
    bool resume_sessions = true;                  ///< with tickets, per context and server
    bool insecure = false;                        ///< accept any server certificate
    std::string ciphers;                          ///< OpenSSL list for TLS <= 1.2; empty: the default
};

/// What clients need to speak TLS. Safe from any thread.
class TlsClientContext {
public:
    [[nodiscard]] static base::Result<std::shared_ptr<TlsClientContext>> create(TlsClientSettings settings);
    ~TlsClientContext();

    [[nodiscard]] TlsClientSettings const& settings() const noexcept;
    /// For lib/net: the OpenSSL context, and the sessions kept per "host:port".
    [[nodiscard]] ssl_ctx_st* native() const noexcept;
    [[nodiscard]] std::shared_ptr<ssl_session_st> session_of(std::string const& server) const;
    void keep_session(std::string const& server, std::shared_ptr<ssl_session_st> session);

private:
    struct State;
    explicit TlsClientContext(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace net
