#pragma once

#include "base/sealer.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace storage {

/// Seals the secrets in the JSON of a task (arguments, progress, result): the text under a key that is a secret path or
/// "password" (also as {"value":...} there), and the "value" of an object whose "name" or "path" is a secret path. Each
/// becomes {"sealed":"..."}. `place` says whose they are; opening needs the same.
void seal_secrets(base::Sealer const& sealer, std::string_view place, boost::json::value& json);

/// Puts the secrets back. One that does not open (another key) becomes null.
void open_secrets(base::Sealer const& sealer, std::string_view place, boost::json::value& json);

/// Shows "********" in place of sealed secrets, for what people see.
void mask_secrets(boost::json::value& json);

/// The same for JSON text; "" stays "". Text that is no JSON is given back as the JSON string of it.
[[nodiscard]] std::string sealed_text(base::Sealer const& sealer, std::string_view place, std::string_view json);
[[nodiscard]] std::string opened_text(base::Sealer const& sealer, std::string_view place, std::string_view json);
[[nodiscard]] std::string masked_text(std::string_view json);

}  // namespace storage
