#include "storage/pg_rule_settings.hpp"

#include "storage/array_text.hpp"

#include <pqxx/pqxx>

#include <utility>

namespace storage {

namespace {

#define OF_KEY " WHERE name = $1 AND root = $2 AND oui = $3 AND product_class = $4"

constexpr Statement list_settings{"list_rule_settings",
                                  "SELECT name, root, oui, product_class, path FROM rule_setting"
                                  " ORDER BY name COLLATE \"C\", root COLLATE \"C\", oui COLLATE \"C\","
                                  " product_class COLLATE \"C\""};
constexpr Statement find_setting{"find_rule_setting", "SELECT path FROM rule_setting" OF_KEY " FOR UPDATE"};
constexpr Statement put_setting{"put_rule_setting",
                                "INSERT INTO rule_setting (name, root, oui, product_class, path)"
                                " VALUES ($1, $2, $3, $4, $5)"
                                " ON CONFLICT (name, root, oui, product_class) DO UPDATE SET path = EXCLUDED.path"};
constexpr Statement remove_setting{"remove_rule_setting", "DELETE FROM rule_setting" OF_KEY};

#undef OF_KEY

std::optional<std::string> path_of(Transaction& transaction, domain::RuleSettingKey const& key)
{
    auto const rows = transaction.exec(find_setting, key.name, key.root, key.oui, key.product_class);
    if (rows.empty())
        return std::nullopt;
    return rows.front()[0].c_str();
}

}  // namespace

base::Awaitable<std::vector<domain::RuleSetting>> PgRuleSettings::list()
{
    auto work = [](Transaction& transaction) {
        std::vector<domain::RuleSetting> all;
        for (auto const& row : transaction.exec(list_settings))
            all.push_back({{row[0].c_str(), row[1].c_str(), row[2].c_str(), row[3].c_str()}, row[4].c_str()});
        return all;
    };
    co_return co_await writes_.run(std::move(work), InDoubt::repeat);
}

base::Awaitable<std::optional<std::string>> PgRuleSettings::put(domain::RuleSetting setting)
{
    auto work = [setting](Transaction& transaction) {
        auto const& key = setting.key;
        auto before = path_of(transaction, key);
        if (before != setting.path)
            transaction.exec(put_setting, key.name, key.root, key.oui, storable(key.product_class), setting.path);
        return before;
    };
    co_return co_await writes_.run(std::move(work));
}

base::Awaitable<std::optional<std::string>> PgRuleSettings::remove(domain::RuleSettingKey key)
{
    auto work = [key](Transaction& transaction) {
        auto before = path_of(transaction, key);
        if (before)
            transaction.exec(remove_setting, key.name, key.root, key.oui, key.product_class);
        return before;
    };
    co_return co_await writes_.run(std::move(work));
}

}  // namespace storage
