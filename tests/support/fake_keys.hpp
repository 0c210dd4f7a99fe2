#pragma once

#include "base/unavailable.hpp"
#include "domain/edit_locks.hpp"
#include "domain/idempotency.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace support {

/// Keyed requests in memory. Leases end only by hand. Safe from several threads.
class FakeIdempotencyKeys final : public domain::IdempotencyKeys {
public:
    ~FakeIdempotencyKeys() override;
    /// keep(), give_back() and give_up() throw base::Unavailable while it is set.
    bool is_away = false;
    /// Every key is being used by somebody else.
    bool answer_in_use = false;

    /// As if the time of all claims were over.
    void end_leases()
    {
        std::scoped_lock const lock{mutex_};
        for (auto& [key, entry] : entries_)
            entry.is_held = false;
    }
    [[nodiscard]] std::size_t size() const
    {
        std::scoped_lock const lock{mutex_};
        return entries_.size();
    }

    base::Awaitable<domain::KeyState> claim(domain::KeyedRequest request, std::chrono::seconds) override
    {
        std::scoped_lock const lock{mutex_};
        if (answer_in_use)
            co_return domain::KeyInUse{std::chrono::seconds{30}};
        auto const [found, is_new] = entries_.try_emplace({request.caller, request.key});
        auto& entry = found->second;
        if (is_new)
            entry = {request.digest, {next_id_++, 0}, false, {}};
        if (entry.digest != request.digest)
            co_return domain::KeyOfAnother{};
        if (entry.answer)
            co_return domain::KeptAnswer{*entry.answer};
        if (entry.is_held)
            co_return domain::KeyInUse{std::chrono::seconds{30}};
        entry.is_held = true;
        ++entry.claim.attempt;
        co_return entry.claim;
    }
    base::Awaitable<void> keep(domain::KeyedRequest request, domain::KeyClaim claim, std::string answer) override
    {
        if (auto* const entry = find(request, claim.reserved_id); entry && !entry->answer)
            entry->answer = std::move(answer);
        co_return;
    }
    base::Awaitable<void> give_back(domain::KeyedRequest request, domain::KeyClaim claim) override
    {
        auto* const entry = find(request, claim.reserved_id);
        if (entry && !entry->answer && entry->claim == claim)
            entries_.erase({request.caller, request.key});
        co_return;
    }
    base::Awaitable<void> give_up(domain::KeyedRequest request, domain::KeyClaim claim) override
    {
        if (auto* const entry = find(request, claim.reserved_id); entry && entry->claim == claim)
            entry->is_held = false;
        co_return;
    }

private:
    struct Entry {
        std::string digest;
        domain::KeyClaim claim;
        bool is_held = false;
        std::optional<std::string> answer;
    };
    Entry* find(domain::KeyedRequest const& request, std::int64_t id)
    {
        if (is_away)
            throw base::Unavailable{"the database is away"};
        std::scoped_lock const lock{mutex_};
        auto const found = entries_.find({request.caller, request.key});
        return found == entries_.end() || found->second.claim.reserved_id != id ? nullptr : &found->second;
    }

    mutable std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, Entry> entries_;
    std::int64_t next_id_ = 1'000;
};

/// Locks in memory that end only by hand.
class FakeEditLocks final : public domain::EditLocks {
public:
    ~FakeEditLocks() override;
    base::Awaitable<std::optional<std::int64_t>> try_lock(std::string thing, std::chrono::seconds) override
    {
        std::scoped_lock const lock{mutex_};
        ++taken;
        co_return held_.try_emplace(thing, taken).second ? std::optional{taken} : std::nullopt;
    }
    base::Awaitable<void> unlock(std::string thing, std::int64_t holder) override
    {
        std::scoped_lock const lock{mutex_};
        if (auto const found = held_.find(thing); found != held_.end() && found->second == holder)
            held_.erase(found);
        co_return;
    }
    [[nodiscard]] std::size_t held() const
    {
        std::scoped_lock const lock{mutex_};
        return held_.size();
    }

    std::int64_t taken = 0;  ///< or tried

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::int64_t> held_;
};

}  // namespace support
