#include "device_lab.hpp"
#include "rules_fixture.hpp"

#include "provisioning/rule_runner.hpp"
#include "storage/session_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

namespace rules_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

/// What a persona has that rules may change.
struct Changeable {
    std::string product_class;
    std::vector<std::pair<std::string, std::vector<std::string>>> settings;  ///< path, SQL of values
    std::string table, protocol, description;                                ///< of port mappings; "" when it has none
};

Changeable changeable_of(std::string const& persona, std::string product_class)
{
    std::string const interval = "ManagementServer.PeriodicInformInterval";
    std::vector<std::string> const numbers{"300", "900", "'900'", "3600"};
    std::vector<std::string> const names{"'Annas'", "'Berts net'", "'home'", "upper(serial_number)"};
    std::vector<std::string> const flags{"true", "false", "'1'", "'0'"};
    if (persona == "dsl-gateway") {
        std::string const root = "InternetGatewayDevice.";
        std::string const wifi = root + "LANDevice.1.WLANConfiguration.";
        return {std::move(product_class),
                {{root + interval, numbers},
                 {root + "DeviceInfo.ProvisioningCode", names},
                 {wifi + "1.SSID", names},
                 {wifi + "2.Enable", flags},
                 {wifi + "1.PreSharedKey.1.KeyPassphrase", {"'correct horse'", "'battery staple'"}}},
                root + "WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1.PortMapping.",
                "PortMappingProtocol",
                "PortMappingDescription"};
    }
    std::string const root = "Device.";
    Changeable changeable{std::move(product_class),
                          {{root + interval, numbers}, {root + "DeviceInfo.ProvisioningCode", names}},
                          "",
                          "",
                          ""};
    if (persona == "fibre-gateway") {
        changeable.settings.insert(changeable.settings.end(), {{root + "WiFi.SSID.1.SSID", names},
                                                               {root + "WiFi.SSID.2.Enable", flags},
                                                               {root + "WiFi.AccessPoint.1.Security.KeyPassphrase",
                                                                {"'correct horse'", "'battery staple'"}}});
        changeable.table = root + "NAT.PortMapping.";
        changeable.protocol = "Protocol";
        changeable.description = "Description";
    }
    return changeable;
}

/// Random rules over the devices; the same for the same seed.
class RuleMaker {
public:
    RuleMaker(unsigned seed, std::vector<Changeable> const& personas) : random_{seed}, personas_{personas} {}

    std::vector<domain::RuleFile> make()
    {
        std::vector<domain::RuleFile> files;
        auto const count = 1 + below(6);
        for (unsigned i = 0; i < count; ++i) {
            auto const name = fmt::format("r{}", i);
            files.push_back({name + ".sql", text(name)});
        }
        return files;
    }

private:
    unsigned below(std::size_t end)
    {
        return std::uniform_int_distribution<unsigned>{0, static_cast<unsigned>(end) - 1}(random_);
    }
    template <class List>
    auto const& one_of(List const& list)
    {
        return list[below(list.size())];
    }

    std::string text(std::string const& name)
    {
        auto const& persona = one_of(personas_);
        std::string actions;
        auto const count = 1 + below(4);
        for (unsigned i = 0; i < count; ++i)
            actions += (i == 0 ? "" : ",\n    ") + action(persona);
        return fmt::format("-- rule: {}\n-- priority: {}\n-- when: product_class = '{}'\nSELECT device.id,\n    {}\n"
                           "FROM acs.device\n",
                           name, 100 + 50 * below(3), persona.product_class, actions);
    }

    std::string action(Changeable const& persona)
    {
        auto const& [path, values] = one_of(persona.settings);
        auto const kind = below(persona.table.empty() ? 5 : 8);
        if (kind == 3)
            return fmt::format("acs.notify('{}', {})", one_of(persona.settings).first, below(3));
        if (kind == 4)
            return fmt::format("acs.tag('t{}'{})", below(3), tag_flag());
        if (kind >= 5)
            return instance(persona);
        return fmt::format("acs.set_value('{}', {})", path, one_of(values));
    }

    std::string tag_flag() { return below(2) == 0 ? "" : ", false"; }

    std::string instance(Changeable const& persona)
    {
        auto const port = std::vector<unsigned>{443, 8080, 8081, 6112}[below(4)];
        auto const keys = fmt::format("ARRAY['ExternalPort', '{}', '{}', '{}']", port, persona.protocol,
                                      port == 6112 ? "UDP" : "TCP");
        if (below(3) == 0)
            return fmt::format("acs.delete_instance('{}', {})", persona.table, keys);
        return fmt::format("acs.ensure_instance('{}', {}, ARRAY['InternalPort', '{}', '{}', 'variant {}'])",
                           persona.table, keys, port + 1, persona.description, below(2));
    }

    std::mt19937 random_;
    std::vector<Changeable> const& personas_;
};

/// What changes a device, as "RPC parameter = value"; the number of a new instance is {i}.
using Deeds = std::multiset<std::string>;

std::string as_written(std::string const& path, std::string const& value)
{
    auto const plain = value == "1" ? "true" : value == "0" ? "false" : value;
    return fmt::format("set {} = {}", path, cwmp::is_secret_path(path) ? "********" : plain);
}

Deeds deeds_of(std::vector<domain::PlannedRpc> const& rpcs)
{
    Deeds deeds;
    for (auto const& rpc : rpcs)
        for (auto const& about : rpc.about) {
            auto const end = about.find(" = ");
            if (rpc.method == "SetParameterValues")
                deeds.insert(as_written(about.substr(0, end), about.substr(end + 3)));
            else if (rpc.method != "GetParameterValues" && rpc.method != "GetParameterNames")
                deeds.insert(rpc.method + " " + about);
        }
    return deeds;
}

Deeds deeds_of(std::vector<cwmp::Message> const& asked)
{
    Deeds deeds;
    std::string made;  // the table that the instance of the next SetParameterValues was made in
    for (auto const& message : asked) {
        if (auto const* const set = std::get_if<cwmp::SetParameterValues>(&message)) {
            for (auto const& value : set->parameter_list) {
                auto path = value.name;
                if (!made.empty() && path.starts_with(made))
                    path = made + "{i}" + path.substr(path.find('.', made.size()));
                deeds.insert(as_written(path, value.value));
            }
            made.clear();
        } else if (auto const* const add = std::get_if<cwmp::AddObject>(&message)) {
            made = add->object_name;
            deeds.insert("AddObject " + made);
        } else if (auto const* const gone = std::get_if<cwmp::DeleteObject>(&message)) {
            deeds.insert("DeleteObject " + gone->object_name);
        } else if (auto const* const attributes = std::get_if<cwmp::SetParameterAttributes>(&message)) {
            for (auto const& each : attributes->parameter_list)
                deeds.insert(fmt::format("SetParameterAttributes {} = {}", each.name, each.notification));
        }
    }
    return deeds;
}

class PreviewAndDeed : public RulesTest {
protected:
    void SetUp() override
    {
        clock.set(base::SystemClock{}.now());
        for (auto const* const persona : {"dsl-gateway", "fibre-gateway", "set-top-box"}) {
            labs_.push_back(std::make_unique<DeviceLab>(persona, std::string{"P"} + persona[0], clock, services()));
            personas_.push_back(changeable_of(persona, labs_.back()->device.device_id().product_class));
        }
        for (auto& lab : labs_)
            settle(*lab);
    }

    template <class T>
    T run_here(base::Awaitable<T> work)
    {
        return support::run(context_, std::move(work));
    }

    void hold_session(DeviceLab& lab)
    {
        clock.set(base::SystemClock{}.now());  // as the database's: what is due is for it to say
        auto const report = run_here(lab.hold_session());
        EXPECT_TRUE(report.succeeded) << report.failure;
    }
    /// Until all of the device was read.
    void settle(DeviceLab& lab)
    {
        for (int i = 0; i < 30; ++i) {
            hold_session(lab);
            if (database.value("SELECT count(*) FROM task WHERE state NOT IN ('done', 'failed')") == "0")
                return;
        }
        FAIL() << "it is not read";
    }
    [[nodiscard]] domain::DeviceKey key_of(DeviceLab& lab)
    {
        return domain::DeviceKey{std::stoll(database.value("SELECT device_id FROM device WHERE serial_number = '" +
                                                           lab.device.device_id().serial_number + "'"))};
    }
    [[nodiscard]] std::string tags_of(domain::DeviceKey device)
    {
        return database.value("SELECT array_to_string(tags, ' ') FROM device WHERE device_id = " +
                              std::to_string(device.value()));
    }

    /// What the preview counts as changes of one device, as far as it says what will be sent.
    struct Previewed {
        Deeds deeds;                   ///< values and notifications
        std::set<std::string> tables;  ///< instances are made, deleted or changed in these
        std::size_t tags = 0;
        bool is_changed = false;
    };
    Previewed preview_of(DeviceLab& lab, std::vector<domain::RuleFile> const& files)
    {
        auto const seen = preview(files, "serial_number = '" + lab.device.device_id().serial_number + "'");
        Previewed previewed{.is_changed = seen.devices_changed == 1};
        EXPECT_EQ(seen.devices, 1U);
        EXPECT_THAT(seen.failures, IsEmpty());
        for (auto const& change : seen.changes) {
            EXPECT_EQ(change.waiting + change.given_up, 0U) << change.path;
            for (auto const& sample : change.samples) {
                if (change.kind == "set")
                    previewed.deeds.insert(as_written(change.path, sample.to));
                else if (change.kind == "notify")
                    previewed.deeds.insert(fmt::format("SetParameterAttributes {} = {}", change.path, sample.to));
                else if (change.kind == "tag")
                    ++previewed.tags;
                else
                    previewed.tables.insert(change.path);
            }
        }
        return previewed;
    }

    void compare(unsigned seed, DeviceLab& lab, std::vector<domain::RuleFile> const& files, Previewed const& previewed)
    {
        auto const device = key_of(lab);
        auto const planned = deeds_of(run(rules.explain(device, "")).next_session);
        auto const tags_before = tags_of(device);
        hold_session(lab);
        auto sent = deeds_of(lab.asked);
        std::string texts;
        for (auto const& file : files)
            texts += file.text;
        auto const what = fmt::format("seed {}, {}\n{}", seed, lab.device.device_id().product_class, texts);
        EXPECT_EQ(sent, planned) << "as explained; " << what;
        for (auto const& deed : sent)
            ++seen_[deed.substr(0, deed.find(' '))];
        seen_["tag"] += previewed.tags;
        EXPECT_EQ(previewed.is_changed, !sent.empty() || previewed.tags > 0) << what;
        EXPECT_EQ(tags_of(device) != tags_before, previewed.tags > 0) << what;
        std::set<std::string> touched;
        std::erase_if(sent, [&](std::string const& deed) {
            for (auto const& table : {personas_[0].table, personas_[1].table})
                if (deed.contains(" " + table)) {
                    touched.insert(table);
                    return true;
                }
            return false;
        });
        EXPECT_EQ(sent, previewed.deeds) << "as previewed; " << what;
        EXPECT_EQ(touched, previewed.tables) << what;
        hold_session(lab);
        EXPECT_THAT(deeds_of(lab.asked), IsEmpty()) << "the second session; " << what;
        EXPECT_FALSE(preview_of(lab, files).is_changed) << "afterwards; " << what;
    }

    std::vector<std::unique_ptr<DeviceLab>> labs_;
    std::vector<Changeable> personas_;
    std::map<std::string, std::size_t> seen_;  ///< how often something of a kind was done

private:
    [[nodiscard]] storage::SessionPathSettings path_settings() const
    {
        storage::SessionPathSettings settings;
        settings.batches.connection = database.settings();
        settings.rules.connection = storage::rule_connections(database.settings(), 1, 2s).connection;
        return settings;
    }
    [[nodiscard]] session::Services services()
    {
        session::Services services{
            path_.sessions(), path_.tasks(), path_.trees(), models_, files_, clock, metrics, tokens_, {}, {}};
        services.rules = &runner;
        return services;
    }

    boost::asio::io_context context_{1};
    support::FakeFileStore files_;
    support::FakeModelStore models_;
    domain::FileTokens tokens_{"a key of sixteen bytes"};
    storage::SessionPath path_{path_settings(), writes, sealer, clock, metrics};

protected:
    provisioning::RuleRunner runner{rules, path_.outcomes(), clock};
};

TEST_F(PreviewAndDeed, OfRandomRulesAreTheSame)
{
    constexpr unsigned seeds = 30;
    for (unsigned seed = 1; seed <= seeds && !HasFailure(); ++seed) {
        auto const files = RuleMaker{seed, personas_}.make();
        std::vector<Previewed> previewed;
        for (auto& lab : labs_)
            previewed.push_back(preview_of(*lab, files));
        apply(files);
        run_here(runner.refresh());
        for (std::size_t i = 0; i < labs_.size(); ++i)
            compare(seed, *labs_[i], files, previewed[i]);
    }
    for (auto const* const kind : {"set", "AddObject", "DeleteObject", "SetParameterAttributes", "tag"})
        EXPECT_GT(seen_[kind], 3U) << kind;
}

}  // namespace
}  // namespace rules_test
