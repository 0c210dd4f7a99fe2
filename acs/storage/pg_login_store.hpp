#pragma once

#include "storage/login_kinds.hpp"

namespace storage {

/// domain::LoginStore over the batch queue.
class PgLoginStore final : public domain::LoginStore {
public:
    explicit PgLoginStore(SessionParts parts);

    base::Awaitable<std::optional<domain::GivenLogin>> offer(domain::LoginOffer offer) override;
    base::Awaitable<void> prove(domain::DeviceKey device, std::string username, std::string ha1_md5) override;
    base::Awaitable<void> mark(domain::DeviceKey device, domain::LoginState state, base::TimePoint until) override;
    base::Awaitable<std::optional<domain::GivenLogin>> offer_wake(domain::DeviceKey device, domain::GivenLogin login,
                                                                  bool force) override;
    base::Awaitable<void> confirm_wake(domain::DeviceKey device) override;
    base::Awaitable<void> retire(domain::DeviceKey device) override;

private:
    SessionParts parts_;
    OfferKind offers_;
    ProveKind proofs_;
    MarkLoginKind marks_;
    OfferWakeKind wake_offers_;
    ConfirmWakeKind wake_confirmations_;
    RetireKind retirements_;
};

}  // namespace storage
