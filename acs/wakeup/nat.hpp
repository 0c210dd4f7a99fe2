#pragma once

#include "domain/inventory.hpp"

#include <string>
#include <string_view>

namespace wakeup {

/// What says that a device is behind a NAT although its Informs come: "its ConnectionRequestURL names the private
/// address 192.168.1.1, but its Inform came from 203.0.113.9". Empty when nothing says so.
[[nodiscard]] std::string sign_of_nat(domain::DeviceRow const& device);
[[nodiscard]] std::string sign_of_nat(std::string_view url_host, std::string_view inform_address);

}  // namespace wakeup
