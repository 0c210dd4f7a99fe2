#include "storage/pg_model_store.hpp"

#include "base/log.hpp"
#include "domain/model_json.hpp"
#include "storage/array_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace storage {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds fresh{60};    ///< how long a cached entry is used without looking again
constexpr unsigned enough_told = 8;          ///< times that one experience is written between refreshes: three agree
constexpr std::size_t most_cached = 10'000;  ///< models; beyond it the cache starts anew

constexpr Statement find_model{
    "find_model",
    "SELECT CASE WHEN learnt_at > now() - interval '30 days' THEN learnt::text ELSE '{}' END, configured::text"
    "  FROM model_knowledge WHERE oui = $1 AND product_class = $2 AND software_version IN ('', $3)"
    " ORDER BY software_version"};
constexpr Statement note_experience{
    "note_model_experience",
    "INSERT INTO model_experience (oui, product_class, software_version, device_id, authenticated, seen)"
    " VALUES ($1, $2, $3, $4, $5, $6::jsonb)"
    " ON CONFLICT (oui, product_class, software_version, device_id)"
    " DO UPDATE SET authenticated = excluded.authenticated, seen = excluded.seen, seen_at = now()"};
constexpr Statement agree_on_model{
    "agree_on_model",
    "INSERT INTO model_knowledge (oui, product_class, software_version, learnt, learnt_at)"
    " SELECT $1, $2, $3, jsonb_object_agg(key, value), now()"
    "   FROM (SELECT DISTINCT ON (s.key) s.key, s.value FROM model_experience e CROSS JOIN LATERAL jsonb_each(e.seen) s"
    "          WHERE e.oui = $1 AND e.product_class = $2 AND e.software_version = $3 AND e.authenticated"
    "            AND e.seen_at > now() - interval '30 days'"
    "          GROUP BY s.key, s.value HAVING count(*) >= 3 ORDER BY s.key, count(*) DESC) agreed"
    " HAVING count(*) > 0"
    " ON CONFLICT (oui, product_class, software_version)"
    " DO UPDATE SET learnt = model_knowledge.learnt || excluded.learnt, learnt_at = excluded.learnt_at"};

void apply_text(std::string_view text, domain::ModelKnowledge& knowledge)
{
    boost::system::error_code error;
    auto const value = json::parse({text.data(), text.size()}, error);
    if (!error && value.is_object())
        domain::apply_json(value.get_object(), knowledge);
}

}  // namespace

base::Awaitable<domain::ModelKnowledge> PgModelStore::find(domain::ModelKey model)
{
    std::optional<domain::ModelKnowledge> known;
    bool refresh_behind = false;
    {
        std::lock_guard const lock{mutex_};
        if (auto const found = cache_.find(model); found != cache_.end()) {
            known = found->second.knowledge;
            refresh_behind = !found->second.refreshing && clock_.now() - found->second.loaded > fresh;
            found->second.refreshing |= refresh_behind;
        }
    }
    if (!known)
        co_return co_await load(std::move(model));
    if (refresh_behind)
        boost::asio::co_spawn(co_await boost::asio::this_coro::executor, refresh(std::move(model)),
                              boost::asio::detached);
    co_return *std::move(known);
}

base::Awaitable<void> PgModelStore::refresh(domain::ModelKey model)
{
    try {
        co_await load(model);
        std::lock_guard const lock{mutex_};
        if (auto const found = cache_.find(model); found != cache_.end())
            found->second.told.clear();
    } catch (std::exception const& problem) {
        base::log::warning("storage.model", {{"reason", problem.what()}});
        std::lock_guard const lock{mutex_};
        if (auto const found = cache_.find(model); found != cache_.end())
            found->second.refreshing = false;
    }
}

base::Awaitable<domain::ModelKnowledge> PgModelStore::load(domain::ModelKey model)
{
    auto work = [this, model](Transaction& transaction) {
        auto knowledge = fallback_;
        auto const rows = transaction.exec(find_model, storable(model.oui), storable(model.product_class),
                                           storable(model.software_version));
        for (int const column : {0, 1})  // learnt for any software and for this one, then configured likewise
            for (auto const& row : rows)
                apply_text({row[column].c_str(), row[column].size()}, knowledge);
        return knowledge;
    };
    auto knowledge = co_await database_.run(std::move(work));
    keep(model, knowledge);
    co_return knowledge;
}

void PgModelStore::keep(domain::ModelKey const& model, domain::ModelKnowledge const& knowledge)
{
    std::lock_guard const lock{mutex_};
    if (cache_.size() >= most_cached && !cache_.contains(model))
        cache_.clear();
    auto& entry = cache_[model];
    entry.knowledge = knowledge;
    entry.loaded = clock_.now();
    entry.refreshing = false;
}

/// When a fleet of one model comes for the first time, all its devices tell the same before anybody can know it.
bool PgModelStore::is_worth_telling(domain::ModelKey const& model, std::string const& experience)
{
    std::lock_guard const lock{mutex_};
    auto const found = cache_.find(model);
    return found == cache_.end() || ++found->second.told[std::hash<std::string>{}(experience)] <= enough_told;
}

base::Awaitable<void> PgModelStore::learn(domain::ModelKey model, std::int64_t device, bool authenticated,
                                          domain::ModelKnowledge seen)
{
    auto const text = json::serialize(domain::to_json(seen));
    if (!is_worth_telling(model, text + (authenticated ? "+" : "-")))
        co_return;
    auto work = [model, device, authenticated, text](Transaction& transaction) {
        transaction.exec(note_experience, storable(model.oui), storable(model.product_class),
                         storable(model.software_version), device, authenticated, storable_json(text));
        if (authenticated)
            transaction.exec(agree_on_model, storable(model.oui), storable(model.product_class),
                             storable(model.software_version));
    };
    co_await database_.run(std::move(work));
    co_await load(std::move(model));
}

}  // namespace storage
