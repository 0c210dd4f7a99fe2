#include "support/run.hpp"
#include "wakeup/xmpp_waker.hpp"

#include <gmock/gmock.h>

namespace {

using testing::HasSubstr;
using Kind = xmpp::Answer::Kind;

/// A client whose server answers as told, and which keeps what was asked.
class ScriptedClient final : public xmpp::Client {
public:
    std::vector<xmpp::Answer> answers;  ///< the last one again and again
    std::string broken;                 ///< why there is no connection
    std::vector<std::pair<std::string, xmpp::Element>> asked;

    [[nodiscard]] bool is_connected() const override { return broken.empty(); }
    [[nodiscard]] std::string failure() const override { return broken; }
    void get(std::string to, xmpp::Element content, std::chrono::steady_clock::time_point, OnAnswer on_answer) override
    {
        asked.emplace_back(std::move(to), std::move(content));
        on_answer(answers.at(std::min(asked.size(), answers.size()) - 1));
    }
    void answer(xmpp::Request const&, xmpp::Verdict) override {}
};

class XmppWakerTest : public testing::Test {
protected:
    XmppWakerTest()
    {
        target.jabber_id = "nl0001@xmpp.example.net/cwmp";
        target.logins = {{"001122-NL0001", "new"}, {"001122-NL0001", "old"}};
    }

    wakeup::Asked ask()
    {
        return support::run(waker.ask(target, std::chrono::steady_clock::now() + std::chrono::seconds{5}));
    }
    std::string why_not()
    {
        std::string why;
        return waker.applies(target, why) ? "" : why;
    }

    ScriptedClient client;
    wakeup::XmppWaker waker{client, {"xmpp.example.net"}};
    wakeup::WakeTarget target;
};

TEST_F(XmppWakerTest, SendsTheConnectionRequestLoginToTheJabberIdThatTheDeviceTold)
{
    client.answers = {{Kind::result, {}}};
    EXPECT_EQ(why_not(), "");
    EXPECT_TRUE(ask().is_sent);
    ASSERT_EQ(client.asked.size(), 1U);
    auto const& [to, content] = client.asked.front();
    EXPECT_EQ(to, "nl0001@xmpp.example.net/cwmp");
    EXPECT_EQ(content.name, "connectionRequest");
    EXPECT_EQ(content.ns, "urn:broadband-forum-org:cwmp:xmppConnReq-1-0");
    EXPECT_EQ(content.field("username"), "001122-NL0001");
    EXPECT_EQ(content.field("password"), "new");
}

TEST_F(XmppWakerTest, TriesTheLoginBeforeWhenTheNewOneIsRefused)
{
    client.answers = {{Kind::error, "not-authorized"}, {Kind::result, {}}};
    EXPECT_TRUE(ask().is_sent);
    ASSERT_EQ(client.asked.size(), 2U);
    EXPECT_EQ(client.asked.back().second.field("password"), "old");
}

TEST_F(XmppWakerTest, SaysWhyADeviceDidNotTakeTheRequest)
{
    client.answers = {{Kind::error, "not-authorized"}};
    EXPECT_THAT(ask().cause, HasSubstr("refuses the connection-request login"));
    EXPECT_EQ(ask().result, domain::WakeResult::unauthorized);
    client.asked.clear();
    client.answers = {{Kind::error, "service-unavailable"}};
    EXPECT_TRUE(ask().is_busy);
    EXPECT_EQ(ask().result, domain::WakeResult::failed) << "it may as well be switched off";
    client.asked.clear();
    client.answers = {{Kind::error, "remote-server-not-found"}};
    EXPECT_THAT(ask().cause, HasSubstr("remote-server-not-found"));
    client.asked.clear();
    client.answers = {{Kind::timeout, {}}};
    EXPECT_THAT(ask().cause, HasSubstr("no answer"));
    EXPECT_EQ(ask().result, domain::WakeResult::timeout);
    client.asked.clear();
    client.answers = {{Kind::unsent, {}}};
    EXPECT_THAT(ask().cause, HasSubstr("too many requests"));
    client.broken = "connection refused";
    EXPECT_THAT(ask().cause, HasSubstr("connection refused"));
}

TEST_F(XmppWakerTest, DoesNotWriteToOtherDomainsThanAllowed)
{
    target.jabber_id = "nl0001@evil.example.org/cwmp";
    EXPECT_THAT(why_not(), HasSubstr("not allowed (xmpp.domains)"));
    target.jabber_id = "nl0001@xmpp.example.net'/><x";
    EXPECT_THAT(why_not(), HasSubstr("no Jabber ID"));
    target.jabber_id.clear();
    EXPECT_THAT(why_not(), HasSubstr("tells no Jabber ID"));
}

TEST_F(XmppWakerTest, SaysWhenThereIsNoConnectionToTheServer)
{
    client.broken = "connection refused";
    EXPECT_THAT(why_not(), HasSubstr("connection refused"));
}

}  // namespace
