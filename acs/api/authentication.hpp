#pragma once

#include "api/caller.hpp"
#include "api/problem.hpp"
#include "api/settings.hpp"
#include "net/http.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace api {

/// Who may use the API: bearer tokens (RFC 6750), of which only hashes are kept in memory.
class Authentication {
public:
    explicit Authentication(std::vector<Token> const& tokens);

    /// Whose token the request carries; a refusal (401 with WWW-Authenticate) when it carries none or a wrong one.
    /// Takes the same time for every wrong token.
    [[nodiscard]] Outcome<Caller> caller(net::RequestHead const& head) const;

private:
    struct Known {
        std::string name;
        std::string hash;
    };
    std::vector<Known> known_;
};

}  // namespace api
