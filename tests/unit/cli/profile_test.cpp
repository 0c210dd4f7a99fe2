#include "cli/profile.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class ProfileTest : public testing::Test {
protected:
    ProfileTest()
    {
        auto pattern = (fs::temp_directory_path() / "acsctl-XXXXXX").string();
        home_ = ::mkdtemp(pattern.data());
        variables_["HOME"] = home_.string();
    }
    ~ProfileTest() override { fs::remove_all(home_); }

    void write(std::string const& text) const
    {
        fs::create_directories(home_ / ".config/acs");
        std::ofstream{home_ / ".config/acs/acsctl.toml"} << text;
    }
    base::Result<cli::Server> resolve(cli::Server given = {}) const
    {
        return cli::resolve_server(std::move(given), [this](std::string const& name) -> std::optional<std::string> {
            auto const found = variables_.find(name);
            return found == variables_.end() ? std::nullopt : std::optional{found->second};
        });
    }
    std::string failure() const
    {
        auto const server = resolve();
        return server ? "" : server.error().what;
    }

    fs::path home_;
    std::map<std::string, std::string> variables_;
};

TEST_F(ProfileTest, OptionsComeBeforeTheEnvironmentAndThatBeforeTheFile)
{
    write("server = \"http://file\"\ntoken = \"file\"\nca = \"file.pem\"\n");
    EXPECT_EQ(resolve()->url, "http://file");
    variables_["ACS_SERVER"] = "http://environment";
    variables_["ACS_TOKEN"] = "environment";
    auto const server = *resolve({.url = "http://option", .token = {}, .ca_file = {}});
    EXPECT_EQ(server.url, "http://option");
    EXPECT_EQ(server.token, "environment");
    EXPECT_EQ(server.ca_file, "file.pem");
}

TEST_F(ProfileTest, AProfileIsChosenByItsNameAndNotMixedWithTheEnvironment)
{
    write("server = \"http://file\"\ntoken = \"file\"\nca = \"file.pem\"\n"
          "[profile.lab]\nserver = \"http://lab\"\ntoken = \"lab\"\n");
    variables_["ACS_SERVER"] = "http://environment";
    variables_["ACS_TOKEN"] = "environment";
    EXPECT_EQ(resolve()->url, "http://environment");
    variables_["ACS_PROFILE"] = "lab";
    auto const lab = *resolve();
    EXPECT_EQ(lab.url, "http://lab");
    EXPECT_EQ(lab.token, "lab");
    EXPECT_EQ(lab.ca_file, "");
    cli::Server given;
    given.profile = "home";
    auto const unknown = resolve(given);
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().what, testing::AllOf(HasSubstr("no profile home"), HasSubstr("there are lab")));
    write("[profile.lab]\nserver = \"http://lab\"\n");
    EXPECT_THAT(failure(), HasSubstr("no token")) << "that of the environment is for another server";
    write("[profile]\nlab = \"http://lab\"\n");
    EXPECT_THAT(failure(), HasSubstr("must be a table [profile.lab]"));
}

TEST_F(ProfileTest, AProfileThatIsSavedLeavesTheOthersAlone)
{
    auto const path = (home_ / ".config/acs/acsctl.toml").string();
    cli::Server server;
    server.url = "http://a";
    server.token = "t\"1";
    ASSERT_TRUE(cli::save_profile(path, server));
    server.profile = "my lab";
    server.url = "http://lab";
    server.token = "t2";
    ASSERT_TRUE(cli::save_profile(path, server));
    EXPECT_EQ(resolve()->url, "http://a");
    EXPECT_EQ(resolve()->token, "t\"1");
    variables_["ACS_PROFILE"] = "my lab";
    EXPECT_EQ(resolve()->url, "http://lab");
    EXPECT_EQ(resolve()->token, "t2");
    server.token.clear();
    ASSERT_TRUE(cli::save_profile(path, server));
    EXPECT_FALSE(resolve());
    variables_.erase("ACS_PROFILE");
    EXPECT_EQ(resolve()->token, "t\"1");
    write("nonsense");
    EXPECT_FALSE(cli::save_profile(path, server)) << "what cannot be read is not written over";
}

TEST_F(ProfileTest, TheConfigurationFolderMayBeElsewhere)
{
    fs::create_directories(home_ / "other/acs");
    std::ofstream{home_ / "other/acs/acsctl.toml"} << "server = \"http://other\"\ntoken = \"t\"\n";
    variables_["XDG_CONFIG_HOME"] = (home_ / "other").string();
    EXPECT_EQ(resolve()->url, "http://other");
}

TEST_F(ProfileTest, WhatIsMissingIsNamedWithThePlacesItMayBeGiven)
{
    EXPECT_THAT(failure(), testing::AllOf(HasSubstr("--server"), HasSubstr("ACS_SERVER"), HasSubstr("acsctl.toml")));
    variables_["ACS_SERVER"] = "http://a";
    EXPECT_THAT(failure(), testing::AllOf(HasSubstr("--token"), HasSubstr("ACS_TOKEN")));
}

TEST_F(ProfileTest, ABadFileIsNamedWithItsLine)
{
    write("server = \"http://a\"\ntokn = \"x\"\n");
    EXPECT_THAT(failure(), testing::AllOf(HasSubstr("line 2"), HasSubstr("tokn")));
    write("server = 5\n");
    EXPECT_THAT(failure(), HasSubstr("in quotes"));
    write("server = \n");
    EXPECT_THAT(failure(), HasSubstr("line 1"));
    write("[\x01");
    EXPECT_THAT(failure(), testing::AllOf(HasSubstr("acsctl.toml"), HasSubstr("no TOML")));
}

TEST_F(ProfileTest, ABadFileDoesNotMatterWhenEverythingIsGiven)
{
    write("nonsense");
    EXPECT_TRUE(resolve({.url = "http://a", .token = "t", .ca_file = "c"}));
}

}  // namespace
