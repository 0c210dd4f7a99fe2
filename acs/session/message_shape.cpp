#include "session/message_shape.hpp"

#include <fmt/format.h>

namespace session {

std::string shape_of(std::string_view message)
{
    std::string shape;
    auto const take = [&](std::size_t size, bool is_text) {
        auto const piece = message.substr(0, size);
        message.remove_prefix(piece.size());
        bool const is_blank = piece.find_first_not_of(" \t\r\n") == std::string_view::npos;
        shape += is_text && !is_blank ? fmt::format("[{}]", piece.size()) : std::string{piece};
    };
    while (!message.empty()) {
        take(message.find('<'), true);
        auto const end = message.find_first_of("<>", 1);
        bool const is_tag = end != std::string_view::npos && message[end] == '>';
        // CDATA and comments are texts in other clothes, and so is what only begins like a tag.
        take(is_tag ? end + 1 : end, !is_tag || message.starts_with("<!"));
    }
    return shape;
}

}  // namespace session
