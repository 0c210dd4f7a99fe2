// What the session path costs: closed loops of sessions against a private cluster (tests/tools/with-postgres).
// Prints one JSON object per case: CPU microseconds per operation of the server (all processes of the cluster) and of
// this program, operations per second and per statement.
//   storage_bench [--devices N] [--seconds S] [--threads N]

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "base/sealer.hpp"
#include "storage/session_path.hpp"
#include "support/test_database.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>

namespace {

using namespace std::chrono_literals;

/// Nanoseconds of CPU that the cluster's processes have used so far.
std::uint64_t server_cpu()
{
    auto const* const postmaster = std::getenv("ACS_TEST_POSTGRES_PID");
    if (postmaster == nullptr)
        return 0;
    std::uint64_t sum = 0;
    for (auto const& entry : std::filesystem::directory_iterator{"/proc"}) {
        auto const pid = entry.path().filename().string();
        if (pid.find_first_not_of("0123456789") != std::string::npos)
            continue;
        std::ifstream stat{entry.path() / "stat"};
        std::string line;
        std::getline(stat, line);
        auto const name_end = line.rfind(')');
        if (name_end == std::string::npos)
            continue;
        auto const parent = line.substr(name_end + 4, line.find(' ', name_end + 4) - name_end - 4);
        if (pid != postmaster && parent != postmaster)
            continue;
        std::ifstream schedule{entry.path() / "schedstat"};
        std::uint64_t used = 0;
        schedule >> used;
        sum += used;
    }
    return sum;
}

std::uint64_t own_cpu()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    auto const nanoseconds = [](timeval const& t) {
        return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_usec) * 1000;
    };
    return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
}

struct Options {
    int devices = 20'000;
    int seconds = 4;
    unsigned threads = storage::BatchSettings{}.threads;
};

class Bench {
public:
    explicit Bench(Options options) : options_{options} {}

    void run()
    {
        first_contacts();
        database_.exec("VACUUM ANALYZE");
        for (int const sessions : {1, 4, 16, 64, 256})
            measure("lookup", sessions, [this](int) { return look_up(); });
        for (int const sessions : {1, 4, 16, 64, 256})
            measure("contact_periodic", sessions, [this](int) { return contact(0, false); });
        measure("contact_tenth_changed", 64, [this](int) { return contact(10, false); });
        measure("contact_boot", 64, [this](int) { return contact(10, true); });
        make_trees();
        measure("tree_load", 16, [this](int) { return load_tree(); });
        measure("tree_refresh", 16, [this](int) { return refresh_tree(); });
        fmt::print(
            "{{\"case\":\"sizes\",\"device_contact\":{},\"device_tree_bytes_per_tree\":{}}}\n",
            database_.value("SELECT pg_total_relation_size('device_contact')"),
            database_.value("SELECT pg_total_relation_size('device_tree') / greatest(count(*), 1) FROM device_tree"));
    }

private:
    using Operation = std::function<base::Awaitable<void>(int)>;

    static cwmp::DeviceId identity(int number)
    {
        return {"Acme", "00D09E", fmt::format("Model{}", number % 8), fmt::format("SN{:09}", number)};
    }
    int random(int below) { return std::uniform_int_distribution<int>{0, below - 1}(random_); }

    std::vector<cwmp::ParameterValue> values_of(int number)
    {
        std::vector<cwmp::ParameterValue> values;
        for (auto const* const name :
             {"HardwareVersion", "SoftwareVersion", "ProvisioningCode", "SpecVersion", "UpTime", "X_State"})
            values.push_back(
                {fmt::format("InternetGatewayDevice.DeviceInfo.{}", name), fmt::format("value {}", number % 100)});
        return values;
    }

    domain::Contact inform(int number)
    {
        domain::Contact contact;
        contact.identity = identity(number);
        contact.state_if_new = domain::DeviceState::active;
        contact.at = clock_.now();
        contact.events = {{"2 PERIODIC", ""}};
        contact.address = "192.0.2.7";
        contact.facts = {"1.2.3", "rev A", "code", "key-1", "http://192.0.2.7:7547/abcdef"};
        contact.activity.hour_start = contact.at;
        return contact;
    }

    void first_contacts()
    {
        int next = 0;
        auto const one = [&](int) -> base::Awaitable<void> {
            auto contact = inform(next);
            contact.events = {{"0 BOOTSTRAP", ""}, {"1 BOOT", ""}};
            contact.values = values_of(next++);
            co_await path_.sessions().commit_contact(std::move(contact));
        };
        Operation const operation = one;
        measure_while("first_contact", 64, operation, [&] { return next < options_.devices; });
    }

    base::Awaitable<void> look_up()
    {
        auto const answer = co_await path_.sessions().look_up(identity(random(options_.devices)), "");
        if (!answer.device)
            std::abort();
    }

    base::Awaitable<void> contact(int percent_changed, bool boot)
    {
        int const number = random(options_.devices);
        auto answer = co_await path_.sessions().look_up(identity(number), "bootstrap");
        auto next = inform(number);
        next.key = answer.device->key;
        next.recent = std::move(answer.device->recent);
        next.recent_version = answer.device->recent_version;
        next.values = values_of(number);
        next.values_changed = random(100) < percent_changed;
        if (next.values_changed) {
            next.values[4].value = std::to_string(random(1'000'000));
            next.events = {{"4 VALUE CHANGE", ""}};
        }
        if (boot)
            next.events = {{"1 BOOT", ""}};
        co_await path_.sessions().commit_contact(std::move(next));
    }

    static std::string parameter(int i)
    {
        return fmt::format("InternetGatewayDevice.Object{}.{}.Parameter{}", i / 100, i / 10 % 10, i % 10);
    }

    void make_trees()
    {
        int left = 200;
        auto const one = [&](int) -> base::Awaitable<void> {
            int const number = --left;
            auto const answer = co_await path_.sessions().look_up(identity(number), "");
            datamodel::ParameterTree tree;
            std::vector<std::string> texts;
            for (int i = 0; i < 1000; ++i)
                texts.push_back(parameter(i));
            std::vector<datamodel::ValueUpdate> values;
            for (auto const& text : texts)
                values.push_back({text, std::string_view{text}.substr(text.size() - 8), cwmp::ValueType::string});
            tree.set_values(values, 1'700'000'000);
            co_await path_.trees().store(answer.device->key, answer.device->session_epoch, std::move(tree),
                                         {"InternetGatewayDevice."}, "1.2.3");
        };
        Operation const operation = one;
        measure_while("tree_first_store", 16, operation, [&] { return left > 16; });
    }

    base::Awaitable<void> load_tree()
    {
        auto const answer = co_await path_.sessions().look_up(identity(17 + random(180)), "");
        co_await path_.trees().load(answer.device->key);
    }

    base::Awaitable<void> refresh_tree()
    {
        auto const answer = co_await path_.sessions().look_up(identity(17 + random(180)), "");
        auto tree = co_await path_.trees().load(answer.device->key);
        std::vector<std::string> texts;
        for (int i = 0; i < 30; ++i)
            texts.push_back(parameter(random(1000)));
        auto const value = std::to_string(random(1'000'000));
        std::vector<datamodel::ValueUpdate> values;
        for (auto const& text : texts)
            values.push_back({text, value, cwmp::ValueType::string});
        tree.set_values(values, 1'700'000'000 + random(1000));
        co_await path_.trees().store(answer.device->key, answer.device->session_epoch, std::move(tree), {}, "1.2.3");
    }

    void measure(std::string const& name, int sessions, Operation const& operation)
    {
        auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{options_.seconds};
        measure_while(name, sessions, operation, [end] { return std::chrono::steady_clock::now() < end; });
    }

    void measure_while(std::string const& name, int sessions, Operation const& operation,
                       std::function<bool()> const& go_on)
    {
        boost::asio::io_context io{1};
        std::uint64_t done = 0;
        auto const session = [&](int number) -> base::Awaitable<void> {
            while (go_on()) {
                co_await operation(number);
                ++done;
            }
        };
        auto const server = server_cpu();
        auto const own = own_cpu();
        auto const statements = count_statements();
        auto const began = std::chrono::steady_clock::now();
        for (int i = 0; i < sessions; ++i)
            boost::asio::co_spawn(io, session(i), [](std::exception_ptr error) {
                if (error)
                    std::rethrow_exception(error);
            });
        io.run();
        auto const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        auto const each = [&](std::uint64_t nanoseconds) {
            return static_cast<double>(nanoseconds) / 1000.0 / static_cast<double>(done);
        };
        fmt::print(
            "{{\"case\":\"{}\",\"sessions\":{},\"operations\":{},\"server_cpu_us\":{:.1f},\"client_cpu_us\":{:.1f},"
            "\"per_second\":{:.0f},\"operations_per_statement\":{:.1f}}}\n",
            name, sessions, done, each(server_cpu() - server), each(own_cpu() - own),
            static_cast<double>(done) / seconds,
            static_cast<double>(done) /
                static_cast<double>(std::max<std::int64_t>(count_statements() - statements, 1)));
        std::fflush(stdout);
    }

    std::int64_t count_statements() const
    {
        std::int64_t sum = 0;
        for (auto const& reading : metrics_.read())
            if (reading.name == "acs_database_statements_total")
                sum += reading.value;
        return sum;
    }

    storage::SessionPathSettings settings()
    {
        storage::SessionPathSettings settings;
        settings.batches.connection = database_.settings();
        settings.batches.threads = options_.threads;
        return settings;
    }

    Options options_;
    std::mt19937 random_{7};
    support::TestDatabase database_;
    base::SystemClock clock_;
    base::Metrics metrics_;
    base::Sealer sealer_ = base::Sealer::with_random_key();
    storage::Database rare_{storage::DatabaseSettings{database_.settings(), 2, 20s}};
    storage::SessionPath path_{settings(), rare_, sealer_, clock_, metrics_};
};

}  // namespace

int main(int count, char** arguments)
{
    Options options;
    for (int i = 1; i + 1 < count; i += 2) {
        if (std::string_view{arguments[i]} == "--devices")
            options.devices = std::atoi(arguments[i + 1]);
        else if (std::string_view{arguments[i]} == "--seconds")
            options.seconds = std::atoi(arguments[i + 1]);
        else if (std::string_view{arguments[i]} == "--threads")
            options.threads = static_cast<unsigned>(std::atoi(arguments[i + 1]));
    }
    Bench{options}.run();
    return 0;
}
