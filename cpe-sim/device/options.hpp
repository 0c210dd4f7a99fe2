#pragma once

#include "cwmp/message.hpp"

#include <map>
#include <string>

namespace sim {

/// Options that vouchers enable (TR-069 A.4.1.3, Annex F). A voucher is base64 of XML with VSerialNum, OptionIdent,
/// Mode and StartDate, as Annex F has them; its signature is not verified.
class Options {
public:
    /// Fault 9003 when one of the vouchers is none; then nothing changes.
    [[nodiscard]] cwmp::Message set_vouchers(cwmp::SetVouchers const& request);
    /// Fault 9003 for an option that was never given.
    [[nodiscard]] cwmp::Message get(cwmp::GetOptions const& request) const;
    void clear() noexcept { options_.clear(); }

private:
    std::map<std::string, cwmp::OptionStruct> options_;
};

}  // namespace sim
