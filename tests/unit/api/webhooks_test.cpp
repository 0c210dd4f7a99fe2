#include "api_fixture.hpp"

namespace api_test {
namespace {

using testing::ElementsAre;
using testing::Not;

class WebhooksTest : public ApiTest {
protected:
    Reply add(std::string_view body = R"({"name":"oss","url":"https://oss.example.net/acs","kinds":["device"]})")
    {
        return post("/api/v1/webhooks", body);
    }
    Reply patch(std::string_view body)
    {
        return call("PATCH", "/api/v1/webhooks/oss", body, {{"Content-Type", "application/json"}});
    }
    void die(std::int64_t tx)
    {
        domain::DeadLetter letter;
        letter.id = domain::DeadLetterId{tx};
        letter.event.position = {static_cast<std::uint64_t>(tx), 1};
        letter.event.kind = "task.done";
        letter.attempts = 8;
        letter.problem = "the receiver answered 400";
        webhooks_.kept.at("oss").dead.push_back(std::move(letter));
    }
};

TEST_F(WebhooksTest, IsAddedWithASecretThatIsShownOnce)
{
    auto const added = add();
    ASSERT_EQ(added.status, 201U);
    EXPECT_EQ(added.headers.get("Location"), "/api/v1/webhooks/oss");
    auto const secret = std::string{support::view(added.body.at("secret").as_string())};
    EXPECT_EQ(secret.size(), 64U);
    EXPECT_EQ(webhooks_.kept.at("oss").lease.webhook.secret, secret);
    auto const shown = get("/api/v1/webhooks/oss");
    EXPECT_FALSE(shown.object().contains("secret"));
    EXPECT_EQ(shown.body.at("state"), "active");
    EXPECT_EQ(get("/api/v1/webhooks").body.at("items").as_array().size(), 1U);
    EXPECT_EQ(add().status, 409U);
    EXPECT_THAT(audited(), ElementsAre("webhook.added"));
    EXPECT_THAT(audit_.records.back().entry.after, Not(HasSubstr(secret)));
}

TEST_F(WebhooksTest, ASecretThatSomebodyGivesIsNeverShown)
{
    auto const added = add(R"({"name":"oss","url":"https://oss.example.net/","secret":"a secret of somebody"})");
    ASSERT_EQ(added.status, 201U);
    EXPECT_THAT(added.text, Not(HasSubstr("a secret of somebody")));
    EXPECT_EQ(patch(R"({"secret":"another secret of his"})").status, 200U);
    EXPECT_EQ(webhooks_.kept.at("oss").lease.webhook.secret, "another secret of his");
    EXPECT_THAT(audit_.records.back().entry.after, Not(HasSubstr("another secret")));
    EXPECT_THAT(audit_.records.back().entry.after, HasSubstr("********")) << "but that it was changed";
}

TEST_F(WebhooksTest, EveryBadFieldIsTold)
{
    auto const reply =
        add(R"({"name":"N A","url":"x","kinds":["a b"],"where":"x;","secret":"short","batch":0,"more":1})");
    EXPECT_EQ(reply.status, 422U);
    for (auto const* const field : {"name", "url", "kinds", "where", "secret", "batch", "more"})
        EXPECT_THAT(reply.fields(), HasSubstr(field));
    EXPECT_EQ(add("{}").status, 422U);
}

TEST_F(WebhooksTest, IsChangedPausedResumedAndRemoved)
{
    add();
    EXPECT_EQ(patch(R"({"url":"http://10.0.0.1/","kinds":[]})").body.at("url"), "http://10.0.0.1/");
    EXPECT_EQ(patch("{}").status, 422U);
    EXPECT_EQ(post("/api/v1/webhooks/oss/pause", "").body.at("state"), "paused");
    EXPECT_EQ(post("/api/v1/webhooks/oss/resume", "").body.at("state"), "active");
    EXPECT_EQ(call("DELETE", "/api/v1/webhooks/oss").status, 204U);
    EXPECT_EQ(get("/api/v1/webhooks/oss").status, 404U);
    EXPECT_EQ(patch(R"({"batch":1})").status, 404U);
    EXPECT_THAT(audited(), ElementsAre("webhook.added", "webhook.changed", "webhook.changed", "webhook.changed",
                                       "webhook.removed"));
}

TEST_F(WebhooksTest, ATestSaysWhatCameOfIt)
{
    add();
    EXPECT_EQ(post("/api/v1/webhooks/oss/test", "").body.at("taken"), true);
    ASSERT_EQ(webhook_sender_.sent.size(), 1U);
    EXPECT_EQ(webhook_sender_.sent[0].second.at(0).kind, "webhook.test");
    EXPECT_FALSE(webhook_sender_.sent[0].first.secret.empty()) << "it is signed";
    webhook_sender_.answer = {.problem = "oss.example.net:443: cannot connect"};
    auto const reply = post("/api/v1/webhooks/oss/test", "");
    EXPECT_EQ(reply.body.at("taken"), false);
    EXPECT_EQ(reply.body.at("status"), nullptr);
}

TEST_F(WebhooksTest, DeadLettersAreListedAndSentAgainInOrder)
{
    add();
    for (int i = 1; i <= 3; ++i)
        die(i);
    auto const page = get("/api/v1/webhooks/oss/dead-letters?limit=2");
    ASSERT_EQ(page.body.at("items").as_array().size(), 2U);
    EXPECT_EQ(page.body.at("items").at(0).at("event").at("cursor"), "1.1");
    EXPECT_FALSE(page.body.at("next").is_null());
    EXPECT_EQ(post("/api/v1/webhooks/oss/redeliver", R"({"ids":["2","2"]})").body.at("delivered"), 1) << "once";
    EXPECT_EQ(webhooks_.kept.at("oss").dead.size(), 2U);
    EXPECT_EQ(post("/api/v1/webhooks/oss/redeliver", "{}").body.at("delivered"), 2);
    EXPECT_EQ(post("/api/v1/webhooks/oss/redeliver", R"({"ids":["x"]})").status, 422U);
}

TEST_F(WebhooksTest, WhatIsStillNotTakenStaysADeadLetter)
{
    add();
    die(1);
    die(2);
    webhook_sender_.answer = {.status = 503, .problem = "the receiver answered 503"};
    auto const reply = post("/api/v1/webhooks/oss/redeliver", "{}");
    EXPECT_EQ(reply.body.at("delivered"), 0);
    EXPECT_EQ(reply.body.at("left"), 2);
    EXPECT_EQ(webhook_sender_.sent.size(), 1U);
    EXPECT_EQ(webhooks_.kept.at("oss").dead.size(), 2U);
}

}  // namespace
}  // namespace api_test
