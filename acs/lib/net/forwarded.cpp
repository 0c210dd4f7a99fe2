#include "net/forwarded.hpp"

#include <charconv>
#include <string>

namespace net {

namespace {

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view around = " \t\"";
    auto const first = text.find_first_not_of(around);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(around) - first + 1);
}

/// Takes a port off the end of "address:port"; false when it is no number.
bool take_port(std::string_view& text, std::size_t colon, std::uint16_t& port)
{
    auto const digits = text.substr(colon + 1);
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    text = text.substr(0, colon);
    return error == std::errc{} && end == digits.data() + digits.size();
}

}  // namespace

std::optional<Endpoint> parse_forwarded_address(std::string_view text)
{
    Endpoint made;
    text = trimmed(text);
    auto const colon = text.rfind(':');
    bool is_right = true;
    if (text.starts_with('[')) {
        auto const end = text.find(']');
        if (end == std::string_view::npos)
            return std::nullopt;
        if (end + 1 < text.size())
            is_right = text[end + 1] == ':' && take_port(text, end + 1, made.port);
        text = text.substr(1, end - 1);
    } else if (colon != std::string_view::npos && text.find(':') == colon) {
        is_right = take_port(text, colon, made.port);
    }
    boost::system::error_code error;
    made.address = unmapped(boost::asio::ip::make_address(std::string{text}, error));
    if (error || !is_right)
        return std::nullopt;
    return made;
}

Endpoint forwarded_peer(Headers const& headers, Endpoint const& peer, Networks const& trusted)
{
    Endpoint found = peer;
    auto const fields = headers.all("X-Forwarded-For");
    for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
        auto rest = *field;
        while (!rest.empty()) {
            auto const comma = rest.rfind(',');
            auto const item = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
            rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
            auto const address = parse_forwarded_address(item);
            if (!address)
                return found;
            found = *address;
            if (!trusted.contains(found.address))
                return found;
        }
    }
    return found;
}

}  // namespace net
