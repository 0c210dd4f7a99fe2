#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace domain {

/// The secret part of file URLs: 43 characters of the URL alphabet, half random, half a keyed checksum. So the file
/// listener can refuse invented ones before it reads a body or asks the database.
class FileTokens {
public:
    /// `keys`: at least one, of at least 16 bytes, the same on all nodes. Tokens are made with the first.
    explicit FileTokens(std::vector<std::string> keys) : keys_{std::move(keys)} {}
    explicit FileTokens(std::string key) : FileTokens{std::vector{std::move(key)}} {}

    [[nodiscard]] std::string make() const;
    /// True for what make() gave, on any node whose first key is among ours. Says nothing about whether it is still
    /// granted.
    [[nodiscard]] bool is_genuine(std::string_view token) const;

private:
    std::vector<std::string> keys_;
};

}  // namespace domain
