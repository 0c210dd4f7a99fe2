#include "device/attributes.hpp"

#include "cwmp/path.hpp"

namespace sim {

void Attributes::set(std::string_view path, std::optional<int> notification,
                     std::optional<std::vector<std::string>> access_list)
{
    // What was set below is overruled: the longest path that is left is always the newest.
    for (auto& [below, entry] : entries_)
        if (cwmp::covers(path, below)) {
            if (notification)
                entry.notification.reset();
            if (access_list)
                entry.access_list.reset();
        }
    std::erase_if(entries_, [](auto const& entry) { return !entry.second.notification && !entry.second.access_list; });
    auto& entry = entries_[std::string{path}];
    if (notification)
        entry.notification = notification;
    if (access_list)
        entry.access_list = std::move(access_list);
}

int Attributes::notification(ParameterSpec const& spec, std::string_view path) const
{
    if (spec.notify == NotifyRule::forced)
        return 2;
    for (auto at = path;; at = cwmp::parent(at)) {
        auto const found = entries_.find(at);
        if (found != entries_.end() && found->second.notification)
            return *found->second.notification;
        if (at.empty())
            break;
    }
    return spec.notify == NotifyRule::default_active ? 2 : 0;
}

std::vector<std::string> Attributes::access_list(std::string_view path) const
{
    for (auto at = path;; at = cwmp::parent(at)) {
        auto const found = entries_.find(at);
        if (found != entries_.end() && found->second.access_list)
            return *found->second.access_list;
        if (at.empty())
            return {"Subscriber"};
    }
}

std::vector<std::string> Attributes::notified() const
{
    std::vector<std::string> paths;
    for (auto const& [path, entry] : entries_)
        if (entry.notification.value_or(0) != 0)
            paths.push_back(path);
    return paths;
}

}  // namespace sim
