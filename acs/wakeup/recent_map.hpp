#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

namespace wakeup {

/// A map that holds a bounded number of entries: those that were put longest ago make room for new ones.
template <class Key, class Value>
class RecentMap {
public:
    explicit RecentMap(std::size_t most) : most_{most} {}

    [[nodiscard]] Value* find(Key const& key)
    {
        auto const found = places_.find(key);
        return found == places_.end() ? nullptr : &found->second->second;
    }
    [[nodiscard]] Value const* find(Key const& key) const
    {
        auto const found = places_.find(key);
        return found == places_.end() ? nullptr : &found->second->second;
    }

    /// The newest entry from now on. The key of the one that had to go for it, if any.
    std::optional<Key> put(Key const& key, Value value)
    {
        if (auto const found = places_.find(key); found != places_.end()) {
            found->second->second = std::move(value);
            entries_.splice(entries_.end(), entries_, found->second);
            return std::nullopt;
        }
        std::optional<Key> gone;
        if (entries_.size() >= most_ && !entries_.empty()) {
            gone = entries_.front().first;
            erase(*gone);
        }
        entries_.emplace_back(key, std::move(value));
        places_.emplace(key, std::prev(entries_.end()));
        return gone;
    }

    void erase(Key const& key)
    {
        auto const found = places_.find(key);
        if (found == places_.end())
            return;
        entries_.erase(found->second);
        places_.erase(found);
    }

    /// The entry that was put longest ago; null when there is none.
    [[nodiscard]] std::pair<Key, Value> const* oldest() const { return entries_.empty() ? nullptr : &entries_.front(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    using Entries = std::list<std::pair<Key, Value>>;

    std::size_t most_;
    Entries entries_;  ///< the oldest first
    std::unordered_map<Key, typename Entries::iterator> places_;
};

}  // namespace wakeup
