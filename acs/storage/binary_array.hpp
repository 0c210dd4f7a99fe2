#pragma once

#include <pqxx/binarystring>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace storage {

/// The elements of an array in PostgreSQL's binary form: one parameter that costs the server a fifth of what the same
/// array costs it as text. Used for what is long (trees); short lists go as text (ArrayText).
class BinaryElements {
public:
    void add(std::int32_t number);
    void add(std::string_view text);  ///< bytes that are not UTF-8 are repaired, as storable() does
    void add(BinaryElements const& others);
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
    [[nodiscard]] std::int32_t size() const noexcept { return count_; }

    /// As a parameter that the statement casts to integer[] or text[]; the elements must be of that type.
    [[nodiscard]] pqxx::binarystring as_integers() const;
    [[nodiscard]] pqxx::binarystring as_texts() const;

private:
    [[nodiscard]] pqxx::binarystring array(std::int32_t element_type) const;

    std::int32_t count_ = 0;
    std::string bytes_;
};

/// Reads array_send(integer[]): one dimension, no NULL. What does not look like it gives an empty list.
[[nodiscard]] std::vector<std::int32_t> read_integers(std::string_view binary);

/// Reads array_send(text[]) likewise; the views point into `binary`.
[[nodiscard]] std::vector<std::string_view> read_texts(std::string_view binary);

}  // namespace storage
