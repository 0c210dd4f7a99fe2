// Any bytes are accepted or refused as a condition; what was accepted is accepted again as it came out, and means the
// same.
#include "provisioning/condition_sql.hpp"
#include "provisioning/guard.hpp"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

[[noreturn]] void fail(std::string_view what, std::string_view text)
{
    std::cerr << what << ": " << text << '\n';
    std::abort();
}

/// The columns value_<n> of the guarded SQL, outside of quotes or not, written as calls again.
std::string with_calls(provisioning::GuardedCondition const& condition)
{
    std::string sql = condition.sql;
    for (std::size_t n = condition.paths.size(); n > 0; --n) {
        auto const column = "value_" + std::to_string(n) + " ";
        auto const call = "value('" + condition.paths[n - 1] + "') ";
        for (auto at = sql.find(column); at != std::string::npos; at = sql.find(column, at + call.size()))
            sql.replace(at, column.size(), call);
    }
    return sql;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const no_secrets = [](std::string_view) { return false; };
    auto const condition = provisioning::guard_condition(text, no_secrets);
    if (!condition) {
        if (condition.error().line == 0 || condition.error().column == 0 || condition.error().reason.empty())
            fail("a refusal without place or reason", text);
        return 0;
    }
    bool const may_be_longer = condition->sql.size() > 8'000;  // calls and parentheses may pass a limit the second time
    bool const says_value = text.find("value_") != std::string_view::npos;  // as a string constant
    if (!may_be_longer && !says_value) {
        auto const again = provisioning::guard_condition(with_calls(*condition), no_secrets);
        if (!again || again->paths != condition->paths || again->columns != condition->columns)
            fail("what was accepted is not accepted again", condition->sql);
    }
    auto const probe = provisioning::probe_statements({condition->sql, condition->paths});
    return probe.prepare.empty() ? 1 : 0;
}
