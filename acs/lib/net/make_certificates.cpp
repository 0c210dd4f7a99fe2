#include "net/make_certificates.hpp"

#include "net/tls_native.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

namespace net {

namespace {

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using File = std::unique_ptr<FILE, Freed<std::fclose>>;

constexpr long day_seconds = 24 * 3600;
constexpr long version_3 = 2;  // X.509 counts from 0

/// Turns OpenSSL's "not 1" into an exception; make_certificates turns that into its Error.
void must(bool succeeded, char const* what)
{
    if (!succeeded)
        throw std::runtime_error{fmt::format("OpenSSL could not {}: {}", what, take_tls_error())};
}

void set_random_serial(X509* certificate)
{
    std::uint64_t serial = 0;
    must(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "draw a serial number");
    must(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1, "set a serial number");
}

Certificate blank(EVP_PKEY* key, std::string const& common_name, int days)
{
    Certificate made{X509_new()};
    must(made != nullptr, "make a certificate");
    X509_set_version(made.get(), version_3);
    set_random_serial(made.get());
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -day_seconds);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), day_seconds * days);
    must(X509_set_pubkey(made.get(), key) == 1, "set a public key");
    auto const name = common_name.substr(0, 64);  // X.520 allows no more
    must(X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<unsigned char const*>(name.c_str()), -1, -1, 0) == 1,
         "set a subject");
    return made;
}

void extend(X509* certificate, X509* issuer, int kind, std::string const& value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> const extension{
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
    must(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "add an extension");
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* key)
{
    must(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1, "set an issuer");
    extend(certificate, issuer, NID_subject_key_identifier, "hash");
    extend(certificate, issuer, NID_authority_key_identifier, "keyid");
    must(X509_sign(certificate, key, EVP_sha256()) > 0, "sign a certificate");
}

std::string alternative_names(std::vector<std::string> const& names)
{
    std::string text;
    for (auto const& name : names) {
        boost::system::error_code error;
        auto const address = boost::asio::ip::make_address(name, error);
        text +=
            fmt::format("{}{}:{}", text.empty() ? "" : ",", error ? "DNS" : "IP", error ? name : address.to_string());
    }
    return text;
}

File open_to_write(std::string const& path, mode_t mode)
{
    int const descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (descriptor < 0 || ::fchmod(descriptor, mode) != 0)
        throw std::runtime_error{fmt::format("{} cannot be written: {}", path, std::generic_category().message(errno))};
    return File{::fdopen(descriptor, "w")};
}

void write(std::string const& path, X509* certificate)
{
    auto const file = open_to_write(path, 0644);
    must(PEM_write_X509(file.get(), certificate) == 1 && std::fflush(file.get()) == 0, "write a certificate");
}

void write(std::string const& path, EVP_PKEY* key)
{
    auto const file = open_to_write(path, 0600);
    must(PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
             std::fflush(file.get()) == 0,
         "write a key");
}

CertificateFiles write_both(std::string const& stem, X509* certificate, EVP_PKEY* key)
{
    CertificateFiles files{stem + ".pem", stem + ".key"};
    write(files.chain, certificate);
    write(files.key, key);
    return files;
}

struct Authority {
    Key key;
    Certificate certificate;
};

Authority make_authority(int days)
{
    Key key{EVP_EC_gen("P-256")};
    must(key != nullptr, "make a key");
    auto certificate = blank(key.get(), "ACS demo authority", days);
    extend(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    sign(certificate.get(), certificate.get(), key.get());
    return {std::move(key), std::move(certificate)};
}

Certificate make_server(Authority const& authority, EVP_PKEY* key, std::vector<std::string> const& names, int days)
{
    auto made = blank(key, names.front(), days);
    auto* const issuer = authority.certificate.get();
    extend(made.get(), issuer, NID_key_usage, "critical,digitalSignature,keyEncipherment");
    extend(made.get(), issuer, NID_ext_key_usage, "serverAuth");
    extend(made.get(), issuer, NID_subject_alt_name, alternative_names(names));
    sign(made.get(), issuer, authority.key.get());
    return made;
}

MadeCertificates make_all(std::string const& folder, std::vector<std::string> const& names, int days)
{
    MadeCertificates made;
    auto const authority = make_authority(days);
    auto const ca = write_both(folder + "/ca", authority.certificate.get(), authority.key.get());
    made.ca_file = ca.chain;
    made.ca_key_file = ca.key;
    Key const ecdsa{EVP_EC_gen("P-256")};
    Key const rsa{EVP_RSA_gen(2048)};
    must(ecdsa && rsa, "make a key");
    made.ecdsa =
        write_both(folder + "/server-ecdsa", make_server(authority, ecdsa.get(), names, days).get(), ecdsa.get());
    made.rsa = write_both(folder + "/server-rsa", make_server(authority, rsa.get(), names, days).get(), rsa.get());
    return made;
}

Authority read_authority(MadeCertificates const& made)
{
    File const certificate{std::fopen(made.ca_file.c_str(), "re")};
    File const key{std::fopen(made.ca_key_file.c_str(), "re")};
    if (!certificate || !key)
        throw std::runtime_error{fmt::format("{} or {} cannot be read", made.ca_file, made.ca_key_file)};
    Authority authority{Key{PEM_read_PrivateKey(key.get(), nullptr, nullptr, nullptr)},
                        Certificate{PEM_read_X509(certificate.get(), nullptr, nullptr, nullptr)}};
    must(authority.key && authority.certificate, "read the authority");
    return authority;
}

}  // namespace

base::Result<MadeCertificates> make_certificates(std::string const& folder, std::vector<std::string> const& names,
                                                 int days)
{
    if (names.empty())
        return base::fail("a server certificate needs at least one name or address");
    try {
        return make_all(folder, names, days);
    } catch (std::exception const& error) {
        return base::fail(error.what());
    }
}

base::Result<CertificateFiles> make_client_certificate(std::string const& folder, MadeCertificates const& made,
                                                       std::string const& common_name, std::string const& file_name,
                                                       int days)
{
    try {
        auto const authority = read_authority(made);
        Key const key{EVP_EC_gen("P-256")};
        must(key != nullptr, "make a key");
        auto const certificate = blank(key.get(), common_name, days);
        extend(certificate.get(), authority.certificate.get(), NID_key_usage, "critical,digitalSignature");
        extend(certificate.get(), authority.certificate.get(), NID_ext_key_usage, "clientAuth");
        extend(certificate.get(), authority.certificate.get(), NID_subject_alt_name, alternative_names({common_name}));
        sign(certificate.get(), authority.certificate.get(), authority.key.get());
        return write_both(folder + '/' + file_name, certificate.get(), key.get());
    } catch (std::exception const& error) {
        return base::fail(error.what());
    }
}

}  // namespace net
