#include "base/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace base {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

/// What a character is as a hexadecimal digit, -1 for others.
constexpr auto hex_values = [] {
    std::array<signed char, 256> values{};
    values.fill(-1);
    for (int digit = 0; digit < 10; ++digit)
        values[static_cast<std::size_t>('0' + digit)] = static_cast<signed char>(digit);
    for (int digit = 0; digit < 6; ++digit)
        values[static_cast<std::size_t>('a' + digit)] = values[static_cast<std::size_t>('A' + digit)] =
            static_cast<signed char>(10 + digit);
    return values;
}();

int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    if (c == '/' || c == '_')
        return 63;
    return -1;
}

unsigned char const* bytes_of(std::string_view text)
{
    return reinterpret_cast<unsigned char const*>(text.data());
}

/// A digest algorithm fetched once; EVP_Digest with a legacy EVP_MD would look it up on every call.
class Digest {
public:
    explicit Digest(char const* name) : algorithm_{EVP_MD_fetch(nullptr, name, nullptr)}
    {
        if (algorithm_ == nullptr)
            throw std::runtime_error{std::string{"OpenSSL has no digest "} + name};
    }

    [[nodiscard]] std::string operator()(std::string_view bytes) const
    {
        // Reused for every digest of this thread: creating a context costs more than a short digest.
        thread_local std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context{EVP_MD_CTX_new(),
                                                                                           &EVP_MD_CTX_free};
        std::array<unsigned char, EVP_MAX_MD_SIZE> out;
        unsigned size = 0;
        if (EVP_DigestInit_ex2(context.get(), algorithm_, nullptr) != 1 ||
            EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
            EVP_DigestFinal_ex(context.get(), out.data(), &size) != 1)
            throw std::runtime_error{"OpenSSL could not compute a digest"};
        return {reinterpret_cast<char const*>(out.data()), size};
    }

private:
    EVP_MD* algorithm_;  // lives as long as the program
};

}  // namespace

std::string to_hex(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (auto const c : bytes) {
        auto const byte = static_cast<unsigned char>(c);
        text += hex_digits[byte >> 4];
        text += hex_digits[byte & 15];
    }
    return text;
}

std::string from_hex(std::string_view digits)
{
    if (digits.size() % 2 != 0)
        return {};
    std::string bytes(digits.size() / 2, '\0');
    int wrong = 0;  // negative when some digit is none
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        int const high = hex_values[static_cast<unsigned char>(digits[2 * i])];
        int const low = hex_values[static_cast<unsigned char>(digits[2 * i + 1])];
        wrong |= high | low;
        bytes[i] = static_cast<char>(high << 4 | low);
    }
    return wrong < 0 ? std::string{} : bytes;
}

std::string to_base64(std::string_view bytes)
{
    std::string text((bytes.size() + 2) / 3 * 4, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
    return text;
}

std::string from_base64(std::string_view text)
{
    std::string bytes;
    unsigned bits = 0;
    int held = 0;
    for (auto const c : text) {
        if (c == '=' || c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        auto const value = base64_value(c);
        if (value < 0)
            return {};
        bits = bits << 6 | static_cast<unsigned>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>(bits >> held & 0xff);
        }
    }
    return bytes;
}

std::string random_bytes(std::size_t count)
{
    std::string bytes(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
        throw std::runtime_error{"the system gives no random numbers"};
    return bytes;
}

std::string random_hex(std::size_t count)
{
    return to_hex(random_bytes(count));
}

std::string md5(std::string_view bytes)
{
    static Digest const digest{"MD5"};
    return digest(bytes);
}

std::string sha1(std::string_view bytes)
{
    static Digest const digest{"SHA1"};
    return digest(bytes);
}

std::string sha256(std::string_view bytes)
{
    static Digest const digest{"SHA256"};
    return digest(bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> out;
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(), out.data(),
             &size) == nullptr)
        throw std::runtime_error{"OpenSSL could not compute an HMAC"};
    return {reinterpret_cast<char const*>(out.data()), size};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::uint64_t stable_hash(std::string_view bytes)
{
    auto const digest = sha256(bytes);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value = value << 8 | static_cast<unsigned char>(digest[i]);
    return value;
}

}  // namespace base
