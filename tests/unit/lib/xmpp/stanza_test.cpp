#include "xmpp/stanza.hpp"

#include <gtest/gtest.h>

namespace {

TEST(JabberId, HasANameAndADomainAndMayHaveAResource)
{
    EXPECT_TRUE(xmpp::is_jid("cpe-1@xmpp.example.net"));
    EXPECT_TRUE(xmpp::is_jid("cpe-1@xmpp.example.net/cwmp"));
    EXPECT_FALSE(xmpp::is_jid(""));
    EXPECT_FALSE(xmpp::is_jid("xmpp.example.net"));
    EXPECT_FALSE(xmpp::is_jid("@xmpp.example.net"));
    EXPECT_FALSE(xmpp::is_jid("cpe-1@"));
    EXPECT_FALSE(xmpp::is_jid("cpe-1@a@b"));
    EXPECT_FALSE(xmpp::is_jid("cpe-1@xmpp.example.net/"));
}

TEST(JabberId, CannotBreakOutOfAStanza)
{
    EXPECT_FALSE(xmpp::is_jid("a'/><x@y"));
    EXPECT_FALSE(xmpp::is_jid("a b@y"));
    EXPECT_FALSE(xmpp::is_jid("a@y\r\n"));
    EXPECT_FALSE(xmpp::is_jid(std::string(xmpp::longest_jid, 'a') + "@y"));
}

TEST(JabberId, OfADomainIsThatWhateverItsCaseAndResource)
{
    EXPECT_EQ(xmpp::domain_of("cpe@XMPP.Example.net/cwmp@home"), "xmpp.example.net");
    EXPECT_EQ(xmpp::bare("cpe@example.net/cwmp"), "cpe@example.net");
}

TEST(Element, GivesTheTextOfAFieldOrNothing)
{
    xmpp::Element const element{"connectionRequest", "urn:x", {{"username", "u"}, {"password", ""}}};
    EXPECT_EQ(element.field("username"), "u");
    EXPECT_EQ(element.field("password"), "");
    EXPECT_EQ(element.field("other"), "");
}

}  // namespace
