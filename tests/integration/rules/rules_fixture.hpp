#pragma once

#include "cwmp/path.hpp"
#include "provisioning/rule_book.hpp"
#include "storage/pg_rules.hpp"
#include "support/hand_clock.hpp"
#include "support/run.hpp"
#include "support/test_database.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace rules_test {

/// Rules over a database with four devices, and tables of an operator's own.
class RulesTest : public testing::Test {
protected:
    static constexpr domain::DeviceKey gateway{1};  ///< TR-181, HG-1000, serial A1
    static constexpr domain::DeviceKey other{2};    ///< the same model, A2
    static constexpr domain::DeviceKey old{3};      ///< TR-098, HG-500, B1
    static constexpr domain::DeviceKey box{4};      ///< TR-181, STB, C1

    static bool is_secret(std::string_view path) { return cwmp::is_secret_path(path); }

    RulesTest() { clock.set(base::SystemClock{}.now()); }
    void SetUp() override { database.exec(devices()); }

    /// The file of that name among the examples.
    static domain::RuleFile example(std::string const& name)
    {
        std::ifstream stream{ACS_SOURCE_DIR "/config/rules/" + name};
        EXPECT_TRUE(stream) << name;
        return {name, {std::istreambuf_iterator<char>{stream}, {}}};
    }

    template <class T>
    T run(base::Awaitable<T> work)
    {
        return support::run(std::move(work));
    }

    domain::RulesApplied apply(std::vector<domain::RuleFile> files, bool dry_run = false)
    {
        auto applied = run(rules.apply(std::move(files), "anna", "test", dry_run));
        if (!applied) {
            for (auto const& problem : applied.error())
                ADD_FAILURE() << problem.text();
            return {};
        }
        return *applied;
    }

    domain::RulesPreview preview(std::vector<domain::RuleFile> files, std::string where = "")
    {
        auto preview = run(rules.preview({.files = std::move(files), .where = std::move(where), .limit = 100}));
        if (!preview) {
            for (auto const& problem : preview.error())
                ADD_FAILURE() << problem.text();
            return {};
        }
        return *preview;
    }

    /// What is wanted of one parameter of a device by the rules in force; none when nothing is.
    std::optional<std::string> wanted(domain::DeviceKey device, std::string const& path)
    {
        for (auto const& wish : run(rules.explain(device, "")).wishes)
            if (wish.path == path && wish.overruled_by.empty())
                return wish.wanted;
        return std::nullopt;
    }

    /// The devices' trees hold what the promoted copies tell, as texts.
    void make_trees()
    {
        database.exec("INSERT INTO device_tree (device_id, stored_at, software_version, read_at, path_ids, values,"
                      " changed, flags) SELECT device_id, now(), '', '{}', array_agg(path_id ORDER BY path_id),"
                      " array_agg(value ORDER BY path_id), array_agg(1700000000 ORDER BY path_id),"
                      " string_agg('\\x0301'::bytea, ''::bytea) FROM device_parameter GROUP BY device_id");
    }

    support::TestDatabase database;
    storage::Database writes{settings(database.settings())};
    storage::Database queries{storage::rule_connections(database.settings(), 1, std::chrono::seconds{2})};
    support::HandClock clock;
    base::Metrics metrics;
    base::Sealer sealer = base::Sealer::with_random_key();
    storage::PathTable known_paths{writes, clock, metrics};
    storage::PgRules store{writes, queries, known_paths, sealer};
    provisioning::RuleBook rules{store, clock, is_secret, std::chrono::seconds{0}};

private:
    static storage::DatabaseSettings settings(storage::ConnectionSettings const& connection)
    {
        storage::DatabaseSettings settings;
        settings.connection = connection;
        settings.connections = 1;
        return settings;
    }

    static std::string devices()
    {
        return R"(
            INSERT INTO device (device_id, state, oui, product_class, serial_number, tags, subscriber) VALUES
                (1, 'active', '00D09E', 'HG-1000', 'A1', '{residential,de}', 'anna'),
                (2, 'active', '00D09E', 'HG-1000', 'A2', '{business,pt}', 'bert'),
                (3, 'active', '202BC1', 'HG-500', 'B1', '{residential}', 'carl'),
                (4, 'active', '202BC1', 'STB', 'C1', '{}', NULL),
                (5, 'pending', '202BC1', 'STB', 'C2', '{}', NULL);
            INSERT INTO device_contact (device_id, last_inform, software_version, last_boot) VALUES
                (1, now(), '1.0', now() - interval '40 days'), (2, now(), '2.0', now()), (3, now(), '1.0', now()),
                (4, now(), '3.1', now()), (5, now(), '3.1', now());
            INSERT INTO path (path, is_secret) VALUES
                ('Device.DeviceInfo.SoftwareVersion', false), ('InternetGatewayDevice.DeviceInfo.SoftwareVersion', false),
                ('Device.WiFi.SSID.1.SSID', false), ('InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID', false),
                ('Device.ManagementServer.PeriodicInformInterval', false), ('Device.Level', false);
            INSERT INTO device_parameter (device_id, path_id, value, since)
                SELECT v.id, p.path_id, v.value, now() FROM path p JOIN (VALUES
                    (1, 'Device.DeviceInfo.SoftwareVersion', '1.0'), (2, 'Device.DeviceInfo.SoftwareVersion', '2.0'),
                    (3, 'InternetGatewayDevice.DeviceInfo.SoftwareVersion', '1.0'), (4, 'Device.DeviceInfo.SoftwareVersion', '3.1'),
                    (1, 'Device.WiFi.SSID.1.SSID', 'factory'), (2, 'Device.WiFi.SSID.1.SSID', 'Berts'),
                    (3, 'InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID', 'factory'),
                    (1, 'Device.ManagementServer.PeriodicInformInterval', '3600'),
                    (1, 'Device.Level', '7'), (2, 'Device.Level', 'plenty')) v (id, path, value) ON v.path = p.path;
            CREATE SCHEMA crm;
            CREATE TABLE crm.subscriber (serial text PRIMARY KEY, ssid text, passphrase text, pppoe_user text, pppoe_password text,
                sip_user text, sip_password text, iptv_vlan integer, tariff text, paid boolean NOT NULL DEFAULT true,
                static_ip inet, language text);
            INSERT INTO crm.subscriber VALUES
                ('A1', 'Annas', 'secret-anna', 'anna@isp', 'pw-anna', '4930001', 'sip-anna', NULL, 'gold', true, NULL, 'de'),
                ('A2', 'Berts', 'secret-bert', 'bert@isp', 'pw-bert', NULL, NULL, 42, 'silver', false, NULL, 'pt'),
                ('B1', 'Carls', 'secret-carl', 'carl@isp', 'pw-carl', NULL, NULL, NULL, 'silver', true, NULL, NULL);
            CREATE TABLE crm.port (serial text, external integer, internal integer, client text, protocol text, wanted boolean);
            INSERT INTO crm.port VALUES ('A1', 8080, 80, '192.168.1.10', 'TCP', true), ('A1', 2222, 22, '192.168.1.11', 'TCP', false);
            CREATE TABLE crm.firmware (product_class text, version text, file text);
            INSERT INTO crm.firmware VALUES ('HG-1000', '2.0', 'hg1000-2.0.bin');
            CREATE TABLE crm.secret (x text);
            GRANT USAGE ON SCHEMA crm TO acs_rules;
            GRANT SELECT ON crm.subscriber, crm.port, crm.firmware TO acs_rules;
        )";
    }
};

}  // namespace rules_test
