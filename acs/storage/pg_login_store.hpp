#pragma once

#include "storage/database.hpp"
#include "storage/login_kinds.hpp"

namespace storage {

/// domain::LoginStore over the batch queue.
class PgLoginStore final : public domain::LoginStore {
public:
    /// `rare` is for what comes now and then, and is written down; it must outlive this.
    PgLoginStore(SessionParts parts, Database& rare);

    base::Awaitable<std::optional<domain::GivenLogin>> offer(domain::LoginOffer offer) override;
    base::Awaitable<void> prove(domain::DeviceKey device, std::string username, std::string ha1_md5) override;
    base::Awaitable<void> mark(domain::DeviceKey device, domain::LoginState state, base::TimePoint until) override;
    base::Awaitable<std::optional<domain::GivenLogin>> told(domain::DeviceKey device, std::string username) override;
    base::Awaitable<void> shorten(domain::LoginOffer kept) override;
    base::Awaitable<bool> agree(domain::DeviceKey device, base::TimePoint until, std::uint32_t most,
                                domain::AuditEntry entry) override;
    base::Awaitable<std::optional<domain::GivenLogin>> offer_wake(domain::DeviceKey device, domain::GivenLogin login,
                                                                  bool force) override;
    base::Awaitable<void> confirm_wake(domain::DeviceKey device) override;
    base::Awaitable<void> retire(domain::DeviceKey device) override;

private:
    SessionParts parts_;
    Database& rare_;
    OfferKind offers_;
    ProveKind proofs_;
    MarkLoginKind marks_;
    ToldKind told_;
    ShortenKind shortenings_;
    OfferWakeKind wake_offers_;
    ConfirmWakeKind wake_confirmations_;
    RetireKind retirements_;
};

}  // namespace storage
