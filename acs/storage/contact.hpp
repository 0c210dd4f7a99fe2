#pragma once

#include "storage/overlay.hpp"
#include "storage/session_parts.hpp"

namespace storage {

/// A promoted parameter with its new value.
struct PromotedCopy {
    std::int32_t path_id = 0;
    std::optional<std::string> value;  ///< none: too long to be promoted
};

struct ContactQuestion {
    domain::Contact contact;
    std::int64_t contact_id = 0;         ///< makes a repeated commit harmless
    std::int64_t hash = 0;               ///< of the identity, for a new device; its key when it is made
    std::optional<OverlayText> overlay;  ///< none: it stays as it is
    std::vector<PromotedCopy> promoted;
    std::int64_t software_event = 0;  ///< id of the event that the contact's software_before makes
};

struct ContactAnswer {
    bool found = false;  ///< false: the known device is gone, or another identity has this hash
    domain::Admission admission;
    bool overlay_kept = true;  ///< false: somebody else had written it; ours was not
};

using ContactRequest = BatchRequest<ContactQuestion, ContactAnswer>;

/// Commits Informs of known devices.
class KnownContactKind final : public BatchKind {
public:
    KnownContactKind() : BatchKind{"commit_contact"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

/// Commits Informs of devices that are new, or were made by somebody else in the meantime.
class NewContactKind final : public BatchKind {
public:
    NewContactKind() : BatchKind{"commit_new_contact"} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

}  // namespace storage
