#include "storage/binary_array.hpp"

#include "storage/array_text.hpp"

namespace storage {

namespace {

constexpr std::int32_t integer_type = 23;  // pg_type: int4
constexpr std::int32_t text_type = 25;
constexpr std::size_t header_size = 20;

void put(std::string& bytes, std::int32_t number)
{
    auto const bits = static_cast<std::uint32_t>(number);
    char const big_endian[4] = {static_cast<char>(bits >> 24U), static_cast<char>(bits >> 16U),
                                static_cast<char>(bits >> 8U), static_cast<char>(bits)};
    bytes.append(big_endian, sizeof big_endian);
}

std::int32_t number_at(std::string_view bytes, std::size_t at)
{
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i)
        bits = bits << 8U | static_cast<unsigned char>(bytes[at + i]);
    return static_cast<std::int32_t>(bits);
}

/// Gives each element of `binary` to `take`; false when it is no array of one dimension.
template <class Take>
bool for_each_element(std::string_view binary, Take take)
{
    if (binary.size() < header_size || number_at(binary, 0) != 1)
        return false;
    for (std::size_t at = header_size; at < binary.size();) {
        if (binary.size() - at < 4)
            return false;
        auto const length = number_at(binary, at);
        at += 4;
        if (length < 0 || static_cast<std::size_t>(length) > binary.size() - at)
            return false;
        take(binary.substr(at, static_cast<std::size_t>(length)));
        at += static_cast<std::size_t>(length);
    }
    return true;
}

}  // namespace

void BinaryElements::add(std::int32_t number)
{
    put(bytes_, 4);
    put(bytes_, number);
    ++count_;
}

void BinaryElements::add(std::string_view text)
{
    std::string repaired;
    if (!is_storable(text)) {
        repaired = storable(text);
        text = repaired;
    }
    put(bytes_, static_cast<std::int32_t>(text.size()));
    bytes_ += text;
    ++count_;
}

void BinaryElements::add(BinaryElements const& others)
{
    bytes_ += others.bytes_;
    count_ += others.count_;
}

pqxx::binarystring BinaryElements::array(std::int32_t element_type) const
{
    std::string whole;
    whole.reserve(header_size + bytes_.size());
    put(whole, count_ == 0 ? 0 : 1);  // dimensions
    put(whole, 0);                    // no NULL
    put(whole, element_type);
    if (count_ != 0) {
        put(whole, count_);
        put(whole, 1);  // the first index
        whole += bytes_;
    }
    return pqxx::binarystring{whole};
}

pqxx::binarystring BinaryElements::as_integers() const
{
    return array(integer_type);
}

pqxx::binarystring BinaryElements::as_texts() const
{
    return array(text_type);
}

std::vector<std::int32_t> read_integers(std::string_view binary)
{
    std::vector<std::int32_t> numbers;
    numbers.reserve(binary.size() / 8);
    bool integers = true;
    bool const read = for_each_element(binary, [&](std::string_view element) {
        integers = integers && element.size() == 4;
        if (integers)
            numbers.push_back(number_at(element, 0));
    });
    return read && integers ? numbers : std::vector<std::int32_t>{};
}

std::vector<std::string_view> read_texts(std::string_view binary)
{
    std::vector<std::string_view> texts;
    return for_each_element(binary, [&](std::string_view element) { texts.push_back(element); })
               ? texts
               : std::vector<std::string_view>{};
}

}  // namespace storage
