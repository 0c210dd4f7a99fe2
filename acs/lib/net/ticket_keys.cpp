#include "net/ticket_keys.hpp"

#include "base/crypto.hpp"
#include "net/tls_native.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <string_view>

namespace net {

namespace {

enum TicketAnswer { failed = -1, unknown_key = 0, use = 1, use_and_renew = 2 };  // as OpenSSL's manual numbers them

int ring_index()
{
    static int const index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

/// Fetched once: every look-up by name costs more than sealing a ticket.
EVP_CIPHER* ticket_cipher()
{
    static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
    return cipher;
}

bool set_mac(EVP_MAC_CTX* mac, TicketKey& key)
{
    char digest[] = "SHA256";
    OSSL_PARAM const parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

int seal(TicketKey key, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac)
{
    std::ranges::copy(key.name, name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(ticket_cipher())) != 1 ||
        EVP_EncryptInit_ex(cipher, ticket_cipher(), nullptr, key.cipher.data(), iv) != 1 || !set_mac(mac, key))
        return failed;
    return use;
}

int open_with(TicketKey key, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, TicketAnswer answer)
{
    if (EVP_DecryptInit_ex(cipher, ticket_cipher(), nullptr, key.cipher.data(), iv) != 1 || !set_mac(mac, key))
        return failed;
    return answer;
}

int ticket_callback(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                    int is_sealing)
{
    auto const* const ring = static_cast<TicketKeyRing const*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), ring_index()));
    auto const keys = ring->get();
    if (is_sealing != 0)
        return seal(keys.current, name, iv, cipher, mac);
    auto const is_named = [name](TicketKey const& key) { return std::equal(key.name.begin(), key.name.end(), name); };
    if (is_named(keys.current))
        return open_with(keys.current, iv, cipher, mac, use);
    if (keys.previous && is_named(*keys.previous))
        return open_with(*keys.previous, iv, cipher, mac, use_and_renew);
    return unknown_key;
}

template <std::size_t size>
void fill(std::array<unsigned char, size>& part, std::string_view bytes)
{
    std::copy_n(bytes.begin(), size, part.begin());
}

}  // namespace

void TicketKeyRing::install(ssl_ctx_st* context)
{
    SSL_CTX_set_ex_data(context, ring_index(), this);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticket_callback);
}

TicketKey TicketKey::derive(std::string const& secret)
{
    TicketKey key;
    fill(key.name, base::hmac_sha256(secret, "tls ticket key name"));
    fill(key.cipher, base::hmac_sha256(secret, "tls ticket cipher key"));
    fill(key.mac, base::hmac_sha256(secret, "tls ticket mac key"));
    return key;
}

TicketKey TicketKey::random()
{
    return derive(base::random_bytes(32));
}

}  // namespace net
