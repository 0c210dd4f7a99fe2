// Any bytes are taken as a query of GenieACS's API or refused with a sentence; what they become never gets past the
// guard as something else than a condition.
#include "api/genieacs/condition.hpp"
#include "api/genieacs/filter_match.hpp"
#include "api/genieacs/projection.hpp"
#include "provisioning/guard.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    if (auto const projection = api::genieacs::Projection::read(text))
        static_cast<void>(projection->object());
    auto const filter = api::genieacs::read_filter(text);
    if (!filter)
        return filter.error().detail.empty() ? 1 : 0;
    static boost::json::object const document{{"_id", "a:task_1"}, {"retries", 3}, {"metadata", {{"version", "1"}}}};
    static_cast<void>(api::genieacs::matches(document, *filter));
    static_cast<void>(api::genieacs::demanded_text(*filter, "_id"));
    static_cast<void>(api::genieacs::demanded_start(*filter, "_id"));
    auto const condition = api::genieacs::condition_of(*filter);
    if (!condition)
        return 0;
    auto const guarded = provisioning::guard_condition(*condition, [](std::string_view) { return false; });
    bool const is_of_one_expression = guarded || !guarded.error().reason.contains("syntax error");
    if (!is_of_one_expression) {
        std::cerr << "the condition is not well-formed: " << *condition << '\n' << guarded.error().text() << '\n';
        std::abort();
    }
    return 0;
}
