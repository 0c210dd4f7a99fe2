#include "base/unavailable.hpp"
#include "contract/store_backends.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <thread>

namespace contract {
namespace {

using Postgres = InPostgres<support::Shape::plain>;

/// What is true of PostgreSQL alone.
class SessionPath : public StoreSuite<Postgres> {
protected:
    [[nodiscard]] std::string value(std::string const& sql) { return backend_.database().value(sql); }
    [[nodiscard]] static std::string text(domain::DeviceKey key) { return std::to_string(key.value()); }

    /// Stores one tree for a device that has informed once.
    domain::Admission admit_with(std::vector<datamodel::ValueUpdate> const& values)
    {
        auto const admission = admit();
        datamodel::ParameterTree tree;
        tree.set_values(values, 1'700'000'000);
        EXPECT_TRUE(run(trees().store(admission.key, admission.epoch, tree, {"Device."}, "1.2.3")));
        return admission;
    }
};

TEST_F(SessionPath, NoSecretIsReadableInADump)
{
    auto const admission =
        admit_with({{"Device.Users.User.1.Password", "tree-secret"}, {"Device.A", "readable-value"}});
    run(sessions().commit_contact(inform(look_up(), {{"Device.Users.User.2.Password", "inform-secret"}})));
    domain::SetTask set;
    set.settings = {{"Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "task-secret", std::nullopt},
                    {"Device.WiFi.AccessPoint.1.Security.PreSharedKey", "typed-secret", cwmp::ValueType::hex_binary}};
    domain::Task task;
    task.device = admission.key;
    task.arguments = set;
    task.progress = R"({"password":"progress-secret"})";
    run(tasks().add(task));
    domain::DownloadTask download;
    download.password = "download-secret";
    task.arguments = download;
    run(tasks().add(task));
    auto const open = run(tasks().open_tasks(admission.key));
    domain::TaskUpdate change;
    change.device = admission.key;
    change.id = open.at(0).id;
    change.epoch = look_up().session_epoch;
    change.state = domain::TaskState::done;
    change.result = R"({"values":[{"path":"Device.Users.User.1.Password","value":"result-secret"}]})";
    EXPECT_TRUE(run(tasks().update(change)));
    run(sessions().suspend({"cookie", admission.key, change.epoch, R"({"password":"session-secret"})"}));

    auto const dump = backend_.database().dump("-a");
    EXPECT_NE(dump.find("readable-value"), std::string::npos);
    EXPECT_EQ(dump.find("-secret"), std::string::npos) << dump.substr(dump.find("-secret") - 100, 200);
}

TEST_F(SessionPath, ASecretThatDidNotChangeIsNotRewritten)
{
    auto const admission = admit_with({{"Device.Users.User.1.Password", "secret"}});
    auto const before = value("SELECT values::text FROM device_tree");
    auto tree = run(trees().load(admission.key));
    tree.set_values({{"Device.B", "1"}}, 1'700'000'100);
    EXPECT_TRUE(run(trees().store(admission.key, admission.epoch, tree, {}, "1.2.3")));
    EXPECT_EQ(value("SELECT values[1] FROM device_tree"), before.substr(1, before.size() - 2));
}

TEST_F(SessionPath, ViewsShowTheNewestValuesAndHideSecrets)
{
    auto const admission = admit_with({{"Device.Users.User.1.Password", "secret"},
                                       {"Device.IP", "192.0.2.1", cwmp::ValueType::string},
                                       {"Device.Count", "5", cwmp::ValueType::unsigned_int}});
    run(sessions().commit_contact(inform(look_up(), {{"Device.IP", "192.0.2.2"}, {"Device.New", "n"}})));
    auto const parameter = [&](std::string const& path, std::string const& column) {
        return value("SELECT " + column + "::text FROM acs.parameter WHERE device_id = " + text(admission.key) +
                     " AND path = '" + path + "'");
    };
    EXPECT_EQ(parameter("Device.IP", "value"), "192.0.2.2");
    EXPECT_EQ(parameter("Device.IP", "type"), "xsd:string");
    EXPECT_EQ(parameter("Device.Count", "type"), "xsd:unsignedInt");
    EXPECT_EQ(parameter("Device.Count", "extract(epoch FROM changed_at)::bigint"), "1700000000");
    EXPECT_EQ(parameter("Device.New", "value"), "n");
    EXPECT_EQ(parameter("Device.Users.User.1.Password", "coalesce(value, 'hidden')"), "hidden");
    auto const newest = [&](std::string const& path) {
        return value("SELECT coalesce(acs.value(" + text(admission.key) + ", '" + path + "'), 'NULL')");
    };
    EXPECT_EQ(newest("Device.IP"), "192.0.2.2");
    EXPECT_EQ(newest("Device.New"), "n");
    EXPECT_EQ(newest("Device.Count"), "5");
    EXPECT_EQ(newest("Device.Users.User.1.Password"), "NULL");
    EXPECT_EQ(newest("Device.Nothing"), "NULL");
    EXPECT_EQ(
        value(
            "SELECT software_version || ' ' || host(ip_address) || ' ' || last_events[1] FROM acs.device WHERE id = " +
            text(admission.key)),
        "1.2.3 192.0.2.7 4 VALUE CHANGE");
}

TEST_F(SessionPath, ModelNameAndInformIntervalAreTakenFromTheTree)
{
    admit_with(
        {{"Device.DeviceInfo.ModelName", "HG-1000 v2"}, {"Device.ManagementServer.PeriodicInformInterval", "3600"}});
    EXPECT_EQ(value("SELECT model_name || ' ' || inform_interval FROM acs.device"), "HG-1000 v2 3600");
}

TEST_F(SessionPath, PromotedParametersFollowTreesAndInforms)
{
    std::string const long_text(2000, 'x');
    auto const admission = admit_with({{"Device.WiFi.SSID.1.SSID", "home"},
                                       {"Device.WiFi.SSID.2.SSID", long_text},
                                       {"Device.WiFi.SSID.3.SSID", "guest"},
                                       {"Device.WiFi.SSID.1.BSSID", "00:11"}});
    auto const copies = [&] {
        return value("SELECT string_agg(p.path || '=' || coalesce(d.value, 'NULL'), ' ' ORDER BY p.path)"
                     " FROM device_parameter d JOIN path p USING (path_id)");
    };
    EXPECT_EQ(copies(), "Device.WiFi.SSID.1.SSID=home Device.WiFi.SSID.2.SSID=NULL Device.WiFi.SSID.3.SSID=guest");
    EXPECT_EQ(value("SELECT length(acs.value(" + text(admission.key) + ", 'Device.WiFi.SSID.2.SSID'))"), "2000");

    auto const next = run(sessions().commit_contact(
        inform(look_up(), {{"Device.WiFi.SSID.1.SSID", "new"}, {"Device.WiFi.SSID.3.SSID", "guest"}})));
    EXPECT_EQ(copies(), "Device.WiFi.SSID.1.SSID=new Device.WiFi.SSID.2.SSID=NULL Device.WiFi.SSID.3.SSID=guest");

    auto tree = run(trees().load(admission.key));
    tree.remove("Device.WiFi.SSID.2.SSID");
    tree.set_values({{"Device.WiFi.SSID.3.SSID", "visitors"}}, 1'700'000'200);
    EXPECT_TRUE(run(trees().store(next.key, next.epoch, tree, {}, "1.2.3")));
    EXPECT_EQ(copies(), "Device.WiFi.SSID.1.SSID=new Device.WiFi.SSID.3.SSID=visitors");
}

TEST_F(SessionPath, APatternThatIsPromotedLaterCountsFromTheNextWriteOn)
{
    auto const admission = admit_with({{"Device.X_Vendor.Mode", "a"}});
    EXPECT_EQ(value("SELECT count(*) FROM device_parameter"), "0");
    backend_.database().exec("INSERT INTO promoted (pattern) VALUES ('Device.X_Vendor.Mode')");
    backend_.path().paths().reload_promoted();
    auto const tree = run(trees().load(admission.key));
    EXPECT_TRUE(run(trees().store(admission.key, admission.epoch, tree, {}, "1.2.3")));
    EXPECT_EQ(value("SELECT value FROM device_parameter"), "a");
}

TEST_F(SessionPath, WhenWhichSubtreeWasReadIsKept)
{
    auto const admission = admit_with({{"Device.A", "1"}});
    auto const tree = run(trees().load(admission.key));
    EXPECT_TRUE(run(trees().store(admission.key, admission.epoch, tree, {"Device.WiFi."}, "1.2.3")));
    EXPECT_EQ(value("SELECT string_agg(p.path, ' ' ORDER BY p.path) FROM device_tree t, jsonb_object_keys(t.read_at) k"
                    " JOIN path p ON p.path_id::text = k"),
              "Device. Device.WiFi.");
}

TEST_F(SessionPath, BytesThatAreNoTextReachTheDatabaseRepaired)
{
    auto contact = inform(router(std::string{"R\0\xff", 3}));
    contact.facts.software_version = std::string{"1\0"
                                                 "2\xed\xa0\x80",
                                                 6};
    contact.events = {{std::string{"X \0\xc0\xaf", 5}, "\xf5"}};
    contact.values = {
        {"Device.Bad", std::string{"a\0b\xff", 4}}, {std::string{"Device.N\0ame", 12}, "v"}, {"Device.\xff", "v"}};
    auto const admission = run(sessions().commit_contact(contact));
    EXPECT_TRUE(run(sessions().look_up(router(std::string{"R\0\xff", 3}), "")).device);
    EXPECT_EQ(run(trees().load(admission.key)).value("Device.Bad"), "a\xEF\xBF\xBD"
                                                                    "b\xEF\xBF\xBD");
    EXPECT_EQ(value("SELECT count(*) FROM path WHERE path LIKE 'Device.N%'"), "0");
}

TEST_F(SessionPath, OneRefusedMemberDoesNotHarmItsBatch)
{
    std::vector<base::Awaitable<bool>> works;
    auto const attempt = [this](domain::Contact contact) -> base::Awaitable<bool> {
        try {
            co_await sessions().commit_contact(std::move(contact));
            co_return true;
        } catch (std::exception const&) {
            co_return false;
        }
    };
    for (int i = 0; i < 50; ++i) {
        auto contact = inform(router("S" + std::to_string(i)));
        if (i == 17)
            contact.at = base::TimePoint{};  // no partition holds this day
        works.push_back(attempt(std::move(contact)));
    }
    auto const done = run_all(std::move(works));
    for (std::size_t i = 0; i < done.size(); ++i)
        EXPECT_EQ(done[i], i != 17) << i;
    EXPECT_EQ(value("SELECT count(*) FROM device"), "49");
}

TEST_F(SessionPath, ARestartOfTheDatabaseLosesNothingAndRepeatsNothing)
{
    constexpr int devices = 20;
    constexpr int informs = 30;
    auto const device = [this](int number) -> base::Awaitable<std::int64_t> {
        domain::Admission last;
        for (int i = 0; i < informs; ++i) {
            auto answer = co_await sessions().look_up(router("S" + std::to_string(number)), "");
            auto contact = inform(router("S" + std::to_string(number)));
            contact.at += std::chrono::microseconds{i};
            if (answer.device) {
                contact.key = answer.device->key;
                contact.recent = answer.device->recent;
                contact.recent_version = answer.device->recent_version;
            }
            contact.values = {{"Device.Counter", std::to_string(i)}};
            last = co_await sessions().commit_contact(std::move(contact));
        }
        co_return last.epoch;
    };
    std::vector<base::Awaitable<std::int64_t>> works;
    for (int i = 0; i < devices; ++i)
        works.push_back(device(i));
    std::jthread disturber{[&](std::stop_token const& over) {
        while (!over.stop_requested()) {
            backend_.database().disconnect_all();
            std::this_thread::sleep_for(70ms);
        }
    }};
    auto const epochs = run_all(std::move(works));
    disturber.request_stop();
    disturber.join();
    for (auto const epoch : epochs)
        EXPECT_EQ(epoch, informs) << "each Inform made one epoch, however often it was sent";
    EXPECT_EQ(value("SELECT count(*) FROM event WHERE kind = 'inform'"), std::to_string(devices * informs));
    for (int i = 0; i < devices; ++i)
        EXPECT_EQ(run(trees().load(look_up(router("S" + std::to_string(i))).key)).value("Device.Counter"),
                  std::to_string(informs - 1));
}

TEST_F(SessionPath, SeveralNodesWriteTheSameDevicesWithoutDeadlock)
{
    constexpr int devices = 40;
    for (int i = 0; i < devices; ++i)
        admit(router("S" + std::to_string(i)));
    auto const node = [&](unsigned number) {
        boost::asio::io_context io{1};  // outlives the queue, as everywhere
        base::SystemClock clock;
        base::Metrics metrics;
        storage::BatchSettings batches;
        batches.connection = backend_.database().settings();
        storage::SessionPath path{
            {batches, batches, {}, number, storage::identity_hash}, backend_.rare(), backend_.sealer(), clock, metrics};
        int left = devices;
        auto const session = [&](int first) -> base::Awaitable<void> {
            for (int i = 0; i < 40; ++i) {
                auto const identity = router("S" + std::to_string((first * 7 + i) % devices));
                auto const answer = co_await path.sessions().look_up(identity, "");
                auto const admission = co_await path.sessions().commit_contact(
                    inform(*answer.device, {{"Device.V", std::to_string(i)}}, identity));
                auto tree = co_await path.trees().load(admission.key);
                co_await path.trees().store(admission.key, admission.epoch, std::move(tree), {}, "1");
            }
            if (--left == 0)
                io.stop();
        };
        for (int i = 0; i < devices; ++i)
            boost::asio::co_spawn(io, session(i), [](std::exception_ptr error) {
                if (error)
                    std::rethrow_exception(error);
            });
        io.run();
    };
    std::thread first{[&] { node(1); }};
    std::thread second{[&] { node(2); }};
    first.join();
    second.join();
    EXPECT_EQ(value("SELECT sum(session_epoch) FROM device_contact"), std::to_string(devices + 2 * devices * 40));
    backend_.database().exec("SELECT pg_stat_force_next_flush()");
    EXPECT_EQ(value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), "0");
}

TEST_F(SessionPath, ARedeliveryIsMarkedAlthoughItWasLookedUpBeforeTheFirstWasWritten)
{
    auto again = inform(router());
    again.retry_count = 1;
    auto const key = admit().key;
    run(sessions().commit_contact(again));
    auto const known = look_up();
    auto change = inform(known, {});
    auto change_again = change;
    change_again.retry_count = 1;
    run(sessions().commit_contact(change));
    run(sessions().commit_contact(change_again));
    auto other = inform(router(), {{"8 DIAGNOSTICS COMPLETE", ""}});
    other.key = known.key;
    other.retry_count = 2;
    run(sessions().commit_contact(other));
    other.retry_count = 0;
    run(sessions().commit_contact(other));

    std::vector<bool> marks;
    for (auto const& event : backend_.events(key))
        if (event.kind == "inform")
            marks.push_back(event.redelivered);
    EXPECT_EQ(marks, (std::vector{false, true, false, true, false, false}));
}

TEST_F(SessionPath, ARedeliveryStaysOneWhenAnotherInformIsWrittenAfterItsLookUp)
{
    auto const key = admit().key;
    auto again = inform(look_up(), {});
    auto between = inform(router(), {{"8 DIAGNOSTICS COMPLETE", ""}});
    between.key = key;
    again.retry_count = 1;
    again.redelivered = true;
    run(sessions().commit_contact(between));
    run(sessions().commit_contact(again));
    EXPECT_TRUE(backend_.events(key).back().redelivered);
}

TEST_F(SessionPath, ContactRowsAreUpdatedOnTheirPage)
{
    admit();
    for (int i = 0; i < 200; ++i)
        run(sessions().commit_contact(inform(look_up(), {{"Device.Counter", std::to_string(i)}})));
    std::this_thread::sleep_for(1500ms);  // statistics arrive late
    EXPECT_EQ(value("SELECT n_tup_upd - n_tup_hot_upd < 20 FROM pg_stat_user_tables WHERE relname = 'device_contact'"),
              "t");
}

TEST(SessionPathLimits, AHashThatTwoIdentitiesShareKeepsThemApart)
{
    auto const collide = [](cwmp::DeviceId const&, unsigned salt) { return std::int64_t{1000 + salt}; };
    boost::asio::io_context io{1};
    Postgres backend{{}, {}, collide};
    auto const inform = [](std::string serial) {
        domain::Contact contact;
        contact.identity = {"A", "00D09E", "P", std::move(serial)};
        contact.at = base::SystemClock{}.now();
        contact.events = {{"1 BOOT", ""}};
        return contact;
    };
    std::set<std::int64_t> keys;
    for (auto const* const serial : {"S1", "S2", "S3"})
        keys.insert(support::run(io, backend.sessions().commit_contact(inform(serial))).key.value());
    EXPECT_EQ(keys, (std::set<std::int64_t>{1000, 1001, 1002}));
    for (auto const* const serial : {"S1", "S2", "S3"}) {
        auto const answer = support::run(io, backend.sessions().look_up(inform(serial).identity, ""));
        ASSERT_TRUE(answer.device);
        EXPECT_EQ(answer.device->session_epoch, 1);
    }
    EXPECT_FALSE(support::run(io, backend.sessions().look_up(inform("S4").identity, "")).device);
}

TEST(SessionPathLimits, NewPathsAreBoundedPerDeviceAndInAll)
{
    boost::asio::io_context io{1};
    Postgres backend{{}, storage::PathLimits{1000, 10, 25}};
    auto const count = [&] {
        return backend.database().value("SELECT count(*) || ' ' || (SELECT paths FROM path_count) FROM path");
    };
    auto const intern = [&](std::int64_t device, std::string const& prefix) {
        std::vector<std::string> paths;
        for (int i = 0; i < 15; ++i)
            paths.push_back(prefix + std::to_string(i));
        auto const refs = support::run(io, backend.path().paths().intern(domain::DeviceKey{device}, paths));
        return std::ranges::count_if(refs, [](auto const& ref) { return ref != nullptr; });
    };
    EXPECT_EQ(intern(1, "Device.A"), 10);
    EXPECT_EQ(intern(1, "Device.A"), 10) << "known ones cost nothing";
    EXPECT_EQ(intern(1, "Device.B"), 0) << "the day's share is used up";
    EXPECT_EQ(intern(2, "Device.B"), 10);
    EXPECT_EQ(count(), "20 20");
    EXPECT_EQ(intern(3, "Device.C"), 5) << "the fleet's share is used up";
    EXPECT_EQ(count(), "25 25");
    EXPECT_EQ(intern(4, "Device.A"), 10) << "paths of others are known to all";
}

TEST(SessionPathLimits, WhileTheDatabaseIsAwayCallsWaitAndThenSayUnavailable)
{
    storage::BatchSettings batches;
    batches.patience = 700ms;
    boost::asio::io_context io{1};
    Postgres backend{batches};
    EXPECT_FALSE(support::run(io, backend.sessions().look_up({"", "", "", "S"}, "")).device);
    auto& database = backend.database();
    auto const name = database.value("SELECT current_database()");
    {
        support::TestDatabase other;
        other.exec("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
        database.disconnect_all();
        EXPECT_THROW(support::run(io, backend.sessions().look_up({"", "", "", "S"}, "")), base::Unavailable);
        other.exec("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
    }
    EXPECT_FALSE(support::run(io, backend.sessions().look_up({"", "", "", "S"}, "")).device)
        << "it is back, and so are we";
}

TEST(SessionPathLimits, CallsThatComeCloseTogetherShareAStatement)
{
    storage::BatchSettings batches;
    batches.gather = 1min;
    batches.enough = 4;
    boost::asio::io_context io{1};
    Postgres backend{batches};
    auto const look_up = [&] {
        boost::asio::co_spawn(io, backend.sessions().look_up({"", "", "", "S"}, ""), boost::asio::detached);
    };
    auto const statements = [&] {
        std::int64_t sum = 0;
        for (auto const& reading : backend.metrics().read())
            if (reading.name == "acs_database_statements_total")
                sum += reading.value;
        return sum;
    };
    look_up();
    io.run();
    EXPECT_EQ(statements(), 1) << "the first is not held back";
    for (int i = 0; i < 4; ++i) {
        std::this_thread::sleep_for(20ms);
        look_up();
        io.restart();
        io.poll();
    }
    io.restart();
    io.run();
    EXPECT_EQ(statements(), 2) << "the next four went together";
}

TEST(SessionPathLimits, TooManyWaitingCallsAreRefusedAtOnce)
{
    storage::BatchSettings batches;
    batches.waiting = 0;
    Postgres backend{batches};
    EXPECT_THROW(support::run(backend.sessions().look_up({"", "", "", "S"}, "")), base::Unavailable);
}

}  // namespace
}  // namespace contract
