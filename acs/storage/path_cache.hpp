#pragma once

#include "storage/path_table.hpp"

#include <array>
#include <list>
#include <unordered_map>

namespace storage {

/// The paths last used, by text and by id, in shards that are locked one at a time. The least recently used go first.
class PathTable::Cache {
public:
    explicit Cache(std::size_t most) : most_per_shard_{most / shards + 1} {}

    [[nodiscard]] PathRef find(std::string_view path) { return by_path(path).find(path); }
    [[nodiscard]] PathRef find(std::int32_t id) { return by_id(id).find(id); }

    void add(PathRef const& entry)
    {
        by_path(entry->path).add(std::string_view{entry->path}, entry, most_per_shard_);
        by_id(entry->id).add(entry->id, entry, most_per_shard_);
    }

    void clear()
    {
        for (auto& shard : paths_)
            shard.clear();
        for (auto& shard : ids_)
            shard.clear();
    }

private:
    template <class Key>
    class Shard {
    public:
        PathRef find(Key key)
        {
            std::lock_guard const lock{mutex_};
            auto const place = index_.find(key);
            if (place == index_.end())
                return nullptr;
            order_.splice(order_.begin(), order_, place->second);
            return *place->second;
        }

        void add(Key key, PathRef const& entry, std::size_t most)
        {
            std::lock_guard const lock{mutex_};
            if (index_.contains(key))
                return;
            order_.push_front(entry);
            index_.emplace(key, order_.begin());  // the key is a view into the entry, or a number
            if (order_.size() <= most)
                return;
            index_.erase(key_of(*order_.back()));
            order_.pop_back();
        }

        void clear()
        {
            std::lock_guard const lock{mutex_};
            index_.clear();
            order_.clear();
        }

    private:
        static Key key_of(PathEntry const& entry)
        {
            if constexpr (std::is_same_v<Key, std::string_view>)
                return entry.path;
            else
                return entry.id;
        }

        std::mutex mutex_;
        std::list<PathRef> order_;
        std::unordered_map<Key, std::list<PathRef>::iterator> index_;
    };

    static constexpr std::size_t shards = 16;
    Shard<std::string_view>& by_path(std::string_view path)
    {
        return paths_[std::hash<std::string_view>{}(path) % shards];
    }
    Shard<std::int32_t>& by_id(std::int32_t id) { return ids_[static_cast<std::uint32_t>(id) % shards]; }

    std::size_t most_per_shard_;
    std::array<Shard<std::string_view>, shards> paths_;
    std::array<Shard<std::int32_t>, shards> ids_;
};

}  // namespace storage
