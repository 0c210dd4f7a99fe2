// Requests that are repeated with an Idempotency-Key.
#include "api_fixture.hpp"

namespace api_test {
namespace {

class RepeatsTest : public ApiTest {
protected:
    std::string const url_ = std::string{device_url} + "/tasks";

    Reply keyed(std::string_view key, std::string_view target, std::string_view body)
    {
        return call("POST", target, body, {{"Content-Type", "application/json"}, {"Idempotency-Key", key}});
    }
    Reply upload(std::string_view key, std::string_view bytes)
    {
        return call("POST", "/api/v1/files?name=fw.bin", bytes,
                    {{"Content-Type", "application/octet-stream"}, {"Idempotency-Key", key}});
    }
    Reply reboot(std::string_view key, std::string_view query = "")
    {
        return keyed(key, url_ + std::string{query}, R"({"kind":"reboot"})");
    }
};

TEST_F(RepeatsTest, ARepeatGetsTheFirstAnswerAndMakesNothing)
{
    auto const first = reboot("k1");
    ASSERT_EQ(first.status, 201u);
    EXPECT_FALSE(first.headers.has("Idempotent-Replayed"));
    inventory_.change(inventory_.all_tasks()[0].task.id, [](auto& row) { row.task.state = domain::TaskState::done; });
    auto const second = reboot("k1");
    EXPECT_EQ(second.status, 201u);
    EXPECT_EQ(second.text, first.text);
    EXPECT_EQ(second.headers.get("Location"), first.headers.get("Location"));
    EXPECT_EQ(second.headers.get("Idempotent-Replayed"), "true");
    EXPECT_EQ(inventory_.all_tasks().size(), 1u);
    EXPECT_EQ(audited().size(), 1u);
    EXPECT_EQ(reboot("k2").status, 201u);
    EXPECT_EQ(inventory_.all_tasks().size(), 2u);
}

TEST_F(RepeatsTest, AKeyIsForOneRequestOfOneCaller)
{
    reboot("k1");
    EXPECT_EQ(keyed("k1", url_, R"({"kind":"factory_reset"})").status, 422u);
    EXPECT_EQ(keyed("k1", "/api/v1/devices/00D09E-STB-S2/tasks", R"({"kind":"reboot"})").status, 422u);
    auto const bert = add_token(add_person("bert", "administrator"));
    auto const other =
        call("POST", url_, R"({"kind":"reboot"})", {{"Authorization", "Bearer " + bert}, {"Idempotency-Key", "k1"}});
    EXPECT_EQ(other.status, 201u);
    EXPECT_EQ(inventory_.all_tasks().size(), 2u);
}

TEST_F(RepeatsTest, OneOperatorHasTheSameKeysWithEveryToken)
{
    auto const bert = add_person("bert", "administrator");
    for (auto const& token : {add_token(bert), add_token(bert)})
        EXPECT_EQ(call("POST", url_, R"({"kind":"reboot"})",
                       {{"Authorization", "Bearer " + token}, {"Idempotency-Key", "k1"}})
                      .status,
                  201u);
    EXPECT_EQ(inventory_.all_tasks().size(), 1u);
}

TEST_F(RepeatsTest, HowLongAnAnswerIsHeldIsNoPartOfWhatIsAskedFor)
{
    EXPECT_EQ(reboot("k1", "?wait=1ms").status, 201u);
    auto const second = reboot("k1");
    EXPECT_EQ(second.status, 201u);
    EXPECT_EQ(second.headers.get("Idempotent-Replayed"), "true");
}

TEST_F(RepeatsTest, WhoComesWhileItIsCarriedOutIsToldToAskAgain)
{
    keys_.answer_in_use = true;
    auto const reply = reboot("k1");
    EXPECT_EQ(reply.status, 409u);
    EXPECT_EQ(reply.body.at("type").as_string(), "urn:acs:problem:in_progress");
    EXPECT_EQ(reply.headers.get("Retry-After"), "5");
    EXPECT_TRUE(inventory_.all_tasks().empty());
}

TEST_F(RepeatsTest, WhatWasRefusedMayBeCorrectedUnderTheSameKey)
{
    EXPECT_EQ(keyed("k1", url_, R"({"kind":"nonsense"})").status, 422u);
    EXPECT_EQ(keys_.size(), 0u);
    EXPECT_EQ(reboot("k1").status, 201u);
}

TEST_F(RepeatsTest, AnUploadIsKnownByItsBytesAndNotOnlyByTheirNumber)
{
    auto const first = upload("k1", "abc");
    ASSERT_EQ(first.status, 201u);
    EXPECT_EQ(upload("k1", "abc").text, first.text);
    EXPECT_EQ(upload("k1", "abd").status, 422u);
    EXPECT_EQ(directory_.contents.size(), 1u);
}

TEST_F(RepeatsTest, WhatThereWasNoRoomForMayBeSentAgainUnderTheSameKey)
{
    directory_.room = 2;
    EXPECT_EQ(upload("k1", "abc").status, 507u);
    EXPECT_EQ(keys_.size(), 0u);
    directory_.room = 1000;
    EXPECT_EQ(upload("k1", "abc").status, 201u);
}

TEST_F(RepeatsTest, ATaskWhoseAnswerWasLostIsFoundAgainEvenWhenNoMoreTasksAreTaken)
{
    keys_.is_away = true;  // the node dies after it made the task
    auto const first = reboot("k1");
    ASSERT_EQ(first.status, 201u) << "what was made is told all the same";
    keys_.is_away = false;
    EXPECT_EQ(reboot("k1").status, 409u) << "its lease is not over";
    for (int i = 1; i < 20; ++i)
        EXPECT_EQ(post(url_, R"({"kind":"reboot"})").status, 201u);
    EXPECT_EQ(post(url_, R"({"kind":"reboot"})").status, 409u);
    keys_.end_leases();
    auto const second = reboot("k1");
    EXPECT_EQ(second.status, 201u);
    EXPECT_EQ(second.body.at("id"), first.body.at("id"));
    EXPECT_EQ(inventory_.all_tasks().size(), 20u);
    EXPECT_EQ(reboot("k1").headers.get("Idempotent-Replayed"), "true");
}

TEST_F(RepeatsTest, ADatabaseThatIsAwayLeavesTheKeyForTheNextOne)
{
    inventory_.is_away = true;
    EXPECT_EQ(reboot("k1").status, 503u);
    inventory_.is_away = false;
    auto const reply = reboot("k1");
    EXPECT_EQ(reply.status, 201u);
    EXPECT_FALSE(reply.headers.has("Idempotent-Replayed"));
}

TEST_F(RepeatsTest, WhatCannotBeFoundAgainIsNotDoneASecondTime)
{
    keys_.is_away = true;
    auto const make = [&] { return keyed("k1", "/api/v1/operators", R"({"name":"bert","role":"viewer"})"); };
    ASSERT_EQ(make().status, 201u);
    keys_.is_away = false;
    keys_.end_leases();
    for (int i = 0; i < 2; ++i) {
        auto const reply = make();
        EXPECT_EQ(reply.status, 409u);
        EXPECT_EQ(reply.body.at("type").as_string(), "urn:acs:problem:unknown_outcome");
        EXPECT_FALSE(reply.headers.has("Retry-After"));
    }
}

TEST_F(RepeatsTest, ATokenThatWasMadeIsShownAgain)
{
    auto const bert = add_token(add_person("bert", "administrator"));
    net::Headers const headers{{"Authorization", "Bearer " + bert}, {"Idempotency-Key", "k1"}};
    auto const first = call("POST", "/api/v1/tokens", R"({"name":"laptop"})", headers);
    ASSERT_EQ(first.status, 201u);
    EXPECT_EQ(call("POST", "/api/v1/tokens", R"({"name":"laptop"})", headers).text, first.text);
}

TEST_F(RepeatsTest, AKeyThatIsNoneIsABadRequest)
{
    for (auto const& key : {std::string{}, std::string(256, 'k'), std::string{"a b"}, std::string{"\xC3\xA4"}}) {
        auto const reply = reboot(key);
        EXPECT_EQ(reply.status, 400u) << key;
        EXPECT_EQ(reply.fields(), "Idempotency-Key");
    }
    EXPECT_EQ(reboot(std::string(255, 'k')).status, 201u);
}

}  // namespace
}  // namespace api_test
