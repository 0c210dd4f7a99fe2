#pragma once

#include "base/sealer.hpp"
#include "domain/announcement.hpp"
#include "storage/database.hpp"

#include <string>

namespace storage {

/// The table `announcement`, and the logins that announced devices come with.
class PgAnnouncements final : public domain::Announcements {
public:
    /// `realm`: of the fleet's Digest logins. `shared_names`: of the logins that many devices have. The others must
    /// outlive this.
    PgAnnouncements(Database& writes, base::Sealer const& sealer, std::string realm,
                    std::vector<std::string> shared_names = {})
        : writes_{writes}, sealer_{sealer}, realm_{std::move(realm)}, shared_names_{std::move(shared_names)}
    {
    }

    base::Awaitable<std::vector<domain::AnnouncementResult>> add(std::vector<domain::Announcement> announcements,
                                                                 bool dry_run) override;
    base::Awaitable<std::vector<domain::Announcement>> list(domain::AnnouncementQuery query) override;
    base::Awaitable<std::optional<domain::Announcement>> remove(std::int64_t id) override;

    /// Pending devices that were announced in the meantime become active, on the calling thread; how many.
    /// Announcements with a login of their own are left out: a pending device came without it.
    std::size_t enrol_pending();

private:
    Database& writes_;
    base::Sealer const& sealer_;
    std::string realm_;
    std::vector<std::string> shared_names_;
};

}  // namespace storage
