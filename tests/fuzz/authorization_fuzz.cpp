// An Authorization field, and a Cookie field after the first line end: any bytes are read or refused, a Digest answer
// that was not made with the password is never accepted, and what a cookie is found to be stands in the field.
#include "net/authorization.hpp"
#include "net/digest.hpp"
#include "net/headers.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void judge(std::string_view field)
{
    static net::DigestServer const server{{.realm = "acs",
                                           .key = "a key of thirty-two bytes or more",
                                           .other_keys = {"another key of thirty-two bytes"}}};
    static auto const secret = net::make_digest_secret("cpe", "acs", "a password that nobody guesses");
    auto const answer = net::parse_authorization(field);
    auto const verdict = server.check(answer, "POST", secret, base::TimePoint{std::chrono::hours{24}});
    require(!verdict.accepted());
    require(!server.check(answer, "POST", {}, base::TimePoint{std::chrono::hours{24}}).accepted());
}

void find(std::string_view field)
{
    net::Headers headers;
    headers.add("Cookie", field);
    auto const stored = headers.get("Cookie");
    for (auto const* const name : {"session", "a", ""})
        if (auto const value = net::find_cookie(headers, name))
            require(stored.find(*value) != std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const end = text.find('\n');
    judge(text.substr(0, end));
    find(end == std::string_view::npos ? text : text.substr(end + 1));
    return 0;
}
