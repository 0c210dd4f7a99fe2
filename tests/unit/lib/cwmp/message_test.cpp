#include "cwmp/message.hpp"

#include "base/time_text.hpp"

#include <gtest/gtest.h>

namespace {

using namespace cwmp;

TEST(Fault, HasATextAndASoapCodeForEachCode)
{
    EXPECT_EQ(fault_text(9005), "Invalid parameter name");
    EXPECT_EQ(soap_code_for(9005), "Client");
    EXPECT_EQ(soap_code_for(9002), "Server");
    EXPECT_EQ(soap_code_for(8003), "Client");
    EXPECT_EQ(soap_code_for(8005), "Server");
    EXPECT_EQ(fault_text(9850), "Vendor-defined fault");
    EXPECT_EQ(fault_text(1), "Unknown fault");
    for (unsigned code = 9000; code <= 9032; ++code)
        EXPECT_NE(fault_text(code), "Unknown fault") << code;
    for (unsigned code = 8000; code <= 8006; ++code)
        EXPECT_NE(fault_text(code), "Unknown fault") << code;
}

TEST(Fault, IsMadeWithTheUsualTextUnlessAnotherIsGiven)
{
    EXPECT_EQ(make_fault(9003), (Fault{9003, "Invalid arguments", "Client", {}}));
    EXPECT_EQ(make_fault(8002, "disk full"), (Fault{8002, "disk full", "Server", {}}));
}

TEST(Message, KnowsItsMethod)
{
    EXPECT_EQ(method_name(Inform{}), "Inform");
    EXPECT_EQ(method_name(AutonomousDUStateChangeCompleteResponse{}), "AutonomousDUStateChangeCompleteResponse");
    EXPECT_EQ(method_name(Empty{}), "Empty");
    EXPECT_EQ(method_name(Fault{}), "Fault");
    Message const unknown = Unknown{"X_00D09E_Blink", ""};
    EXPECT_EQ(method_name(unknown), "X_00D09E_Blink");
}

TEST(Message, IsAnAnswerOrAsksForOne)
{
    EXPECT_TRUE(is_answer(Empty{}));
    EXPECT_TRUE(is_answer(Fault{}));
    EXPECT_TRUE(is_answer(GetRPCMethodsResponse{}));
    EXPECT_TRUE(is_answer(Unknown{"X_BlinkResponse", ""}));
    EXPECT_FALSE(is_answer(GetRPCMethods{}));
    EXPECT_FALSE(is_answer(Unknown{"X_Blink", ""}));
}

TEST(Message, MayHideAFaultInItsStatus)
{
    auto const fault = hidden_fault(AddObjectResponse{0, 9005});
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->code, 9005U);
    EXPECT_FALSE(hidden_fault(AddObjectResponse{4, 0}));
    EXPECT_FALSE(hidden_fault(SetParameterValuesResponse{1}));
    EXPECT_FALSE(hidden_fault(Inform{}));
}

TEST(Time, IsReadFromTheFirstYearToTheLast)
{
    EXPECT_EQ(base::to_rfc3339(*to_time_point(unknown_time)), "0001-01-01T00:00:00Z");
    EXPECT_EQ(base::to_rfc3339(*to_time_point(" 0001-01-01T00:00:00 ")), "0001-01-01T00:00:00Z");
    EXPECT_EQ(base::to_rfc3339(*to_time_point("2026-03-01T12:34:56.5+01:00")), "2026-03-01T11:34:56.500000Z");
    EXPECT_EQ(base::to_rfc3339(*to_time_point("9999-12-31T23:59:59Z")), "9999-12-31T23:59:59Z");
}

TEST(Time, ThatIsNoneIsNotRead)
{
    for (auto const* text : {"", "Unknown", "0000-00-00T00:00:00", "2019-03-05T11:54::14", "1"})
        EXPECT_FALSE(to_time_point(text)) << text;
}

}  // namespace
