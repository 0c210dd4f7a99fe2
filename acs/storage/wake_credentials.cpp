#include "storage/wake_credentials.hpp"

#include "storage/array_text.hpp"

namespace storage {

namespace {

// What is sealed is compared as it is: the same password of the same device has the same text.
constexpr Statement keep_wake_credentials{
    "keep_wake_credentials",
    "INSERT INTO connection_request_credential AS c (device_id, username, password)"
    " SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])"
    " ON CONFLICT (device_id) DO UPDATE SET username = coalesce(nullif(EXCLUDED.username, ''), c.username),"
    " password = coalesce(nullif(EXCLUDED.password, ''), c.password),"
    " previous_username = c.username, previous_password = c.password, changed_at = now(), origin = 'set', confirmed_at "
    "= NULL"
    " WHERE EXCLUDED.username NOT IN ('', c.username) OR EXCLUDED.password NOT IN ('', c.password)"};

}  // namespace

void WakeCredentialsKind::execute(pqxx::transaction_base& transaction,
                                  std::span<std::shared_ptr<BatchItem> const> items)
{
    ArrayText devices;
    ArrayText usernames;
    ArrayText passwords;
    for (auto const& item : items) {
        auto const& question = request<WakeCredentialsRequest>(item).question;
        devices.add(question.device);
        usernames.add(std::string_view{question.username});
        passwords.add(std::string_view{question.password});
    }
    exec(transaction, keep_wake_credentials, devices.finish(), usernames.finish(), passwords.finish());
}

}  // namespace storage
