#include "app/config.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <set>
#include <string>

namespace {

/// config/acs.toml with all that is commented out in force.
std::string whole_example()
{
    static std::regex const commented{R"(^# (\[\[|[a-z_]+ = ).*)"};
    std::ifstream file{ACS_SOURCE_DIR "/config/acs.toml"};
    std::string text;
    for (std::string line; std::getline(file, line);)
        text += (std::regex_match(line, commented) ? line.substr(2) : line) + '\n';
    return text;
}

/// Listeners are all alike: the example shows their keys once.
bool is_shown_elsewhere(std::string const& name)
{
    return name.starts_with("files.listener") || name.starts_with("api.listener");
}

TEST(ExampleConfig, ShowsEverySettingThatThereIsAndNoOther)
{
    auto const outcome = app::parse_config(whole_example(), "acs.toml");
    EXPECT_THAT(outcome.problems, testing::IsEmpty());
    for (auto const& setting : outcome.config.settings)
        EXPECT_TRUE(setting.is_given || is_shown_elsewhere(setting.name)) << setting.name;
}

TEST(ExampleConfig, WhatIsCommentedOutIsTheDefault)
{
    auto const plain = app::load_config(ACS_SOURCE_DIR "/config/acs.toml");
    std::set<std::string> chosen;
    for (auto const& setting : plain.config.settings)
        if (setting.is_given)
            chosen.insert(setting.name);
    for (auto const& setting : app::parse_config(whole_example(), "acs.toml").config.settings)
        if (!chosen.contains(setting.name) && !setting.name.starts_with("cwmp.bootstrap")) {
            EXPECT_EQ(setting.value, setting.default_value) << setting.name;
        }
}

}  // namespace
