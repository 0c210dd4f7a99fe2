#include "base/hmac_sha1.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace base {

std::string hmac_sha1(std::string_view key, std::string_view bytes)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> out;
    unsigned size = 0;
    if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), reinterpret_cast<unsigned char const*>(bytes.data()),
             bytes.size(), out.data(), &size) == nullptr)
        throw std::runtime_error{"OpenSSL could not compute an HMAC"};
    return {reinterpret_cast<char const*>(out.data()), size};
}

}  // namespace base
