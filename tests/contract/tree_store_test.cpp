#include "contract/store_backends.hpp"

namespace contract {
namespace {

using datamodel::ParameterTree;

/// A tree of a gateway with `hosts` hosts, all values ending in `suffix`.
ParameterTree gateway(int hosts, std::string const& suffix = "")
{
    std::vector<std::string> texts;
    for (int i = 1; i <= hosts; ++i)
        texts.push_back("Device.Hosts.Host." + std::to_string(i) + ".");
    std::vector<datamodel::NameUpdate> names{
        {"Device.", false}, {"Device.Hosts.", false}, {"Device.Hosts.Host.", true}};
    std::vector<std::string> paths;
    for (auto const& host : texts)
        for (auto const* const name : {"HostName", "PhysAddress", "Active"})
            paths.push_back(host + name);
    for (auto const& host : texts)
        names.push_back({host, true});
    std::vector<std::string> values;
    for (auto const& path : paths)
        values.push_back("value of " + path + suffix);
    std::vector<datamodel::ValueUpdate> updates;
    for (std::size_t i = 0; i < paths.size(); ++i)
        updates.push_back({paths[i], values[i], cwmp::ValueType::string});
    ParameterTree tree;
    tree.set_names(names);
    tree.set_values(updates, 1'700'000'000);
    return tree;
}

template <class Backend>
using TreeStoreContract = StoreSuite<Backend>;
TYPED_TEST_SUITE(TreeStoreContract, Backends);

TYPED_TEST(TreeStoreContract, ADeviceThatWasNeverReadHasAnEmptyTree)
{
    EXPECT_TRUE(this->run(this->trees().load(this->admit().key)).empty());
    EXPECT_TRUE(this->run(this->trees().load(domain::DeviceKey{12345})).empty());
}

TYPED_TEST(TreeStoreContract, AStoredTreeIsLoadedAsItWas)
{
    auto const admission = this->admit();
    auto tree = gateway(30);
    tree.set_values({{"Device.Empty", "", cwmp::ValueType::string},
                     {"Device.Odd", "NULL {}\"\\,\n\xC3\xA9", cwmp::ValueType::base64},
                     {"Device.Number", "4294967295", cwmp::ValueType::unsigned_int}},
                    1'700'000'100);
    tree.set_names({{"Device.NeverRead", true}, {"Device.NotWritable", false}});
    tree.set_notifications({{"Device.Odd", 2}});
    tree.mark("Device.Number", datamodel::doubtful, true);
    EXPECT_TRUE(this->run(this->trees().store(admission.key, admission.epoch, tree, {"Device."}, "1.2.3")));
    EXPECT_TRUE(this->run(this->trees().load(admission.key)) == tree);
    auto const known = this->look_up();
    EXPECT_TRUE(known.has_tree);
    EXPECT_EQ(known.tree_software_version, "1.2.3");
}

TYPED_TEST(TreeStoreContract, AStaleEpochIsRefused)
{
    auto const old = this->admit();
    auto const newer = this->admit();
    EXPECT_FALSE(this->run(this->trees().store(old.key, old.epoch, gateway(1), {}, "1")));
    EXPECT_TRUE(this->run(this->trees().load(old.key)).empty());
    EXPECT_FALSE(this->look_up().has_tree);
    EXPECT_TRUE(this->run(this->trees().store(old.key, newer.epoch, gateway(1), {}, "1")));
}

TYPED_TEST(TreeStoreContract, ATreeGrowsShrinksAndChanges)
{
    auto const admission = this->admit();
    for (int const hosts : {3, 200, 5, 0, 40}) {
        auto const tree = gateway(hosts, " " + std::to_string(hosts));
        ASSERT_TRUE(this->run(this->trees().store(admission.key, admission.epoch, tree, {"Device.Hosts."}, "1.2.3")));
        ASSERT_TRUE(this->run(this->trees().load(admission.key)) == tree) << hosts;
    }
}

TYPED_TEST(TreeStoreContract, ValuesOfInformsLieOverTheTreeUntilTheyAreFoldedIn)
{
    auto const admission = this->admit();
    auto tree = gateway(1);
    tree.set_values(
        {{"Device.IP", "192.0.2.1", cwmp::ValueType::string}, {"Device.Same", "s", cwmp::ValueType::string}},
        1'600'000'000);
    ASSERT_TRUE(this->run(this->trees().store(admission.key, admission.epoch, tree, {}, "1")));

    auto const contact =
        this->inform(this->look_up(), {{"Device.IP", "192.0.2.2"}, {"Device.New", "n"}, {"Device.Same", "s"}});
    auto const next = this->run(this->sessions().commit_contact(contact));
    auto loaded = this->run(this->trees().load(admission.key));
    EXPECT_EQ(loaded.value("Device.IP"), "192.0.2.2");
    EXPECT_EQ(loaded.value("Device.New"), "n");
    EXPECT_EQ(loaded.find("Device.IP")->type, cwmp::ValueType::string);
    EXPECT_EQ(loaded.find("Device.Same")->changed, 1'600'000'000) << "what did not change keeps its time";
    EXPECT_EQ(loaded.size(), tree.size() + 1);

    ASSERT_TRUE(this->run(this->trees().store(next.key, next.epoch, loaded, {}, "1")));
    EXPECT_TRUE(this->look_up().recent.empty());
    EXPECT_TRUE(this->run(this->trees().load(admission.key)) == loaded);
}

TYPED_TEST(TreeStoreContract, AnInformAfterTheFoldStartsANewOverlay)
{
    auto const admission = this->admit();
    auto const first = this->run(this->sessions().commit_contact(this->inform(this->look_up(), {{"Device.A", "1"}})));
    auto const tree = this->run(this->trees().load(admission.key));
    ASSERT_TRUE(this->run(this->trees().store(first.key, first.epoch, tree, {}, "1")));
    this->run(this->sessions().commit_contact(this->inform(this->look_up(), {{"Device.A", "2"}})));
    EXPECT_EQ(this->run(this->trees().load(admission.key)).value("Device.A"), "2");
    EXPECT_EQ(this->look_up().recent.size(), 1u);
}

TYPED_TEST(TreeStoreContract, SecretsAreLoadedAsTheyWereRead)
{
    auto const admission = this->admit();
    ParameterTree tree;
    tree.set_values({{"Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "open sesame", cwmp::ValueType::string},
                     {"Device.Users.User.1.Password", "", cwmp::ValueType::string}},
                    1'700'000'000);
    ASSERT_TRUE(this->run(this->trees().store(admission.key, admission.epoch, tree, {}, "1")));
    EXPECT_TRUE(this->run(this->trees().load(admission.key)) == tree);
    this->run(
        this->sessions().commit_contact(this->inform(this->look_up(), {{"Device.Users.User.1.Password", "told"}})));
    EXPECT_EQ(this->run(this->trees().load(admission.key)).value("Device.Users.User.1.Password"), "told");
}

TYPED_TEST(TreeStoreContract, TreesOfManyDevicesAreStoredAtOnce)
{
    std::vector<domain::Admission> admissions;
    std::vector<base::Awaitable<bool>> stores;
    for (int i = 0; i < 40; ++i) {
        admissions.push_back(this->admit(this->router("S" + std::to_string(i))));
        stores.push_back(
            this->trees().store(admissions.back().key, admissions.back().epoch, gateway(i), {"Device."}, "1"));
    }
    for (bool const written : this->run_all(std::move(stores)))
        EXPECT_TRUE(written);
    for (int i = 0; i < 40; ++i)
        EXPECT_TRUE(this->run(this->trees().load(admissions[static_cast<std::size_t>(i)].key)) == gateway(i)) << i;
}

}  // namespace
}  // namespace contract
