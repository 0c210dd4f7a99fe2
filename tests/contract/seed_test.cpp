#include "storage/seed.hpp"

#include "contract/store_backends.hpp"

namespace contract {
namespace {

/// Devices that exist for measurements only.
class Seed : public ::testing::Test {
protected:
    storage::SeedReport seed(std::int64_t devices, std::int64_t trees)
    {
        storage::SeedSettings settings;
        settings.devices = devices;
        settings.trees = trees;
        settings.parameters = 200;
        return storage::seed(backend_.rare(), base::SystemClock{}, settings, [](std::int64_t) {});
    }
    [[nodiscard]] std::string value(std::string const& sql) { return backend_.database().value(sql); }

    boost::asio::io_context io_{1};
    InPostgres<support::Shape::plain> backend_;
};

TEST_F(Seed, SeededDevicesAreKnownToSessions)
{
    auto const report = seed(50, 5);
    EXPECT_EQ(report.devices, 50);
    EXPECT_EQ(report.trees, 5);
    auto const known =
        support::run(io_, backend_.sessions().look_up({"Example", "00D09E", "HG-1000", "SEED00000003"}, ""));
    ASSERT_TRUE(known.device);
    auto const tree = support::run(io_, backend_.trees().load(known.device->key));
    EXPECT_EQ(tree.size(), 200U);
    EXPECT_EQ(tree.value("Device.WiFi.SSID.1.Enable"), "true");
    EXPECT_EQ(
        value("SELECT count(*) FROM acs.parameter WHERE device_id = " + std::to_string(known.device->key.value())),
        "200");
    EXPECT_EQ(value("SELECT count(*) FROM device_parameter"), "175") << "35 of each tree are promoted";
}

TEST_F(Seed, ASecondRunAddsOnlyWhatIsMissing)
{
    seed(20, 2);
    auto const report = seed(30, 2);
    EXPECT_EQ(report.devices, 30);
    EXPECT_EQ(report.trees, 2);
}

TEST_F(Seed, AnInventoryOfRealDevicesIsRefused)
{
    backend_.database().exec("INSERT INTO public.device (device_id, oui, product_class, serial_number)"
                             " VALUES (1, 'A', 'B', 'real')");
    EXPECT_THROW(seed(10, 0), std::invalid_argument);
    EXPECT_EQ(value("SELECT count(*) FROM device"), "1");
}

}  // namespace
}  // namespace contract
