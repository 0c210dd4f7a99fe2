#include "session/message_shape.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

TEST(MessageShape, IsTheMarkupWithTheLengthOfEachText)
{
    EXPECT_EQ(shape_of("<a b=\"1\">\n <Name>Device.X</Name><Value>secret</Value></a>"),
              "<a b=\"1\">\n <Name>[8]</Name><Value>[6]</Value></a>");
    EXPECT_EQ(shape_of(""), "");
}

TEST(MessageShape, HoldsNoTextWhateverItIsDressedAs)
{
    for (auto const* const message :
         {"secret", "secret<", "<Value>secret", "<v><![CDATA[secret]]></v>", "<v><!--secret--></v>",
          "<v>a > secret</v>", "<v>a<secret</v>", "<v>a<secret", "<!DOCTYPE secret>"})
        EXPECT_EQ(shape_of(message).find("secret"), std::string::npos) << message << ": " << shape_of(message);
}

}  // namespace
}  // namespace session
