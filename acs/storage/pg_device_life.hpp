#pragma once

#include "base/sealer.hpp"
#include "domain/device_life.hpp"
#include "domain/task_news.hpp"
#include "storage/database.hpp"
#include "storage/id_source.hpp"

namespace storage {

/// domain::DeviceLife over the pool for rare work.
class PgDeviceLife final : public domain::DeviceLife {
public:
    /// All must outlive this. `news` may be null.
    PgDeviceLife(Database& writes, IdSource& ids, domain::TaskNews* news) : writes_{writes}, ids_{ids}, news_{news} {}

    base::Awaitable<domain::DeviceLogins> logins(domain::DeviceKey device) override;
    base::Awaitable<base::Result<void>> re_enrol(domain::DeviceKey device, base::TimePoint until) override;
    base::Awaitable<base::Result<std::optional<domain::TaskId>>> retire(domain::DeviceKey device,
                                                                        domain::Retirement retirement) override;
    base::Awaitable<base::Result<domain::Purged>> purge(domain::DeviceKey device, domain::AuditEntry entry) override;

private:
    Database& writes_;
    IdSource& ids_;
    domain::TaskNews* news_;
};

}  // namespace storage
