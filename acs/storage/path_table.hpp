#pragma once

#include "base/awaitable.hpp"
#include "base/clock.hpp"
#include "base/counters.hpp"
#include "domain/ids.hpp"
#include "storage/database.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace storage {

/// A parameter or object name as the database keeps it.
struct PathEntry {
    std::int32_t id = 0;
    std::string path;
    bool is_secret = false;    ///< its values are sealed, never promoted, never shown
    bool is_promoted = false;  ///< its values are copied to device_parameter
};
using PathRef = std::shared_ptr<PathEntry const>;

/// How many paths are kept; names that the fleet makes up must not fill the database.
struct PathLimits {
    std::size_t cached = 200'000;                  ///< paths in memory, about 250 bytes each
    std::int64_t new_per_device_and_day = 20'000;  ///< made for one device on one day (UTC)
    std::int64_t in_all = 5'000'000;               ///< rows of the table `path`
};

/// Names to numbers and back. New names are made in a rare transaction of their own, outside every batch; the rest
/// comes from memory. Safe from any thread.
class PathTable {
public:
    PathTable(Database& database, base::Clock const& clock, base::Metrics& metrics, PathLimits limits = {});
    ~PathTable();

    /// The entry of each path, made when it is new. Null for what cannot be a path (empty, too long, not UTF-8, control
    /// characters) and for what is beyond the limits: its value is kept out, and counted. "" is the name of a whole
    /// tree. Throws base::Unavailable.
    base::Awaitable<std::vector<PathRef>> intern(domain::DeviceKey device, std::vector<std::string> paths);

    /// The entry of each id; null for ids that are not there. Throws base::Unavailable.
    base::Awaitable<std::vector<PathRef>> find(std::vector<std::int32_t> ids);

    /// Reads which patterns are promoted again; entries are judged anew from then on.
    /// On the calling thread. Throws base::Unavailable.
    void reload_promoted();

private:
    class Cache;

    std::vector<PathEntry> make(Transaction& transaction, domain::DeviceKey device, std::vector<std::string> missing);
    std::vector<PathEntry> read_known(Transaction& transaction, std::vector<std::string> const& paths);
    void need_patterns(Transaction& transaction);
    void judge(std::vector<PathEntry>& entries) const;

    Database& database_;
    base::Clock const& clock_;
    PathLimits limits_;
    base::Counter& made_;
    base::Counter& kept_out_;
    std::unique_ptr<Cache> cache_;
    mutable std::mutex patterns_mutex_;
    bool has_patterns_ = false;
    std::vector<std::string> patterns_;
};

}  // namespace storage
