#include "base/sealer.hpp"

#include "base/crypto.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace base {

namespace {

constexpr std::string_view prefix = "sealed:1:";
constexpr std::size_t name_bytes = 4;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t largest_key_file = 64 * 1024;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

void must(int outcome)
{
    if (outcome <= 0)
        throw std::runtime_error{"OpenSSL refused an AES-256-GCM operation"};
}

unsigned char const* bytes(std::string_view text)
{
    return reinterpret_cast<unsigned char const*>(text.data());
}
unsigned char* bytes(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

/// Place and secret, so that no two pairs give the same text.
std::string framed(std::string_view place, std::string_view secret)
{
    return fmt::format("{}:{}{}", place.size(), place, secret);
}

std::string encrypt(std::string_view key, std::string_view nonce, std::string_view secret, std::string_view place,
                    std::string& tag)
{
    Cipher const cipher{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
    std::string text(secret.size(), '\0');
    int size = 0;
    must(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(nonce)));
    must(EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes(place), static_cast<int>(place.size())));
    must(EVP_EncryptUpdate(cipher.get(), bytes(text), &size, bytes(secret), static_cast<int>(secret.size())));
    must(EVP_EncryptFinal_ex(cipher.get(), bytes(text) + size, &size));
    tag.resize(tag_bytes);
    must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, tag.data()));
    return text;
}

/// False when the tag does not fit: another place, or changed bytes.
bool decrypt(std::string_view key, std::string_view nonce, std::string_view sealed, std::string_view place,
             std::string tag, std::string& secret)
{
    Cipher const cipher{EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
    secret.assign(sealed.size(), '\0');
    int size = 0;
    must(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(nonce)));
    must(EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes(place), static_cast<int>(place.size())));
    must(EVP_DecryptUpdate(cipher.get(), bytes(secret), &size, bytes(sealed), static_cast<int>(sealed.size())));
    must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()));
    return EVP_DecryptFinal_ex(cipher.get(), bytes(secret) + size, &size) > 0;
}

struct Parts {
    std::string_view name, nonce, tag, text;
};

/// The parts of the bytes behind the prefix; views into `raw`.
bool take_apart(std::string_view raw, Parts& parts)
{
    if (raw.size() < name_bytes + nonce_bytes + tag_bytes)
        return false;
    parts.name = raw.substr(0, name_bytes);
    parts.nonce = raw.substr(name_bytes, nonce_bytes);
    parts.tag = raw.substr(name_bytes + nonce_bytes, tag_bytes);
    parts.text = raw.substr(name_bytes + nonce_bytes + tag_bytes);
    return true;
}

std::string raw_bytes(std::string_view sealed)
{
    return Sealer::is_sealed(sealed) ? from_base64(sealed.substr(prefix.size())) : std::string{};
}

class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_{number} {}
    ~Descriptor()
    {
        if (number_ >= 0)
            ::close(number_);
    }
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

std::string reason()
{
    return std::strerror(errno);
}

Result<std::string> make_key_file(std::string const& file)
{
    Descriptor const made{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (made.number() < 0)
        return fail(fmt::format("the key file {} cannot be made: {}", file, reason()));
    auto text = fmt::format(
        "# Opens the secrets in the database. Keep it, keep it secret, back it up apart from the database.\n{} {}\n",
        random_hex(name_bytes), random_hex(key_bytes));
    if (::write(made.number(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(made.number()) != 0)
        return fail(fmt::format("the key file {} cannot be written: {}", file, reason()));
    return text;
}

Result<std::string> read_key_file(int descriptor, std::string const& file)
{
    struct stat status{};
    if (::fstat(descriptor, &status) != 0)
        return fail(fmt::format("the key file {} cannot be read: {}", file, reason()));
    if ((status.st_mode & 077) != 0)
        return fail(fmt::format("the key file {} is open to other users; chmod 600 it", file));
    std::string text(largest_key_file, '\0');
    auto const size = ::read(descriptor, text.data(), text.size());
    if (size < 0)
        return fail(fmt::format("the key file {} cannot be read: {}", file, reason()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace

Sealer::Key Sealer::derive(std::string name, std::string_view master)
{
    return {std::move(name), hmac_sha256(master, "acs encryption"), hmac_sha256(master, "acs equality"),
            hmac_sha256(master, "acs purposes")};
}

Result<Sealer> Sealer::from_text(std::string_view text)
{
    std::vector<Key> keys;
    while (!text.empty()) {
        auto const end = text.find('\n');
        auto const line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || line.front() == '#')
            continue;
        auto const blank = line.find(' ');
        auto const name = from_hex(line.substr(0, blank));
        auto const master = blank == std::string_view::npos ? std::string{} : from_hex(line.substr(blank + 1));
        if (name.size() != name_bytes || master.size() != key_bytes)
            return fail("a key line must be eight hexadecimal digits, a blank and 64 hexadecimal digits");
        keys.push_back(derive(name, master));
    }
    if (keys.empty())
        return fail("there is no key in it");
    return Sealer{std::move(keys)};
}

Result<Sealer> Sealer::from_file(std::string const& file)
{
    Descriptor const existing{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (existing.number() < 0 && errno != ENOENT)
        return fail(fmt::format("the key file {} cannot be opened: {}", file, reason()));
    auto const text = existing.number() >= 0 ? read_key_file(existing.number(), file) : make_key_file(file);
    if (!text)
        return std::unexpected{text.error()};
    auto sealer = from_text(*text);
    if (!sealer)
        return fail(fmt::format("{} is no key file: {}", file, sealer.error().what));
    return sealer;
}

Sealer Sealer::with_random_key()
{
    return Sealer{{derive(random_bytes(name_bytes), random_bytes(key_bytes))}};
}

Sealer::Key const* Sealer::key_of(std::string_view name) const
{
    for (auto const& key : keys_)
        if (key.name == name)
            return &key;
    return nullptr;
}

std::string Sealer::seal(std::string_view secret, std::string_view place) const
{
    auto const& key = keys_.front();
    auto const nonce = hmac_sha256(key.equality, framed(place, secret)).substr(0, nonce_bytes);
    std::string tag;
    auto const text = encrypt(key.encryption, nonce, secret, place, tag);
    return std::string{prefix} + to_base64(key.name + nonce + tag + text);
}

Result<std::string> Sealer::open(std::string_view sealed, std::string_view place) const
{
    auto const raw = raw_bytes(sealed);
    Parts parts;
    if (!take_apart(raw, parts))
        return fail("the text is not a sealed secret");
    auto const* const key = key_of(parts.name);
    if (key == nullptr)
        return fail(
            fmt::format("the key {} that sealed the secret is not in the key file; put it back", to_hex(parts.name)));
    std::string secret;
    if (!decrypt(key->encryption, parts.nonce, parts.text, place, std::string{parts.tag}, secret))
        return fail("the sealed secret was changed or belongs elsewhere");
    return secret;
}

bool Sealer::holds(std::string_view sealed, std::string_view secret, std::string_view place) const
{
    auto const raw = raw_bytes(sealed);
    Parts parts;
    if (!take_apart(raw, parts))
        return false;
    auto const* const key = key_of(parts.name);
    return key != nullptr && equal_in_constant_time(
                                 parts.nonce, hmac_sha256(key->equality, framed(place, secret)).substr(0, nonce_bytes));
}

bool Sealer::is_sealed(std::string_view text) noexcept
{
    return text.starts_with(prefix);
}

std::vector<std::string> Sealer::key_names() const
{
    std::vector<std::string> names;
    for (auto const& key : keys_)
        names.push_back(to_hex(key.name));
    return names;
}

std::string Sealer::key_of_sealed(std::string_view sealed)
{
    auto const raw = raw_bytes(sealed);
    Parts parts;
    return take_apart(raw, parts) ? to_hex(parts.name) : std::string{};
}

std::string Sealer::sealed_prefix() const
{
    constexpr std::size_t whole_digits = name_bytes * 8 / 6;  // a digit of base64 has six bits
    return std::string{prefix} + to_base64(keys_.front().name).substr(0, whole_digits);
}

std::vector<std::string> Sealer::derived(std::string_view purpose) const
{
    std::vector<std::string> secrets;
    for (auto const& key : keys_)
        secrets.push_back(hmac_sha256(key.purposes, purpose));
    return secrets;
}

}  // namespace base
