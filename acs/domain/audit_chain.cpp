#include "domain/audit_chain.hpp"

#include "base/crypto.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace domain {

namespace {

constexpr std::string_view purge_action = "device.purged";  ///< what erases the values of all entries about a device

/// A text that only this list of fields gives.
class Fields {
public:
    void add(std::string_view field) { text_ += fmt::format("{}:{}", field.size(), field); }
    void add(std::int64_t number) { add(std::to_string(number)); }
    [[nodiscard]] std::string digest() const { return base::sha256(text_); }

private:
    std::string text_;
};

}  // namespace

std::string audit_digest(std::string_view salt, AuditEntry const& entry)
{
    Fields fields;
    fields.add(salt);
    fields.add(entry.target);
    fields.add(entry.before);
    fields.add(entry.after);
    return fields.digest();
}

std::string audit_link(std::string_view previous, AuditRecord const& record)
{
    auto const& entry = record.entry;
    Fields fields;
    fields.add(previous);
    fields.add(record.id);
    fields.add(record.at.time_since_epoch().count());
    fields.add(entry.by);
    fields.add(entry.how);
    fields.add(entry.peer);
    fields.add(entry.action);
    fields.add(entry.device ? std::to_string(entry.device->value()) : "");
    fields.add(record.digest);
    return fields.digest();
}

bool AuditVerifier::take(AuditRecord const& record, std::string_view salt)
{
    auto const& head = found_.head;
    if (record.id != head.id + 1)
        return fail(fmt::format("after entry {} comes entry {}: what was between them is gone", head.id, record.id));
    if (audit_link(head.chain, record) != record.chain)
        return fail(fmt::format("entry {} is not what was written: its link does not fit", record.id));
    if (record.is_erased && !record.entry.device)
        return fail(
            fmt::format("the values of entry {} are gone, though it is about no device that was purged", record.id));
    if (record.entry.device && record.entry.action == purge_action)
        unexplained_.erase(*record.entry.device);
    if (record.is_erased) {
        ++found_.erased;
        unexplained_.try_emplace(*record.entry.device, record.id);
    } else if (audit_digest(salt, record.entry) != record.digest)
        return fail(fmt::format("the values of entry {} are not those that were written", record.id));
    if (known_ && known_->id == record.id && known_->chain != record.chain)
        return fail(
            fmt::format("entry {} is not the one that the given anchor names: the trail was written anew", record.id));
    found_.head = {record.id, record.chain};
    ++found_.entries;
    return true;
}

AuditVerification AuditVerifier::finish()
{
    if (found_.problem.empty() && !unexplained_.empty())
        fail(fmt::format("the values of entry {} are gone, though no entry after it says that its device was purged",
                         std::ranges::min(unexplained_ | std::views::values)));
    if (found_.problem.empty() && known_ && known_->id > found_.head.id)
        fail(fmt::format("the trail ends with entry {}, but the given anchor names entry {}: its end was cut off",
                         found_.head.id, known_->id));
    return found_;
}

bool AuditVerifier::fail(std::string problem)
{
    found_.problem = std::move(problem);
    return false;
}

}  // namespace domain
