#pragma once

#include "api/call.hpp"
#include "api/caller.hpp"

#include <span>
#include <string>
#include <string_view>

namespace api {

/// What an endpoint does with the body of its request.
enum class Body {
    none,        ///< whatever comes is thrown away
    json,        ///< application/json, in memory
    text,        ///< in memory, whatever type it is said to have: what curl sends unless told otherwise is "a form"
    file,        ///< any bytes, into the file directory; the query describes them
    named_file,  ///< the same; the path names them and header fields describe them
    list,        ///< text/csv of any length that is kept in memory, or application/json
};

/// One line of the table of routes.
struct Route {
    std::string_view method;
    std::string_view path;  ///< "{x}" stands for one segment that is not empty
    Body body;
    Need need;
    Answer (*endpoint)(Call call);
    Reach reach = Reach::fleet;
    /// Of GET: members of its answer that change without anybody's doing (reported, counted, noted). They are no part
    /// of the state that If-Match is about.
    std::span<std::string_view const> living = {};
};

/// The REST API at a glance; one file per resource implements it.
[[nodiscard]] std::span<Route const> routes();

/// What was found for a request.
struct Match {
    Route const* route;
    std::string_view argument;  ///< what stands for the placeholder, as sent
    std::string_view second;    ///< the same of a second one
};

/// Finds the route of a request; HEAD goes where GET does (the server leaves the body out). Fails with 404, or 405
/// naming the methods that the path takes.
[[nodiscard]] Outcome<Match> match(std::string_view method, std::string_view path);

}  // namespace api
