// Logging in and out: sessions of browsers, tokens, lock-out.
#include "api_fixture.hpp"

namespace api_test {
namespace {

using testing::ElementsAre;
using testing::Not;

constexpr std::string_view password = "correct horse battery";

class LoginTest : public ApiTest {
protected:
    LoginTest() { anna_ = add_person("anna", "administrator", std::string{password}); }

    Reply log_in(std::string_view name, std::string_view with, std::string_view more = {})
    {
        return call("POST", "/api/v1/login", fmt::format(R"({{"username":"{}","password":"{}"{}}})", name, with, more),
                    {{"Authorization", ""}, {"Content-Type", "application/json"}});
    }
    /// The cookie of an answer as the next request sends it.
    static std::string cookie_of(Reply const& reply)
    {
        auto const text = reply.headers.get("Set-Cookie");
        return std::string{text.substr(0, text.find(';'))};
    }
    static std::string text_of(Reply const& reply, std::string_view member)
    {
        return std::string{support::view(reply.body.at(json::string_view{member.data(), member.size()}).as_string())};
    }
    Reply with_cookie(std::string_view method, std::string_view target, std::string const& cookie,
                      std::string const& csrf = {}, std::string_view body = {})
    {
        net::Headers headers{{"Cookie", cookie}};
        if (!csrf.empty())
            headers.set("X-CSRF-Token", csrf);
        return call(method, target, body, std::move(headers));
    }

    domain::OperatorId anna_;
};

TEST_F(LoginTest, ASessionsCookieIsForThisServersOwnPagesOnly)
{
    auto const reply = log_in("anna", password);
    ASSERT_EQ(reply.status, 200u);
    auto const cookie = std::string{reply.headers.get("Set-Cookie")};
    EXPECT_THAT(cookie, HasSubstr("; HttpOnly"));
    EXPECT_THAT(cookie, HasSubstr("; SameSite=Strict"));
    EXPECT_THAT(cookie, HasSubstr("; Path=/"));
    EXPECT_THAT(cookie, Not(HasSubstr("Secure"))) << "over http a browser would not send it back";
    EXPECT_THAT(audited(), ElementsAre("operator.logged_in"));
    EXPECT_EQ(audit_.records.back().entry.by, "anna");

    net::Request request;
    request.method = "POST";
    request.target = "/api/v1/login";
    request.is_https = true;
    request.body = fmt::format(R"({{"username":"anna","password":"{}"}})", password);
    EXPECT_THAT(std::string{support::run(context_, api_.handle(request)).headers.get("Set-Cookie")},
                HasSubstr("; Secure"));
}

TEST_F(LoginTest, ASessionReadsWithItsCookieAndChangesWithItsCsrfTokenToo)
{
    auto const reply = log_in("anna", password);
    auto const cookie = cookie_of(reply);
    auto const csrf = text_of(reply, "csrf_token");
    auto const self = with_cookie("GET", "/api/v1/self", cookie);
    ASSERT_EQ(self.status, 200u);
    EXPECT_EQ(text_of(self, "name"), "anna");
    EXPECT_EQ(text_of(self, "how"), "session");
    EXPECT_EQ(text_of(self, "csrf_token"), csrf) << "a page that was loaded anew finds it there";

    auto const url = std::string{device_url} + "/tasks";
    EXPECT_EQ(with_cookie("POST", url, cookie, {}, R"({"kind":"reboot"})").status, 403u);
    EXPECT_EQ(with_cookie("POST", url, cookie, "x" + csrf.substr(1), R"({"kind":"reboot"})").status, 403u);
    auto const other = text_of(log_in("anna", password), "csrf_token");
    EXPECT_EQ(with_cookie("POST", url, cookie, other, R"({"kind":"reboot"})").status, 403u) << "of another session";
    EXPECT_EQ(with_cookie("POST", url, cookie, csrf, R"({"kind":"reboot"})").status, 201u);
    EXPECT_EQ(audit_.records.back().entry.how, "session");
}

TEST_F(LoginTest, ACookieIsNoTokenAndATokenNoCookie)
{
    auto const cookie = cookie_of(log_in("anna", password));
    auto const secret = cookie.substr(cookie.find('=') + 1);
    EXPECT_EQ(as(secret, "GET", "/api/v1/self").status, 401u);
    EXPECT_EQ(with_cookie("GET", "/api/v1/self", "acs_operator=" + add_token(anna_)).status, 401u);
}

TEST_F(LoginTest, ASessionEndsByLoggingOutByIdlenessAndByAge)
{
    auto const first = log_in("anna", password);
    EXPECT_EQ(with_cookie("POST", "/api/v1/logout", cookie_of(first), text_of(first, "csrf_token")).status, 204u);
    EXPECT_EQ(with_cookie("GET", "/api/v1/self", cookie_of(first)).status, 401u);

    auto const idle = cookie_of(log_in("anna", password));
    clock_.time += std::chrono::minutes{29};
    EXPECT_EQ(with_cookie("GET", "/api/v1/self", idle).status, 200u);
    clock_.time += std::chrono::minutes{29};
    EXPECT_EQ(with_cookie("GET", "/api/v1/self", idle).status, 200u) << "it was used in between";
    clock_.time += std::chrono::minutes{30};
    EXPECT_EQ(with_cookie("GET", "/api/v1/self", idle).status, 401u);

    auto const old = cookie_of(log_in("anna", password));
    for (int i = 0; i < 24; ++i) {
        EXPECT_EQ(with_cookie("GET", "/api/v1/self", old).status, 200u) << i;
        clock_.time += std::chrono::minutes{30} - std::chrono::seconds{1};
    }
    clock_.time += std::chrono::seconds{24};
    EXPECT_EQ(with_cookie("GET", "/api/v1/self", old).status, 401u);
}

TEST_F(LoginTest, ALoginMayGiveATokenInstead)
{
    auto const reply = log_in("anna", password, R"(,"token":"acsctl@host","days":2)");
    ASSERT_EQ(reply.status, 200u);
    EXPECT_FALSE(reply.headers.has("Set-Cookie"));
    auto const token = text_of(reply, "token");
    EXPECT_EQ(text_of(as(token, "GET", "/api/v1/self"), "how"), "token acsctl@host");
    clock_.time += std::chrono::days{2};
    EXPECT_EQ(as(token, "GET", "/api/v1/self").status, 401u);
    clock_.time -= std::chrono::days{1};
    EXPECT_EQ(as(token, "POST", "/api/v1/logout").status, 204u);
    EXPECT_EQ(as(token, "GET", "/api/v1/self").status, 401u);
}

TEST_F(LoginTest, AnUnknownNameAndAWrongPasswordAreAnsweredAlike)
{
    add_person("tokens-only", "viewer");
    auto const wrong = log_in("anna", "wrong horse battery");
    EXPECT_EQ(wrong.status, 401u);
    for (auto const* const name : {"nobody", "tokens-only", "'; DROP TABLE operator", "ANNA"}) {
        auto const unknown = log_in(name, password);
        EXPECT_EQ(unknown.status, 401u) << name;
        EXPECT_EQ(unknown.text, wrong.text) << name;
        EXPECT_EQ(unknown.headers.wire(), wrong.headers.wire()) << name;
    }
    operators_.all.operators.front().is_disabled = true;
    EXPECT_EQ(log_in("anna", password).text, wrong.text);
    EXPECT_TRUE(audited().empty());
}

TEST_F(LoginTest, AfterTooManyFailuresNobodyGetsInForAWhileWhetherTheNameExistsOrNot)
{
    for (auto const* const name : {"anna", "nobody"}) {
        for (int i = 0; i < 5; ++i)
            EXPECT_EQ(log_in(name, "wrong horse battery").status, 401u) << name << i;
        auto const locked = log_in(name, password);
        EXPECT_EQ(locked.status, 429u) << name;
        EXPECT_EQ(locked.headers.get("Retry-After"), "900") << name;
    }
    clock_.time += std::chrono::seconds{900};
    EXPECT_EQ(log_in("anna", password).status, 200u);
}

TEST_F(LoginTest, ASuccessfulLoginForgetsTheFailuresBefore)
{
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 4; ++i)
            EXPECT_EQ(log_in("anna", "wrong horse battery").status, 401u);
        EXPECT_EQ(log_in("anna", password).status, 200u);
    }
}

TEST_F(LoginTest, PagesOfOtherSitesCannotLogABrowserIn)
{
    auto const body = fmt::format(R"({{"username":"anna","password":"{}"}})", password);
    for (auto const* const site : {"cross-site", "same-site"})
        EXPECT_EQ(call("POST", "/api/v1/login", body, {{"Authorization", ""}, {"Sec-Fetch-Site", site}}).status, 403u);
    for (auto const* const site : {"same-origin", "none"})
        EXPECT_EQ(call("POST", "/api/v1/login", body, {{"Authorization", ""}, {"Sec-Fetch-Site", site}}).status, 200u);
    EXPECT_EQ(call("POST", "/api/v1/login", body, {{"Authorization", ""}, {"Content-Type", "text/plain"}}).status,
              415u);
}

TEST_F(LoginTest, ANewPasswordWantsTheOldOneAndEndsAllSessions)
{
    auto const reply = log_in("anna", password);
    auto const cookie = cookie_of(reply);
    auto const csrf = text_of(reply, "csrf_token");
    auto const change = [&](std::string_view current, std::string_view wanted) {
        return with_cookie("POST", "/api/v1/self/password", cookie, csrf,
                           fmt::format(R"({{"current":"{}","password":"{}"}})", current, wanted));
    };
    EXPECT_EQ(change("wrong horse battery", "another horse battery").fields(), "current");
    EXPECT_EQ(change(password, "short").status, 422u);
    EXPECT_EQ(change(password, "this-is-anna-herself").status, 422u);
    EXPECT_EQ(change(password, "another horse battery").status, 204u);
    EXPECT_EQ(with_cookie("GET", "/api/v1/self", cookie).status, 401u);
    EXPECT_EQ(log_in("anna", password).status, 401u);
    EXPECT_EQ(log_in("anna", "another horse battery").status, 200u);
}

TEST_F(LoginTest, AHashThatWasMadeWithOtherCostsIsMadeAnew)
{
    operators_.passwords[anna_] = base::hash_password(password, {16, 2});
    EXPECT_EQ(log_in("anna", password).status, 200u);
    EXPECT_FALSE(base::has_other_costs(operators_.passwords[anna_], cheap));
    EXPECT_EQ(log_in("anna", password).status, 200u);
}

TEST_F(LoginTest, ADatabaseThatIsAwayIsToldAsSuch)
{
    operators_.is_away = true;
    EXPECT_EQ(log_in("anna", password).status, 503u);
    EXPECT_EQ(as(api::make_token(), "GET", "/api/v1/self").status, 503u) << "nobody knows whether it holds";
    EXPECT_EQ(get("/api/v1/self").status, 200u) << "the configured token needs no database";
}

}  // namespace
}  // namespace api_test
