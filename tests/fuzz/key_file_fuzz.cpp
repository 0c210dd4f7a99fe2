// The text of a key file, and a sealed text after an empty line: any bytes are read or refused. What a key file that
// was read seals, it opens; what it did not seal, it does not.
#include "base/sealer.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const end = text.find("\n\n");
    auto const sealed = end == std::string_view::npos ? text : text.substr(end + 2);
    static auto const other = base::Sealer::with_random_key();
    require(!other.open(sealed, "place"));
    require(!other.holds(sealed, "secret", "place"));
    static_cast<void>(base::Sealer::key_of_sealed(sealed));
    auto const sealer = base::Sealer::from_text(text.substr(0, end));
    if (!sealer)
        return 0;
    static_cast<void>(sealer->open(sealed, "place"));
    auto const mine = sealer->seal(sealed, "place");
    require(mine.starts_with(sealer->sealed_prefix()));
    require(base::Sealer::key_of_sealed(mine) == sealer->key_names().front());
    require(sealer->open(mine, "place") == std::string{sealed});
    require(!sealer->open(mine, "elsewhere"));
    return 0;
}
