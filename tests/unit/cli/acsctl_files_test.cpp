// acsctl. Files for devices, and lists of devices that are read from files.
#include "acsctl_fixture.hpp"

#include <boost/json.hpp>

#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace cli_test;
using testing::AllOf;
using testing::Not;
using testing::StartsWith;

TEST_F(AcsctlTest, EveryUploadHasAKeyOfItsOwn)
{
    std::ofstream{folder_ / "fw.bin"} << "bytes";
    EXPECT_EQ(run({"file-add", folder_ / "fw.bin"}).code, 0);
    EXPECT_EQ(run({"file-add", folder_ / "fw.bin"}).code, 0);
    std::ofstream{folder_ / "devices.csv"} << "serial_number,oui\nS1,00D09E\n";
    EXPECT_EQ(run({"announcements", "import", folder_ / "devices.csv"}).code, 0);
    EXPECT_EQ(keys_.size(), 3u);
}

TEST_F(AcsctlTest, ADownloadUploadsALocalFileFirst)
{
    auto const path = folder_ / "fw-2.bin";
    std::ofstream{path} << std::string(300'000, 'x');
    auto const queued = run({"download", device_, path.string(), "--version", "2.0", "--json"});
    EXPECT_EQ(queued.code, 0) << queued.error;
    ASSERT_EQ(directory_.contents.size(), 1u);
    EXPECT_EQ(directory_.contents.begin()->second.size(), 300'000u);
    auto const arguments = boost::json::parse(queued.out).at("arguments");
    EXPECT_EQ(arguments.at("file").as_string(), "1");
    EXPECT_EQ(arguments.at("expected_version").as_string(), "2.0");
}

TEST_F(AcsctlTest, ADownloadFindsAStoredFileByIdAndByName)
{
    auto const path = folder_ / "web.bin";
    std::ofstream{path} << "x";
    EXPECT_EQ(run({"file-add", path.string(), "--type", "web", "--name", "w1"}).code, 0);
    EXPECT_THAT(run({"files"}).out, AllOf(HasSubstr("w1"), HasSubstr("2 Web Content")));
    for (auto const* file : {"w1", "1"})
        EXPECT_THAT(run({"download", device_, file, "--json"}).out, HasSubstr(R"("file_type":"2 Web Content")"))
            << file;
    auto const unknown = run({"download", device_, "w2"});
    EXPECT_EQ(unknown.code, 1);
    EXPECT_THAT(unknown.error, HasSubstr("neither a local file"));
    EXPECT_EQ(run({"file-delete", "w1"}).code, 0);
    EXPECT_TRUE(directory_.contents.empty());
}

TEST_F(AcsctlTest, AListOfDevicesIsImportedAndBadLinesAreTold)
{
    std::ofstream{folder_ / "devices.csv"} << "serial_number;oui\nS1;00D09E\nS2;x\n";
    auto const dry = run({"announcements", "import", folder_ / "devices.csv", "--dry-run"});
    EXPECT_EQ(dry.code, 1);
    EXPECT_THAT(dry.out, StartsWith("nothing was changed; 2 lines: 1 added"));
    EXPECT_THAT(dry.error, StartsWith("line 3: oui is no OUI"));
    EXPECT_TRUE(announcements_.all.empty());
    EXPECT_THAT(run({"announcements", "import", folder_ / "devices.csv"}).out, StartsWith("2 lines: 1 added"));
    EXPECT_EQ(run({"announcements", "add", "S9", "00D09E", "HG", "--tag", "gold", "--tag", "vip"}).out, "S9: added\n");
    EXPECT_EQ(announcements_.all.back().tags, (std::vector<std::string>{"gold", "vip"}));
    EXPECT_THAT(run({"announcements", "--state", "waiting"}).out, HasSubstr("S9"));
    EXPECT_EQ(run({"announcements", "remove", "2"}).code, 0);
    EXPECT_EQ(run({"announcements", "remove", "2"}).code, 1);
    EXPECT_EQ(run({"announcements", "import"}).code, 2);
    EXPECT_EQ(run({"announcements", "import", folder_ / "none.csv"}).code, 1);
}

TEST_F(AcsctlTest, TheDevicesOfGenieAcsAreAnnounced)
{
    auto const dump = folder_ / "devices.json";
    std::ofstream{dump} << R"({"_id":"00D09E-HG%2D1-S7","_tags":["gold","a,\"b","c|d"]})" << "\n"
                        << R"({"_id":"x-HG-S8"})" << "\n"
                        << R"({"_id":"nothing"})" << "\n";
    auto const dry = run({"import", "genieacs", dump, "--dry-run"});
    EXPECT_THAT(dry.out, StartsWith("nothing was changed; 3 devices: 1 added"));
    EXPECT_TRUE(announcements_.all.empty());
    auto const real = run({"import", "genieacs", dump});
    EXPECT_EQ(real.code, 1);
    EXPECT_EQ(real.out, "3 devices: 1 added, 0 updated, 0 enrolled, 0 in service already, 2 skipped\n");
    EXPECT_THAT(real.error, HasSubstr("nothing: it is no device"));
    EXPECT_THAT(real.error, HasSubstr("x-HG-S8: oui is no OUI"));
    EXPECT_THAT(real.error, HasSubstr("the tag c|d is left out"));
    ASSERT_EQ(announcements_.all.size(), 1u);
    EXPECT_EQ(announcements_.all.begin()->product_class, "HG-1");
    EXPECT_THAT(announcements_.all.begin()->tags, testing::ElementsAre("gold", "a,\"b"));
    EXPECT_EQ(run({"import", "genieacs", folder_ / "nowhere"}).code, 1);
    EXPECT_EQ(run({"import", "other", dump}).code, 2);
}

TEST_F(AcsctlTest, ALoginThatWouldBreakTheListIsLeftOut)
{
    auto const dump = folder_ / "devices.json";
    std::ofstream{dump} << R"({"_id":"00D09E-HG-S7","Device":{"ManagementServer":)"
                        << R"({"Username":{"_value":"u"},"Password":{"_value":"a\nb"}}}})" << "\n";
    auto const ran = run({"import", "genieacs", dump, "--logins"});
    EXPECT_EQ(ran.code, 0) << ran.error;
    EXPECT_THAT(ran.out, StartsWith("1 devices: 1 added"));
    EXPECT_THAT(ran.error, HasSubstr("00D09E-HG-S7: its login is left out"));
}

TEST_F(AcsctlTest, StrangersAreEnrolledAndIncidentsShown)
{
    strangers_.note({.identity = {"Acme", "00D09E", "HG", "S7"}, .address = "192.0.2.1", .reason = "why"});
    EXPECT_THAT(run({"strangers"}).out, HasSubstr("00D09E-HG-S7"));
    EXPECT_THAT(run({"strangers", "enrol", "1", "--subscriber", "17"}).out, StartsWith("00D09E-HG-S7 is let in"));
    EXPECT_EQ(announcements_.all.at(0).subscriber, "17");
    EXPECT_EQ(run({"strangers", "forget", "1"}).code, 1);
    EXPECT_EQ(run({"strangers", "enrol"}).code, 2);
    incidents_.note({.kind = "failed-login", .identity = "00D09E-HG-S7", .address = "192.0.2.1"});
    EXPECT_THAT(run({"incidents", "--kind", "failed-login"}).out, HasSubstr("192.0.2.1"));
    EXPECT_THAT(run({"incidents", "--kind", "conflict"}).out, Not(HasSubstr("192.0.2.1")));
}

}  // namespace
