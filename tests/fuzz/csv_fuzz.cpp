// Any bytes, in pieces of any size, are records or told problems; the same whatever the pieces.
#include "base/csv.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

std::vector<base::CsvReader::Item> read(std::string_view text, std::size_t piece)
{
    base::CsvReader reader{{.record_bytes = 200, .fields = 8, .recoveries = 20}};
    std::vector<base::CsvReader::Item> items;
    auto const take = [&] {
        while (auto item = reader.next())
            items.push_back(std::move(*item));
    };
    for (std::size_t at = 0; at < text.size(); at += piece) {
        reader.push(text.substr(at, piece));
        take();
    }
    reader.finish();
    take();
    return items;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const whole = read(text, size + 1);
    if (read(text, 1) != whole || read(text, 7) != whole)
        std::abort();
    for (auto const& item : whole)
        if (auto const* record = std::get_if<base::CsvRecord>(&item))
            if (record->fields.empty() || record->fields.size() > 8)
                std::abort();
    return 0;
}
