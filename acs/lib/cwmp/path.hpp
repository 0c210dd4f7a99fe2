#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Parameter paths (TR-069 A.3.2, TR-106 3.1): "Device.WiFi.SSID.1.Enable" names a parameter, "Device.WiFi." an object
/// and everything below it, "" the whole tree. Segments are separated by dots, except for dots inside brackets: in
/// "Device.WiFi.SSID.[guest.2].Enable" the alias is one segment. Names are case-sensitive.
///
/// All functions work on the text itself and allocate nothing unless they return a std::string or a vector.
/// They accept any bytes; what CPEs send in the field (empty segments, "(null)" as an instance) stays comparable.
/// Views that are returned point into the argument.
namespace cwmp {

/// The longest name that an RPC may carry, in bytes (string(256) in the schema).
inline constexpr std::size_t max_path_length = 256;

/// The longest alias, in bytes (TR-181 Alias).
inline constexpr std::size_t max_alias_length = 64;

/// Which data model's root a path stands under.
enum class Root : std::uint8_t {
    none,                     ///< "" or something else
    internet_gateway_device,  ///< "InternetGatewayDevice.", TR-098
    device,                   ///< "Device.", TR-181 and TR-106
};

/// The root of `path`; the bare name without its dot counts too.
[[nodiscard]] Root root_of(std::string_view path) noexcept;

/// "InternetGatewayDevice.", "Device." or "".
[[nodiscard]] std::string_view root_name(Root root) noexcept;

/// True for objects and for "": the path stands for everything below it.
[[nodiscard]] constexpr bool is_partial(std::string_view path) noexcept
{
    return path.empty() || path.back() == '.';
}

/// True when `other` is `path` or, for a partial path, anything below it. Compares text: no wildcards.
[[nodiscard]] constexpr bool covers(std::string_view path, std::string_view other) noexcept
{
    return is_partial(path) ? other.starts_with(path) : other == path;
}

/// The object that contains `path`: "Device.WiFi.SSID.1." for "Device.WiFi.SSID.1.Enable" and "Device.WiFi.SSID." for
/// that. A root's parent, and that of "", is "".
[[nodiscard]] std::string_view parent(std::string_view path) noexcept;

/// The last segment without dots: "Enable", "1"; "" for "".
[[nodiscard]] std::string_view last_segment(std::string_view path) noexcept;

/// The segments of a path from left to right: `for (auto segment : Segments{path})`.
class Segments {
public:
    class Iterator {
    public:
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::forward_iterator_tag;

        Iterator() noexcept = default;
        explicit Iterator(std::string_view rest) noexcept;
        std::string_view operator*() const noexcept { return rest_.substr(0, length_); }
        Iterator& operator++() noexcept;
        Iterator operator++(int) noexcept
        {
            auto before = *this;
            ++*this;
            return before;
        }
        /// What was not visited yet, this segment included.
        [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
        friend bool operator==(Iterator const& a, Iterator const& b) noexcept
        {
            return a.rest_.size() == b.rest_.size();
        }

    private:
        std::string_view rest_;
        std::size_t length_ = 0;
    };

    explicit Segments(std::string_view path) noexcept : path_{path} {}
    [[nodiscard]] Iterator begin() const noexcept { return Iterator{path_}; }
    [[nodiscard]] Iterator end() const noexcept { return Iterator{}; }

private:
    std::string_view path_;
};

/// The number of segments: 4 for "Device.WiFi.SSID.1.".
[[nodiscard]] std::size_t depth(std::string_view path) noexcept;

/// The instance number that a segment is, 1 to 4294967295; none for names, aliases, wildcards, "0" and "01".
[[nodiscard]] std::optional<std::uint32_t> instance_number(std::string_view segment) noexcept;

/// The text inside "[...]"; none when the segment is no alias. "[]" is an empty alias.
[[nodiscard]] std::optional<std::string_view> alias(std::string_view segment) noexcept;

/// True for "*".
[[nodiscard]] constexpr bool is_wildcard(std::string_view segment) noexcept
{
    return segment == "*";
}

/// True for a segment that stands where an instance does: a number, an alias, "*", "{i}", or "(null)" as some CPEs send
/// it.
[[nodiscard]] bool is_instance_segment(std::string_view segment) noexcept;

/// True for a partial path whose last segment is an instance: "Device.WiFi.SSID.1.".
[[nodiscard]] bool is_instance(std::string_view path) noexcept;

/// True when some segment is "*".
[[nodiscard]] bool has_wildcard(std::string_view path) noexcept;

/// True when `path` is meant by `pattern`, segment by segment: "*" and "{i}" in the pattern stand for any instance,
/// everything else for itself. A partial pattern means everything below it too, as `covers` does.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view path) noexcept;

/// The path as data models write it: every instance becomes "{i}" ("Device.WiFi.SSID.{i}.SSID").
/// The object of a table itself stays as it is ("Device.WiFi.SSID.").
[[nodiscard]] std::string template_form(std::string_view path);

/// True when the value of `path` should be kept from eyes and logs: passwords, passphrases, keys, secrets, PINs of
/// every model and vendor, judged by name alone (a data model's `hidden` knows more). ParameterKey, CommandKey, public
/// keys, counts, enables, lengths and intervals are not secrets. `path` may be an object: never secret.
[[nodiscard]] bool is_secret_path(std::string_view path) noexcept;

/// What people see in place of a secret.
inline constexpr std::string_view masked_secret = "********";
/// The value of `path` as people may see it: a secret is masked, unless it is empty.
[[nodiscard]] std::string shown_value(std::string_view path, std::string_view value);

/// What a path sent by a CPE is good for.
enum class PathForm : std::uint8_t {
    sound,  ///< as TR-106 has it
    odd,    ///< seen in the field ("(null)", stray dots, blanks inside): keep what it says, do not ask for it by name
    unusable,  ///< empty, too long or with control characters: not kept
};

/// Judges a name that a CPE sent, after `trim_path`. Never fails; "" is unusable here (no CPE names nothing).
[[nodiscard]] PathForm form_of(std::string_view path) noexcept;

/// The name without XML white space around it, as pretty-printing CPEs send it.
[[nodiscard]] std::string_view trim_path(std::string_view text) noexcept;

/// What a person's or a rule's path may contain besides names and instance numbers.
struct PathRules {
    bool partial = true;     ///< may end with '.' (or be empty, the whole tree)
    bool wildcards = false;  ///< may contain "*" segments
    bool aliases = true;     ///< may contain "[alias]" segments
    friend bool operator==(PathRules const&, PathRules const&) = default;
};

/// Checks a path typed by a person, before it is sent to a CPE. Fails with a sentence that quotes the path (shortened)
/// and says what is wrong with it and what would be right.
[[nodiscard]] base::Result<void> check_path(std::string_view path, PathRules rules = {});

}  // namespace cwmp
