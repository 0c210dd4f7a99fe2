#include "cli/event_reader.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class EventReaderTest : public testing::Test {
protected:
    std::vector<std::string> taken;
    EventReader reader{[this](std::string_view data) { taken.emplace_back(data); }};
};

TEST_F(EventReaderTest, ReadsEventsHoweverTheyAreCutIntoPieces)
{
    std::string const text = "id: 1.2\nevent: a\ndata: {\"x\":1}\n\n: quiet\nid: 1.3\n\nid: 1.4\r\ndata: y\r\n\r\n";
    for (std::size_t size = 1; size <= text.size(); ++size) {
        taken.clear();
        for (std::size_t at = 0; at < text.size(); at += size)
            EXPECT_TRUE(reader.read(std::string_view{text}.substr(at, size)));
        EXPECT_THAT(taken, ElementsAre("{\"x\":1}", "y")) << size;
        EXPECT_EQ(reader.last_id(), "1.4");
    }
}

TEST_F(EventReaderTest, AnIdCountsWhenItsEventIsComplete)
{
    EXPECT_TRUE(reader.read("id: 1.2\n\nid: 1.3\ndata: half"));
    EXPECT_EQ(reader.last_id(), "1.2");
    reader.restart();
    EXPECT_TRUE(reader.read("data: whole\n\n"));
    EXPECT_THAT(taken, ElementsAre("whole"));
    EXPECT_EQ(reader.last_id(), "1.2");
}

TEST_F(EventReaderTest, ALineWithoutEndIsNoStream)
{
    EXPECT_FALSE(reader.read(std::string(EventReader::longest_line + 1, 'x')));
    EXPECT_THAT(taken, IsEmpty());
}

}  // namespace
}  // namespace cli
