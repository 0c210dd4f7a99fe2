// acsctl. Who may do what: logins and profiles, operators, roles, tokens, the audit trail.
#include "acsctl_fixture.hpp"

#include <fmt/format.h>

#include <string>

namespace {

using namespace cli_test;
using testing::AllOf;
using testing::Not;

TEST_F(AcsctlTest, WhoLogsInNeedsNoTokenAnyMoreUntilTheyLogOut)
{
    typed_ = {"correct horse battery"};
    auto const added = run({"operators", "add", "anna", "--role", "administrator"});
    EXPECT_EQ(added.code, 0) << added.error;
    typed_ = {"wrong horse battery"};
    EXPECT_THAT(run({"login"}, {}, "").error, HasSubstr("The name or the password is wrong"));
    EXPECT_EQ(run({"whoami"}, {}, "").code, 2);

    typed_ = {"correct horse battery"};
    auto const login = run({"login"}, {}, "");
    EXPECT_EQ(login.code, 0) << login.error;
    EXPECT_THAT(login.out + login.error, Not(HasSubstr("acs_")));
    auto const profile = folder_ / "profile/acs/acsctl.toml";
    EXPECT_EQ(fs::status(profile).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_THAT(run({"whoami"}, {}, "").out, HasSubstr("anna"));
    EXPECT_EQ(run({"logout"}, {}, "").code, 0);
    EXPECT_EQ(run({"whoami"}, {}, "").code, 2) << "the profile has no token any more";
    EXPECT_TRUE(operators_.all.tokens.empty());
}

TEST_F(AcsctlTest, ALoginMayHaveAProfileOfItsOwn)
{
    auto const nowhere = std::string{"http://127.0.0.1:1"};
    auto const url = fmt::format("http://127.0.0.1:{}", server_.local_port("plain"));
    typed_ = {"correct horse battery"};
    ASSERT_EQ(run({"operators", "add", "anna", "--role", "administrator"}).code, 0);
    EXPECT_EQ(run({"--profile", "lab", "whoami"}).code, 2) << "there is no such profile";
    typed_ = {"correct horse battery"};
    auto const login = run({"--profile", "lab", "--server", url, "login"}, nowhere, "");
    EXPECT_EQ(login.code, 0) << login.error;
    auto const known = run({"--profile", "lab", "whoami"}, nowhere, "wrong");
    EXPECT_EQ(known.code, 0) << known.error;
    EXPECT_THAT(known.out, HasSubstr("anna"));
    EXPECT_EQ(run({"whoami"}, {}, "").code, 2) << "the profile without a name has no token";
    EXPECT_EQ(run({"--profile", "lab", "logout"}, nowhere, "").code, 0);
    EXPECT_EQ(run({"--profile", "lab", "whoami"}, nowhere, "").code, 2);
}

TEST_F(AcsctlTest, AWrongTokenIsToldWithTheServer)
{
    auto const refused = run({"devices"}, {}, "wrong");
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.error, AllOf(HasSubstr("refused the token"), HasSubstr("127.0.0.1")));
}

TEST_F(AcsctlTest, OperatorsRolesAndTokensAreKept)
{
    EXPECT_EQ(run({"roles", "add", "north", "devices.read", "--where", "STB"}).code, 0);
    EXPECT_THAT(run({"roles"}).out, HasSubstr("north"));
    EXPECT_EQ(run({"operators", "add", "bert", "--role", "north", "--no-password"}).code, 0);
    EXPECT_EQ(run({"operators", "add", "otto"}).code, 2) << "without a role";
    EXPECT_EQ(run({"operators", "disable", "bert"}).code, 0);
    EXPECT_EQ(run({"operators", "role", "bert", "viewer"}).code, 0);
    auto const token = run({"--json", "tokens", "add", "ci", "devices.read", "--operator", "bert", "--days", "3"});
    EXPECT_EQ(token.code, 0) << token.error;
    EXPECT_THAT(run({"tokens"}).out, HasSubstr("ci"));
    auto const id = std::to_string(operators_.all.tokens.front().id.value());
    EXPECT_EQ(run({"tokens", "remove", id}).code, 0);
    EXPECT_EQ(run({"operators", "remove", "bert"}).code, 0);
    EXPECT_EQ(run({"roles", "remove", "north"}).code, 0);
    EXPECT_EQ(run({"roles", "paint"}).code, 2);
}

TEST_F(AcsctlTest, TheAuditTrailIsShownAndAChangedOneIsAFailure)
{
    EXPECT_EQ(run({"roles", "add", "north", "devices.read"}).code, 0);
    auto const list = run({"audit", "--action", "role."});
    EXPECT_THAT(list.out, HasSubstr("role.added"));
    EXPECT_EQ(run({"audit", "verify"}).code, 0);
    audit_.records.front().entry.by = "otto";
    auto const changed = run({"audit", "verify"});
    EXPECT_EQ(changed.code, 1);
    EXPECT_THAT(changed.out, HasSubstr("entry 1"));
}

}  // namespace
