#include "storage/contact.hpp"

#include "storage/array_text.hpp"
#include "storage/contact_statements.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace storage {

namespace {

constexpr std::size_t longest_fact = 256;   // bytes of a version, a code, a key
constexpr std::size_t longest_url = 1024;   // bytes
constexpr std::size_t longest_event = 128;  // bytes of a code or a command key
constexpr std::size_t most_events = 64;

bool is_address(std::string const& text)
{
    unsigned char bytes[16];
    return inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

/// 0: the device was not started anew; 1: it booted; 2: it came from its factory defaults.
std::int64_t boot_of(std::vector<cwmp::Event> const& events)
{
    if (cwmp::has_event(events, cwmp::event_code::bootstrap))
        return 2;
    return cwmp::has_booted(events) ? 1 : 0;
}

/// One array for each column of a batch of contacts.
class ContactColumns {
public:
    void add(ContactQuestion const& question)
    {
        auto const& contact = question.contact;
        auto const key = contact.key ? contact.key->value() : question.hash;
        keys_.add(key);
        contact_ids_.add(question.contact_id);
        at_.add(contact.at);
        boots_.add(boot_of(contact.events));
        bool const periodic =
            std::ranges::all_of(contact.events, [](auto const& e) { return e.code == cwmp::event_code::periodic; });
        periodic_.add_flag(periodic);
        ++count_;
        has_.events = has_.events || !periodic;
        has_.overlays = has_.overlays || question.overlay;
        has_.promoted = has_.promoted || !question.promoted.empty();
        retries_.add(std::int64_t{std::min<std::uint32_t>(contact.retry_count, 1'000'000)});
        redelivered_.add_flag(contact.redelivered);
        rules_due_.add_flag(contact.rules_due);
        login_marks_.add(contact.login_mark);
        is_address(contact.address) ? addresses_.add(std::string_view{contact.address}) : addresses_.add_null();
        add_events(contact.events);
        add_facts(contact.facts);
        hour_start_.add(contact.activity.hour_start);
        hour_sessions_.add(std::int64_t{std::min<std::uint32_t>(contact.activity.sessions, 1'000'000)});
        hour_boots_.add(std::int64_t{std::min<std::uint32_t>(contact.activity.boots, 1'000'000)});
        add_overlay(question);
        add_identity(contact);
        add_software(question);
        for (auto const& copy : question.promoted) {
            promoted_keys_.add(key);
            promoted_paths_.add(std::int64_t{copy.path_id});
            promoted_values_.add_optional(copy.value);
            promoted_since_.add(contact.at);
        }
    }

    pqxx::result known(pqxx::transaction_base& transaction)
    {
        auto const statement = commit_known_contact(has_);
        if (has_.promoted && has_.software)
            return send(transaction, statement, promoted_keys_.finish(), promoted_paths_.finish(),
                        promoted_values_.finish(), promoted_since_.finish(), renewed_.finish(),
                        software_events_.finish(), software_before_.finish());
        if (has_.promoted)
            return send(transaction, statement, promoted_keys_.finish(), promoted_paths_.finish(),
                        promoted_values_.finish(), promoted_since_.finish());
        if (has_.software)
            return send(transaction, statement, renewed_.finish(), software_events_.finish(),
                        software_before_.finish());
        return send(transaction, statement);
    }

    pqxx::result fresh(pqxx::transaction_base& transaction)
    {
        return send(transaction, commit_new_contact(has_announced_), promoted_keys_.finish(), promoted_paths_.finish(),
                    promoted_values_.finish(), promoted_since_.finish(), ouis_.finish(), classes_.finish(),
                    serials_.finish(), manufacturers_.finish(), states_.finish(), announcements_.finish());
    }

private:
    void add_events(std::vector<cwmp::Event> const& events)
    {
        ArrayText codes;
        ArrayText keys;
        auto const count = std::min(events.size(), most_events);
        bool has_keys = false;
        for (std::size_t i = 0; i < count; ++i) {
            codes.add(shortened(events[i].code, longest_event));
            keys.add(shortened(events[i].command_key, longest_event));
            has_keys = has_keys || !events[i].command_key.empty();
        }
        codes_.add(std::string_view{codes.finish()});
        has_keys ? event_keys_.add(std::string_view{keys.finish()}) : event_keys_.add_null();
    }

    void add_facts(domain::DeviceFacts const& facts)
    {
        software_.add(shortened(facts.software_version, longest_fact));
        hardware_.add(shortened(facts.hardware_version, longest_fact));
        provisioning_.add(shortened(facts.provisioning_code, longest_fact));
        parameter_keys_.add(shortened(facts.parameter_key, longest_fact));
        urls_.add(shortened(facts.connection_request_url, longest_url));
    }

    void add_overlay(ContactQuestion const& question)
    {
        recent_versions_.add(question.contact.recent_version);
        if (question.overlay) {
            recent_ids_.add(std::string_view{question.overlay->path_ids});
            recent_values_.add(std::string_view{question.overlay->values});
            recent_changed_.add(std::string_view{question.overlay->changed});
        } else {
            recent_ids_.add_null();
            recent_values_.add_null();
            recent_changed_.add_null();
        }
    }

    void add_software(ContactQuestion const& question)
    {
        if (question.software_event == 0)
            return;
        has_.software = true;
        renewed_.add(count_);
        software_events_.add(question.software_event);
        software_before_.add(shortened(question.contact.software_before, longest_fact));
    }

    void add_identity(domain::Contact const& contact)
    {
        if (contact.key)
            return;
        ouis_.add(std::string_view{contact.identity.oui});
        classes_.add(std::string_view{contact.identity.product_class});
        serials_.add(std::string_view{contact.identity.serial_number});
        manufacturers_.add(shortened(contact.identity.manufacturer, longest_fact));
        states_.add(domain::to_text(contact.state_if_new));
        announcements_.add(contact.announcement);
        has_announced_ = has_announced_ || contact.announcement != 0;
    }

    template <class... More>
    pqxx::result send(pqxx::transaction_base& transaction, Statement const& statement, More&&... more)
    {
        return exec(transaction, statement, keys_.finish(), contact_ids_.finish(), at_.finish(), boots_.finish(),
                    periodic_.finish(), retries_.finish(), redelivered_.finish(), addresses_.finish(), codes_.finish(),
                    event_keys_.finish(), software_.finish(), hardware_.finish(), provisioning_.finish(),
                    parameter_keys_.finish(), urls_.finish(), hour_start_.finish(), hour_sessions_.finish(),
                    hour_boots_.finish(), recent_versions_.finish(), recent_ids_.finish(), recent_values_.finish(),
                    recent_changed_.finish(), rules_due_.finish(), login_marks_.finish(), std::forward<More>(more)...);
    }

    ArrayText keys_, contact_ids_, at_, boots_, periodic_, retries_, redelivered_, rules_due_, login_marks_, addresses_,
        codes_, event_keys_, software_, hardware_, provisioning_, parameter_keys_, urls_, hour_start_, hour_sessions_,
        hour_boots_, recent_versions_, recent_ids_, recent_values_, recent_changed_, promoted_keys_, promoted_paths_,
        promoted_values_, promoted_since_, ouis_, classes_, serials_, manufacturers_, states_, announcements_, renewed_,
        software_events_, software_before_;
    std::int64_t count_ = 0;
    ContactParts has_;
    bool has_announced_ = false;
};

ContactColumns columns_of(std::span<std::shared_ptr<BatchItem> const> items)
{
    ContactColumns columns;
    for (auto const& item : items)
        columns.add(request<ContactRequest>(item).question);
    return columns;
}

/// Rows are: place in the batch, device, epoch, created, overlay kept.
void read_answers(pqxx::result const& rows, std::span<std::shared_ptr<BatchItem> const> items)
{
    for (auto const& item : items)
        request<ContactRequest>(item).answer = {};
    for (auto const& row : rows) {
        auto& answer = request<ContactRequest>(items[row[0].as<std::size_t>() - 1]).answer;
        answer.found = true;
        answer.admission = {domain::DeviceKey{row[1].as<std::int64_t>()}, row[2].as<std::int64_t>(), row[3].as<bool>()};
        answer.overlay_kept = row[4].as<bool>();
    }
}

}  // namespace

void KnownContactKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    read_answers(columns_of(items).known(transaction), items);
}

void NewContactKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    read_answers(columns_of(items).fresh(transaction), items);
}

}  // namespace storage
