#include "base/csv.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace base {
namespace {

using Fields = std::vector<std::string>;

struct Reading {
    std::vector<CsvRecord> records;
    std::vector<CsvProblem> problems;
    [[nodiscard]] std::vector<Fields> fields() const
    {
        std::vector<Fields> all;
        for (auto const& record : records)
            all.push_back(record.fields);
        return all;
    }
};

void take(CsvReader& reader, Reading& reading)
{
    while (auto item = reader.next()) {
        if (auto* record = std::get_if<CsvRecord>(&*item))
            reading.records.push_back(std::move(*record));
        else
            reading.problems.push_back(std::get<CsvProblem>(std::move(*item)));
    }
}

Reading read(std::string_view text, std::size_t piece = 1'000'000, CsvLimits limits = {})
{
    CsvReader reader{limits};
    Reading reading;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        reader.push(text.substr(at, piece));
        take(reader, reading);
    }
    reader.finish();
    take(reader, reading);
    return reading;
}

TEST(CsvReader, RecordsAreLinesOfFields)
{
    auto const reading = read("serial,oui\nS1,00D09E\nS2,\n");
    EXPECT_EQ(reading.fields(), (std::vector<Fields>{{"serial", "oui"}, {"S1", "00D09E"}, {"S2", ""}}));
    EXPECT_EQ(reading.records[2].line, 3U);
    EXPECT_TRUE(reading.problems.empty());
}

TEST(CsvReader, TheLastLineNeedsNoEnd)
{
    EXPECT_EQ(read("a,b").fields(), (std::vector<Fields>{{"a", "b"}}));
    EXPECT_EQ(read("a,").fields(), (std::vector<Fields>{{"a", ""}}));
    EXPECT_EQ(read("a,\"b\"").fields(), (std::vector<Fields>{{"a", "b"}}));
    EXPECT_TRUE(read("").records.empty());
    EXPECT_TRUE(read("\n").records.empty());
}

TEST(CsvReader, WhateverProgramSavedItIsUnderstood)
{
    std::vector<Fields> const same{{"serial", "tags"}, {"S1", "a b"}};
    EXPECT_EQ(read("serial,tags\r\nS1,a b\r\n").fields(), same);
    EXPECT_EQ(read("serial;tags\nS1;a b\n").fields(), same);
    EXPECT_EQ(read("serial\ttags\rS1\ta b\r").fields(), same);
    EXPECT_EQ(read("\xef\xbb\xbfserial;tags\r\n\r\n  \r\nS1 ; a b \r\n\r\n").fields(), same);
    EXPECT_EQ(read("\"serial\",\"tags\"\n\"S1\" , \"a b\"\n").fields(), same);
    EXPECT_EQ(read("sep=;\r\nserial;tags\r\nS1;a b").fields(), same);
}

TEST(CsvReader, AfterALineThatNamesTheSeparatorLinesCountOn)
{
    EXPECT_EQ(read("sep=;\na;b\n").records.at(0).line, 2U);
}

TEST(CsvReader, QuotedFieldsHoldSeparatorsQuotesAndLines)
{
    auto const reading = read("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\r\nlines\",z\nlast,1\n");
    EXPECT_EQ(reading.fields(),
              (std::vector<Fields>{{"a", "b"}, {"x,y", "say \"hi\""}, {"two\nlines", "z"}, {"last", "1"}}));
    EXPECT_EQ(reading.records[2].line, 3U);
    EXPECT_EQ(reading.records[3].line, 5U);
}

TEST(CsvReader, AQuoteWithinATextIsALetter)
{
    EXPECT_EQ(read("a,5\" disk\n").fields(), (std::vector<Fields>{{"a", "5\" disk"}}));
}

TEST(CsvReader, AnEmptyQuotedFieldIsARecord)
{
    EXPECT_EQ(read("\"\"\n").fields(), (std::vector<Fields>{{""}}));
}

TEST(CsvReader, TheSizeOfThePiecesDoesNotMatter)
{
    std::string const text =
        "\xef\xbb\xbfserial;tags\r\n\"S;1\";\"a\"\"b\r\nc\"\r\nbad;\"x\"y\r\nS2;\xc3\xbc\r\nopen;\"q\r\nS3;1";
    auto const whole = read(text);
    for (std::size_t piece = 1; piece < 12; ++piece) {
        auto const parts = read(text, piece);
        EXPECT_EQ(parts.records, whole.records) << piece;
        EXPECT_EQ(parts.problems, whole.problems) << piece;
    }
}

TEST(CsvReader, ABadRecordIsToldAndSkipped)
{
    auto const reading = read("a,b\n1,\"x\"y\n2,\xff\n3,\x01\n4,d\n");
    EXPECT_EQ(reading.fields(), (std::vector<Fields>{{"a", "b"}, {"4", "d"}}));
    ASSERT_EQ(reading.problems.size(), 3U);
    EXPECT_EQ(reading.problems[0].line, 2U);
    EXPECT_EQ(reading.problems[0].column, 2U);
    EXPECT_NE(reading.problems[0].reason.find("twice"), std::string::npos);
    EXPECT_EQ(reading.problems[1].line, 3U);
    EXPECT_NE(reading.problems[1].reason.find("UTF-8"), std::string::npos);
    EXPECT_EQ(reading.problems[2].line, 4U);
    EXPECT_NE(reading.problems[2].reason.find("control"), std::string::npos);
}

TEST(CsvReader, AQuoteThatIsNeverClosedCostsItsOwnLineOnly)
{
    auto const reading = read("a,b\n1,\"open\n2,x\n3,y\n");
    EXPECT_EQ(reading.fields(), (std::vector<Fields>{{"a", "b"}, {"2", "x"}, {"3", "y"}}));
    ASSERT_EQ(reading.problems.size(), 1U);
    EXPECT_EQ(reading.problems[0].line, 2U);
    EXPECT_EQ(reading.records[2].line, 4U);
}

TEST(CsvReader, AQuoteThatAnotherLineSeemsToCloseCostsItsOwnLineOnly)
{
    auto const reading = read("a,b\n1,\"open\n2,\"x\"\n3,y\n");
    EXPECT_EQ(reading.fields(), (std::vector<Fields>{{"a", "b"}, {"2", "x"}, {"3", "y"}}));
    EXPECT_EQ(reading.problems.size(), 1U);
}

TEST(CsvReader, ARecordThatIsTooLongIsTold)
{
    CsvLimits const limits{.record_bytes = 20};
    auto const reading = read("a,b\n" + std::string(50, 'x') + ",1\n2,y\n", 7, limits);
    EXPECT_EQ(reading.fields(), (std::vector<Fields>{{"a", "b"}, {"2", "y"}}));
    ASSERT_EQ(reading.problems.size(), 1U);
    EXPECT_EQ(reading.problems[0].line, 2U);
    auto const quoted = read("a,b\n1,\"open\n2,x\n3,y\n4,z\n5,z\n6,z\n", 7, limits);
    EXPECT_EQ(quoted.records.size(), 6U) << "all but the line of the quote";
    EXPECT_EQ(quoted.problems.size(), 1U);
}

TEST(CsvReader, TooManyFieldsAreTold)
{
    auto const reading = read("a,b\n1,2,3\n4,5\n", 100, {.fields = 2});
    EXPECT_EQ(reading.fields(), (std::vector<Fields>{{"a", "b"}, {"4", "5"}}));
    ASSERT_EQ(reading.problems.size(), 1U);
    EXPECT_EQ(reading.problems[0].column, 3U);
}

TEST(CsvReader, ATextOfSixteenBitsIsToldOnce)
{
    std::string const text{"\xff\xfe"
                           "a\0,\0b\0\n\0",
                           10};
    auto const reading = read(text);
    EXPECT_TRUE(reading.records.empty());
    ASSERT_EQ(reading.problems.size(), 1U);
    EXPECT_NE(reading.problems[0].reason.find("UTF-8"), std::string::npos);
}

TEST(CsvReader, ManyOpenQuotesDoNotTakeLong)
{
    std::string text = "a\n";
    for (int i = 0; i < 200'000; ++i)
        text += "\"\"\"x\n\"\"\n";
    auto const reading = read(text);
    EXPECT_FALSE(reading.problems.empty());
}

}  // namespace
}  // namespace base
