#include "cwmp/path.hpp"

#include <algorithm>
#include <array>

namespace cwmp {
namespace {

/// A name with one of these in it is a secret, unless it ends like something about a secret.
constexpr std::array<std::string_view, 12> secret_parts{"password",      "passphrase", "passwd",   "secret",
                                                        "presharedkey",  "privatekey", "wepkey",   "pinphrase",
                                                        "encryptionkey", "pincode",    "keyvalue", "accesstoken"};

/// A name that ends so (digits after it do not count) is a secret too.
constexpr std::array<std::string_view, 4> secret_ends{"key", "psk", "pwd", "token"};

/// Keys that are numbers, labels or public.
constexpr std::array<std::string_view, 15> open_keys{
    "parameterkey", "commandkey", "publickey", "interfacekey",      "bridgekey", "appkey", "filterkey", "flowkey",
    "markingkey",   "policerkey", "queuekey",  "classificationkey", "sharpkey",  "hotkey", "uniquekey"};

/// What is known about a secret without knowing it.
constexpr std::array<std::string_view, 23> harmless_ends{
    "numberofentries", "count",    "counter", "enable",   "enabled",  "required", "reset",  "selectable",
    "length",          "lifetime", "index",   "interval", "sizes",    "size",     "policy", "algorithm",
    "supported",       "status",   "type",    "mode",     "failures", "time",     "source"};

constexpr std::size_t longest_name = 64;

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// The name in lower case without the digits and underscores behind it, in a buffer of its own.
struct PlainName {
    explicit PlainName(std::string_view name) noexcept
    {
        // Of a longer name the end tells.
        name.remove_prefix(name.size() - std::min(name.size(), longest_name));
        std::ranges::transform(name, letters.begin(), lower);
        size = name.size();
        while (size > 0 && ((letters[size - 1] >= '0' && letters[size - 1] <= '9') || letters[size - 1] == '_'))
            --size;
    }
    [[nodiscard]] std::string_view view() const noexcept { return {letters.data(), size}; }

    std::array<char, longest_name> letters{};
    std::size_t size = 0;
};

bool ends_with_any(std::string_view name, auto const& ends) noexcept
{
    return std::ranges::any_of(ends, [name](std::string_view end) { return name.ends_with(end); });
}

}  // namespace

bool is_secret_path(std::string_view path) noexcept
{
    if (is_partial(path))
        return false;
    auto const written = last_segment(path);
    PlainName const plain{written};
    auto const name = plain.view();
    if (ends_with_any(name, harmless_ends))
        return false;
    if (std::ranges::any_of(secret_parts, [name](std::string_view part) { return name.find(part) != name.npos; }))
        return true;
    if (ends_with_any(name, secret_ends))
        return !ends_with_any(name, open_keys);
    // "PIN", "DevicePin", but not "Spin".
    return written.ends_with("PIN") || written.ends_with("Pin");
}

}  // namespace cwmp
