#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// Who a simulated device is. All that differs between two devices of one persona follows from this.
struct Identity {
    std::string manufacturer;
    std::string oui;  ///< six hex digits
    std::string product_class;
    std::string serial_number;
    std::uint64_t seed = 0;  ///< what its random values are drawn from
};

/// What a device knows about itself beside its configuration; parameters show it when they are read.
struct DeviceFacts {
    std::string model_name;
    std::string hardware_version;
    std::string software_version;
    std::string parameter_key;
    std::string acs_url;       ///< as the factory set it
    std::string acs_username;  ///< as the factory set it
    std::string acs_password;  ///< as the factory set it
    std::string connection_request_url;
    std::string connection_request_username;
    std::string connection_request_password;
    std::uint32_t inform_interval = 3600;  ///< seconds, as the factory set it
    base::TimePoint booted{};
    std::uint32_t boots = 1;  ///< how often it was started; a new dynamic WAN address each time
};

/// All that the value of one parameter may depend on.
struct ValueContext {
    Identity const& identity;
    DeviceFacts const& facts;
    base::TimePoint now;
    std::span<std::uint32_t const> instances;  ///< instance numbers of the path, outermost first
    std::uint64_t path_hash = 0;               ///< of the whole path: tells two parameters of one device apart
    /// How many instances the table of that name beside the parameter has.
    std::function<std::size_t(std::string_view)> const& count;
};

/// The value of a parameter before it is known whose: text with placeholders in braces, worked out at each reading.
///
/// | placeholder | becomes |
/// |---|---|
/// | {i} {i1} {i2} {i3} | the innermost instance number; the first, second, third from the outside |
/// | {serial} {oui} {product} {manufacturer} | the device's identity |
/// | {model} {hardware} {version} {key} | model name, hardware and software version, ParameterKey |
/// | {acs-url} {acs-user} {acs-password} {request-url} {request-user} {request-password} {interval} | management |
/// | {now} {uptime} {since:S} {ago:S} | the time, seconds since boot, boot + S seconds, now - S seconds |
/// | {mac:N} | the device's Nth MAC address, the innermost instance number added |
/// | {host-mac} | a MAC address of somebody else's, different for each instance |
/// | {wan-ip} {wan-gateway} | the address of this boot's Internet connection, and its peer |
/// | {random:A:B} | a number from A to B that never changes for this device and parameter |
/// | {sum:N} | the innermost instance number plus N |
/// | {counter:R} | a counter that began at boot and grows by about R a second |
/// | {wobble:A:B} | a number from A to B that moves slowly |
/// | {hex:N} {word:N} | N random hexadecimal digits; N random letters and digits; they never change |
/// | {count:T} | the number of instances of the table T beside the parameter |
class ValueTemplate {
public:
    ValueTemplate() = default;

    /// Fails naming a placeholder that does not exist or has wrong arguments.
    [[nodiscard]] static base::Result<ValueTemplate> parse(std::string_view text);

    [[nodiscard]] std::string evaluate(ValueContext const& context) const;

private:
    enum class Kind : std::uint8_t {
        literal,
        instance,
        outer,
        serial,
        oui,
        product,
        manufacturer,
        model,
        hardware,
        version,
        key,
        acs_url,
        acs_user,
        acs_password,
        request_url,
        request_user,
        request_password,
        interval,
        now,
        uptime,
        since,
        ago,
        mac,
        host_mac,
        wan_ip,
        wan_gateway,
        random,
        sum,
        counter,
        wobble,
        hex,
        word,
        count,
    };
    struct Name;
    struct Piece {
        Kind kind;
        std::string text;  ///< of a literal; the table's name
        std::int64_t a = 0;
        std::int64_t b = 0;
    };
    static base::Result<Piece> parse_placeholder(std::string_view text);
    static void append(std::string& out, Piece const& piece, ValueContext const& context);
    static std::string number(Piece const& piece, ValueContext const& context);

    std::vector<Piece> pieces_;
};

/// A number that looks random and is the same for the same arguments on every machine.
[[nodiscard]] std::uint64_t mixed(std::uint64_t a, std::uint64_t b = 0) noexcept;

/// A stable hash of a text (FNV-1a).
[[nodiscard]] std::uint64_t text_hash(std::string_view text) noexcept;

/// The device's MAC address number `offset`, with colons, in its OUI.
[[nodiscard]] std::string mac_address(Identity const& identity, std::uint32_t offset);

/// The Internet address of a device at its `boots`-th start, from 100.64.0.0/10.
[[nodiscard]] std::string wan_address(Identity const& identity, std::uint32_t boots);

}  // namespace sim
