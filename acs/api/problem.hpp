#pragma once

#include "base/result.hpp"
#include "net/http.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace api {

/// What is wrong with one field of a request: "values.Device.X.Y", "not_before", "limit".
struct FieldError {
    std::string field;
    std::string reason;  ///< a sentence: what is wrong and what would be right
    friend bool operator==(FieldError const&, FieldError const&) = default;
};

/// Why a request was not answered with what it asked for (RFC 9457).
struct Problem {
    unsigned status = 400;
    std::string_view kind;           ///< last part of the type URN: "not_found"
    std::string detail;              ///< a sentence for the person who asked
    std::vector<FieldError> errors;  ///< every bad field, not only the first
    net::Headers headers;            ///< that the status calls for: Allow, WWW-Authenticate, Retry-After
};

/// Either what was asked for, or why not.
template <class T>
using Outcome = std::expected<T, Problem>;

[[nodiscard]] std::unexpected<Problem> problem(unsigned status, std::string_view kind, std::string detail);

/// 400: the URL's query or the form of the body is wrong.
[[nodiscard]] std::unexpected<Problem> bad_request(std::string detail, std::vector<FieldError> errors = {});
/// 403: it is known who asks, and that they may not.
[[nodiscard]] std::unexpected<Problem> forbidden(std::string detail);
/// 404: there is no such `what` ("device", "task").
[[nodiscard]] std::unexpected<Problem> not_found(std::string_view what, std::string_view name);
/// 422: well-formed, but it cannot be done as it says.
[[nodiscard]] std::unexpected<Problem> unprocessable(std::vector<FieldError> errors);
/// 503 with Retry-After.
[[nodiscard]] Problem unavailable();

/// The answer of type application/problem+json.
[[nodiscard]] net::Response to_response(Problem const& problem);

}  // namespace api
