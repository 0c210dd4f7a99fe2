#pragma once

#include "domain/sessions.hpp"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace support {

/// Keeps the sessions that were noted. Safe from any thread.
class FakeSessions final : public domain::SessionJournal, public domain::PastSessions {
public:
    ~FakeSessions() override;
    [[nodiscard]] domain::SessionId next_id() noexcept override
    {
        std::scoped_lock const lock{mutex_};
        return domain::SessionId{++last_};
    }
    void note(domain::PastSession session) noexcept override
    {
        std::scoped_lock const lock{mutex_};
        sessions_.push_back(std::move(session));
    }
    base::Awaitable<std::vector<domain::PastSession>> list(domain::SessionQuery query) override
    {
        auto found = noted();
        std::erase_if(found, [&query](auto const& session) {
            return session.facts.id.value() >= query.before ||
                   (query.device && session.facts.device != *query.device) ||
                   (query.has_failed && *query.has_failed == session.failure.empty());
        });
        std::ranges::sort(found, std::ranges::greater{}, [](auto const& session) { return session.facts.id; });
        if (found.size() > query.limit)
            found.erase(found.begin() + query.limit, found.end());
        co_return found;
    }
    base::Awaitable<std::optional<domain::PastSession>> find(domain::SessionId id) override
    {
        for (auto& session : noted())
            if (session.facts.id == id)
                co_return session;
        co_return std::nullopt;
    }

    [[nodiscard]] std::vector<domain::PastSession> noted() const
    {
        std::scoped_lock const lock{mutex_};
        return sessions_;
    }

private:
    mutable std::mutex mutex_;
    std::int64_t last_ = 0;
    std::vector<domain::PastSession> sessions_;
};

/// Open sessions as a test has them.
class FakeOpenSessions final : public domain::OpenSessions {
public:
    ~FakeOpenSessions() override;
    base::Awaitable<std::vector<domain::OpenSession>> list(domain::SessionQuery query) override
    {
        auto found = all;
        std::erase_if(found, [&query](auto const& session) {
            return session.facts.id.value() >= query.before || (query.device && session.facts.device != *query.device);
        });
        std::ranges::sort(found, std::ranges::greater{}, [](auto const& session) { return session.facts.id; });
        if (found.size() > query.limit)
            found.erase(found.begin() + query.limit, found.end());
        co_return found;
    }

    std::vector<domain::OpenSession> all;
};

}  // namespace support
