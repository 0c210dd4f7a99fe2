#include "storage/minute_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace storage {

namespace {

std::string key_of(domain::Incident const& incident, base::TimePoint minute)
{
    constexpr char end = '\0';
    return fmt::format("{}{}{}{}{}{}{}{}{}", minute.time_since_epoch().count(), end, incident.kind, end,
                       incident.identity, end, incident.address, end, incident.username);
}

void shorten(domain::Incident& incident)
{
    for (auto* text : {&incident.kind, &incident.identity, &incident.address, &incident.username, &incident.detail})
        if (text->size() > MinuteNotes::longest_text)
            text->resize(MinuteNotes::longest_text);
}

}  // namespace

void MinuteNotes::note(domain::Incident incident, base::TimePoint now)
{
    shorten(incident);
    auto const minute = std::chrono::floor<std::chrono::minutes>(now);
    std::scoped_lock const lock{mutex_};
    merge({std::move(incident), minute, now, now, 1});
}

void MinuteNotes::merge(MinuteNote note)
{
    auto& kept = slot(std::move(note.incident), note.minute);
    kept.first_at = kept.times == 0 ? note.first_at : std::min(kept.first_at, note.first_at);
    kept.last_at = std::max(kept.last_at, note.last_at);
    kept.times += note.times;
}

MinuteNote& MinuteNotes::slot(domain::Incident incident, base::TimePoint minute)
{
    auto key = key_of(incident, minute);
    if (auto const found = notes_.find(key); found != notes_.end()) {
        found->second.incident.detail = std::move(incident.detail);
        return found->second;
    }
    if (notes_.size() >= most_) {
        incident = {.kind = std::move(incident.kind), .detail = "more of this minute, from others"};
        key = key_of(incident, minute);
    }
    auto& kept = notes_[std::move(key)];
    kept.incident = std::move(incident);
    kept.minute = minute;
    return kept;
}

std::vector<MinuteNote> MinuteNotes::take(base::TimePoint now)
{
    std::vector<MinuteNote> taken;
    std::scoped_lock const lock{mutex_};
    for (auto& [key, note] : notes_)
        if (note.times > 0) {
            taken.push_back(note);
            note.times = 0;
        }
    auto const minute = std::chrono::floor<std::chrono::minutes>(now);
    std::erase_if(notes_, [minute](auto const& entry) { return entry.second.minute < minute; });
    return taken;
}

void MinuteNotes::give_back(std::vector<MinuteNote> notes)
{
    std::scoped_lock const lock{mutex_};
    for (auto& note : notes)
        merge(std::move(note));
}

}  // namespace storage
