#include "cwmp/message.hpp"

#include "base/time_text.hpp"
#include "cwmp/message_fields.hpp"

#include <array>
#include <type_traits>
#include <utility>

namespace cwmp {
namespace {

template <std::size_t... Index>
constexpr auto names_of_alternatives(std::index_sequence<Index...>)
{
    return std::array{method_name_of<std::variant_alternative_t<Index, Message>>...};
}

/// By index in the variant.
constexpr auto method_names = names_of_alternatives(std::make_index_sequence<std::variant_size_v<Message>>{});

}  // namespace

std::optional<base::TimePoint> to_time_point(std::string_view date_time)
{
    auto const begin = date_time.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos)
        return std::nullopt;
    auto const end = date_time.find_last_not_of(" \t\r\n");
    return base::parse_rfc3339(date_time.substr(begin, end - begin + 1));
}

std::string_view method_name(Message const& message) noexcept
{
    if (auto const* unknown = std::get_if<Unknown>(&message))
        return unknown->method;
    return method_names[message.index()];
}

bool is_answer(Message const& message) noexcept
{
    return std::holds_alternative<Empty>(message) || std::holds_alternative<Fault>(message) ||
           method_name(message).ends_with("Response");
}

std::optional<Fault> hidden_fault(Message const& message)
{
    auto const status = std::visit(
        []<class T>(T const& value) {
            if constexpr (requires { value.status; })
                return value.status;
            else
                return 0;
        },
        message);
    if (status < 8000 || status > 9899)
        return std::nullopt;
    return make_fault(static_cast<unsigned>(status));
}

}  // namespace cwmp
