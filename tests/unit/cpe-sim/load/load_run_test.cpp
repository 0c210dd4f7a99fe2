#include "load/load_run.hpp"

#include "cwmp/codec/codec.hpp"
#include "net/http_client.hpp"
#include "unit/cpe-sim/http_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace {

using namespace std::chrono_literals;

net::Response xml(cwmp::Message message)
{
    net::Response response;
    response.headers.add("Content-Type", "text/xml");
    response.headers.add("Set-Cookie", "session=1; Path=/");
    response.body = cwmp::encode(cwmp::Envelope{"1", std::move(message)}, {});
    return response;
}

net::Response empty()
{
    net::Response response;
    response.status = 204;
    return response;
}

std::optional<cwmp::Inform> inform_in(std::string const& body)
{
    auto const decoded = cwmp::decode(body);
    auto const* inform = decoded ? std::get_if<cwmp::Inform>(&decoded->message) : nullptr;
    return inform == nullptr ? std::nullopt : std::optional{*inform};
}

/// What an ACS answers that wants nothing.
net::Response plain_acs(net::Request const& request)
{
    return request.body.empty() ? empty() : xml(cwmp::InformResponse{1});
}

struct Outcome {
    sim::LoadStatistics statistics;
    sim::LoadSummary summary;
    std::vector<sim::LedgerEntry> ledger;
};

/// Runs a scenario against `url` to its end.
Outcome play(std::string const& text, std::string const& url)
{
    auto scenario = sim::parse_scenario("[run]\nretry_minimum_wait = 0\n" + text, "test.toml");
    EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().what);
    scenario->acs_url = url;
    scenario->drain = 10s;
    auto const file = std::filesystem::temp_directory_path() / ("load-run-" + std::to_string(::getpid()));
    std::filesystem::remove(file);
    Outcome outcome;
    {
        auto run = sim::LoadRun::create(*scenario, file, false);
        EXPECT_TRUE(run) << (run ? "" : run.error().what);
        EXPECT_TRUE((*run)->start());
        while (!(*run)->is_over())
            std::this_thread::sleep_for(2ms);
        (*run)->stop();
        outcome = {(*run)->statistics(), (*run)->summary(), {}};
    }
    EXPECT_TRUE(sim::read_ledger(file, [&](sim::LedgerEntry&& e) { outcome.ledger.push_back(std::move(e)); }));
    std::filesystem::remove(file);
    return outcome;
}

std::size_t count(Outcome const& outcome, sim::LedgerKind kind)
{
    return static_cast<std::size_t>(std::ranges::count(outcome.ledger, kind, &sim::LedgerEntry::kind));
}

constexpr char const* storm = "[[fleet]]\nname = \"a\"\ncount = 50\n[[phase]]\nkind = \"storm\"\nover = 0.1\n";

TEST(LoadRunTest, EveryDeviceOfAStormBootsOnce)
{
    test::HttpServer acs{[](net::Request const& request, std::size_t) { return plain_acs(request); }};
    auto const outcome = play(storm, acs.url("/acs"));
    EXPECT_TRUE(outcome.summary.complete);
    EXPECT_EQ(outcome.statistics.sessions, 50U);
    EXPECT_EQ(outcome.statistics.succeeded, 50U);
    EXPECT_EQ(outcome.statistics.failed, 0U);
    EXPECT_EQ(count(outcome, sim::LedgerKind::inform), 50U);
    std::set<std::string> serials;
    auto const heard = acs.heard();
    ASSERT_EQ(heard.size(), 100U);
    for (auto const& one : heard) {
        if (one.body.empty()) {
            EXPECT_EQ(one.cookie, "session=1");
            continue;
        }
        auto const inform = inform_in(one.body);
        ASSERT_TRUE(inform) << one.body;
        EXPECT_TRUE(cwmp::has_event(inform->event, cwmp::event_code::boot));
        EXPECT_EQ(inform->retry_count, 0U);
        serials.insert(inform->device_id.serial_number);
    }
    EXPECT_EQ(serials.size(), 50U);
}

TEST(LoadRunTest, WhatIsRefusedComesAgainWithItsRetryCount)
{
    std::map<std::string, int> attempts;
    test::HttpServer acs{[&](net::Request const& request, std::size_t) {
        auto const inform = inform_in(request.body);
        if (inform && ++attempts[inform->device_id.serial_number] == 1) {
            auto refused = net::text_response(503, "");
            refused.headers.add("Retry-After", "0");
            return refused;
        }
        if (inform)
            EXPECT_EQ(inform->retry_count, 1U);
        return plain_acs(request);
    }};
    auto const outcome = play(storm, acs.url("/"));
    EXPECT_TRUE(outcome.summary.complete);
    EXPECT_EQ(outcome.statistics.sessions, 100U);
    EXPECT_EQ(outcome.statistics.retries, 50U);
    EXPECT_EQ(outcome.statistics.errors.at("http.503"), 50U);
    EXPECT_EQ(count(outcome, sim::LedgerKind::inform), 50U);
}

TEST(LoadRunTest, NobodyComesBackBeforeRetryAfter)
{
    test::HttpServer acs{[&](net::Request const& request, std::size_t) {
        auto const inform = inform_in(request.body);
        if (!inform || inform->retry_count > 0)
            return plain_acs(request);
        auto refused = net::text_response(503, "");
        refused.headers.add("Retry-After", "3600");
        return refused;
    }};
    auto const outcome = play("duration = 2\n" + std::string{storm}, acs.url("/"));
    EXPECT_EQ(outcome.statistics.retries, 0U);
    EXPECT_EQ(outcome.summary.undelivered, 50U);
    EXPECT_FALSE(outcome.summary.complete);
}

TEST(LoadRunTest, AMinimalDeviceAnswersRequestsAsItsWholeSelf)
{
    test::HttpServer acs{[](net::Request const& request, std::size_t) {
        if (!request.body.empty() && !inform_in(request.body))
            return empty();  // the answer
        if (request.body.empty())
            return xml(cwmp::GetParameterValues{{"Device.DeviceInfo.SerialNumber"}});
        return plain_acs(request);
    }};
    auto const outcome =
        play("[[fleet]]\nname = \"a\"\ncount = 3\n[[phase]]\nkind = \"periodic\"\nover = 0.1\n", acs.url("/"));
    EXPECT_EQ(outcome.statistics.succeeded, 3U);
    EXPECT_EQ(outcome.statistics.rpcs, 3U);
    EXPECT_EQ(outcome.summary.whole_devices, 0U);  // nothing was changed: nothing is kept
    EXPECT_EQ(outcome.statistics.periodic_informs, 3U);
    EXPECT_EQ(count(outcome, sim::LedgerKind::inform), 0U);
    std::size_t answered = 0;
    for (auto const& one : acs.heard())
        if (auto const decoded = cwmp::decode(one.body); decoded)
            if (auto const* values = std::get_if<cwmp::GetParameterValuesResponse>(&decoded->message)) {
                ++answered;
                ASSERT_EQ(values->parameter_list.size(), 1U);
                EXPECT_TRUE(values->parameter_list[0].value.starts_with("NL"));
            }
    EXPECT_EQ(answered, 3U);
}

TEST(LoadRunTest, ARebootIsExecutedAndReportedOnce)
{
    std::atomic<int> ordered{0};
    test::HttpServer acs{[&](net::Request const& request, std::size_t) {
        if (request.body.empty() && ordered++ == 0)
            return xml(cwmp::Reboot{"k1"});
        return !request.body.empty() && !inform_in(request.body) ? empty() : plain_acs(request);
    }};
    auto const outcome =
        play("[[fleet]]\nname = \"a\"\ncount = 1\nboot_time = 0.1\n[[phase]]\nkind = \"periodic\"\nover = 0.1\n",
             acs.url("/"));
    EXPECT_TRUE(outcome.summary.complete);
    EXPECT_EQ(outcome.statistics.restarts, 1U);
    EXPECT_EQ(count(outcome, sim::LedgerKind::restart), 1U);
    auto const rpc = std::ranges::find(outcome.ledger, sim::LedgerKind::rpc, &sim::LedgerEntry::kind);
    ASSERT_NE(rpc, outcome.ledger.end());
    EXPECT_EQ(rpc->method, "Reboot");
    EXPECT_EQ(rpc->command_key, "k1");
    EXPECT_EQ(rpc->count, 1U);
    auto const inform = std::ranges::find(outcome.ledger, sim::LedgerKind::inform, &sim::LedgerEntry::kind);
    ASSERT_NE(inform, outcome.ledger.end());
    EXPECT_NE(cwmp::find_event(inform->events, cwmp::event_code::m_reboot, "k1"), nullptr);
}

TEST(LoadRunTest, ADownloadIsFetchedReportedAndBooted)
{
    std::atomic<int> ordered{0};
    std::string url;
    test::HttpServer acs{[&](net::Request const& request, std::size_t) {
        if (request.method == "GET")
            return net::text_response(200, "version=9.9.1\n\nfirmware");
        auto const decoded = cwmp::decode(request.body);
        if (decoded && std::holds_alternative<cwmp::TransferComplete>(decoded->message))
            return xml(cwmp::TransferCompleteResponse{});
        if (request.body.empty() && ordered++ == 0) {
            cwmp::Download download;
            download.command_key = "d1";
            download.file_type = "1 Firmware Upgrade Image";
            download.url = url;
            return xml(download);
        }
        return !request.body.empty() && !inform_in(request.body) ? empty() : plain_acs(request);
    }};
    url = acs.url("/f/firmware.bin");
    auto const outcome =
        play("[[fleet]]\nname = \"a\"\ncount = 1\nboot_time = 0.1\n[[phase]]\nkind = \"periodic\"\nover = 0.1\n",
             acs.url("/"));
    EXPECT_TRUE(outcome.summary.complete);
    EXPECT_EQ(outcome.statistics.downloads, 1U);
    EXPECT_EQ(outcome.summary.whole_devices, 1U);  // it has another version now, and must not forget it
    EXPECT_EQ(outcome.statistics.requests, 1U);
    EXPECT_EQ(count(outcome, sim::LedgerKind::transfer), 1U);
    EXPECT_EQ(count(outcome, sim::LedgerKind::report), 1U);
    EXPECT_EQ(count(outcome, sim::LedgerKind::restart), 1U);
}

TEST(LoadRunTest, AConnectionRequestReachesItsDeviceAndNobodyElse)
{
    std::string request_url;
    std::mutex mutex;
    test::HttpServer acs{[&](net::Request const& request, std::size_t) {
        if (auto const inform = inform_in(request.body))
            for (auto const& value : inform->parameter_list)
                if (value.name.ends_with("ConnectionRequestURL")) {
                    std::lock_guard const lock{mutex};
                    request_url = value.value;
                }
        return plain_acs(request);
    }};
    auto scenario = sim::parse_scenario("[[fleet]]\nname = \"a\"\ncount = 1\n[[phase]]\nkind = \"storm\"\nover = "
                                        "0.01\n[[phase]]\nkind = \"storm\"\nstart = 60\nover = 1\n",
                                        "t");
    ASSERT_TRUE(scenario);
    scenario->acs_url = acs.url("/");
    auto run = sim::LoadRun::create(*scenario, "", false);
    ASSERT_TRUE(run);
    ASSERT_TRUE((*run)->start());
    auto const wait_for = [&](std::size_t requests) {
        for (int i = 0; i < 2'000 && acs.heard().size() < requests; ++i)
            std::this_thread::sleep_for(5ms);
        return acs.heard().size();
    };
    ASSERT_EQ(wait_for(2), 2U);
    std::string target;
    {
        std::lock_guard const lock{mutex};
        target = request_url;
    }
    auto const ask = [](std::string const& where) {
        net::Threads threads{1};
        std::atomic<unsigned> status{0};
        auto const url = *net::parse_url(where);
        threads.spawn(0, [&]() -> base::Awaitable<void> {
            return [](net::Url to, std::atomic<unsigned>& into) -> base::Awaitable<void> {
                net::ClientConnection connection{to, {}};
                net::ClientRequest request;
                request.target = to.target;
                auto const answer = co_await connection.exchange(std::move(request));
                into = answer ? answer->status : 1;
            }(url, status);
        });
        threads.start();
        threads.finish();
        return status.load();
    };
    // The session may still be about to end: then the device is busy, as a real one is.
    unsigned status = 503;
    for (int i = 0; i < 100 && status == 503; ++i) {
        status = ask(target);
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_EQ(status, 200U);
    EXPECT_EQ(wait_for(4), 4U);
    auto const inform = inform_in(acs.heard()[2].body);
    ASSERT_TRUE(inform);
    EXPECT_TRUE(cwmp::has_event(inform->event, cwmp::event_code::connection_request));
    EXPECT_EQ(ask(target.substr(0, target.size() - 1) + (target.back() == '0' ? "1" : "0")), 404U);
    EXPECT_EQ(ask(target.substr(0, target.find('-'))), 404U);
    (*run)->stop();
}

TEST(LoadRunTest, AClosedLoopHoldsSoManySessionsAndEndsAfterSoMany)
{
    test::HttpServer acs{[](net::Request const& request, std::size_t) { return plain_acs(request); }};
    auto const outcome =
        play("[[fleet]]\nname = \"a\"\ncount = 100\n[[phase]]\nkind = \"periodic\"\nin_flight = 7\nsessions = 200\n",
             acs.url("/"));
    EXPECT_EQ(outcome.statistics.succeeded, 200U);
    EXPECT_LE(outcome.statistics.live_most, 7U);
    auto const periodic = std::ranges::find(outcome.ledger, sim::LedgerKind::periodic, &sim::LedgerEntry::kind);
    ASSERT_NE(periodic, outcome.ledger.end());
    EXPECT_EQ(outcome.ledger.back().count, 200U);
}

TEST(LoadRunTest, NoMoreAreConnectedThanAllowedAndTheRestWaits)
{
    test::HttpServer acs{[](net::Request const& request, std::size_t) { return plain_acs(request); }};
    auto const outcome = play("max_connections = 3\n" + std::string{storm}, acs.url("/"));
    EXPECT_EQ(outcome.statistics.succeeded, 50U);
    EXPECT_LE(outcome.statistics.live_most, 3U);
}

TEST(LoadRunTest, FaultsMadeOnPurposeAreToldApart)
{
    test::HttpServer acs{[](net::Request const& request, std::size_t) {
        return !request.body.empty() && !inform_in(request.body) ? net::text_response(400, "?") : plain_acs(request);
    }};
    auto const outcome = play("[[fleet]]\nname = \"a\"\ncount = 200\nfaults = { drop = 0.2, reset = 0.2, wrong = 0.2 "
                              "}\n[[phase]]\nkind = \"storm\"\nover = 0.1\n",
                              acs.url("/"));
    EXPECT_TRUE(outcome.summary.complete);
    EXPECT_EQ(outcome.statistics.failed, 0U);
    for (auto const* kind : {"made.drop", "made.reset", "made.wrong"})
        EXPECT_GT(outcome.statistics.errors.at(kind), 5U) << kind;
    EXPECT_EQ(count(outcome, sim::LedgerKind::inform), 200U);  // each once, whatever happened before
}

TEST(LoadRunTest, WholeDevicesKeepTheirTreesAndTheirFirstContact)
{
    test::HttpServer acs{[](net::Request const& request, std::size_t) { return plain_acs(request); }};
    auto const outcome = play(
        "[[fleet]]\nname = \"a\"\ncount = 5\ndevices = \"whole\"\n[[phase]]\nkind = \"first_contact\"\nover = 0.1\n",
        acs.url("/"));
    EXPECT_EQ(outcome.statistics.succeeded, 5U);
    EXPECT_EQ(outcome.summary.whole_devices, 5U);
    for (auto const& entry : outcome.ledger)
        if (entry.kind == sim::LedgerKind::inform)
            EXPECT_TRUE(cwmp::has_event(entry.events, cwmp::event_code::bootstrap));
    EXPECT_EQ(count(outcome, sim::LedgerKind::inform), 5U);
}

TEST(LoadRunTest, AnAcsThatIsNotThereIsCountedAsRefused)
{
    auto const outcome = play("duration = 1\nretry = false\n" + std::string{storm}, "http://127.0.0.1:9/");
    EXPECT_EQ(outcome.statistics.errors.at("refused"), 50U);
    EXPECT_EQ(outcome.statistics.informs, 0U);
}

TEST(LoadRunTest, ANameThatDoesNotResolveIsSaid)
{
    auto scenario = sim::parse_scenario(storm, "t");
    scenario->acs_url = "http://no-such-host.invalid/";
    auto const run = sim::LoadRun::create(*scenario, "", false);
    ASSERT_FALSE(run);
    EXPECT_NE(run.error().what.find("no-such-host.invalid"), std::string::npos);
}

}  // namespace
