#pragma once

#include "storage/session_parts.hpp"
#include "storage/tree_columns.hpp"

namespace storage {

struct TreeLoadAnswer {
    std::int64_t epoch = 0, version = 0;
    TreeBytes tree;
    std::string recent_ids, recent_values, recent_changed;
};
using TreeLoadRequest = BatchRequest<std::int64_t, TreeLoadAnswer>;  ///< asks by device

/// What is stored of each device, in their order.
[[nodiscard]] std::vector<TreeLoadAnswer> load_trees_of(pqxx::transaction_base& transaction,
                                                        std::vector<std::int64_t> const& devices);
/// The tree that was read, with its overlay.
[[nodiscard]] base::Awaitable<datamodel::ParameterTree> tree_of(TreeLoadAnswer row, PathTable& paths,
                                                                base::Sealer const& sealer, domain::DeviceKey device);

/// Reads trees with their overlays.
class TreeLoadKind final : public BatchKind {
public:
    TreeLoadKind() : BatchKind{"load_tree", 2, 32} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

struct TreeStoreQuestion {
    std::int64_t device = 0, epoch = 0;
    std::optional<std::int64_t> version;  ///< the tree must still be the one that was read; none: it is ours alone
    EncodedTree tree;
    std::optional<std::string> software_version;  ///< none: stays as it is
    std::string read_at;  ///< JSON object: path id -> seconds since 1970; with "" older times are forgotten
    std::optional<std::string> model_name;
    std::optional<std::int64_t> inform_interval;  ///< seconds
};
using TreeStoreRequest = BatchRequest<TreeStoreQuestion, bool>;  ///< false: the epoch or the version is stale

/// Writes trees: what differs, promoted copies, and takes the overlay in.
class TreeStoreKind final : public BatchKind {
public:
    TreeStoreKind() : BatchKind{"store_tree", 2, 16} {}
    void execute(pqxx::transaction_base& transaction, std::span<std::shared_ptr<BatchItem> const> items) override;
};

/// A value that a CPE told, on its way into a tree.
struct ToldValue {
    std::string path, value;
    cwmp::ValueType type = cwmp::ValueType::unknown;
};

/// domain::TreeStore over the batch queue.
class PgTreeStore final : public domain::TreeStore {
public:
    explicit PgTreeStore(SessionParts parts);

    base::Awaitable<datamodel::ParameterTree> load(domain::DeviceKey device) override;
    base::Awaitable<bool> store(domain::DeviceKey device, std::int64_t epoch, datamodel::ParameterTree tree,
                                std::vector<std::string> read, std::string software_version) override;

    /// Puts values of an Inform, and the overlay, into the tree, whichever session is the newest: what was told must
    /// not be lost. Durable on return.
    base::Awaitable<void> fold(domain::DeviceKey device, std::vector<ToldValue> values, base::TimePoint at);

private:
    struct Loaded {
        datamodel::ParameterTree tree;
        std::int64_t epoch = 0, version = 0;
    };

    base::Awaitable<Loaded> read(domain::DeviceKey device);
    base::Awaitable<bool> write(domain::DeviceKey device, std::int64_t epoch, std::optional<std::int64_t> version,
                                datamodel::ParameterTree tree, std::vector<std::string> read,
                                std::optional<std::string> software_version);

    SessionParts parts_;
    TreeLoadKind loads_;
    TreeStoreKind stores_;
};

}  // namespace storage
