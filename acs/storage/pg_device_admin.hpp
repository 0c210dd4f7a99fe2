#pragma once

#include "base/sealer.hpp"
#include "domain/device_admin.hpp"
#include "storage/database.hpp"

namespace storage {

/// What people decide about devices, in PostgreSQL.
class PgDeviceAdmin final : public domain::DeviceAdmin {
public:
    /// Both must outlive it.
    PgDeviceAdmin(Database& writes, base::Sealer const& sealer) : writes_{writes}, sealer_{sealer} {}

    base::Awaitable<base::Result<domain::DeviceChange>> change(domain::DeviceKey device,
                                                               domain::DeviceChange change) override;
    base::Awaitable<domain::DeviceNotes> notes(domain::DeviceKey device) override;
    base::Awaitable<std::vector<cwmp::DeviceId>> merge_proposals(domain::DeviceKey device) override;
    base::Awaitable<base::Result<void>> merge(domain::DeviceKey from, domain::DeviceKey into) override;

private:
    Database& writes_;
    base::Sealer const& sealer_;
};

}  // namespace storage
