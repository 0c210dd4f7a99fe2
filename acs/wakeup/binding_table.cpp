#include "wakeup/binding_table.hpp"

#include <utility>

namespace wakeup {

namespace {

constexpr std::chrono::hours rewrite{6};  ///< what does not change is confirmed in writing so often

}  // namespace

BindingTable::Verdict BindingTable::hear(domain::DeviceKey device, Binding binding)
{
    std::scoped_lock const lock{mutex_};
    auto const* const known = bindings_.find(device);
    bool const lives = known != nullptr && binding.seen - known->binding.seen < life_;
    bool const is_there = known != nullptr && known->binding.address == binding.address;
    if (lives && known->binding.is_verified && !binding.is_verified) {
        if (!is_there)
            return Verdict::refused;
        binding.is_verified = true;
    }
    bool const is_same = is_there && known->binding.is_verified == binding.is_verified;
    Entry entry{binding, is_same ? known->written : base::TimePoint{}};
    if (binding.seen - entry.written > rewrite) {
        entry.written = binding.seen;
        changed_.insert(device);
    }
    if (auto const gone = bindings_.put(device, entry))
        changed_.insert(*gone);
    return is_same ? Verdict::same : Verdict::taken;
}

std::optional<Binding> BindingTable::find(domain::DeviceKey device, base::TimePoint now) const
{
    std::scoped_lock const lock{mutex_};
    auto const* const known = bindings_.find(device);
    if (known == nullptr || now - known->binding.seen >= life_)
        return std::nullopt;
    return known->binding;
}

std::size_t BindingTable::size() const
{
    std::scoped_lock const lock{mutex_};
    return bindings_.size();
}

void BindingTable::expire(base::TimePoint now)
{
    std::scoped_lock const lock{mutex_};
    for (auto const* oldest = bindings_.oldest(); oldest != nullptr && now - oldest->second.binding.seen >= life_;
         oldest = bindings_.oldest()) {
        auto const device = oldest->first;
        changed_.insert(device);
        bindings_.erase(device);
    }
}

BindingTable::Changes BindingTable::take_changes(std::size_t most)
{
    std::scoped_lock const lock{mutex_};
    Changes changes;
    while (most-- > 0 && !changed_.empty()) {
        auto const device = *changed_.begin();
        changed_.erase(changed_.begin());
        if (auto const* const known = bindings_.find(device))
            changes.kept.emplace_back(device, known->binding);
        else
            changes.gone.push_back(device);
    }
    return changes;
}

void BindingTable::give_back(Changes const& changes)
{
    std::scoped_lock const lock{mutex_};
    for (auto const& [device, binding] : changes.kept)
        changed_.insert(device);
    changed_.insert(changes.gone.begin(), changes.gone.end());
}

void BindingTable::restore(domain::DeviceKey device, Binding binding, base::TimePoint written)
{
    std::scoped_lock const lock{mutex_};
    if (bindings_.find(device) == nullptr)
        bindings_.put(device, {binding, written});
}

}  // namespace wakeup
