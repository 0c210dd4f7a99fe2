// Plays minimal CWMP sessions (connect, Inform, empty POST, close) in a closed loop and prints what came of them, and
// what CPU it needed itself, as one JSON object. Options: see usage().
#include "cwmp/codec/codec.hpp"
#include "net/http_client.hpp"
#include "net/threads.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

using Seconds = std::chrono::duration<double>;

struct Options {
    std::string url, ca, username, password;
    std::size_t sessions = 20'000, in_flight = 64, devices = 1'000;
    bool resume = false, tls12 = false;
};

[[noreturn]] void usage()
{
    std::cerr << "session_bench --url URL [--ca FILE] [--login USER:PASSWORD] [--sessions N] [--in-flight N]\n"
                 "              [--devices N] [--resume] [--tls12]\n";
    std::exit(2);
}

Options read_options(std::vector<std::string> const& arguments)
{
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        auto const& name = arguments[i];
        auto const value = [&] { return i + 1 < arguments.size() ? arguments[++i] : (usage(), std::string{}); };
        if (name == "--url")
            options.url = value();
        else if (name == "--ca")
            options.ca = value();
        else if (name == "--login") {
            auto const login = value();
            options.username = login.substr(0, login.find(':'));
            options.password = login.substr(login.find(':') + 1);
        } else if (name == "--sessions")
            options.sessions = std::stoul(value());
        else if (name == "--in-flight")
            options.in_flight = std::stoul(value());
        else if (name == "--devices")
            options.devices = std::stoul(value());
        else if (name == "--resume")
            options.resume = true;
        else if (name == "--tls12")
            options.tls12 = true;
        else
            usage();
    }
    if (options.url.empty())
        usage();
    return options;
}

double seconds(timeval const& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

/// CPU seconds of this process.
double own_cpu()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string inform_of(std::size_t device)
{
    cwmp::Inform inform;
    inform.device_id = {"Bench", "00D09E", "BENCH-1", fmt::format("B{:07}", device)};
    inform.event = {{"2 PERIODIC", ""}};
    inform.current_time = "2026-01-01T00:00:00Z";
    std::string const root = "Device.";
    for (auto const& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"DeviceInfo.HardwareVersion", "1.0"},
             {"DeviceInfo.SoftwareVersion", "1.2.3"},
             {"DeviceInfo.ProvisioningCode", "bench"},
             {"ManagementServer.ParameterKey", ""},
             {"ManagementServer.ConnectionRequestURL", "http://192.0.2.1:7547/bench"},
             {"RootDataModelVersion", "2.15"},
             {"DeviceInfo.SpecVersion", "1.0"},
             {"ManagementServer.AliasBasedAddressing", "0"},
             {"IP.Interface.1.IPv4Address.1.IPAddress", "192.0.2.1"},
             {"DeviceInfo.ModelName", "BENCH-1"},
             {"DeviceInfo.Manufacturer", "Bench"},
             {"DeviceInfo.Description", "a device that informs and has nothing to say"}})
        inform.parameter_list.push_back({root + name, value, cwmp::ValueType::string});
    cwmp::Envelope envelope;
    envelope.id = "1";
    envelope.message = std::move(inform);
    return cwmp::encode(envelope, cwmp::Dialect{});
}

struct Results {
    std::atomic<std::size_t> next{0}, done{0}, failed{0}, resumed{0};
    std::vector<std::vector<double>> milliseconds;  ///< per coroutine
    std::atomic<int> first_status{0};
};

base::Awaitable<bool> one_session(Options const& options, net::Url const& url, net::ClientSettings const& settings,
                                  std::string const& inform, Results& results)
{
    net::ClientConnection connection{url, settings};
    net::ClientLogin login{{options.username, options.password}};
    net::ClientRequest post;
    post.method = "POST";
    post.target = url.target;
    post.has_body = true;
    post.headers.add("Content-Type", "text/xml; charset=utf-8");
    post.body = inform;
    auto const answer = co_await connection.exchange(std::move(post), login);
    results.resumed += connection.tls_resumed();
    if (!answer || answer->status != 200) {
        results.first_status.store(answer ? static_cast<int>(answer->status) : -static_cast<int>(answer.error().code));
        co_return false;
    }
    net::ClientRequest empty;
    empty.method = "POST";
    empty.target = url.target;
    empty.has_body = true;
    if (auto const cookie = answer->headers.find("Set-Cookie"))
        empty.headers.add("Cookie", cookie->substr(0, cookie->find(';')));
    auto const end = co_await connection.exchange(std::move(empty));
    co_return end && (end->status == 204 || end->status == 200);
}

base::Awaitable<void> loop(Options const& options, net::Url url, net::ClientSettings settings,
                           std::vector<std::string> const& informs, Results& results, std::vector<double>& times)
{
    for (;;) {
        auto const number = results.next.fetch_add(1);
        if (number >= options.sessions)
            co_return;
        auto const start = std::chrono::steady_clock::now();
        bool const good = co_await one_session(options, url, settings, informs[number % informs.size()], results);
        times.push_back(Seconds{std::chrono::steady_clock::now() - start}.count() * 1000);
        ++(good ? results.done : results.failed);
    }
}

double percentile(std::vector<double> const& sorted, double share)
{
    if (sorted.empty())
        return 0;
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

int run(Options const& options)
{
    auto const url = net::parse_url(options.url);
    if (!url) {
        std::cerr << url.error().what << '\n';
        return 2;
    }
    net::ClientSettings settings;
    if (url->is_https) {
        net::TlsClientSettings tls;
        tls.ca_file = options.ca;
        tls.resume_sessions = options.resume;
        if (options.tls12)
            tls.max_version = net::TlsVersion::tls1_2;
        auto context = net::TlsClientContext::create(tls);
        if (!context) {
            std::cerr << context.error().what << '\n';
            return 2;
        }
        settings.tls = *std::move(context);
    }
    std::vector<std::string> informs;
    for (std::size_t device = 0; device < options.devices; ++device)
        informs.push_back(inform_of(device));
    Results results;
    results.milliseconds.resize(options.in_flight);
    auto const cpu = own_cpu();
    auto const start = std::chrono::steady_clock::now();
    net::Threads threads{1};
    for (std::size_t i = 0; i < options.in_flight; ++i)
        threads.spawn(0, [&, i] { return loop(options, *url, settings, informs, results, results.milliseconds[i]); });
    threads.start();
    threads.finish();
    Seconds const took = std::chrono::steady_clock::now() - start;
    boost::json::object line{{"sessions", results.done.load()},
                             {"failed", results.failed.load()},
                             {"tls_resumed", results.resumed.load()},
                             {"seconds", took.count()},
                             {"cpu_seconds", own_cpu() - cpu}};
    std::vector<double> all;
    for (auto const& times : results.milliseconds)
        all.insert(all.end(), times.begin(), times.end());
    std::ranges::sort(all);
    line["p50_ms"] = percentile(all, 0.5);
    line["p99_ms"] = percentile(all, 0.99);
    if (results.failed > 0)
        line["a_failure"] = results.first_status.load();
    std::cout << boost::json::serialize(line) << '\n';
    return results.failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    return run(read_options({argv + 1, argv + argc}));
}
