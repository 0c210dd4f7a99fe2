#include "load/ledger.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace {

class LedgerTest : public testing::Test {
protected:
    LedgerTest()
    {
        file = std::filesystem::temp_directory_path() / ("ledger-" + std::to_string(::getpid()) + "-" +
                                                         testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove(file);
    }
    ~LedgerTest() override { std::filesystem::remove(file); }

    [[nodiscard]] std::vector<sim::LedgerEntry> read() const
    {
        std::vector<sim::LedgerEntry> entries;
        auto const done = sim::read_ledger(file, [&](sim::LedgerEntry&& e) { entries.push_back(std::move(e)); });
        EXPECT_TRUE(done) << done.error().what;
        return entries;
    }
    void append(std::string_view text) const { std::ofstream{file, std::ios::app} << text; }

    std::string file;
};

sim::LedgerEntry reboot()
{
    sim::LedgerEntry entry{.kind = sim::LedgerKind::rpc};
    entry.at = base::TimePoint{std::chrono::microseconds{1'700'000'000'000'001}};
    entry.oui = "02B7C4";
    entry.product_class = "a \"b\" \\ c\n";
    entry.serial_number = "S1";
    entry.method = "Reboot";
    entry.command_key = "k-1";
    entry.fault = 9002;
    entry.count = 1;
    return entry;
}

TEST_F(LedgerTest, GivesBackWhatWasWritten)
{
    sim::LedgerEntry inform{.kind = sim::LedgerKind::inform};
    inform.oui = "02B7C4";
    inform.serial_number = "S1";
    inform.retry_count = 3;
    inform.events = {{"1 BOOT", ""}, {"M Reboot", "k-1"}};
    {
        auto writer = sim::LedgerWriter::open(file);
        ASSERT_TRUE(writer) << writer.error().what;
        writer->inform({}, inform.oui, "", inform.serial_number, inform.events, 3);
        writer->write(reboot());
    }
    EXPECT_EQ(read(), (std::vector{inform, reboot()}));
}

TEST_F(LedgerTest, ARunAppendsToTheOneBefore)
{
    for (int run = 0; run < 3; ++run)
        sim::LedgerWriter::open(file)->write(reboot());
    EXPECT_EQ(read().size(), 3U);
}

TEST_F(LedgerTest, WhatAKilledGeneratorLeftHalfWrittenIsPassedOverAndCutAway)
{
    sim::LedgerWriter::open(file)->write(reboot());
    append(R"({"e":"inform","at":17)");
    EXPECT_EQ(read().size(), 1U);
    sim::LedgerWriter::open(file)->write(reboot());
    EXPECT_EQ(read().size(), 2U);
}

TEST_F(LedgerTest, ALedgerThatIsNothingButHalfALineBecomesEmpty)
{
    append("{\"e\"");
    sim::LedgerWriter::open(file)->write(reboot());
    EXPECT_EQ(read().size(), 1U);
}

TEST_F(LedgerTest, ABrokenLineIsNamedByItsNumber)
{
    sim::LedgerWriter::open(file)->write(reboot());
    append("nonsense\n");
    auto const done = sim::read_ledger(file, [](sim::LedgerEntry&&) {});
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().what, testing::HasSubstr("line 2"));
}

TEST_F(LedgerTest, SaysWhenThereIsNoLedger)
{
    EXPECT_THAT(sim::read_ledger("/nowhere/ledger", [](sim::LedgerEntry&&) {}).error().what,
                testing::HasSubstr("/nowhere/ledger"));
    EXPECT_FALSE(sim::LedgerWriter::open("/nowhere/ledger"));
}

TEST(LedgerLineTest, RefusesWhatIsNoLine)
{
    for (auto const* line : {"", "{", "[]", "{}", "{\"e\":1}", "{\"e\":\"dance\"}", "{\"e\":\"rpc\",\"at\":\"x\"}",
                             "{\"e\":\"rpc\",\"d\":[\"1\"]}", "{\"e\":\"inform\",\"c\":[1]}",
                             "{\"e\":\"inform\",\"c\":[\"a\",\"b\"],\"k\":[\"a\"]}", "{\"e\":\"rpc\",\"f\":-1}"})
        EXPECT_FALSE(sim::parse_line(line)) << line;
}

}  // namespace
