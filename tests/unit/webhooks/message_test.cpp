#include "webhooks/message.hpp"

#include <gtest/gtest.h>

namespace webhooks {
namespace {

using namespace std::chrono_literals;

domain::EventRecord event(std::uint64_t tx, std::string kind)
{
    domain::EventRecord record;
    record.position = {tx, 7};
    record.kind = std::move(kind);
    record.device_name = "00D09E-HG-1";
    return record;
}

domain::Webhook oss()
{
    domain::Webhook webhook;
    webhook.name = "oss";
    webhook.secret = "key";
    return webhook;
}

TEST(Message, IsSignedAsTheManualSays)
{
    // printf '1700000000.{}' | openssl dgst -sha256 -hmac key
    EXPECT_EQ(signature_of("key", base::TimePoint{1'700'000'000s}, "{}"),
              "t=1700000000,v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae");
}

TEST(Message, AnotherBodyTimeOrSecretHasAnotherSignature)
{
    auto const at = base::TimePoint{1'700'000'000s};
    auto const one = signature_of("key", at, "{}");
    EXPECT_EQ(signature_of("key", at, "{}"), one);
    EXPECT_NE(signature_of("key", at, "{} "), one);
    EXPECT_NE(signature_of("kez", at, "{}"), one);
    EXPECT_NE(signature_of("key", at + 1s, "{}"), one);
}

TEST(Message, HasTheEventsInTheirOrder)
{
    EXPECT_EQ(body_of(oss(), {event(1, "task.done"), event(2, "device.new")}),
              R"({"webhook":"oss","events":[)"
              R"({"cursor":"1.7","at":"1970-01-01T00:00:00Z","kind":"task.done","device":"00D09E-HG-1","data":{}},)"
              R"({"cursor":"2.7","at":"1970-01-01T00:00:00Z","kind":"device.new","device":"00D09E-HG-1","data":{}}]})");
}

TEST(Message, NamesItsDeliveryAndEachKindOnce)
{
    auto const headers = headers_of(oss(), {event(1, "task.done"), event(2, "device.new"), event(3, "task.done")}, "{}",
                                    base::TimePoint{1s});
    EXPECT_EQ(headers.get("ACS-Delivery"), "oss-1.7-3");
    EXPECT_EQ(headers.get("ACS-Event"), "task.done,device.new");
    EXPECT_EQ(headers.get("ACS-Signature"), signature_of("key", base::TimePoint{1s}, "{}"));
    EXPECT_EQ(headers.get("Content-Type"), "application/json");
}

}  // namespace
}  // namespace webhooks
