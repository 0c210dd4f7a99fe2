#include "api/problem.hpp"

#include "base/utf8.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <utility>

namespace api {

namespace json = boost::json;

namespace {

json::array to_json(std::vector<FieldError> const& errors)
{
    json::array list;
    for (auto const& error : errors)
        list.push_back(json::object{{"field", error.field}, {"reason", error.reason}});
    return list;
}

}  // namespace

std::unexpected<Problem> problem(unsigned status, std::string_view kind, std::string detail)
{
    return std::unexpected{
        Problem{.status = status, .kind = kind, .detail = std::move(detail), .errors = {}, .headers = {}}};
}

std::unexpected<Problem> bad_request(std::string detail, std::vector<FieldError> errors)
{
    auto failure = problem(400, "bad_request", std::move(detail));
    failure.error().errors = std::move(errors);
    return failure;
}

std::unexpected<Problem> forbidden(std::string detail)
{
    return problem(403, "forbidden", std::move(detail));
}

std::unexpected<Problem> not_found(std::string_view what, std::string_view name)
{
    return problem(404, "not_found", fmt::format("There is no {} \"{}\".", what, base::is_utf8(name) ? name : "?"));
}

std::unexpected<Problem> unprocessable(std::vector<FieldError> errors)
{
    auto failure = problem(422, "invalid",
                           errors.size() == 1 ? fmt::format("{}: {}", errors[0].field, errors[0].reason)
                                              : fmt::format("{} fields are wrong, see errors.", errors.size()));
    failure.error().errors = std::move(errors);
    return failure;
}

Problem unavailable()
{
    auto failure = problem(503, "unavailable",
                           "The server cannot reach its database now. Nothing is known about whether the request was "
                           "carried out; look before you repeat it.");
    failure.error().headers.set("Retry-After", "5");
    return std::move(failure.error());
}

net::Response to_response(Problem const& problem)
{
    json::object body{{"type", fmt::format("urn:acs:problem:{}", problem.kind)},
                      {"title", net::status_phrase(problem.status)},
                      {"status", problem.status},
                      {"detail", problem.detail}};
    if (!problem.errors.empty())
        body["errors"] = to_json(problem.errors);
    net::Response response;
    response.status = problem.status;
    response.headers = problem.headers;
    response.headers.set("Content-Type", "application/problem+json");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Content-Type-Options", "nosniff");  // a browser must not take texts of devices for a page
    response.body = json::serialize(body);
    response.compress = true;
    return response;
}

}  // namespace api
