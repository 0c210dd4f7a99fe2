#include "api/subrequest.hpp"

#include <utility>

namespace api {

Answer ask(Context const& context, net::RequestHead const& head, Caller caller, std::string target)
{
    net::Request request;
    request.method = "GET";
    request.target = std::move(target);
    request.headers = head.headers;
    request.peer = head.peer;
    request.connection = head.connection;
    auto const found = match("GET", request.path());
    if (!found)
        co_return std::unexpected{found.error()};
    co_return co_await found->route->endpoint(
        Call{context, request, found->argument, found->second, std::move(caller)});
}

}  // namespace api
