#include "storage/rekey.hpp"

#include "storage/array_text.hpp"
#include "storage/database.hpp"
#include "storage/sealed_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace storage {

namespace {

constexpr Statement read_keys{"sealing_keys", "SELECT name FROM sealing_key ORDER BY used_at, name"};
constexpr Statement note_key{"note_sealing_key", "INSERT INTO sealing_key (name) VALUES ($1) ON CONFLICT DO NOTHING"};
constexpr Statement forget_key{"forget_sealing_key", "DELETE FROM sealing_key WHERE name = $1"};
constexpr Statement forget_others{"forget_other_keys", "DELETE FROM sealing_key WHERE name <> $1 RETURNING name"};
constexpr Statement other_nodes{"nodes_of_other_keys",
                                "SELECT name, sealing_key FROM node"
                                " WHERE last_seen > now() - interval '5 minutes' AND sealing_key <> $1 ORDER BY name"};
constexpr Statement key_columns{"key_columns",
                                "SELECT quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), c.data_type"
                                " FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k (number, n)"
                                " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number"
                                " JOIN information_schema.columns c ON c.table_schema = 'public' AND c.table_name = $1"
                                " AND c.column_name = $2"
                                " WHERE i.indrelid = ('public.' || $1)::regclass AND i.indisprimary ORDER BY k.n"};

/// A sealed text, where it stands, and what takes its place.
struct Found {
    std::vector<std::string> key;  ///< of its row
    std::string sealed;
    std::string anew;
};

/// One column on its way through all rows that hold something sealed with other keys.
class ColumnWalk {
public:
    ColumnWalk(Transaction& transaction, SealedColumn const& column, std::string const& prefix) : column_{column}
    {
        for (auto const& row : transaction.exec(key_columns, column.table, column.column)) {
            keys_.emplace_back(row[0].c_str());
            types_.emplace_back(row[1].c_str());
            is_array_ = std::string_view{row[2].c_str()} == "ARRAY";
            type_ = std::string_view{row[2].c_str()} == "jsonb" ? "jsonb" : "text";
        }
        if (keys_.empty())
            throw std::logic_error{
                fmt::format("{}.{} is no column of a table with a key", column.table, column.column)};
        pattern_ = fmt::format("sealed:1:(?!{})[A-Za-z0-9+/]+=*", prefix.substr(std::string_view{"sealed:1:"}.size()));
    }

    /// The next texts: of at most `rows` rows; empty at the end. The last row is remembered.
    std::vector<std::pair<Found, std::string>> next(Transaction& transaction, unsigned rows)
    {
        std::vector<std::pair<Found, std::string>> found;
        auto const width = static_cast<int>(keys_.size());
        auto const page = transaction.exec(find_sql(transaction, rows));
        for (auto const& row : page) {
            Found text;
            for (int i = 0; i < width; ++i)
                text.key.emplace_back(row[i].c_str());
            last_ = text.key;
            if (row[width].is_null())
                continue;
            text.sealed = row[width].c_str();
            found.emplace_back(std::move(text), row[width + 1].c_str());
        }
        is_over_ = page.empty();
        return found;
    }
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    /// Replaces the texts of one row where they still stand.
    void replace(Transaction& transaction, std::vector<Found> const& texts) const
    {
        auto const where = row_condition(transaction, texts.front().key);
        if (is_array_)
            return replace_elements(transaction, texts, where);
        for (auto const& text : texts)
            transaction.exec(fmt::format("UPDATE public.{0} t SET {1} = replace(t.{1}::text, {2}, {3})::{4} WHERE {5}"
                                         " AND strpos(t.{1}::text, {2}) > 0",
                                         column_.table, column_.column, transaction.raw().quote(text.sealed),
                                         transaction.raw().quote(text.anew), type_, where));
    }

private:
    [[nodiscard]] std::string values_of(Transaction& transaction, std::vector<std::string> const& key) const
    {
        std::vector<std::string> values;
        for (std::size_t i = 0; i < key.size(); ++i)
            values.push_back(fmt::format("{}::{}", transaction.raw().quote(key[i]), types_[i]));
        return fmt::format("({})", fmt::join(values, ", "));
    }
    [[nodiscard]] std::string row_condition(Transaction& transaction, std::vector<std::string> const& key) const
    {
        return fmt::format("({}) = {}", fmt::join(names(), ", "), values_of(transaction, key));
    }
    [[nodiscard]] std::vector<std::string> names() const
    {
        std::vector<std::string> names;
        for (auto const& key : keys_)
            names.push_back("t." + key);
        return names;
    }

    /// Key columns as text, the sealed text (NULL: none in this row after all), its place.
    [[nodiscard]] std::string find_sql(Transaction& transaction, unsigned rows) const
    {
        auto const all = names();
        auto const list = fmt::format("{}", fmt::join(all, ", "));
        auto const after = last_.empty() ? "true" : fmt::format("({}) > {}", list, values_of(transaction, last_));
        auto const page =
            fmt::format("(SELECT * FROM public.{0} t WHERE t.{1}::text ~ '{2}' AND {3} ORDER BY {4} LIMIT {5}) t",
                        column_.table, column_.column, pattern_, after, list, rows);
        auto const keys = fmt::format("{}::text", fmt::join(all, "::text, "));
        if (is_array_)
            return fmt::format("SELECT {0}, p.value, {1} FROM {2} LEFT JOIN LATERAL (SELECT q.path, u.value"
                               " FROM unnest(t.path_ids, t.{3}) u (path_id, value) JOIN public.path q USING (path_id)"
                               " WHERE u.value ~ '^{4}$') p ON true ORDER BY {5}",
                               keys, column_.place, page, column_.column, pattern_, list);
        return fmt::format("SELECT {0}, m[1], {1} FROM {2}, regexp_matches(t.{3}::text, '({4})', 'g') m ORDER BY {5}",
                           keys, column_.place, page, column_.column, pattern_, list);
    }

    void replace_elements(Transaction& transaction, std::vector<Found> const& texts, std::string const& where) const
    {
        ArrayText before;
        ArrayText after;
        for (auto const& text : texts) {
            before.add(std::string_view{text.sealed});
            after.add(std::string_view{text.anew});
        }
        transaction.exec(
            fmt::format("UPDATE public.{0} t SET {1} = (SELECT array_agg(coalesce(r.anew, u.value) ORDER BY u.n)"
                        " FROM unnest(t.{1}) WITH ORDINALITY u (value, n)"
                        " LEFT JOIN unnest({2}::text[], {3}::text[]) r (sealed, anew) ON r.sealed = u.value) WHERE {4}",
                        column_.table, column_.column, transaction.raw().quote(before.finish()),
                        transaction.raw().quote(after.finish()), where));
    }

    SealedColumn column_;
    std::vector<std::string> keys_;
    std::vector<std::string> types_;
    std::vector<std::string> last_;
    std::string type_;
    std::string pattern_;
    bool is_array_ = false;
    bool is_over_ = false;
};

/// Everything that is done within one call of rekey().
class Rekeying {
public:
    Rekeying(Database& database, base::Sealer const& sealer, RekeySettings const& settings)
        : database_{database}, sealer_{sealer}, settings_{settings}
    {
    }

    /// How many values were sealed anew.
    std::uint64_t pass(std::function<void(std::string_view)> const& told)
    {
        not_secrets_ = 0;
        std::uint64_t values = 0;
        for (auto const& column : sealed_columns()) {
            told(fmt::format("{}.{}", column.table, column.column));
            values += walk(column);
        }
        return values;
    }
    [[nodiscard]] std::uint64_t not_secrets() const noexcept { return not_secrets_; }

private:
    std::uint64_t walk(SealedColumn const& column)
    {
        auto walk =
            database_.run_here([&](Transaction& work) { return ColumnWalk{work, column, sealer_.sealed_prefix()}; });
        std::uint64_t values = 0;
        while (!walk.is_over()) {
            auto page = database_.run_here([&](Transaction& work) { return walk.next(work, settings_.rows); });
            values += seal_anew(walk, std::move(page));
        }
        return values;
    }

    std::uint64_t seal_anew(ColumnWalk const& walk, std::vector<std::pair<Found, std::string>> page)
    {
        std::uint64_t values = 0;
        std::vector<Found> row;
        auto const write = [&] {
            if (!row.empty())
                database_.run_here([&](Transaction& work) { walk.replace(work, row); });
            values += row.size();
            row.clear();
        };
        for (auto& [found, place] : page) {
            if (!row.empty() && row.front().key != found.key)
                write();
            if (auto const secret = sealer_.open(found.sealed, place)) {
                found.anew = sealer_.seal(*secret, place);
                row.push_back(std::move(found));
            } else {
                ++not_secrets_;
            }
        }
        write();
        return values;
    }

    Database& database_;
    base::Sealer const& sealer_;
    RekeySettings const& settings_;
    std::uint64_t not_secrets_ = 0;
};

DatabaseSettings settings_of(ConnectionSettings const& database)
{
    DatabaseSettings settings;
    settings.connection = database;
    settings.connection.statement_timeout = std::chrono::milliseconds{0};  // a look over a large table
    settings.connection.options += " -c synchronous_commit=off";           // what gets lost is done again
    settings.connections = 1;
    return settings;
}

base::Result<void> check_keys(pqxx::transaction_base& work, base::Sealer const& sealer)
{
    auto const mine = sealer.key_names();
    for (auto const& row : exec(work, read_keys))
        if (std::string const name = row[0].c_str(); std::ranges::find(mine, name) == mine.end())
            return base::fail(
                fmt::format("the key file lacks the key {}, which sealed secrets in this database: put its "
                            "line back; if it is lost, so are they: acs rekey --forget {}",
                            name, name));
    return {};
}

base::Result<void> check_nodes(pqxx::transaction_base& work, std::string const& key)
{
    auto const rows = exec(work, other_nodes, key);
    if (rows.empty())
        return {};
    return base::fail(
        fmt::format("the node \"{}\" does not seal with the key {}: put that key first in its key file and "
                    "restart it (one that was killed is forgotten after five minutes)",
                    rows.front()[0].c_str(), key));
}

}  // namespace

base::Result<void> register_sealing_key(ConnectionSettings const& database, base::Sealer const& sealer)
{
    auto const connection = connect(database);
    pqxx::work work{*connection};
    if (auto known = check_keys(work, sealer); !known)
        return known;
    exec(work, note_key, sealer.key_names().front());
    work.commit();
    return {};
}

base::Result<void> check_sealing_keys(ConnectionSettings const& database, base::Sealer const& sealer)
{
    auto const connection = connect(database);
    pqxx::nontransaction work{*connection};
    return check_keys(work, sealer);
}

base::Result<RekeyReport> rekey(ConnectionSettings const& database, base::Sealer const& sealer,
                                std::function<void(std::string_view)> const& told, RekeySettings const& settings)
{
    if (auto noted = register_sealing_key(database, sealer); !noted)
        return std::unexpected{noted.error()};
    auto const first = sealer.key_names().front();
    Database pool{settings_of(database)};
    auto const nodes = [&] { return pool.run_here([&](Transaction& work) { return check_nodes(work.raw(), first); }); };
    if (auto agreed = nodes(); !agreed)
        return std::unexpected{agreed.error()};
    RekeyReport report;
    Rekeying work{pool, sealer, settings};
    std::uint64_t values = 1;
    for (unsigned pass = 0; values > 0 && pass < settings.passes; ++pass) {
        values = work.pass(told);
        report.values += values;
    }
    report.not_secrets = work.not_secrets();
    if (auto agreed = nodes(); !agreed)
        return std::unexpected{agreed.error()};
    if (values > 0)
        return base::fail(
            "secrets are still being sealed with another key; are there nodes with another key file? Run it again");
    auto const connection = connect(database);  // this commit waits for the disk, and those before it with it
    pqxx::work end{*connection};
    for (auto const& row : exec(end, forget_others, first))
        report.keys.emplace_back(row[0].c_str());
    end.commit();
    return report;
}

bool forget_sealing_key(ConnectionSettings const& database, std::string const& name)
{
    auto const connection = connect(database);
    pqxx::work work{*connection};
    bool const was_needed = exec(work, forget_key, name).affected_rows() > 0;
    work.commit();
    return was_needed;
}

}  // namespace storage
