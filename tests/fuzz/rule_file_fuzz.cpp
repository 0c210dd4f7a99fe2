// Any bytes are a rule or are refused with a place; what passes the guard passes it again as it came out.
#include "provisioning/rule_check.hpp"
#include "provisioning/rule_text.hpp"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace {

[[noreturn]] void fail(std::string_view what, std::string_view text)
{
    std::cerr << what << ": " << text << '\n';
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const no_secrets = [](std::string_view) { return false; };
    auto const all_tables = [](std::string_view) { return true; };
    auto const rule = provisioning::parse_rule("fuzz.sql", text);
    if (!rule) {
        if (rule.error().at.line == 0 || rule.error().at.column == 0 || rule.error().reason.empty())
            fail("a refusal without place or reason", text);
        return 0;
    }
    auto const checked = provisioning::check_rule("fuzz.sql", *rule, no_secrets, all_tables);
    if (!checked) {
        if (checked.error().at.line == 0 || checked.error().at.column == 0 || checked.error().reason.empty())
            fail("a refusal without place or reason", text);
        return 0;
    }
    if (!provisioning::guard_body(checked->body.sql, all_tables))
        fail("what was accepted is not accepted again", checked->body.sql);
    return 0;
}
