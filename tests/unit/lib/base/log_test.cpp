#include "base/log.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace {

using namespace base;

/// What `write` leaves on standard error at `level`.
std::string written_at(log::Level level, std::function<void()> const& write)
{
    testing::internal::CaptureStderr();
    log::set_level(level);
    write();
    log::set_level(log::Level::info);
    return testing::internal::GetCapturedStderr();
}

TEST(Log, ALineHoldsItsIdentifierAndItsFieldsInOrder)
{
    auto const line = written_at(log::Level::info, [] {
        std::string const device = "00D09E-1";
        log::info("test.line", {{"device", device}, {"rpcs", 3}, {"outcome", "done"}, {"reason", ""}});
    });
    EXPECT_TRUE(line.ends_with(" info test.line device=00D09E-1 rpcs=3 outcome=done reason=\"\"\n")) << line;
}

TEST(Log, ForeignTextCannotForgeALine)
{
    auto const line = written_at(log::Level::info, [] { log::info("test.line", {{"peer", "a\nerror \"b\""}}); });
    EXPECT_TRUE(line.ends_with("peer=\"a\\x0aerror \\\"b\\\"\"\n")) << line;
}

TEST(Log, ALevelThatIsOffWritesNothingAndSaysSo)
{
    auto const nothing = written_at(log::Level::warning, [] {
        EXPECT_FALSE(log::enabled(log::Level::info));
        EXPECT_TRUE(log::enabled(log::Level::warning));
        log::debug("test.line");
        log::info("test.line", {{"device", "one"}});
    });
    EXPECT_EQ(nothing, "");
    EXPECT_NE(written_at(log::Level::debug, [] { log::debug("test.line"); }), "");
}

TEST(Log, AnUnknownLevelIsRefused)
{
    EXPECT_FALSE(log::set_level("loud"));
    EXPECT_TRUE(log::set_level("info"));
}

}  // namespace
