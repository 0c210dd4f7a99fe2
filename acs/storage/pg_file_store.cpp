#include "storage/pg_file_store.hpp"

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "storage/array_text.hpp"
#include "storage/event_sql.hpp"

namespace storage {

namespace {

#define FILE_COLUMNS "file_id, name, file_type, version, product_class, size, sha256, stored_as, uploaded_by, created"

constexpr Statement add_file{
    "add_file",
    "WITH added AS (INSERT INTO file (name, file_type, version, product_class, size, sha256, stored_as, uploaded_by, "
    "created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING " FILE_COLUMNS "),"
    " told AS (" ACS_DEVICE_EVENTS(
        "transfer.upload_arrived",
        "jsonb_build_object('file', e.file_id::text, 'name', e.name, 'file_type', "
        "e.file_type, 'size', e.size)",
        "(SELECT uploaded_by AS device_id, * FROM added WHERE uploaded_by IS NOT NULL)") ")"
                                                                                         " SELECT " FILE_COLUMNS
                                                                                         " FROM added"};
constexpr Statement find_file{"find_file", "SELECT " FILE_COLUMNS " FROM file WHERE file_id = $1"};
constexpr Statement find_file_by_name{"find_file_by_name", "SELECT " FILE_COLUMNS
                                                           " FROM file WHERE name = $1 ORDER BY file_id DESC LIMIT 1"};
constexpr Statement list_files{"list_files",
                               "SELECT " FILE_COLUMNS " FROM file WHERE file_id > $1 ORDER BY file_id LIMIT $2"};
constexpr Statement remove_file{"remove_file", "DELETE FROM file WHERE file_id = $1"};

#undef FILE_COLUMNS

constexpr Statement add_transfer{"add_transfer",
                                 "INSERT INTO transfer (token_hash, device_id, task_id, is_upload, file_id, file_name, "
                                 "file_type, username, password,"
                                 " expires_at) VALUES (decode($1, 'hex'), $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
constexpr Statement find_transfer_of{
    "find_transfer",
    "SELECT device_id, task_id, is_upload, file_id, file_name, file_type, username, password, expires_at"
    " FROM transfer WHERE token_hash = decode($1, 'hex')"};
constexpr Statement note_transfer_of{
    "note_transfer",
    "WITH before AS MATERIALIZED (SELECT token_hash, file_id FROM transfer WHERE token_hash = decode($1, 'hex') FOR "
    "UPDATE)"
    " UPDATE transfer t SET used_at = now(), bytes = $2, status = $3, file_id = coalesce($4, t.file_id) FROM before b"
    " WHERE t.token_hash = b.token_hash RETURNING b.file_id"};

std::optional<std::string> number_or_null(auto const& id)
{
    if (!id)
        return std::nullopt;
    return std::to_string(id->value());
}

template <class Id>
std::optional<Id> id_of(pqxx::field const& field)
{
    if (field.is_null())
        return std::nullopt;
    return Id{field.as<std::int64_t>()};
}

domain::File file_of(pqxx::row const& row)
{
    domain::File file;
    file.id = domain::FileId{row[0].as<std::int64_t>()};
    file.name = row[1].c_str();
    file.file_type = row[2].c_str();
    file.version = row[3].c_str();
    file.product_class = row[4].c_str();
    file.size = row[5].as<std::uint64_t>();
    file.sha256 = row[6].c_str();
    file.stored_as = row[7].c_str();
    file.uploaded_by = id_of<domain::DeviceKey>(row[8]);
    file.created = parse_time(row[9].c_str());
    return file;
}

std::optional<domain::File> first_file(pqxx::result const& rows)
{
    if (rows.empty())
        return std::nullopt;
    return file_of(rows.front());
}

std::string hash_of(std::string const& token)
{
    return base::to_hex(base::sha256(token));
}

/// What a transfer's password is sealed for.
std::string place_of(std::string const& hash)
{
    return "transfer " + hash;
}

}  // namespace

base::Awaitable<domain::File> PgFileStore::add(domain::File file)
{
    auto work = [file = std::move(file)](Transaction& transaction) {
        return file_of(transaction
                           .exec(add_file, storable(file.name), storable(file.file_type), storable(file.version),
                                 storable(file.product_class), file.size, file.sha256, file.stored_as,
                                 number_or_null(file.uploaded_by), time_text(file.created))
                           .front());
    };
    co_return co_await database_.run(std::move(work));
}

base::Awaitable<std::optional<domain::File>> PgFileStore::find(domain::FileId id)
{
    auto work = [id](Transaction& transaction) { return first_file(transaction.exec(find_file, id.value())); };
    co_return co_await database_.run(std::move(work));
}

base::Awaitable<std::optional<domain::File>> PgFileStore::find_by_name(std::string name)
{
    auto work = [name = storable(name)](Transaction& transaction) {
        return first_file(transaction.exec(find_file_by_name, name));
    };
    co_return co_await database_.run(std::move(work));
}

base::Awaitable<std::vector<domain::File>> PgFileStore::list(std::int64_t after, unsigned limit)
{
    auto work = [after, limit](Transaction& transaction) {
        std::vector<domain::File> files;
        for (auto const& row : transaction.exec(list_files, after, limit))
            files.push_back(file_of(row));
        return files;
    };
    co_return co_await database_.run(std::move(work));
}

base::Awaitable<bool> PgFileStore::remove(domain::FileId id)
{
    auto work = [id](Transaction& transaction) {
        return transaction.exec(remove_file, id.value()).affected_rows() > 0;
    };
    co_return co_await database_.run(std::move(work));
}

base::Awaitable<void> PgFileStore::grant(domain::Transfer transfer)
{
    auto const hash = hash_of(transfer.token);
    auto const password = transfer.password.empty() ? std::string{} : sealer_.seal(transfer.password, place_of(hash));
    auto work = [hash, password, transfer = std::move(transfer)](Transaction& transaction) {
        transaction.exec(add_transfer, hash, transfer.device.value(), transfer.task.value(), transfer.is_upload,
                         number_or_null(transfer.file), storable(transfer.file_name), storable(transfer.file_type),
                         storable(transfer.username), password, time_text(transfer.expires_at));
    };
    co_await database_.run(std::move(work));
}

base::Awaitable<std::optional<domain::Transfer>> PgFileStore::find_transfer(std::string token)
{
    auto const hash = hash_of(token);
    auto work = [hash](Transaction& transaction) -> std::optional<domain::Transfer> {
        auto const rows = transaction.exec(find_transfer_of, hash);
        if (rows.empty())
            return std::nullopt;
        auto const row = rows.front();
        domain::Transfer found;
        found.device = domain::DeviceKey{row[0].as<std::int64_t>()};
        found.task = domain::TaskId{row[1].as<std::int64_t>()};
        found.is_upload = row[2].as<bool>();
        found.file = id_of<domain::FileId>(row[3]);
        found.file_name = row[4].c_str();
        found.file_type = row[5].c_str();
        found.username = row[6].c_str();
        found.password = row[7].c_str();
        found.expires_at = parse_time(row[8].c_str());
        return found;
    };
    auto found = co_await database_.run(std::move(work));
    if (!found)
        co_return std::nullopt;
    found->token = std::move(token);
    if (!found->password.empty()) {
        auto opened = sealer_.open(found->password, place_of(hash));
        if (!opened) {
            base::log::error("storage.sealed", {{"what", "password of a transfer"}, {"reason", opened.error().what}});
            co_return std::nullopt;
        }
        found->password = *std::move(opened);
    }
    co_return found;
}

base::Awaitable<std::optional<domain::FileId>>
PgFileStore::note_transfer(std::string token, std::uint64_t bytes, unsigned status, std::optional<domain::FileId> file)
{
    auto work = [hash = hash_of(token), bytes, status, file](Transaction& transaction) {
        auto const rows = transaction.exec(note_transfer_of, hash, bytes, status, number_or_null(file));
        if (!file || rows.empty())
            return file;
        return id_of<domain::FileId>(rows.front()[0]);
    };
    co_return co_await database_.run(std::move(work));
}

}  // namespace storage
