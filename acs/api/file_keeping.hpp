#pragma once

#include "api/call.hpp"
#include "base/result.hpp"
#include "domain/file.hpp"

#include <string_view>

namespace api {

/// Fails for what cannot be the last segment of a URL that CPEs read; the reason goes on from "the name".
[[nodiscard]] base::Result<void> check_file_name(std::string_view name);
/// The same for a text that describes a file: its type, its version.
[[nodiscard]] base::Result<void> check_file_text(std::string_view text);

/// Opens the place that an upload's body goes to. Fails with 507.
[[nodiscard]] Outcome<net::BodyPolicy> open_upload(Context const& context);

/// Makes the body of an upload a stored file with that description, and writes down who did. Fails with 400 without a
/// body, with 507 when it could not be kept.
[[nodiscard]] base::Awaitable<Outcome<domain::File>> keep_upload(Call const& call, domain::File description);

/// Removes a stored file with its bytes, and writes down who did. False: it was gone already.
[[nodiscard]] base::Awaitable<bool> drop_file(Call const& call, domain::File const& file);

}  // namespace api
