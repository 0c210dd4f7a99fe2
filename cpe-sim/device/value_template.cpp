#include "device/value_template.hpp"

#include "base/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace sim {

struct ValueTemplate::Name {
    std::string_view name;
    Kind kind;
    int arguments;
};

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) noexcept
{
    std::uint64_t z = a + 0x9e3779b97f4a7c15ULL * (b + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

std::uint64_t text_hash(std::string_view text) noexcept
{
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (char const c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash;
}

std::string mac_address(Identity const& identity, std::uint32_t offset)
{
    // Sixteen million addresses in blocks of 64 per device: neighbours do not collide.
    auto const low = static_cast<std::uint32_t>(text_hash(identity.serial_number) * 64 + offset) & 0xffffffU;
    std::uint32_t high = 0;
    std::from_chars(identity.oui.data(), identity.oui.data() + identity.oui.size(), high, 16);
    return fmt::format("{:02X}:{:02X}:{:02X}:{:02X}:{:02X}:{:02X}", high >> 16 & 0xff, high >> 8 & 0xff, high & 0xff,
                       low >> 16 & 0xff, low >> 8 & 0xff, low & 0xff);
}

std::string wan_address(Identity const& identity, std::uint32_t boots)
{
    auto const bits = mixed(text_hash(identity.serial_number) ^ identity.seed, boots);
    return fmt::format("100.{}.{}.{}", 64 + (bits & 63), bits >> 8 & 255, 2 + (bits >> 16) % 250);
}

namespace {

std::string random_text(std::uint64_t seed, std::int64_t length, std::string_view alphabet)
{
    std::string text;
    for (std::int64_t i = 0; i < length; ++i)
        text += alphabet[mixed(seed, static_cast<std::uint64_t>(i)) % alphabet.size()];
    return text;
}

std::string host_mac(std::uint64_t bits)
{
    // Locally administered: no real device has such an address.
    return fmt::format("{:02X}:{:02X}:{:02X}:{:02X}:{:02X}:{:02X}", (bits & 0xfc) | 2, bits >> 8 & 255,
                       bits >> 16 & 255, bits >> 24 & 255, bits >> 32 & 255, bits >> 40 & 255);
}

std::int64_t seconds_between(base::TimePoint from, base::TimePoint to)
{
    return std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(to - from).count());
}

std::string time_text(base::TimePoint time)
{
    return base::to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

std::int64_t wobble(std::int64_t least, std::int64_t most, std::uint64_t seed, base::TimePoint now)
{
    auto const minutes = std::chrono::duration<double>{now.time_since_epoch()}.count() / 60;
    auto const phase = static_cast<double>(seed % 6283) / 1000;
    auto const share = (1 + std::sin(minutes / 7 + phase)) / 2;
    return least + static_cast<std::int64_t>(std::lround(share * static_cast<double>(most - least)));
}

}  // namespace

std::string ValueTemplate::number(Piece const& piece, ValueContext const& context)
{
    auto const instance = context.instances.empty() ? 0U : context.instances.back();
    auto const seed = mixed(context.identity.seed ^ text_hash(context.identity.serial_number), context.path_hash);
    auto const uptime = seconds_between(context.facts.booted, context.now);
    switch (piece.kind) {
        case Kind::instance: return fmt::to_string(instance);
        case Kind::outer: {
            auto const at = static_cast<std::size_t>(piece.a);
            return at <= context.instances.size() ? fmt::to_string(context.instances[at - 1]) : std::string{"0"};
        }
        case Kind::interval: return fmt::to_string(context.facts.inform_interval);
        case Kind::uptime: return fmt::to_string(uptime);
        case Kind::random:
            return fmt::to_string(piece.a +
                                  static_cast<std::int64_t>(seed % static_cast<std::uint64_t>(piece.b - piece.a + 1)));
        case Kind::sum: return fmt::to_string(instance + piece.a);
        case Kind::counter:
            return fmt::to_string(uptime * piece.a * static_cast<std::int64_t>(512 + seed % 1024) / 1024 %
                                  4294967296LL);
        case Kind::wobble: return fmt::to_string(wobble(piece.a, piece.b, seed, context.now));
        case Kind::hex: return random_text(seed, piece.a, "0123456789abcdef");
        case Kind::word: return random_text(seed, piece.a, "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789");
        case Kind::count: return fmt::to_string(context.count(piece.text));
        default: return {};
    }
}

void ValueTemplate::append(std::string& out, Piece const& piece, ValueContext const& context)
{
    auto const& facts = context.facts;
    auto const instance = context.instances.empty() ? 0U : context.instances.back();
    switch (piece.kind) {
        case Kind::literal: out += piece.text; break;
        case Kind::serial: out += context.identity.serial_number; break;
        case Kind::oui: out += context.identity.oui; break;
        case Kind::product: out += context.identity.product_class; break;
        case Kind::manufacturer: out += context.identity.manufacturer; break;
        case Kind::model: out += facts.model_name; break;
        case Kind::hardware: out += facts.hardware_version; break;
        case Kind::version: out += facts.software_version; break;
        case Kind::key: out += facts.parameter_key; break;
        case Kind::acs_url: out += facts.acs_url; break;
        case Kind::acs_user: out += facts.acs_username; break;
        case Kind::acs_password: out += facts.acs_password; break;
        case Kind::request_url: out += facts.connection_request_url; break;
        case Kind::request_user: out += facts.connection_request_username; break;
        case Kind::request_password: out += facts.connection_request_password; break;
        case Kind::now: out += time_text(context.now); break;
        case Kind::since: out += time_text(facts.booted + std::chrono::seconds{piece.a}); break;
        case Kind::ago: out += time_text(context.now - std::chrono::seconds{piece.a}); break;
        case Kind::mac: out += mac_address(context.identity, static_cast<std::uint32_t>(piece.a) + instance); break;
        case Kind::host_mac: out += host_mac(mixed(text_hash(context.identity.serial_number), instance)); break;
        case Kind::wan_ip: out += wan_address(context.identity, facts.boots); break;
        case Kind::wan_gateway: out += "100.127.255.1"; break;
        default: out += number(piece, context);
    }
}

std::string ValueTemplate::evaluate(ValueContext const& context) const
{
    std::string value;
    for (auto const& piece : pieces_)
        append(value, piece, context);
    return value;
}

base::Result<ValueTemplate::Piece> ValueTemplate::parse_placeholder(std::string_view text)
{
    static constexpr std::array names{
        Name{"i", Kind::instance, 0},
        Name{"serial", Kind::serial, 0},
        Name{"oui", Kind::oui, 0},
        Name{"product", Kind::product, 0},
        Name{"manufacturer", Kind::manufacturer, 0},
        Name{"model", Kind::model, 0},
        Name{"hardware", Kind::hardware, 0},
        Name{"version", Kind::version, 0},
        Name{"key", Kind::key, 0},
        Name{"acs-url", Kind::acs_url, 0},
        Name{"acs-user", Kind::acs_user, 0},
        Name{"acs-password", Kind::acs_password, 0},
        Name{"request-url", Kind::request_url, 0},
        Name{"request-user", Kind::request_user, 0},
        Name{"request-password", Kind::request_password, 0},
        Name{"interval", Kind::interval, 0},
        Name{"now", Kind::now, 0},
        Name{"uptime", Kind::uptime, 0},
        Name{"since", Kind::since, 1},
        Name{"ago", Kind::ago, 1},
        Name{"mac", Kind::mac, 1},
        Name{"host-mac", Kind::host_mac, 0},
        Name{"wan-ip", Kind::wan_ip, 0},
        Name{"wan-gateway", Kind::wan_gateway, 0},
        Name{"random", Kind::random, 2},
        Name{"sum", Kind::sum, 1},
        Name{"counter", Kind::counter, 1},
        Name{"wobble", Kind::wobble, 2},
        Name{"hex", Kind::hex, 1},
        Name{"word", Kind::word, 1},
        Name{"count", Kind::count, -1},
    };
    if (text.size() == 2 && text[0] == 'i' && text[1] >= '1' && text[1] <= '9')
        return Piece{Kind::outer, {}, text[1] - '0', 0};
    auto const colon = text.find(':');
    auto const* found = std::ranges::find(names, text.substr(0, colon), &Name::name);
    if (found == names.end())
        return base::fail(fmt::format("there is no placeholder {{{}}}", text));
    Piece piece{found->kind, {}, 0, 0};
    auto rest = colon == text.npos ? std::string_view{} : text.substr(colon + 1);
    if (found->arguments < 0) {
        piece.text = rest;
        return piece;
    }
    std::array<std::int64_t*, 2> const into{&piece.a, &piece.b};
    int read = 0;
    while (!rest.empty() && read < 2) {
        auto const end = std::min(rest.find(':'), rest.size());
        auto const [stop, error] =
            std::from_chars(rest.data(), rest.data() + end, *into[static_cast<std::size_t>(read)]);
        if (error != std::errc{} || stop != rest.data() + end)
            break;
        rest.remove_prefix(std::min(end + 1, rest.size()));
        ++read;
    }
    if (read != found->arguments || !rest.empty() || (read == 2 && piece.b < piece.a))
        return base::fail(fmt::format("the placeholder {{{}}} needs {} number(s)", text, found->arguments));
    return piece;
}

base::Result<ValueTemplate> ValueTemplate::parse(std::string_view text)
{
    ValueTemplate result;
    while (!text.empty()) {
        auto const open = text.find('{');
        if (open != 0)
            result.pieces_.push_back({Kind::literal, std::string{text.substr(0, open)}});
        if (open == text.npos)
            break;
        auto const close = text.find('}', open);
        if (close == text.npos)
            return base::fail(fmt::format("the brace in \"{}\" is not closed", text));
        auto piece = parse_placeholder(text.substr(open + 1, close - open - 1));
        if (!piece)
            return std::unexpected{piece.error()};
        result.pieces_.push_back(std::move(*piece));
        text.remove_prefix(close + 1);
    }
    return result;
}

}  // namespace sim
