#include "store_backends.hpp"

namespace contract {
namespace {

using domain::GivenLogin;
using domain::LoginState;

template <class Backend>
class LoginStoreContract : public StoreSuite<Backend> {
protected:
    /// Offers a login; its HA1s are made of the password, to be told apart.
    std::optional<GivenLogin> offer(domain::DeviceKey device, std::string username, std::string password)
    {
        return this->run(this->logins().offer({.device = device,
                                               .login = {std::move(username), password},
                                               .ha1_md5 = ha1(password),
                                               .ha1_sha256 = ha1(password) + ha1(password)}));
    }
    static std::string ha1(std::string const& password) { return (password + std::string(16, '.')).substr(0, 16); }
    void prove(domain::DeviceKey device, std::string username, std::string const& password)
    {
        this->run(this->logins().prove(device, std::move(username), ha1(password)));
    }
    std::optional<domain::Login> login(std::string username)
    {
        return this->run(this->sessions().look_up(this->router(), std::move(username))).login;
    }
    LoginState state() { return this->look_up().login; }
};

TYPED_TEST_SUITE(LoginStoreContract, Backends);

TYPED_TEST(LoginStoreContract, AnOfferedLoginIsOfferedAgainUntilItWasUsed)
{
    auto const key = this->admit().key;
    EXPECT_EQ(this->state(), LoginState::none);
    EXPECT_EQ(this->offer(key, "own", "first"), (GivenLogin{"own", "first"}));
    EXPECT_EQ(this->offer(key, "own", "second"), (GivenLogin{"own", "first"}));
    EXPECT_EQ(this->state(), LoginState::given);
    auto const kept = this->login("own");
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->device, key);
    EXPECT_FALSE(kept->is_used);
    EXPECT_EQ(kept->ha1_md5, this->ha1("first"));
    EXPECT_EQ(kept->next_ha1_md5, "");
}

TYPED_TEST(LoginStoreContract, BothPasswordsAreKeptUntilTheNewOneWasUsed)
{
    auto const key = this->admit().key;
    this->offer(key, "own", "first");
    this->prove(key, "own", "first");
    EXPECT_EQ(this->state(), LoginState::proven);
    EXPECT_EQ(this->offer(key, "own", "second"), (GivenLogin{"own", "second"}));
    EXPECT_EQ(this->offer(key, "own", "third"), (GivenLogin{"own", "second"}));
    auto both = this->login("own");
    EXPECT_EQ(both->ha1_md5, this->ha1("first"));
    EXPECT_EQ(both->next_ha1_md5, this->ha1("second"));
    EXPECT_EQ(both->next_ha1_sha256, this->ha1("second") + this->ha1("second"));
    EXPECT_EQ(this->state(), LoginState::proven) << "no shared login is good meanwhile";
    this->prove(key, "own", "second");
    this->prove(key, "own", "second");  // a batch may be sent again
    both = this->login("own");
    EXPECT_EQ(both->ha1_md5, this->ha1("second"));
    EXPECT_EQ(both->next_ha1_md5, "");
    EXPECT_EQ(this->offer(key, "own", "fourth"), (GivenLogin{"own", "fourth"}));
}

TYPED_TEST(LoginStoreContract, WhatIsNeitherPasswordProvesNothing)
{
    auto const key = this->admit().key;
    this->offer(key, "own", "first");
    this->prove(key, "own", "wrong");
    EXPECT_EQ(this->state(), LoginState::given);
    EXPECT_FALSE(this->login("own")->is_used);
}

TYPED_TEST(LoginStoreContract, AUserNameOfAnotherDeviceIsNotGiven)
{
    auto const key = this->admit().key;
    auto const other = this->admit(this->router("R2")).key;
    this->offer(key, "own", "first");
    EXPECT_EQ(this->offer(other, "own", "second"), std::nullopt);
    EXPECT_EQ(this->look_up(this->router("R2")).login, LoginState::none);
    this->prove(other, "own", "first");
    EXPECT_FALSE(this->login("own")->is_used);
}

TYPED_TEST(LoginStoreContract, AnotherUserNameEndsTheOldOneWhenItWasUsed)
{
    auto const key = this->admit().key;
    this->offer(key, "old", "first");
    this->prove(key, "old", "first");
    this->offer(key, "new", "second");
    EXPECT_TRUE(this->login("old"));
    this->prove(key, "old", "first");
    EXPECT_TRUE(this->login("new")) << "the device may have it although it came with the old one";
    this->prove(key, "new", "second");
    EXPECT_FALSE(this->login("old"));
}

TYPED_TEST(LoginStoreContract, ADeviceThatProvesItselfAfterAllVoidsWhatAnotherOneWasTold)
{
    auto const key = this->admit().key;
    this->offer(key, "own", "first");
    this->prove(key, "own", "first");
    auto const until = std::chrono::floor<std::chrono::seconds>(base::SystemClock{}.now()) + 1h;
    this->run(this->logins().mark(key, LoginState::allowed, until));
    EXPECT_EQ(this->state(), LoginState::allowed);
    EXPECT_EQ(this->look_up().login_until, until);
    this->offer(key, "own", "of an impostor");
    EXPECT_EQ(this->state(), LoginState::given);
    this->prove(key, "own", "first");
    EXPECT_EQ(this->state(), LoginState::proven);
    EXPECT_EQ(this->login("own")->next_ha1_md5, "");
    EXPECT_EQ(this->login("own")->ha1_md5, this->ha1("first"));
}

TYPED_TEST(LoginStoreContract, ALoginOfConnectionRequestsIsTheSameUntilTheDeviceTookIt)
{
    auto const key = this->admit().key;
    auto const offer = [&](std::string password, bool force) {
        return this->run(this->logins().offer_wake(key, {"acs", std::move(password)}, force));
    };
    EXPECT_EQ(offer("first", false), (GivenLogin{"acs", "first"}));
    EXPECT_EQ(offer("second", true), (GivenLogin{"acs", "first"}));
    this->run(this->logins().confirm_wake(key));
    EXPECT_EQ(offer("third", false), (GivenLogin{"acs", "third"}));
    this->run(this->sessions().keep_wake_credentials(key, "", "of a rule"));
    EXPECT_EQ(offer("fourth", false), std::nullopt) << "a rule has given it another one";
    EXPECT_EQ(offer("fifth", true), (GivenLogin{"acs", "fifth"})) << "it has lost what the rule gave it";
}

TYPED_TEST(LoginStoreContract, ARetiredDeviceIsKnownByItsLoginAndHasNothingElse)
{
    auto const key = this->admit().key;
    this->offer(key, "own", "first");
    this->prove(key, "own", "first");
    this->run(this->logins().offer_wake(key, {"acs", "first"}, false));
    auto const task = this->backend_.add_task({.device = key, .arguments = domain::RebootTask{}});
    this->run(this->logins().retire(key));
    EXPECT_EQ(this->look_up().state, domain::DeviceState::active) << "it was not retiring";
    this->backend_.set_state(key, domain::DeviceState::retiring);
    this->run(this->logins().retire(key));
    EXPECT_EQ(this->look_up().state, domain::DeviceState::retired);
    EXPECT_TRUE(this->login("own")->is_revoked);
    EXPECT_EQ(this->offer(key, "own", "second"), std::nullopt);
    EXPECT_EQ(this->backend_.task(task).state, "cancelled");
    EXPECT_EQ(this->run(this->logins().offer_wake(key, {"acs", "second"}, false)), (GivenLogin{"acs", "second"}));
}

TYPED_TEST(LoginStoreContract, WhatADeviceWasToldIsKnownUntilItHasUsedIt)
{
    auto const key = this->admit().key;
    EXPECT_FALSE(this->run(this->logins().told(key, "own")));
    this->offer(key, "own", "first");
    EXPECT_EQ(this->run(this->logins().told(key, "own")), (GivenLogin{"own", "first"}));
    EXPECT_FALSE(this->run(this->logins().told(this->admit(this->router("R2")).key, "own"))) << "another device's";
    this->prove(key, "own", "first");
    EXPECT_FALSE(this->run(this->logins().told(key, "own")));
    this->offer(key, "own", "second");
    EXPECT_EQ(this->run(this->logins().told(key, "own")), (GivenLogin{"own", "second"}));
    this->backend_.set_state(key, domain::DeviceState::retiring);
    this->run(this->logins().retire(key));
    EXPECT_FALSE(this->run(this->logins().told(key, "own")));
}

TYPED_TEST(LoginStoreContract, WhatADeviceKeepsOfAPasswordTakesItsPlace)
{
    auto const key = this->admit().key;
    auto const keep = [&](std::string const& password) {
        this->run(this->logins().shorten({.device = key,
                                          .login = {"own", password},
                                          .ha1_md5 = this->ha1(password),
                                          .ha1_sha256 = this->ha1(password) + this->ha1(password)}));
    };
    this->offer(key, "own", "longer");
    keep("long");
    EXPECT_EQ(this->login("own")->ha1_md5, this->ha1("long"));
    EXPECT_EQ(this->run(this->logins().told(key, "own")), (GivenLogin{"own", "long"}));
    this->prove(key, "own", "long");
    EXPECT_EQ(this->state(), LoginState::proven);
    keep("lo");
    EXPECT_EQ(this->login("own")->ha1_md5, this->ha1("long")) << "what was used stays";

    this->offer(key, "own", "another one");
    keep("another");
    EXPECT_EQ(this->login("own")->ha1_md5, this->ha1("long")) << "both are good";
    EXPECT_EQ(this->login("own")->next_ha1_md5, this->ha1("another"));
    EXPECT_EQ(this->login("own")->next_ha1_sha256, this->ha1("another") + this->ha1("another"));
    this->prove(key, "own", "another");
    EXPECT_EQ(this->login("own")->ha1_md5, this->ha1("another"));
    EXPECT_EQ(this->login("own")->next_ha1_md5, "");
}

TYPED_TEST(LoginStoreContract, ALoginGivenAfterAResetKeepsItsTime)
{
    auto const key = this->admit().key;
    this->offer(key, "own", "first");
    EXPECT_EQ(this->look_up().login_until, base::TimePoint{}) << "the first one has none";
    this->prove(key, "own", "first");
    auto const until = std::chrono::floor<std::chrono::seconds>(base::SystemClock{}.now()) + 24h;
    this->run(this->logins().mark(key, LoginState::allowed, until));
    this->offer(key, "own", "second");
    EXPECT_EQ(this->state(), LoginState::given);
    EXPECT_EQ(this->look_up().login_until, until);
    this->prove(key, "own", "second");
    EXPECT_EQ(this->look_up().login_until, base::TimePoint{});
}

TYPED_TEST(LoginStoreContract, OnlyALoginThatWasGivenIsIgnored)
{
    auto const key = this->admit().key;
    this->offer(key, "own", "first");
    this->run(this->logins().mark(key, LoginState::ignored, {}));
    EXPECT_EQ(this->state(), LoginState::ignored);
    EXPECT_EQ(this->offer(key, "own", "second"), (GivenLogin{"own", "first"}));
    EXPECT_EQ(this->state(), LoginState::given) << "it is told again";
    this->prove(key, "own", "first");
    this->run(this->logins().mark(key, LoginState::ignored, {}));
    EXPECT_EQ(this->state(), LoginState::proven);
}

TYPED_TEST(LoginStoreContract, APolicyAgreesSoOftenInADay)
{
    auto const key = this->admit().key;
    this->offer(key, "own", "first");
    this->prove(key, "own", "first");
    auto const until = std::chrono::floor<std::chrono::seconds>(base::SystemClock{}.now()) + 24h;
    auto const agree = [&] {
        return this->run(this->logins().agree(
            key, until, 2, {.by = "policy open", .how = "server", .action = "device.re_enrolled", .device = key}));
    };
    EXPECT_TRUE(agree());
    EXPECT_EQ(this->state(), LoginState::allowed);
    EXPECT_EQ(this->look_up().login_until, until);
    this->prove(key, "own", "first");
    EXPECT_TRUE(agree());
    this->prove(key, "own", "first");
    EXPECT_FALSE(agree());
    EXPECT_EQ(this->state(), LoginState::proven);
    EXPECT_EQ(this->backend_.agreements(), 2U) << "what was agreed to is in the audit trail, and nothing else";
}

}  // namespace
}  // namespace contract
