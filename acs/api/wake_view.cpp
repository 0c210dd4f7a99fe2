#include "api/wake_view.hpp"

namespace api {

namespace {

boost::json::value text_or_null(std::string const& text)
{
    // In braces it would be a list of one.
    return text.empty() ? boost::json::value() : boost::json::value(text);
}

}  // namespace

boost::json::object view_of(domain::WakeOutcome const& outcome)
{
    return {{"reached", outcome.reached},
            {"method", text_or_null(outcome.method)},
            {"cause", text_or_null(outcome.cause)},
            {"outlook", text_or_null(outcome.outlook)}};
}

}  // namespace api
