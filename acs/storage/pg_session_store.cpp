#include "storage/pg_session_store.hpp"

#include "base/crypto.hpp"
#include "base/unavailable.hpp"
#include "storage/array_text.hpp"
#include "storage/task_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace storage {

namespace {

constexpr unsigned most_salts = 8;  // collisions in a row: not met in the life of a universe

/// What the table keeps of a cookie: who reads the database cannot take part in a session.
std::string cookie_hash(std::string_view cookie)
{
    return base::to_hex(base::sha256(cookie));
}

std::string state_place(std::string_view hash)
{
    return fmt::format("session {}", hash);
}

std::int64_t cookie_key(std::string_view cookie)
{
    return static_cast<std::int64_t>(base::stable_hash(cookie) >> 1U);
}

cwmp::DeviceId as_stored(cwmp::DeviceId identity)
{
    for (auto* const text : {&identity.oui, &identity.product_class, &identity.serial_number})
        if (!is_storable(*text))
            *text = storable(*text);
    return identity;
}

std::vector<std::string> names_of(domain::Contact const& contact)
{
    std::vector<std::string> names;
    names.reserve(contact.values.size() + contact.recent.size());
    for (auto const& value : contact.values)
        names.push_back(value.name);
    for (auto const& value : contact.recent)
        names.push_back(value.path);
    return names;
}

PromotedCopy copy_of(OverlayEntry const& entry)
{
    if (entry.value.size() > most_promoted_bytes)
        return {entry.path->id, std::nullopt};
    return {entry.path->id, entry.value};
}

}  // namespace

/// A contact ready to be committed, and what must go to the tree afterwards.
struct PgSessionStore::Prepared {
    ContactQuestion question;
    std::vector<ToldValue> for_tree;  ///< always: secrets, and all when the overlay is full
    std::vector<ToldValue> told;      ///< goes to the tree when the overlay was not ours to write
};

PgSessionStore::PgSessionStore(SessionParts parts, PgTreeStore& trees) : parts_{parts}, trees_{trees}
{
    for (BatchKind* const kind :
         std::initializer_list<BatchKind*>{&look_ups_, &known_contacts_, &new_contacts_, &reports_, &ends_,
                                           &automations_, &conflicts_, &wake_credentials_, &suspends_, &resumes_})
        parts_.queue.add(*kind);
}

base::Awaitable<domain::LookupAnswer> PgSessionStore::look_up(cwmp::DeviceId identity, std::string username)
{
    LookUpQuestion question{as_stored(std::move(identity)), 0, std::move(username)};
    for (unsigned salt = 0; salt < most_salts; ++salt) {
        question.hash = parts_.hash(question.identity, salt);
        auto const asked = std::make_shared<LookUpRequest>(question);
        auto answer = co_await parts_.queue.ask(look_ups_, asked);
        if (!answer.is_collision)
            co_return co_await named(std::move(answer));
    }
    throw std::runtime_error{"too many identities share one hash"};
}

/// Gives the values of the overlay their paths.
base::Awaitable<domain::LookupAnswer> PgSessionStore::named(LookUpAnswer answer)
{
    if (answer.recent_ids.empty())
        co_return std::move(answer.found);
    auto const paths = co_await parts_.paths.find(answer.recent_ids);
    auto& recent = answer.found.device->recent;
    for (std::size_t i = 0; i < recent.size(); ++i)
        if (paths[i])
            recent[i].path = paths[i]->path;
    std::erase_if(recent, [](domain::RecentValue const& value) { return value.path.empty(); });
    co_return std::move(answer.found);
}

base::Awaitable<PgSessionStore::Prepared> PgSessionStore::prepare(domain::Contact contact)
{
    Prepared prepared;
    prepared.question.contact_id = parts_.ids.next();
    prepared.question.hash = parts_.hash(contact.identity, 0);
    if (!contact.software_before.empty())
        prepared.question.software_event = parts_.ids.next();
    if (contact.values_changed && !contact.values.empty()) {
        auto const owner = contact.key.value_or(domain::DeviceKey{prepared.question.hash});
        auto const paths = co_await parts_.paths.intern(owner, names_of(contact));
        std::vector<OverlayEntry> told;
        std::vector<OverlayEntry> recent;
        for (std::size_t i = 0; i < contact.values.size(); ++i) {
            if (!paths[i])
                continue;
            auto value = storable(contact.values[i].value);
            auto& list = paths[i]->is_secret ? prepared.for_tree : prepared.told;
            list.push_back({paths[i]->path, value, contact.values[i].type});
            if (!paths[i]->is_secret)
                told.push_back({paths[i], std::move(value), contact.at});
        }
        for (std::size_t i = 0; i < contact.recent.size(); ++i)
            if (auto const& path = paths[contact.values.size() + i]; path && !path->is_secret)
                recent.push_back({path, std::move(contact.recent[i].value), contact.recent[i].changed});
        auto const change = merge_overlay(std::move(recent), std::move(told));
        if (!change.fits)
            prepared.for_tree.insert(prepared.for_tree.end(), prepared.told.begin(), prepared.told.end());
        else if (!change.changed.empty())
            prepared.question.overlay = overlay_text(change.entries);
        for (auto const index : change.changed)
            if (change.fits && change.entries[index].path->is_promoted)
                prepared.question.promoted.push_back(copy_of(change.entries[index]));
    }
    contact.values.clear();
    contact.recent.clear();
    prepared.question.contact = std::move(contact);
    co_return prepared;
}

base::Awaitable<ContactAnswer> PgSessionStore::commit(ContactQuestion question)
{
    if (question.contact.key) {
        auto const asked = std::make_shared<ContactRequest>(question);
        asked->key = question.contact.key->value();
        auto const answer = co_await parts_.queue.ask(known_contacts_, asked);
        if (answer.found)
            co_return answer;
        question.contact.key.reset();  // it was removed in the meantime: it is new again
    }
    for (unsigned salt = 0; salt < most_salts; ++salt) {
        question.hash = parts_.hash(question.contact.identity, salt);
        auto const asked = std::make_shared<ContactRequest>(question);
        asked->key = question.hash;
        auto const answer = co_await parts_.queue.ask(new_contacts_, asked);
        if (answer.found)
            co_return answer;
    }
    throw std::runtime_error{"too many identities share one hash"};
}

base::Awaitable<domain::Admission> PgSessionStore::commit_contact(domain::Contact contact)
{
    auto const at = contact.at;
    contact.identity = as_stored(std::move(contact.identity));
    auto prepared = co_await prepare(std::move(contact));
    auto const answer = co_await commit(std::move(prepared.question));
    if (!answer.overlay_kept)
        prepared.for_tree.insert(prepared.for_tree.end(), prepared.told.begin(), prepared.told.end());
    if (!prepared.for_tree.empty())
        co_await trees_.fold(answer.admission.key, std::move(prepared.for_tree), at);
    co_return answer.admission;
}

base::Awaitable<void> PgSessionStore::record_report(domain::DeviceKey device, std::string kind, std::string detail)
{
    auto const asked = std::make_shared<ReportRequest>(
        ReportQuestion{device.value(), parts_.ids.next(), parts_.clock.now(), std::move(kind), storable_json(detail)});
    co_await parts_.queue.ask(reports_, asked);
}

base::Awaitable<void> PgSessionStore::note_end(domain::DeviceKey device, bool failed, std::string reason)
{
    auto const asked = std::make_shared<EndRequest>(EndQuestion{device.value(), failed, std::move(reason)});
    asked->key = device.value();
    co_await parts_.queue.ask(ends_, asked);
}

base::Awaitable<void> PgSessionStore::set_automation(domain::DeviceKey device, std::string stopped_reason)
{
    auto const asked =
        std::make_shared<AutomationRequest>(AutomationQuestion{device.value(), std::move(stopped_reason)});
    asked->key = device.value();
    co_await parts_.queue.ask(automations_, asked);
}

base::Awaitable<void> PgSessionStore::mark_conflict(domain::DeviceKey device, std::string reason)
{
    auto const asked = std::make_shared<ConflictRequest>(AutomationQuestion{device.value(), std::move(reason)});
    asked->key = device.value();
    co_await parts_.queue.ask(conflicts_, asked);
}

base::Awaitable<void> PgSessionStore::keep_wake_credentials(domain::DeviceKey device, std::string username,
                                                            std::string password)
{
    if (!password.empty())
        password = parts_.sealer.seal(password, wake_place(device));
    auto const asked = std::make_shared<WakeCredentialsRequest>(
        WakeCredentialsQuestion{device.value(), std::move(username), std::move(password)});
    asked->key = device.value();
    co_await parts_.queue.ask(wake_credentials_, asked);
}

base::Awaitable<void> PgSessionStore::suspend(domain::SuspendedSession session)
{
    auto const key = cookie_key(session.cookie);
    session.cookie = cookie_hash(session.cookie);
    session.state = parts_.sealer.seal(session.state, state_place(session.cookie));
    auto const asked = std::make_shared<SuspendRequest>(std::move(session));
    asked->key = key;
    co_await parts_.queue.ask(suspends_, asked);
}

base::Awaitable<std::optional<domain::SuspendedSession>> PgSessionStore::resume(std::string cookie)
{
    auto const hash = cookie_hash(cookie);
    auto const asked = std::make_shared<ResumeRequest>(hash);
    asked->key = cookie_key(cookie);
    auto session = co_await parts_.queue.ask(resumes_, asked);
    if (!session)
        co_return std::nullopt;
    auto state = parts_.sealer.open(session->state, state_place(hash));
    if (!state)
        co_return std::nullopt;  // sealed by a key that this node does not have: the CPE informs again
    session->state = std::move(*state);
    session->cookie = std::move(cookie);
    co_return session;
}

}  // namespace storage
