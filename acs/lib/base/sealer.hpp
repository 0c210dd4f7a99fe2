#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace base {

/// Keeps secrets unreadable at rest: AES-256-GCM under a key that lies in a file outside the database.
///
/// A secret is sealed for one place ("device 17, Device.WiFi...KeyPassphrase"): moved elsewhere it does not open. Its
/// nonce is an HMAC over place and secret, so the same secret at the same place gives the same text: a value that did
/// not change is not rewritten, and equality is seen without opening. Safe from any thread.
class Sealer {
public:
    /// Reads the key file; makes it (mode 0600, a random key) when there is none. Fails naming the file and what is
    /// wrong: unreadable, readable by others, or not a key file.
    [[nodiscard]] static Result<Sealer> from_file(std::string const& file);
    /// A key that is gone with the program, for tests.
    [[nodiscard]] static Sealer with_random_key();
    /// Reads the text of a key file: a line "NAME KEY" for each key, NAME eight and KEY 64 hexadecimal digits. The
    /// first seals, all of them open. Lines that begin with '#' are comments.
    [[nodiscard]] static Result<Sealer> from_text(std::string_view text);

    /// The sealed form: printable ASCII without quotes or blanks.
    [[nodiscard]] std::string seal(std::string_view secret, std::string_view place) const;

    /// The secret. Fails when the text is not a sealed form, was sealed for another place, was changed, or when its key
    /// is not in the file (naming the key).
    [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view place) const;

    /// True when `sealed` holds `secret` for this place. The time does not depend on where they differ.
    [[nodiscard]] bool holds(std::string_view sealed, std::string_view secret, std::string_view place) const;

    /// True for what `seal` gives, by its looks.
    [[nodiscard]] static bool is_sealed(std::string_view text) noexcept;

    /// The names of the keys, eight hexadecimal digits each, in the order of the file: the first one seals.
    [[nodiscard]] std::vector<std::string> key_names() const;
    /// The name of the key that a text was sealed with; empty when it is not a sealed form.
    [[nodiscard]] static std::string key_of_sealed(std::string_view sealed);
    /// How every text that the first key seals begins.
    [[nodiscard]] std::string sealed_prefix() const;

    /// Further secrets that come of the keys, one for each in their order, 32 bytes: the same on every node with the
    /// same file, and another one for each purpose.
    [[nodiscard]] std::vector<std::string> derived(std::string_view purpose) const;

private:
    struct Key {
        std::string name;        ///< four bytes
        std::string encryption;  ///< 32 bytes, derived
        std::string equality;    ///< 32 bytes, derived
        std::string purposes;    ///< 32 bytes, derived
    };
    explicit Sealer(std::vector<Key> keys) : keys_{std::move(keys)} {}
    [[nodiscard]] static Key derive(std::string name, std::string_view master);
    [[nodiscard]] Key const* key_of(std::string_view name) const;

    std::vector<Key> keys_;
};

}  // namespace base
