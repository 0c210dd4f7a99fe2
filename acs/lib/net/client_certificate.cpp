#include "net/client_certificate.hpp"

#include "base/crypto.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace net {

namespace {

using X509Pointer = std::unique_ptr<X509, Freed<X509_free>>;
using BioPointer = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

std::string text_of(ASN1_STRING const* string)
{
    return {reinterpret_cast<char const*>(ASN1_STRING_get0_data(string)),
            static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string subject(X509 const* certificate)
{
    BioPointer const out{BIO_new(BIO_s_mem())};
    X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    char* data = nullptr;
    auto const size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string common_name(X509 const* certificate)
{
    auto* const name = X509_get_subject_name(certificate);
    int last = -1;
    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;)
        last = at;
    if (last < 0)
        return {};
    unsigned char* utf8 = nullptr;
    auto const size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
    if (size < 0)
        return {};
    std::string text{reinterpret_cast<char*>(utf8), static_cast<std::size_t>(size)};
    OPENSSL_free(utf8);
    return text;
}

std::string address_text(ASN1_OCTET_STRING const* octets)
{
    auto const bytes = text_of(octets);
    boost::asio::ip::address_v4::bytes_type v4;
    boost::asio::ip::address_v6::bytes_type v6;
    if (bytes.size() == v4.size()) {
        std::ranges::copy(bytes, v4.begin());
        return boost::asio::ip::address_v4{v4}.to_string();
    }
    if (bytes.size() != v6.size())
        return {};
    std::ranges::copy(bytes, v6.begin());
    return boost::asio::ip::address_v6{v6}.to_string();
}

void add_alternative_names(ClientCertificate& facts, X509 const* certificate)
{
    Names const names{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        auto const* const name = sk_GENERAL_NAME_value(names.get(), i);
        switch (name->type) {
            case GEN_DNS: facts.dns_names.push_back(text_of(name->d.dNSName)); break;
            case GEN_URI: facts.uris.push_back(text_of(name->d.uniformResourceIdentifier)); break;
            case GEN_IPADD: facts.addresses.push_back(address_text(name->d.iPAddress)); break;
            default: break;
        }
    }
}

}  // namespace

std::unique_ptr<ClientCertificate const> client_certificate(SSL* ssl)
{
    X509Pointer const certificate{SSL_get1_peer_certificate(ssl)};
    if (!certificate || SSL_get_verify_result(ssl) != X509_V_OK)
        return nullptr;
    auto facts = std::make_unique<ClientCertificate>();
    facts->subject = subject(certificate.get());
    facts->common_name = common_name(certificate.get());
    add_alternative_names(*facts, certificate.get());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    if (X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) == 1)
        facts->fingerprint = base::to_hex({reinterpret_cast<char const*>(digest.data()), size});
    return facts;
}

}  // namespace net
