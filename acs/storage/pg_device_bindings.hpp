#pragma once

#include "base/sealer.hpp"
#include "domain/device_bindings.hpp"
#include "storage/database.hpp"

namespace storage {

/// The table `device_binding`, and what is read of the logins of connection requests.
class PgDeviceBindings final : public domain::DeviceBindings {
public:
    /// Both must outlive this.
    PgDeviceBindings(Database& writes, base::Sealer const& sealer) : writes_{writes}, sealer_{sealer} {}

    base::Awaitable<void> write(std::string node, std::vector<domain::DeviceBinding> kept,
                                std::vector<domain::DeviceKey> gone) override;
    base::Awaitable<std::vector<domain::DeviceBinding>> of_device(domain::DeviceKey device) override;
    base::Awaitable<std::vector<domain::DeviceBinding>> of_node(std::string node, domain::DeviceKey after,
                                                                unsigned limit) override;
    base::Awaitable<std::vector<domain::StunLogin>> logins(std::vector<std::string> usernames) override;

private:
    Database& writes_;
    base::Sealer const& sealer_;
};

}  // namespace storage
