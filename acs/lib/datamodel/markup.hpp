#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace datamodel {

/// Plain text from a data model's description: white space folded to single blanks, ''quotes'' dropped, templates
/// replaced by what they say ("{{enum|Requested}}" -> "Requested", "{{bibref|TR-069|3.6.1}}" -> "TR-069 3.6.1",
/// "{{enum}}" -> ""), at most `most` bytes.
[[nodiscard]] std::string plain_text(std::string_view markup, std::size_t most);

}  // namespace datamodel
