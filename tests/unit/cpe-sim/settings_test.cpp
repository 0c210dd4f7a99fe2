#include "fleet/command_line.hpp"
#include "fleet/fleet.hpp"
#include "fleet/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// A file that goes with the test.
struct TemporaryFile {
    explicit TemporaryFile(std::string_view text)
        : path{testing::TempDir() + "cpe-sim-" + std::to_string(::getpid()) + ".toml"}
    {
        std::ofstream{path} << text;
    }
    ~TemporaryFile() { std::filesystem::remove(path); }
    std::string path;
};

base::Result<sim::Command> parse(std::vector<char const*> arguments)
{
    arguments.insert(arguments.begin(), "cpe-sim");
    return sim::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

sim::FleetSettings run_settings(std::vector<char const*> arguments)
{
    auto const command = parse(std::move(arguments));
    EXPECT_TRUE(command) << (command ? "" : command.error().what);
    return command ? std::get<sim::RunCommand>(*command).settings : sim::FleetSettings{};
}

TEST(Configuration, TheExampleHoldsTheDefaults)
{
    auto const loaded = sim::load_settings(ACS_SOURCE_DIR "/config/cpe-sim.toml");
    ASSERT_TRUE(loaded) << loaded.error().what;
    EXPECT_TRUE(sim::check(*loaded));
    sim::FleetSettings const defaults;
    EXPECT_EQ(loaded->personas, defaults.personas);
    EXPECT_EQ(loaded->count, defaults.count);
    EXPECT_EQ(loaded->inform_interval, defaults.inform_interval);
    EXPECT_EQ(loaded->boot_time, defaults.boot_time);
    EXPECT_EQ(loaded->password, defaults.password);
    EXPECT_EQ(loaded->session_timeout, defaults.session_timeout);
    EXPECT_EQ(loaded->cwmp_minor, defaults.cwmp_minor);
    EXPECT_EQ(loaded->seed, defaults.seed);
    EXPECT_EQ(loaded->threads, defaults.threads);
    EXPECT_EQ(loaded->connection_requests, defaults.connection_requests);
    EXPECT_EQ(loaded->connection_request_address, defaults.connection_request_address);
    EXPECT_EQ(loaded->tls.min_version, defaults.tls.min_version);
    EXPECT_EQ(loaded->tls.max_version, defaults.tls.max_version);
    EXPECT_EQ(loaded->tls.resume_sessions, defaults.tls.resume_sessions);
    EXPECT_EQ(loaded->duration, defaults.duration);
}

TEST(Configuration, TellsAllThatIsWrongAtOnce)
{
    TemporaryFile const file{"[fleet]\ncount = \"many\"\ncolour = 1\n[acs]\ncwmp_version = \"2.0\"\n[moon]\nx = 1\n"};
    auto const loaded = sim::load_settings(file.path);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().what, AllOf(HasSubstr("fleet.count"), HasSubstr("fleet.colour"),
                                           HasSubstr("acs.cwmp_version"), HasSubstr("[moon]")));
    EXPECT_FALSE(sim::load_settings("/nowhere/at/all.toml"));
    TemporaryFile const broken{"[fleet\n"};
    EXPECT_THAT(sim::load_settings(broken.path).error().what, HasSubstr("line 1"));
    TemporaryFile const odd{"[\x01"};
    EXPECT_THAT(sim::load_settings(odd.path).error().what, HasSubstr("no TOML"));
}

TEST(CommandLine, ReadsWhatIsAskedFor)
{
    auto const settings = run_settings({"run",
                                        "--persona",
                                        "dsl-gateway,set-top-box",
                                        "--count",
                                        "20",
                                        "--acs",
                                        "https://acs.example:7547/",
                                        "--ca",
                                        "ca.pem",
                                        "--login-template",
                                        "{serial}",
                                        "--password",
                                        "pw",
                                        "--serial-prefix",
                                        "LAB",
                                        "--oui",
                                        "00AABB",
                                        "--inform-interval",
                                        "30",
                                        "--boot-time",
                                        "0.5",
                                        "--ramp",
                                        "10",
                                        "--duration",
                                        "60",
                                        "--quirk",
                                        "no-cookie",
                                        "--quirk",
                                        "gzip",
                                        "--seed",
                                        "9",
                                        "--cwmp-version",
                                        "1.2",
                                        "--connection-request-port",
                                        "7777",
                                        "--json",
                                        "--tls-max",
                                        "1.2"});
    EXPECT_THAT(settings.personas, ElementsAre("dsl-gateway", "set-top-box"));
    EXPECT_THAT(settings.quirks, ElementsAre("no-cookie", "gzip"));
    EXPECT_EQ(settings.count, 20u);
    EXPECT_EQ(settings.username, "{serial}");
    EXPECT_EQ(settings.boot_time, 500ms);
    EXPECT_EQ(settings.duration, 60s);
    EXPECT_EQ(settings.cwmp_minor, 2u);
    EXPECT_EQ(settings.connection_request_port, 7777);
    EXPECT_EQ(settings.tls.max_version, net::TlsVersion::tls1_2);
    EXPECT_TRUE(settings.json);
}

TEST(CommandLine, StandsAboveTheFile)
{
    TemporaryFile const file{"[fleet]\ncount = 5\nseed = 3\nboot_time = 7\n[acs]\nurl = \"http://file.example/\"\n"};
    auto const settings = run_settings({"run", "--config", file.path.c_str(), "--count", "6"});
    EXPECT_EQ(settings.count, 6u);
    EXPECT_EQ(settings.seed, 3u);
    EXPECT_EQ(settings.boot_time, 7s);
    EXPECT_EQ(settings.acs_url, "http://file.example/");
}

TEST(CommandLine, RefusesWhatMakesNoSense)
{
    auto const wrong = [](std::vector<char const*> arguments) {
        auto const command = parse(std::move(arguments));
        return command ? std::string{} : command.error().what;
    };
    EXPECT_THAT(wrong({"run"}), HasSubstr("--acs"));
    EXPECT_THAT(wrong({"run", "--acs", "http://x/", "--persona", "toaster"}), HasSubstr("toaster"));
    EXPECT_THAT(wrong({"run", "--acs", "http://x/", "--quirk", "perfect"}), HasSubstr("perfect"));
    EXPECT_THAT(wrong({"run", "--acs", "http://x/", "--cwmp-version", "1.9"}), HasSubstr("1.9"));
    EXPECT_THAT(wrong({"run", "--acs", "http://x/", "--oui", "xyz"}), HasSubstr("OUI"));
    EXPECT_THAT(wrong({"run", "--acs", "ftp://x/"}), HasSubstr("ftp"));
    EXPECT_THAT(wrong({"run", "--acs", "http://x/", "--count", "0"}), HasSubstr("devices"));
    EXPECT_THAT(wrong({"run", "--acs", "http://x/", "--boot-time", "-1"}), HasSubstr("seconds"));
    EXPECT_NE(wrong({"dance"}), "");
    EXPECT_NE(wrong({}), "");
}

TEST(CommandLine, HelpsAndLists)
{
    EXPECT_THAT(std::get<sim::HelpCommand>(*parse({"--help"})).text, HasSubstr("run"));
    EXPECT_THAT(std::get<sim::HelpCommand>(*parse({"run", "--help"})).text, HasSubstr("--quirk"));
    EXPECT_TRUE(std::holds_alternative<sim::ListCommand>(*parse({"list"})));
}

TEST(FleetNames, AreTheSameForTheSameSeed)
{
    EXPECT_EQ(sim::serial_number("NL", 7, 0), sim::serial_number("NL", 7, 0));
    EXPECT_NE(sim::serial_number("NL", 7, 0), sim::serial_number("NL", 7, 1));
    EXPECT_NE(sim::serial_number("NL", 7, 0), sim::serial_number("NL", 8, 0));
    EXPECT_EQ(sim::expand_login("{oui}-{product}-{serial}@x", "02AA", "Box", "1"), "02AA-Box-1@x");
}

}  // namespace
