// What the STUN servers of all nodes know of devices, and the logins that devices sign with.
#include "rare_stores.hpp"
#include "storage/pg_device_bindings.hpp"
#include "storage/task_columns.hpp"
#include "support/fake_bindings.hpp"

#include <gmock/gmock.h>

namespace contract {
namespace {

using testing::UnorderedElementsAre;

constexpr domain::DeviceKey one{11}, two{12}, three{13};

class InMemoryBindings {
public:
    support::FakeBindings bindings;

    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(std::move(work));
    }
    void add_login(domain::DeviceKey device, std::string const& username, std::string const& password)
    {
        bindings.add({username, device, password});
    }
};

class PgBindings {
public:
    RareStores stores;
    storage::PgDeviceBindings bindings{stores.writes, stores.sealer};

    template <class T>
    T run(base::Awaitable<T> work)
    {
        return stores.run(std::move(work));
    }
    void add_login(domain::DeviceKey device, std::string const& username, std::string const& password)
    {
        stores.run(stores.path.logins().offer_wake(device, {username, password}, true));
    }
};

base::TimePoint at(int minute)
{
    return base::TimePoint{std::chrono::hours{490'000}} + std::chrono::minutes{minute};
}

template <class Backend>
class BindingsTest : public testing::Test {
protected:
    void write(std::string node, std::vector<domain::DeviceBinding> kept, std::vector<domain::DeviceKey> gone = {})
    {
        backend.run(backend.bindings.write(std::move(node), std::move(kept), std::move(gone)));
    }
    std::vector<domain::DeviceBinding> of_device(domain::DeviceKey device)
    {
        return backend.run(backend.bindings.of_device(device));
    }
    std::vector<domain::DeviceBinding> of_node(std::string node, domain::DeviceKey after = {}, unsigned limit = 100)
    {
        return backend.run(backend.bindings.of_node(std::move(node), after, limit));
    }
    std::vector<domain::StunLogin> logins(std::vector<std::string> names)
    {
        return backend.run(backend.bindings.logins(std::move(names)));
    }

    Backend backend;
};

using BindingBackends = testing::Types<InMemoryBindings, PgBindings>;
TYPED_TEST_SUITE(BindingsTest, BindingBackends);

TYPED_TEST(BindingsTest, OneOfEachNodeIsKeptForADevice)
{
    domain::DeviceBinding const first{one, "192.0.2.7:40123", false, at(1), "n1"};
    domain::DeviceBinding const second{one, "[2001:db8::7]:40124", true, at(0), "n2"};
    this->write("n1", {first, {two, "192.0.2.8:1", true, at(0), "n1"}});
    this->write("n2", {second});
    EXPECT_EQ(this->of_device(one), (std::vector{second, first})) << "the signed one first";
    domain::DeviceBinding const moved{one, "192.0.2.9:50000", true, at(2), "n1"};
    this->write("n1", {moved});
    EXPECT_EQ(this->of_device(one), (std::vector{moved, second})) << "then the newest";
    EXPECT_TRUE(this->of_device(three).empty());
}

TYPED_TEST(BindingsTest, ANodeForgetsItsOwnOnly)
{
    this->write("n1", {{one, "192.0.2.7:1", true, at(0), "n1"}, {two, "192.0.2.8:1", true, at(0), "n1"}});
    this->write("n2", {{one, "192.0.2.7:2", true, at(0), "n2"}});
    this->write("n1", {}, {one, three});
    ASSERT_EQ(this->of_device(one).size(), 1U);
    EXPECT_EQ(this->of_device(one)[0].node, "n2");
    EXPECT_EQ(this->of_device(two).size(), 1U);
    this->write("n1", {}, {});
}

TYPED_TEST(BindingsTest, ThoseOfANodeAreReadPageByPage)
{
    std::vector<domain::DeviceBinding> all;
    for (auto const device : {three, one, two})
        all.push_back({device, "192.0.2.7:1", true, at(0), "n1"});
    this->write("n1", all);
    this->write("n2", {{one, "192.0.2.7:2", true, at(0), "n2"}});
    auto const page = this->of_node("n1", {}, 2);
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].device, one);
    EXPECT_EQ(page[1].device, two);
    auto const last = this->of_node("n1", two, 2);
    ASSERT_EQ(last.size(), 1U);
    EXPECT_EQ(last[0].device, three);
}

TYPED_TEST(BindingsTest, LoginsAreFoundByTheirNames)
{
    this->backend.add_login(one, "cpe-1", "secret-1");
    this->backend.add_login(two, "shared", "secret-2");
    this->backend.add_login(three, "shared", "secret-3");
    EXPECT_THAT(this->logins({"shared", "nobody"}),
                UnorderedElementsAre(domain::StunLogin{"shared", two, "secret-2"},
                                     domain::StunLogin{"shared", three, "secret-3"}));
    EXPECT_THAT(this->logins({"cpe-1"}), UnorderedElementsAre(domain::StunLogin{"cpe-1", one, "secret-1"}));
    EXPECT_TRUE(this->logins({}).empty());
}

using PgBindingsTest = BindingsTest<PgBindings>;

TEST_F(PgBindingsTest, TheLoginBeforeTheLastIsGoodTooUntilTheDeviceHasTheNewOne)
{
    auto const sealed = [&](char const* text) { return backend.stores.sealer.seal(text, storage::wake_place(one)); };
    backend.stores.database.exec(
        "INSERT INTO connection_request_credential (device_id, username, password, previous_username, "
        "previous_password, origin) VALUES (11, 'cpe', '" +
        sealed("new") + "', 'cpe', '" + sealed("old") + "', 'generated')");
    EXPECT_THAT(logins({"cpe"}),
                UnorderedElementsAre(domain::StunLogin{"cpe", one, "new"}, domain::StunLogin{"cpe", one, "old"}));
    backend.stores.database.exec("UPDATE connection_request_credential SET previous_username = 'was'");
    EXPECT_THAT(logins({"cpe", "was"}),
                UnorderedElementsAre(domain::StunLogin{"cpe", one, "new"}, domain::StunLogin{"was", one, "old"}));
    backend.stores.database.exec("UPDATE connection_request_credential SET confirmed_at = now()");
    EXPECT_THAT(logins({"cpe", "was"}), UnorderedElementsAre(domain::StunLogin{"cpe", one, "new"}));
}

TEST_F(PgBindingsTest, ForeignBytesAreTextsLikeAnyOther)
{
    backend.add_login(one, "cpe", "secret");
    EXPECT_TRUE(logins({std::string{"\xff\0{}\",'; DROP TABLE device --", 27}}).empty());
    EXPECT_EQ(logins({"cpe", "{\"cpe\"}"}).size(), 1U);
}

TEST_F(PgBindingsTest, OnesThatNobodyConfirmsAreForgotten)
{
    auto const now = backend.stores.clock.now();
    write("gone", {{one, "192.0.2.7:1", true, now - 49h, "gone"}});
    write("n1", {{one, "192.0.2.7:2", true, now - 47h, "n1"}});
    storage::Chores chores{backend.stores.chores(), backend.stores.node(), backend.stores.clock};
    EXPECT_TRUE(chores.run_once());
    ASSERT_EQ(of_device(one).size(), 1U);
    EXPECT_EQ(of_device(one)[0].node, "n1");
}

}  // namespace
}  // namespace contract
