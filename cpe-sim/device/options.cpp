#include "device/options.hpp"

#include "base/crypto.hpp"
#include "datamodel/value.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace sim {
namespace {

/// The text of the first element of that name; empty when there is none.
std::string_view element(std::string_view xml, std::string_view name)
{
    auto const open = "<" + std::string{name} + ">";
    auto const start = xml.find(open);
    auto const end = xml.find("</" + std::string{name} + ">", start == xml.npos ? 0 : start);
    if (start == xml.npos || end == xml.npos)
        return {};
    return xml.substr(start + open.size(), end - start - open.size());
}

std::optional<cwmp::OptionStruct> read_voucher(std::string_view base64)
{
    auto const xml = base::from_base64(base64);
    auto const name = element(xml, "OptionIdent");
    if (name.empty() || name.size() > 64)
        return std::nullopt;
    auto const mode = element(xml, "Mode");
    cwmp::OptionStruct option;
    option.option_name = name;
    option.voucher_sn = static_cast<std::uint32_t>(datamodel::to_integer(element(xml, "VSerialNum")).value_or(0));
    // Annex F: EnableIndefinitely, EnableWithExpiration, Disable.
    option.mode = mode == "EnableWithExpiration" ? 1 : mode == "EnableIndefinitely" ? 2 : 0;
    option.state = option.mode == 0 ? 0 : 1;
    if (auto const start = element(xml, "StartDate"); !start.empty())
        option.start_date = start;
    return option;
}

}  // namespace

cwmp::Message Options::set_vouchers(cwmp::SetVouchers const& request)
{
    std::vector<cwmp::OptionStruct> read;
    for (auto const& voucher : request.voucher_list) {
        auto option = read_voucher(voucher);
        if (!option)
            return cwmp::make_fault(cwmp::fault_code::invalid_arguments, "not a voucher");
        read.push_back(std::move(*option));
    }
    if (read.empty())
        return cwmp::make_fault(cwmp::fault_code::invalid_arguments, "no voucher is given");
    for (auto& option : read) {
        auto name = option.option_name;
        options_.insert_or_assign(std::move(name), std::move(option));
    }
    return cwmp::SetVouchersResponse{};
}

cwmp::Message Options::get(cwmp::GetOptions const& request) const
{
    cwmp::GetOptionsResponse response;
    for (auto const& [name, option] : options_)
        if (request.option_name.empty() || request.option_name == name)
            response.option_list.push_back(option);
    if (response.option_list.empty() && !request.option_name.empty())
        return cwmp::make_fault(cwmp::fault_code::invalid_arguments, "no such option");
    return response;
}

}  // namespace sim
