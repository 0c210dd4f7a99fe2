#pragma once

#include <string>
#include <string_view>

namespace domain {

/// The secret part of file URLs: 43 characters of the URL alphabet, half random, half a keyed checksum. So the file
/// listener can refuse invented ones before it reads a body or asks the database.
class FileTokens {
public:
    /// `key`: at least 16 bytes, the same on all nodes.
    explicit FileTokens(std::string key) : key_{std::move(key)} {}

    [[nodiscard]] std::string make() const;
    /// True for what make() gave, on any node with the key. Says nothing about whether it is still granted.
    [[nodiscard]] bool is_genuine(std::string_view token) const;

private:
    [[nodiscard]] std::string checksum(std::string_view random) const;

    std::string key_;
};

}  // namespace domain
