#include "cli/invocation.hpp"
#include "cli/task_bodies.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace json = boost::json;

cli::Invocation read(std::vector<std::string> arguments)
{
    auto invocation = cli::read_arguments(std::move(arguments));
    if (!invocation)
        throw std::runtime_error{invocation.error().text};
    return *invocation;
}

json::value body(std::vector<std::string> arguments)
{
    auto made = cli::task_body(read(std::move(arguments)));
    if (!made)
        throw std::runtime_error{made.error().what};
    return json::value(*made);
}

std::string failure(std::vector<std::string> arguments)
{
    auto const made = cli::task_body(read(std::move(arguments)));
    return made ? "" : made.error().what;
}

TEST(Invocation, OptionsStandBeforeOrBehindTheCommand)
{
    for (auto const& arguments :
         {std::vector<std::string>{"--json", "--server", "http://a", "get", "D", "P1", "P2", "--wait"},
          {"get", "--wait", "D", "P1", "P2", "--json", "--server=http://a"}}) {
        auto const invocation = read(arguments);
        EXPECT_EQ(invocation.command, "get");
        EXPECT_EQ(invocation.device, "D");
        EXPECT_THAT(invocation.operands, ElementsAre("P1", "P2"));
        EXPECT_EQ(invocation.server.url, "http://a");
        EXPECT_EQ(invocation.wait, std::chrono::seconds{30});
        EXPECT_TRUE(invocation.json);
    }
}

TEST(Invocation, WaitTakesItsSecondsOnlyAfterAnEqualsSign)
{
    EXPECT_EQ(read({"reboot", "D", "--wait=5"}).wait, std::chrono::seconds{5});
    EXPECT_EQ(read({"reboot", "--wait", "123"}).device, "123");
    EXPECT_FALSE(read({"reboot", "D"}).wait);
}

TEST(Invocation, WrongUsageEndsWithTwoAndHelpWithNought)
{
    for (auto const& arguments : {std::vector<std::string>{},
                                  {"fly", "D"},
                                  {"get", "D"},
                                  {"set"},
                                  {"delete", "D", "a.", "b."},
                                  {"reboot", "D", "--color"},
                                  {"reboot", "D", "--wait=x"},
                                  {"devices", "--limit", "many"}}) {
        auto const invocation = cli::read_arguments(arguments);
        ASSERT_FALSE(invocation);
        EXPECT_EQ(invocation.error().code, 2) << invocation.error().text;
        EXPECT_THAT(invocation.error().text, HasSubstr("acsctl: "));
    }
    auto const help = cli::read_arguments({"set", "--help"});
    ASSERT_FALSE(help);
    EXPECT_EQ(help.error().code, 0);
    EXPECT_THAT(help.error().text, HasSubstr("PATH=VALUE"));
}

TEST(TaskBody, SettingsAreSplitAtTheFirstEqualsSignOutsideBrackets)
{
    EXPECT_EQ(body({"set", "D", "Device.A=1=2", "Device.B=", "Device.T.[a=b].C=x"}),
              json::parse(R"({"kind":"set","values":{"Device.A":"1=2","Device.B":"","Device.T.[a=b].C":"x"}})"));
    EXPECT_THAT(failure({"set", "D", "Device.A"}), HasSubstr("PATH=VALUE"));
    EXPECT_THAT(failure({"set", "D", "Device.A=1", "Device.A=2"}), HasSubstr("twice"));
    EXPECT_THAT(failure({"set", "D", "=x"}), HasSubstr("PATH=VALUE"));
}

TEST(TaskBody, EveryCommandBecomesItsKind)
{
    EXPECT_EQ(body({"get", "D", "A.", "B"}), json::parse(R"({"kind":"get","paths":["A.","B"]})"));
    EXPECT_EQ(body({"add", "D", "Device.NAT.PortMapping.", "ExternalPort=80"}),
              json::parse(R"({"kind":"add","object":"Device.NAT.PortMapping.","values":{"ExternalPort":"80"}})"));
    EXPECT_EQ(body({"delete", "D", "Device.NAT.PortMapping.1."}),
              json::parse(R"({"kind":"delete","object":"Device.NAT.PortMapping.1."})"));
    EXPECT_EQ(
        body({"attributes", "D", "A=active", "B=0"}),
        json::parse(
            R"({"kind":"attributes","attributes":[{"path":"A","notification":2},{"path":"B","notification":0}]})"));
    EXPECT_EQ(body({"refresh", "D"}), json::parse(R"({"kind":"refresh","paths":[]})"));
    EXPECT_EQ(body({"reboot", "D", "--priority", "bulk", "--not-before", "2026-03-01T00:00:00Z"}),
              json::parse(R"({"kind":"reboot","not_before":"2026-03-01T00:00:00Z","priority":"bulk"})"));
    EXPECT_EQ(body({"factory-reset", "D"}), json::parse(R"({"kind":"factory_reset"})"));
    EXPECT_EQ(body({"diagnostics", "D", "ping", "192.0.2.1"}),
              json::parse(R"({"kind":"diagnostics","test":"IPPing","arguments":{"Host":"192.0.2.1"}})"));
    EXPECT_EQ(
        body({"rpc", "D", "GetParameterNames", R"({"parameter_path":"Device.","next_level":true})"}),
        json::parse(
            R"({"kind":"rpc","method":"GetParameterNames","arguments":{"parameter_path":"Device.","next_level":true}})"));
    EXPECT_EQ(body({"upload", "D", "--type", "log"}),
              json::parse(R"({"kind":"upload","file_type":"4 Vendor Log File 1"})"));
    EXPECT_EQ(body({"download", "D", "fw.bin"}), json::parse(R"({"kind":"download"})"));
}

TEST(TaskBody, WrongOperandsAreExplained)
{
    EXPECT_THAT(failure({"attributes", "D", "A=loud"}), HasSubstr("active"));
    EXPECT_THAT(failure({"diagnostics", "D", "pong", "h"}), HasSubstr("there is ping"));
    EXPECT_THAT(failure({"rpc", "D", "Reboot", "5"}), HasSubstr("JSON object"));
}

}  // namespace
