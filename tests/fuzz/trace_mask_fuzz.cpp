// Any bytes are masked. What is left of a message that can be read holds none of its longer secrets and, where it is
// whole, is read again as the same message.
#include "cwmp/codec/codec.hpp"
#include "cwmp/codec/scalars.hpp"
#include "cwmp/path.hpp"
#include "session/masked_message.hpp"
#include "session/message_texts.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

[[noreturn]] void complain(char const* what, std::string_view text)
{
    std::fprintf(stderr, "%s:\n%.*s\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const body{reinterpret_cast<char const*>(data), size};
    auto const masked = session::masked_message(body, 1'000);
    if (!masked.is_whole && masked.text.size() > 1'000)
        complain("a skeleton is too long", masked.text);
    auto envelope = cwmp::decode(body);
    if (!envelope)
        return masked.is_whole ? (complain("nobody can read it, but it is kept", masked.text), 0) : 0;
    if (!masked.is_whole)
        return 0;
    auto again = cwmp::decode(masked.text);
    if (!again || again->message.index() != envelope->message.index())
        complain("it is another message", masked.text);
    std::vector<std::string> left;
    session::MessageTexts{[&left](std::string_view name, std::string& text) {
        if (cwmp::is_secret_path(name) && !cwmp::codec::trimmed(text).empty() && text != cwmp::masked_secret)
            left.push_back(text);
    }}.of(again->message);
    if (!left.empty())
        complain("a secret was left", masked.text);
    session::MessageTexts{[&masked](std::string_view name, std::string& text) {
        auto const secret = cwmp::codec::trimmed(text);
        bool const is_long = secret.size() >= 6 && secret != cwmp::masked_secret;
        if (cwmp::is_secret_path(name) && is_long && masked.text.contains(secret))
            complain("a secret is found elsewhere", masked.text);
    }}.of(envelope->message);
    return 0;
}
