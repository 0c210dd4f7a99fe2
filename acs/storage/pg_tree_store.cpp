#include "storage/pg_tree_store.hpp"

#include "base/crypto.hpp"
#include "base/unavailable.hpp"
#include "datamodel/well_known.hpp"
#include "storage/array_text.hpp"
#include "storage/overlay.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <random>

namespace storage {

namespace {

constexpr Statement load_trees{"load_tree", "SELECT u.n, c.session_epoch, c.tree_version, array_send(t.path_ids),"
                                            " array_send(t.values), array_send(t.changed), t.flags,"
                                            " r.path_ids, r.values, r.changed"
                                            " FROM unnest($1::bigint[]) WITH ORDINALITY u (device_id, n)"
                                            " LEFT JOIN device_contact c ON c.device_id = u.device_id"
                                            " LEFT JOIN device_tree t ON t.device_id = u.device_id"
                                            " LEFT JOIN device_recent r ON r.device_id = u.device_id"};

// The update of device_contact is the fence: it locks the row, so that no Inform gets in between, and gives back only
// the devices whose epoch is still ours. The trees of a batch lie one after another in the same arrays ($5 to $8). A
// column that did not change keeps its place outside the row. Of promoted copies only those that differ are sent to
// the index.
constexpr Statement store_trees{
    "store_tree",
    "WITH fence AS (UPDATE device_contact c SET tree_version = c.tree_version + 1,"
    " tree_software_version = coalesce(u.software_version, c.tree_software_version)"
    " FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $9::text[], $10::integer[], $11::text[],"
    " $16::bigint[], $17::integer[], $18::integer[]) WITH ORDINALITY u (key, epoch, software_version,"
    " read_at, model_name, inform_interval, promoted, version, first, last, n)"
    " WHERE c.device_id = u.key AND c.session_epoch = u.epoch AND c.tree_version = coalesce(u.version, c.tree_version)"
    " RETURNING c.device_id, u.*),"
    " stored AS (INSERT INTO device_tree AS t (device_id, stored_at, software_version, read_at, path_ids, values,"
    " changed, flags) SELECT device_id, now(), coalesce(software_version, ''), read_at::jsonb,"
    " ($5::integer[])[first:last], ($6::text[])[first:last], ($7::integer[])[first:last],"
    " substring($8::bytea FROM 2 * first - 1 FOR 2 * (last - first + 1)) FROM fence"
    " ON CONFLICT (device_id) DO UPDATE SET stored_at = EXCLUDED.stored_at,"
    " software_version = CASE WHEN EXCLUDED.software_version = '' THEN t.software_version ELSE "
    "EXCLUDED.software_version END,"
    " read_at = CASE WHEN EXCLUDED.read_at ? '' OR (SELECT count(*) FROM jsonb_object_keys(t.read_at)) > 500"
    " THEN EXCLUDED.read_at ELSE t.read_at || EXCLUDED.read_at END,"
    " path_ids = CASE WHEN t.path_ids = EXCLUDED.path_ids THEN t.path_ids ELSE EXCLUDED.path_ids END,"
    " values = CASE WHEN t.values = EXCLUDED.values THEN t.values ELSE EXCLUDED.values END,"
    " changed = CASE WHEN t.changed = EXCLUDED.changed THEN t.changed ELSE EXCLUDED.changed END,"
    " flags = CASE WHEN t.flags = EXCLUDED.flags THEN t.flags ELSE EXCLUDED.flags END),"
    " folded AS (UPDATE device_recent r SET version = r.version + 1, path_ids = '{}', values = '{}', changed = '{}'"
    " FROM fence f WHERE r.device_id = f.device_id AND r.path_ids <> '{}'),"
    " known AS (UPDATE device d SET model_name = coalesce(f.model_name, d.model_name),"
    " inform_interval = coalesce(f.inform_interval, d.inform_interval)"
    " FROM fence f WHERE d.device_id = f.device_id AND (f.model_name <> d.model_name OR"
    " f.inform_interval IS NOT NULL AND f.inform_interval IS DISTINCT FROM d.inform_interval)),"
    " gone AS (DELETE FROM device_parameter p USING fence f WHERE p.device_id = f.device_id"
    " AND p.path_id <> ALL (f.promoted::integer[])),"
    " copies AS (INSERT INTO device_parameter AS p (device_id, path_id, value, since)"
    " SELECT q.* FROM unnest($12::bigint[], $13::integer[], $14::text[], $15::timestamptz[]) q (device_id, path_id, "
    "value, since)"
    " JOIN fence f ON f.device_id = q.device_id"
    " LEFT JOIN device_parameter o ON o.device_id = q.device_id AND o.path_id = q.path_id"
    " WHERE o.device_id IS NULL OR o.value IS DISTINCT FROM q.value"
    " ON CONFLICT (device_id, path_id) DO UPDATE SET value = EXCLUDED.value, since = EXCLUDED.since"
    " WHERE p.value IS DISTINCT FROM EXCLUDED.value)"
    " SELECT n FROM fence"};

constexpr unsigned most_folds = 30;                         // Informs of the same device that may get in between
constexpr std::chrono::milliseconds longest_step_aside{5};  // for each time that another got in between

/// Puts the overlay over a tree; values that are equal keep the tree's time.
void lay_over(datamodel::ParameterTree& tree, TreeLoadAnswer const& row, std::vector<PathRef> const& paths)
{
    auto const values = parse_texts(row.recent_values);
    auto const changed = parse_integers(row.recent_changed);
    std::map<std::int32_t, std::vector<datamodel::ValueUpdate>> by_time;
    for (std::size_t i = 0; i < std::min({paths.size(), values.size(), changed.size()}); ++i)
        if (paths[i])
            by_time[changed[i]].push_back({paths[i]->path, values[i]});
    for (auto& [time, updates] : by_time)
        tree.set_values(std::move(updates), time);
}

std::optional<std::string> model_name_of(datamodel::ParameterTree const& tree)
{
    for (auto const root : {cwmp::Root::device, cwmp::Root::internet_gateway_device})
        if (auto const name = tree.value(datamodel::well_known::model_name(root)); name && !name->empty())
            return std::string{shortened(*name, 128)};
    return std::nullopt;
}

std::optional<std::int64_t> inform_interval_of(datamodel::ParameterTree const& tree)
{
    for (auto const root : {cwmp::Root::device, cwmp::Root::internet_gateway_device})
        if (auto const text = tree.value(datamodel::well_known::periodic_inform_interval(root))) {
            std::int32_t seconds = 0;
            if (std::from_chars(text->data(), text->data() + text->size(), seconds).ec == std::errc{} && seconds > 0)
                return seconds;
        }
    return std::nullopt;
}

/// {"path id":seconds,...} of what was read; a read of everything is written under "" too.
std::string read_times(std::vector<PathRef> const& paths, base::TimePoint at)
{
    std::string text = "{";
    for (auto const& path : paths) {
        if (!path)
            continue;
        text += fmt::format("{}\"{}\":{}", text.size() > 1 ? "," : "", path->id, to_seconds(at));
        if (path->path.empty())
            text += fmt::format(",\"\":{}", to_seconds(at));
    }
    return text + "}";
}

/// Waits for a random while, so that writers of one device come one after another.
base::Awaitable<void> step_aside(unsigned attempt)
{
    static thread_local std::minstd_rand random{std::random_device{}()};
    auto const pause = random() % (std::chrono::microseconds{longest_step_aside}.count() * (attempt + 1));
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, std::chrono::microseconds{pause}};
    co_await timer.async_wait(base::use_awaitable);
}

/// A bytea, "\\x..." in a result; empty for NULL.
std::string bytes_of(pqxx::field const& field)
{
    std::string_view const text{field.c_str(), field.size()};
    return text.starts_with("\\x") ? base::from_hex(text.substr(2)) : std::string{};
}

/// The columns of a batch of trees.
class TreeColumns {
public:
    void add(TreeStoreQuestion const& question)
    {
        devices_.add(question.device);
        epochs_.add(question.epoch);
        software_.add_optional(question.software_version);
        read_at_.add(std::string_view{question.read_at});
        auto const& tree = question.tree.elements;
        first_.add(std::int64_t{path_ids_.size()} + 1);
        path_ids_.add(tree.path_ids);
        values_.add(tree.values);
        changed_.add(tree.changed);
        flags_ += tree.flags;
        last_.add(std::int64_t{path_ids_.size()});
        models_.add_optional(question.model_name);
        question.inform_interval ? intervals_.add(*question.inform_interval) : intervals_.add_null();
        ArrayText promoted;
        for (auto const& value : question.tree.promoted) {
            promoted.add(std::int64_t{value.path_id});
            promoted_devices_.add(question.device);
            promoted_paths_.add(std::int64_t{value.path_id});
            promoted_values_.add_optional(value.value);
            promoted_since_.add(from_seconds(value.since));
        }
        promoted_.add(std::string_view{promoted.finish()});
        question.version ? versions_.add(*question.version) : versions_.add_null();
    }

    pqxx::result send(pqxx::transaction_base& transaction)
    {
        return exec(transaction, store_trees, devices_.finish(), epochs_.finish(), software_.finish(),
                    read_at_.finish(), path_ids_.as_integers(), values_.as_texts(), changed_.as_integers(),
                    pqxx::binarystring{flags_}, models_.finish(), intervals_.finish(), promoted_.finish(),
                    promoted_devices_.finish(), promoted_paths_.finish(), promoted_values_.finish(),
                    promoted_since_.finish(), versions_.finish(), first_.finish(), last_.finish());
    }

private:
    ArrayText devices_, epochs_, software_, read_at_, models_, intervals_, promoted_, promoted_devices_,
        promoted_paths_, promoted_values_, promoted_since_, versions_, first_, last_;
    BinaryElements path_ids_, values_, changed_;
    std::string flags_;
};

}  // namespace

std::vector<TreeLoadAnswer> load_trees_of(pqxx::transaction_base& transaction, std::vector<std::int64_t> const& devices)
{
    ArrayText keys;
    for (auto const device : devices)
        keys.add(device);
    std::vector<TreeLoadAnswer> answers(devices.size());
    for (auto const& row : exec(transaction, load_trees, keys.finish())) {
        auto& answer = answers[row[0].as<std::size_t>() - 1];
        answer.epoch = row[1].as<std::int64_t>(0);
        answer.version = row[2].as<std::int64_t>(0);
        answer.tree = {bytes_of(row[3]), bytes_of(row[4]), bytes_of(row[5]), bytes_of(row[6])};
        answer.recent_ids = row[7].c_str();
        answer.recent_values = row[8].c_str();
        answer.recent_changed = row[9].c_str();
    }
    return answers;
}

base::Awaitable<datamodel::ParameterTree> tree_of(TreeLoadAnswer row, PathTable& paths, base::Sealer const& sealer,
                                                  domain::DeviceKey device)
{
    auto const entries = co_await paths.find(read_integers(row.tree.path_ids));
    auto const recent = co_await paths.find(parse_integers(row.recent_ids));
    auto tree = decode_tree(row.tree, entries, sealer, device);
    lay_over(tree, row, recent);
    co_return tree;
}

void TreeLoadKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    std::vector<std::int64_t> devices;
    for (auto const& item : items)
        devices.push_back(request<TreeLoadRequest>(item).question);
    auto answers = load_trees_of(transaction, devices);
    for (std::size_t i = 0; i < items.size(); ++i)
        request<TreeLoadRequest>(items[i]).answer = std::move(answers[i]);
}

void TreeStoreKind::execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items)
{
    TreeColumns columns;
    for (auto const& item : items) {
        columns.add(request<TreeStoreRequest>(item).question);
        request<TreeStoreRequest>(item).answer = false;
    }
    for (auto const& row : columns.send(transaction))
        request<TreeStoreRequest>(items[row[0].as<std::size_t>() - 1]).answer = true;
}

PgTreeStore::PgTreeStore(SessionParts parts) : parts_{parts}
{
    parts_.queue.add(loads_);
    parts_.queue.add(stores_);
}

base::Awaitable<PgTreeStore::Loaded> PgTreeStore::read(domain::DeviceKey device)
{
    auto const asked = std::make_shared<TreeLoadRequest>(device.value());
    auto row = co_await parts_.queue.ask(loads_, asked);
    Loaded loaded{datamodel::ParameterTree{}, row.epoch, row.version};
    loaded.tree = co_await tree_of(std::move(row), parts_.paths, parts_.sealer, device);
    co_return loaded;
}

base::Awaitable<datamodel::ParameterTree> PgTreeStore::load(domain::DeviceKey device)
{
    auto loaded = co_await read(device);
    co_return std::move(loaded.tree);
}

base::Awaitable<bool> PgTreeStore::store(domain::DeviceKey device, std::int64_t epoch, datamodel::ParameterTree tree,
                                         std::vector<std::string> read, std::string software_version)
{
    co_return co_await write(device, epoch, std::nullopt, std::move(tree), std::move(read),
                             std::move(software_version));
}

base::Awaitable<bool> PgTreeStore::write(domain::DeviceKey device, std::int64_t epoch,
                                         std::optional<std::int64_t> version, datamodel::ParameterTree tree,
                                         std::vector<std::string> read, std::optional<std::string> software_version)
{
    std::vector<std::string> names;
    names.reserve(tree.size() + read.size());
    for (auto const& node : tree)
        names.emplace_back(node.path);
    names.insert(names.end(), std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
    auto paths = co_await parts_.paths.intern(device, std::move(names));
    std::vector<PathRef> const read_paths{paths.begin() + static_cast<std::ptrdiff_t>(tree.size()), paths.end()};
    paths.resize(tree.size());

    TreeStoreQuestion question;
    question.device = device.value();
    question.epoch = epoch;
    question.version = version;
    question.tree = encode_tree(tree, paths, parts_.sealer, device);
    question.software_version = std::move(software_version);
    question.read_at = read_times(read_paths, parts_.clock.now());
    question.model_name = model_name_of(tree);
    question.inform_interval = inform_interval_of(tree);
    auto const asked = std::make_shared<TreeStoreRequest>(std::move(question));
    asked->key = device.value();
    co_return co_await parts_.queue.ask(stores_, asked);
}

base::Awaitable<void> PgTreeStore::fold(domain::DeviceKey device, std::vector<ToldValue> values, base::TimePoint at)
{
    for (unsigned attempt = 0; attempt < most_folds; ++attempt) {
        auto loaded = co_await read(device);
        std::vector<datamodel::ValueUpdate> updates;
        for (auto const& told : values)
            updates.push_back({told.path, told.value, told.type});
        if (loaded.tree.set_values(std::move(updates), to_seconds(at)).empty())
            co_return;  // all of it is known already, in the tree or in the overlay
        bool const written =
            co_await write(device, loaded.epoch, loaded.version, std::move(loaded.tree), {}, std::nullopt);
        if (written)
            co_return;
        co_await step_aside(attempt);
    }
    throw base::Unavailable{
        fmt::format("other Informs of device {} got in between {} times", device.value(), most_folds)};
}

}  // namespace storage
