#pragma once

#include "net/http.hpp"

#include <span>
#include <string>
#include <string_view>

namespace api {

/// What a representation of JSON is known by: `"STATE-WHOLE"`, two digests. WHOLE is of every byte; STATE leaves out
/// the living members (Route::living), so that only what people change counts for If-Match. Gzipped, the same
/// representation has the tag `"STATE-WHOLE.gz"`: it has other bytes.
class EntityTag {
public:
    /// Of the body of an answer.
    explicit EntityTag(std::string_view body, std::span<std::string_view const> living = {});

    /// As ETag has it.
    [[nodiscard]] std::string text(bool is_gzipped) const;

    /// True when one of a list of tags ("*": any) is of this state: for If-Match.
    [[nodiscard]] bool is_of_state(std::string_view list) const;
    /// True when one of a list of tags ("*": any), also weak ones, is of this representation: for If-None-Match.
    [[nodiscard]] bool is_of_whole(std::string_view list) const;

private:
    std::string state_;
    std::string whole_;
};

}  // namespace api
