#pragma once

#include "domain/incidents.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace support {

/// Keeps what was noted, one by one.
class FakeIncidents final : public domain::Incidents, public domain::IncidentLog {
public:
    ~FakeIncidents() override;
    void note(domain::Incident incident) noexcept override
    {
        std::scoped_lock const lock{mutex_};
        noted_.push_back(std::move(incident));
    }
    base::Awaitable<std::vector<domain::IncidentRecord>> list(domain::IncidentQuery query) override
    {
        std::vector<domain::IncidentRecord> found;
        auto const all = noted();
        for (auto i = static_cast<std::int64_t>(all.size()); i > 0 && found.size() < query.limit; --i) {
            auto const& one = all[static_cast<std::size_t>(i - 1)];
            bool const is_meant = (query.kind.empty() || query.kind == one.kind) &&
                                  (query.identity.empty() || query.identity == one.identity) &&
                                  (!query.device || query.device == one.device) &&
                                  (query.address.empty() || query.address == one.address) &&
                                  (query.username.empty() || query.username == one.username);
            if (is_meant && (query.before == 0 || i < query.before))
                found.push_back({.id = i, .incident = one});
        }
        co_return found;
    }

    [[nodiscard]] std::vector<domain::Incident> noted() const
    {
        std::scoped_lock const lock{mutex_};
        return noted_;
    }
    /// How many of one kind.
    [[nodiscard]] std::size_t count(std::string_view kind) const
    {
        std::scoped_lock const lock{mutex_};
        std::size_t found = 0;
        for (auto const& one : noted_)
            found += one.kind == kind ? 1 : 0;
        return found;
    }

private:
    mutable std::mutex mutex_;
    std::vector<domain::Incident> noted_;
};

}  // namespace support
