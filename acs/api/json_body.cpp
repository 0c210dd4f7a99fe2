#include "api/json_body.hpp"

#include <boost/json/stream_parser.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <utility>

namespace api {

namespace json = boost::json;

Outcome<json::object> read_object(std::string_view body, std::string_view example)
{
    json::stream_parser parser;
    boost::system::error_code error;
    auto const used = parser.write_some(body.data(), body.size(), error);
    if (!error)
        parser.finish(error);
    if (error)
        return bad_request(fmt::format("The body is not JSON: {} at byte {}.", error.message(), used));
    if (body.find_first_not_of(" \t\r\n", used) != body.npos)
        return bad_request(fmt::format("The body is not JSON: something follows its end at byte {}.", used));
    auto value = parser.release();
    if (!value.is_object())
        return bad_request(fmt::format("The body must be a JSON object such as {}.", example));
    return std::move(value.get_object());
}

std::unexpected<Problem> wrong_fields(std::vector<domain::FieldComplaint> complaints)
{
    std::vector<FieldError> errors;
    for (auto& complaint : complaints)
        errors.push_back({std::move(complaint.field), fmt::format("{}.", complaint.what)});
    return unprocessable(std::move(errors));
}

}  // namespace api
