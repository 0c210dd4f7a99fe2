// What certificates say of themselves.
#include "net/tls_native.hpp"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <vector>

namespace net {

namespace {

using X509Pointer = std::unique_ptr<X509, Freed<X509_free>>;
using BioPointer = std::unique_ptr<BIO, Freed<BIO_free_all>>;

std::string name_text(X509_NAME const* name)
{
    BioPointer const out{BIO_new(BIO_s_mem())};
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
    char* data = nullptr;
    auto const size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string hex(ASN1_OCTET_STRING const* octets)
{
    std::string text;
    for (int i = 0; i < ASN1_STRING_length(octets); ++i)
        text += fmt::format("{:02x}", ASN1_STRING_get0_data(octets)[i]);
    return text;
}

/// Name and, where the certificate tells, key of who signed it; of one that signed itself its own key.
std::string authority_of(X509* certificate)
{
    auto text = name_text(X509_get_issuer_name(certificate));
    if (auto const* const key = X509_get0_authority_key_id(certificate))
        return text + " key " + hex(key);
    if (X509_self_signed(certificate, 0) != 1)
        return text;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (X509_pubkey_digest(certificate, EVP_sha256(), digest, &size) == 1)
        for (unsigned i = 0; i < size; ++i)
            text += fmt::format("{}{:02x}", i == 0 ? " key " : "", digest[i]);
    return text;
}

std::chrono::sys_seconds end_of(X509 const* certificate)
{
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
        return {};
    return std::chrono::sys_seconds{std::chrono::seconds{timegm(&end)}};
}

}  // namespace

base::Result<CertificateFacts> read_certificate_facts(std::string const& file)
{
    BioPointer const in{BIO_new_file(file.c_str(), "r")};
    std::vector<X509Pointer> chain;
    while (in) {
        chain.emplace_back(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
        if (chain.back())
            continue;
        chain.pop_back();
        break;
    }
    auto const problem = take_tls_error();
    if (chain.empty())
        return base::fail(fmt::format("no certificate can be read from {}: {}", file, problem));
    CertificateFacts facts;
    facts.file = file;
    facts.subject = name_text(X509_get_subject_name(chain.front().get()));
    facts.authority = authority_of(chain.back().get());
    facts.not_after = std::chrono::sys_seconds::max();
    for (auto const& certificate : chain)
        facts.not_after = std::min(facts.not_after, end_of(certificate.get()));
    return facts;
}

}  // namespace net
