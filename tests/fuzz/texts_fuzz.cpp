// Short texts that strangers give in headers, URLs and values: times, identifiers of devices, encodings, byte ranges,
// tokens, URLs in sentences. Any text is read or refused, and what is read means the same when it is written again.
#include "base/crypto.hpp"
#include "base/time_text.hpp"
#include "base/utf8.hpp"
#include "cwmp/device_id.hpp"
#include "domain/file_token.hpp"
#include "files/byte_range.hpp"
#include "net/url.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void read_encodings(std::string_view text)
{
    require(base::from_hex(base::to_hex(text)) == text);
    require(base::from_base64(base::to_base64(text)) == text);
    static_cast<void>(base::from_hex(text));
    static_cast<void>(base::from_base64(text));
    require(net::percent_decoded(net::percent_encoded(text)) == text);
    bool is_sound = true;
    for (auto rest = text; !rest.empty();) {
        auto const character = base::first_character(rest);
        require(character.bytes > 0 && character.bytes <= rest.size());
        is_sound = is_sound && character.is_valid;
        rest.remove_prefix(character.bytes);
    }
    require(is_sound == base::is_utf8(text));
}

void read_identifier(std::string_view text)
{
    auto const device = cwmp::parse_external_id(text);
    if (!device)
        return require(!device.error().what.empty());
    auto const again = cwmp::parse_external_id(cwmp::external_id(*device));
    require(again && *again == *device);
}

void read_range(std::string_view text)
{
    for (std::uint64_t const size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}, ~std::uint64_t{0} >> 1}) {
        auto const verdict = files::judge_range(text, size);
        if (!verdict.range)
            continue;
        require(!verdict.unsatisfiable && verdict.range->length > 0 && verdict.range->first < size);
        require(verdict.range->length <= size - verdict.range->first);
    }
}

void read_url(std::string_view text)
{
    auto const shown = net::without_logins(text);
    require(net::without_logins(shown) == shown);
    if (auto const url = net::parse_url(text); url && !url->password.empty())
        if (auto const masked = net::parse_url(shown))
            require(masked->password.empty() && masked->host == url->host);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    if (auto const time = base::parse_rfc3339(text))
        require(base::parse_rfc3339(base::to_rfc3339(*time)) == time);
    read_encodings(text);
    read_identifier(text);
    read_range(text);
    read_url(text);
    static domain::FileTokens const tokens{"a key of sixteen bytes"};
    static_cast<void>(tokens.is_genuine(text));
    return 0;
}
