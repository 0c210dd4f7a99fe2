#include "api/genieacs/identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace api::genieacs {

namespace {

bool stays(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::string escaped(std::string_view text)
{
    std::string result;
    for (char const c : text)
        if (stays(c))
            result += c;
        else
            fmt::format_to(std::back_inserter(result), "%{:02X}", static_cast<unsigned char>(c));
    return result;
}

}  // namespace

std::string document_id(cwmp::DeviceId const& device)
{
    auto const product_class = device.product_class.empty() ? std::string{} : escaped(device.product_class) + '-';
    return escaped(device.oui) + '-' + product_class + escaped(device.serial_number);
}

std::optional<cwmp::DeviceId> identity_of(std::string_view document_id)
{
    std::string text{document_id};
    if (std::ranges::count(text, '-') == 1)
        text.insert(text.find('-'), 1, '-');  // without a product class: our own form has it empty
    auto identity = cwmp::parse_external_id(text);
    if (identity)
        identity = cwmp::normalized(*std::move(identity));
    return identity ? std::optional{*std::move(identity)} : std::nullopt;
}

}  // namespace api::genieacs
