#pragma once

#include "storage/contact.hpp"
#include "storage/look_up.hpp"
#include "storage/pg_tree_store.hpp"
#include "storage/session_notes.hpp"
#include "storage/wake_credentials.hpp"

namespace storage {

/// domain::SessionStore over the batch queue.
class PgSessionStore final : public domain::SessionStore {
public:
    /// `trees` takes what the overlay cannot hold.
    PgSessionStore(SessionParts parts, PgTreeStore& trees);

    base::Awaitable<domain::LookupAnswer> look_up(cwmp::DeviceId identity, std::string username) override;
    base::Awaitable<domain::Admission> commit_contact(domain::Contact contact) override;
    base::Awaitable<void> record_report(domain::DeviceKey device, std::string kind, std::string detail) override;
    base::Awaitable<void> note_end(domain::DeviceKey device, bool failed, std::string reason) override;
    base::Awaitable<void> set_automation(domain::DeviceKey device, std::string stopped_reason) override;
    base::Awaitable<void> mark_conflict(domain::DeviceKey device, std::string reason) override;
    base::Awaitable<void> keep_wake_credentials(domain::DeviceKey device, std::string username,
                                                std::string password) override;
    base::Awaitable<void> suspend(domain::SuspendedSession session) override;
    base::Awaitable<std::optional<domain::SuspendedSession>> resume(std::string cookie) override;

private:
    struct Prepared;

    base::Awaitable<domain::LookupAnswer> named(LookUpAnswer answer);
    base::Awaitable<Prepared> prepare(domain::Contact contact);
    base::Awaitable<ContactAnswer> commit(ContactQuestion question);

    SessionParts parts_;
    PgTreeStore& trees_;
    LookUpKind look_ups_;
    KnownContactKind known_contacts_;
    NewContactKind new_contacts_;
    ReportKind reports_;
    EndKind ends_;
    AutomationKind automations_;
    ConflictKind conflicts_;
    WakeCredentialsKind wake_credentials_;
    SuspendKind suspends_;
    ResumeKind resumes_;
};

}  // namespace storage
