#pragma once

#include "cwmp/dialect.hpp"
#include "cwmp/message.hpp"

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sim {

/// Misbehaviours of real CPEs, for trying what an ACS makes of them. `all_quirks()` tells what each one does.
enum class Quirk : std::uint8_t {
    // what is said and when
    no_bootstrap,
    missing_transfer_event,
    no_transfer_key,
    no_transfer_complete,
    late_transfer_complete,
    numeric_events,
    lower_case_oui,
    duplicate_inform,
    ignore_hold,
    empty_post_first,
    lost_rpc,
    drop_mid_session,
    slow_answers,
    empty_id,
    wrong_id,
    no_id,
    // how methods are answered
    gpn_root_refused,
    gpv_partial_refused,
    gpv_few_names,
    gpv_big_fails,
    vanishing_instances,
    digits_only,
    hidden_add_fault,
    fault_without_detail,
    no_parameter_key,
    short_passwords,
    ignores_login,
    // how messages are written
    wrong_array_count,
    no_array_type,
    xsi_array,
    no_xsi_type,
    qualified_children,
    no_declaration,
    undeclared_soap,
    trailing_nul,
    latin1,
    bare_ampersand,
    control_character,
    byte_order_mark,
    pretty_printed,
    single_quotes,
    no_header,
    namespace_1_3,
    namespace_1_4,
    // how HTTP is spoken
    no_cookie,
    cookie_attributes,
    old_cookie,
    login_once,
    login_always_asked,
    basic_unasked,
    digest_empty_uri,
    digest_no_qop,
    gzip,
    connection_close,
    http_1_0,
    no_content_type,
    // how connection requests are taken
    request_open,
    request_basic,
    request_no_answer,
};

/// How many there are.
inline constexpr std::size_t quirk_count = static_cast<std::size_t>(Quirk::request_no_answer) + 1;

struct QuirkInfo {
    Quirk quirk;
    std::string_view name;   ///< for --quirk: "no-cookie"
    std::string_view where;  ///< "session", "methods", "xml", "http" or "connection request"
    std::string_view what;   ///< one line for people
};

/// Every quirk, in the order of the enumeration.
[[nodiscard]] std::span<QuirkInfo const> all_quirks() noexcept;
[[nodiscard]] std::optional<Quirk> find_quirk(std::string_view name) noexcept;

/// The quirks that one device has.
class Quirks {
public:
    Quirks() = default;
    Quirks(std::initializer_list<Quirk> quirks);

    void add(Quirk quirk) noexcept { set_.set(static_cast<std::size_t>(quirk)); }
    [[nodiscard]] bool has(Quirk quirk) const noexcept { return set_.test(static_cast<std::size_t>(quirk)); }
    [[nodiscard]] bool any() const noexcept { return set_.any(); }

private:
    std::bitset<quirk_count> set_;
};

/// How a CPE of CWMP 1.`minor` with these quirks writes its messages.
[[nodiscard]] cwmp::Dialect dialect_of(Quirks const& quirks, unsigned minor);

/// Spoils an Inform or TransferComplete of ours.
void spoil(Quirks const& quirks, cwmp::Message& message);

/// The answer that a quirk gives instead of the device's own; none when the request is not touched by any.
/// `turn` counts the requests of this session: some quirks strike only now and then.
[[nodiscard]] std::optional<cwmp::Message> quirky_answer(Quirks const& quirks, cwmp::Message const& request,
                                                         unsigned turn);

/// Spoils a request before the device carries it out: what it keeps may be less than what it says it took.
void spoil_request(Quirks const& quirks, cwmp::Message& request);

/// Spoils an answer that the device gave.
void spoil_answer(Quirks const& quirks, cwmp::Message& answer);

/// Spoils the bytes of an encoded message.
[[nodiscard]] std::string spoil_body(Quirks const& quirks, std::string body);

}  // namespace sim
