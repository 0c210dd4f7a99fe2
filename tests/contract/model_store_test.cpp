// What is learnt about models: by three devices that agree, for a while, and never against what people decided.
#include "rare_stores.hpp"
#include "storage/pg_model_store.hpp"

#include <gmock/gmock.h>

namespace contract {
namespace {

using testing::ElementsAre;

class ModelStoreTest : public testing::Test {
protected:
    domain::ModelKnowledge find(domain::ModelKey key = {"00D09E", "HG-1000", "1.0"})
    {
        return stores.run(models.find(std::move(key)));
    }
    /// Another node, which has nothing in its cache.
    domain::ModelKnowledge find_elsewhere(domain::ModelKey key = {"00D09E", "HG-1000", "1.0"})
    {
        storage::PgModelStore other{stores.writes, stores.clock, fallback};
        return stores.run(other.find(std::move(key)));
    }
    void learn(std::int64_t device, std::function<void(domain::ModelKnowledge&)> const& change,
               bool authenticated = true)
    {
        domain::ModelKnowledge seen;
        change(seen);
        stores.run(models.learn({"00D09E", "HG-1000", "1.0"}, device, authenticated, seen));
    }
    static void refuses_everything_at_once(domain::ModelKnowledge& seen) { seen.names_at_once = false; }

    RareStores stores;
    domain::ModelKnowledge fallback;
    storage::PgModelStore models{stores.writes, stores.clock, fallback};
};

TEST_F(ModelStoreTest, OfAnUnknownModelTheFallbackIsKnown)
{
    domain::ModelKnowledge lean;
    lean.discovery = domain::DiscoveryProfile::lean;
    storage::PgModelStore store{stores.writes, stores.clock, lean};
    EXPECT_EQ(stores.run(store.find({"00D09E", "HG-1000", "1.0"})).discovery, domain::DiscoveryProfile::lean);
    EXPECT_TRUE(find().names_at_once);
}

TEST_F(ModelStoreTest, ThreeAuthenticatedDevicesMustAgree)
{
    learn(1, refuses_everything_at_once);
    learn(1, refuses_everything_at_once);
    learn(2, refuses_everything_at_once);
    learn(3, refuses_everything_at_once, false);
    EXPECT_TRUE(find_elsewhere().names_at_once);
    learn(4, refuses_everything_at_once);
    EXPECT_FALSE(find_elsewhere().names_at_once);
    EXPECT_FALSE(find().names_at_once);
    EXPECT_TRUE(find_elsewhere({"00D09E", "HG-1000", "2.0"}).names_at_once) << "another software";
    EXPECT_TRUE(find_elsewhere({"00D09E", "HG-2000", "1.0"}).names_at_once) << "another model";
}

TEST_F(ModelStoreTest, WhatFewSawIsNotTakenAlongWithWhatManySaw)
{
    for (int device = 1; device <= 3; ++device)
        learn(device, [device](domain::ModelKnowledge& seen) {
            seen.unsupported = {"GetOptions"};
            if (device == 1)
                seen.skip = {"Device.Deadly."};
        });
    EXPECT_THAT(find_elsewhere().unsupported, ElementsAre("GetOptions"));
    EXPECT_THAT(find_elsewhere().skip, testing::IsEmpty());
}

TEST_F(ModelStoreTest, WhatWasLearntDecays)
{
    for (int device = 1; device <= 3; ++device)
        learn(device, refuses_everything_at_once);
    stores.database.exec("UPDATE model_knowledge SET learnt_at = now() - interval '31 days'");
    EXPECT_TRUE(find_elsewhere().names_at_once);
}

TEST_F(ModelStoreTest, WhatPeopleDecidedWins)
{
    for (int device = 1; device <= 3; ++device)
        learn(device, refuses_everything_at_once);
    stores.database.exec("UPDATE model_knowledge SET configured = '{\"names_at_once\": true, \"dialect\": \"{}\"}'");
    EXPECT_TRUE(find_elsewhere().names_at_once);
    stores.database.exec("INSERT INTO model_knowledge (oui, product_class, software_version, configured)"
                         " VALUES ('00D09E', 'HG-1000', '', '{\"file_scheme\": \"http\"}')");
    EXPECT_EQ(find_elsewhere().file_scheme, "http") << "what is decided for every software counts too";
}

TEST_F(ModelStoreTest, TheCacheIsUsedAtOnceAndRefreshedBehind)
{
    EXPECT_EQ(find().file_scheme, "");
    stores.database.exec("INSERT INTO model_knowledge (oui, product_class, software_version, configured)"
                         " VALUES ('00D09E', 'HG-1000', '1.0', '{\"file_scheme\": \"http\"}')");
    EXPECT_EQ(find().file_scheme, "");
    stores.clock.set(stores.clock.now() + 2min);
    auto const twice = [&]() -> base::Awaitable<std::string> {
        auto const before = co_await models.find({"00D09E", "HG-1000", "1.0"});
        EXPECT_EQ(before.file_scheme, "") << "nobody waits for the database";
        for (;;) {
            auto const now = co_await models.find({"00D09E", "HG-1000", "1.0"});
            if (now.file_scheme == "http")
                co_return now.file_scheme;
            co_await boost::asio::post(co_await boost::asio::this_coro::executor, base::use_awaitable);
        }
    };
    EXPECT_EQ(stores.run(twice()), "http");
}

TEST_F(ModelStoreTest, NamesThatAreNoTextDoNoHarm)
{
    domain::ModelKey const key{"\xff", std::string{"a\0b", 3}, "\xc3"};
    domain::ModelKnowledge seen;
    seen.skip = {std::string{"Device.\0\xff", 9}};
    for (int device = 1; device <= 3; ++device)
        stores.run(models.learn(key, device, true, seen));
    EXPECT_EQ(find_elsewhere(key).skip.size(), 1u);
}

}  // namespace
}  // namespace contract
