#include "net_fixture.hpp"
#include "process.hpp"

#include <filesystem>
#include <fstream>

namespace {

using namespace std::chrono_literals;
using test::certificates;
using test::Outcome;
using test::run_program;
using test::ServerTest;

bool holds(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

class TlsTest : public ServerTest {
protected:
    /// One request through `openssl s_client` with these options.
    [[nodiscard]] Outcome s_client(std::vector<std::string> options)
    {
        std::vector<std::string> command{"openssl",
                                         "s_client",
                                         "-connect",
                                         "127.0.0.1:" + std::to_string(port()),
                                         "-CAfile",
                                         certificates().ca_file,
                                         "-verify_return_error",
                                         "-ign_eof"};
        command.insert(command.end(), options.begin(), options.end());
        return run_program(command, "GET /s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    void expect_served(std::vector<std::string> options, std::string_view version, std::string_view key)
    {
        auto const outcome = s_client(std::move(options));
        EXPECT_TRUE(holds(outcome.output, "GET /s 127.0.0.1")) << outcome.output;
        EXPECT_TRUE(holds(outcome.output, version)) << outcome.output;
        EXPECT_TRUE(holds(outcome.output, key)) << outcome.output;
        EXPECT_TRUE(holds(outcome.output, "Verify return code: 0 (ok)")) << outcome.output;
    }

    void expect_refused(std::vector<std::string> options)
    {
        EXPECT_FALSE(holds(s_client(std::move(options)).output, "GET /s"));
    }

    [[nodiscard]] net::ClientResult get_with(net::ClientSettings const& client) { return get("/", client); }
};

TEST_F(TlsTest, TheStandardProfileSpeaksOnlyTls12And13WithBothKindsOfKey)
{
    use_tls();
    start();
    expect_served({"-tls1_3"}, "TLSv1.3", "256 bit");
    expect_served({"-tls1_3", "-sigalgs", "RSA-PSS+SHA256"}, "TLSv1.3", "2048 bit");
    expect_served({"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"}, "ECDHE-ECDSA-AES128-GCM-SHA256", "256 bit");
    expect_served({"-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"}, "ECDHE-RSA-AES128-GCM-SHA256", "2048 bit");
    expect_served({"-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"}, "ECDHE-RSA-AES128-SHA", "2048 bit");
    expect_refused({"-tls1_2", "-cipher", "AES128-SHA:AES128-GCM-SHA256"});  // no forward secrecy
    expect_refused({"-tls1_2", "-cipher", "ECDHE-RSA-NULL-SHA:@SECLEVEL=0"});
    expect_refused({"-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"});
    expect_refused({"-tls1", "-cipher", "DEFAULT@SECLEVEL=0"});
    EXPECT_EQ(count("acs_http_tls_handshakes_total"), 5u);
    EXPECT_EQ(count("acs_http_refused_total", R"(listener="test",reason="handshake")"), 4u);
}

TEST_F(TlsTest, TheLegacyProfileSpeaksEveryVersion)
{
    use_tls(net::TlsProfile::legacy);
    start();
    expect_served({"-tls1", "-cipher", "DEFAULT@SECLEVEL=0"}, "TLSv1", "bit");
    expect_served({"-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"}, "AES128-SHA", "2048 bit");
    expect_served({"-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"}, "TLSv1.1", "bit");
    expect_served({"-tls1_2"}, "TLSv1.2", "bit");
    expect_served({"-tls1_3"}, "TLSv1.3", "bit");
}

TEST_F(TlsTest, OurClientSpeaksEveryVersionToo)
{
    use_tls(net::TlsProfile::legacy);
    start();
    for (auto const version :
         {net::TlsVersion::tls1_0, net::TlsVersion::tls1_1, net::TlsVersion::tls1_2, net::TlsVersion::tls1_3}) {
        net::TlsClientSettings settings;
        settings.min_version = settings.max_version = version;
        auto const answer = get_with(tls_client(settings));
        ASSERT_TRUE(answer) << answer.error().what;
        EXPECT_EQ(answer->status, 200u);
    }
}

TEST_F(TlsTest, TheClientHoldsTheServerAgainstItsAuthorityAndName)
{
    use_tls();
    start();
    EXPECT_TRUE(get_with(tls_client()));

    test::TemporaryFolder const folder;
    auto const other = net::make_certificates(folder.path(), {"elsewhere.example"}).value();
    net::TlsClientSettings stranger;
    stranger.ca_file = other.ca_file;
    auto const refused = get_with(tls_client(stranger));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, net::ClientErrc::tls);
    EXPECT_TRUE(holds(refused.error().what, "issuer certificate") || holds(refused.error().what, "self-signed"))
        << refused.error().what;
    stranger.insecure = true;
    EXPECT_TRUE(get_with(tls_client(stranger)));

    auto const misnamed = test::run<net::ClientResult>([&] {
        return net::fetch(*net::parse_url("https://127.0.0.2:" + std::to_string(port()) + "/"), {}, tls_client());
    });
    EXPECT_FALSE(misnamed);
}

TEST_F(TlsTest, AResumedSessionNeedsNoFullHandshakeAlsoAfterARotationOfKeys)
{
    net::TlsServerSettings settings;
    settings.certificates = {certificates().ecdsa};
    auto const first = net::TicketKey::derive("first");
    auto const second = net::TicketKey::derive("second");
    settings.tickets = net::TicketKeys{first, {}};
    auto const context = net::TlsServerContext::create(settings).value();
    listener.tls = context;
    start();
    for (auto const version : {net::TlsVersion::tls1_2, net::TlsVersion::tls1_3}) {
        net::TlsClientSettings limited;
        limited.max_version = version;
        auto const client = tls_client(limited);
        auto const resumed = [&] { return count("acs_http_tls_resumed_total"); };
        auto const before = resumed();
        context->set_ticket_keys({first, {}});
        EXPECT_TRUE(get_with(client));
        EXPECT_EQ(resumed(), before);
        EXPECT_TRUE(get_with(client));
        EXPECT_EQ(resumed(), before + 1);
        context->set_ticket_keys({second, first});
        EXPECT_TRUE(get_with(client));
        EXPECT_EQ(resumed(), before + 2);
        context->set_ticket_keys({second, {}});
        EXPECT_TRUE(get_with(client));
        EXPECT_EQ(resumed(), before + 3);  // the rotation had renewed the ticket
        context->set_ticket_keys({net::TicketKey::random(), {}});
        EXPECT_TRUE(get_with(client));
        EXPECT_EQ(resumed(), before + 3);
    }
}

TEST_F(TlsTest, AClientThatMayNotResumeShakesHandsAnew)
{
    use_tls();
    start();
    net::TlsClientSettings settings;
    settings.resume_sessions = false;
    auto const client = tls_client(settings);
    EXPECT_TRUE(get_with(client));
    EXPECT_TRUE(get_with(client));
    EXPECT_EQ(count("acs_http_tls_resumed_total"), 0u);
}

TEST_F(TlsTest, AClientMayBeHeldToCertainCiphers)
{
    net::TlsServerSettings ecdsa;
    ecdsa.certificates = {certificates().ecdsa};
    listener.tls = net::TlsServerContext::create(ecdsa).value();
    start();
    net::TlsClientSettings settings;
    settings.max_version = net::TlsVersion::tls1_2;
    settings.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    EXPECT_TRUE(get_with(tls_client(settings)));
    settings.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";
    EXPECT_FALSE(get_with(tls_client(settings)));
}

TEST_F(TlsTest, ReloadsItsCertificatesWithoutARestart)
{
    test::TemporaryFolder const folder;
    auto const before = net::make_certificates(folder.path(), {"127.0.0.1"}).value();
    net::TlsServerSettings settings;
    settings.certificates = {before.ecdsa};
    auto const context = net::TlsServerContext::create(settings).value();
    listener.tls = context;
    start();
    auto const after = net::make_certificates(folder.path(), {"127.0.0.1"}).value();  // over the same files
    net::TlsClientSettings trusting;
    trusting.ca_file = after.ca_file;
    EXPECT_FALSE(get_with(tls_client(trusting)));
    ASSERT_TRUE(context->reload());
    EXPECT_TRUE(get_with(tls_client(trusting)));
    std::filesystem::remove(after.ecdsa.key);
    auto const failed = context->reload();
    ASSERT_FALSE(failed);
    EXPECT_TRUE(holds(failed.error().what, after.ecdsa.key));
    EXPECT_TRUE(get_with(tls_client(trusting)));
}

/// Certificates that may be replaced on disk.
class ChangingCertificates : public testing::Test {
protected:
    net::TlsServerSettings settings()
    {
        net::TlsServerSettings made;
        made.certificates = {files.ecdsa};
        return made;
    }
    void replace(std::string const& from, std::string const& to) const
    {
        std::filesystem::copy_file(from, to + ".new", std::filesystem::copy_options::overwrite_existing);
        std::filesystem::rename(to + ".new", to);
    }

    test::TemporaryFolder folder;
    test::TemporaryFolder other_folder;
    net::MadeCertificates files = net::make_certificates(folder.path(), {"127.0.0.1"}).value();
    net::MadeCertificates other = net::make_certificates(other_folder.path(), {"127.0.0.1"}, 20).value();
};

TEST_F(ChangingCertificates, AreTakenWhenTheFilesWereChanged)
{
    auto const context = net::TlsServerContext::create(settings()).value();
    auto const before = context->native();
    EXPECT_FALSE(context->reload_if_changed().value());
    EXPECT_EQ(context->native(), before);
    auto const renewed = net::make_client_certificate(other_folder.path(), files, "renewed", "renewed", 90).value();
    replace(renewed.key, files.ecdsa.key);
    replace(renewed.chain, files.ecdsa.chain);
    EXPECT_TRUE(context->reload_if_changed().value());
    EXPECT_NE(context->native(), before);
    EXPECT_TRUE(holds(context->certificates().front().subject, "renewed"));
}

TEST_F(ChangingCertificates, ThatCannotBeUsedLeaveTheOldInUseAndAreNamedOnce)
{
    auto const context = net::TlsServerContext::create(settings()).value();
    auto const before = context->native();
    std::ofstream{files.ecdsa.key} << "no key";
    auto const failed = context->reload_if_changed();
    ASSERT_FALSE(failed);
    EXPECT_TRUE(holds(failed.error().what, files.ecdsa.key));
    EXPECT_EQ(context->native(), before);
    EXPECT_FALSE(context->reload_if_changed().value()) << "until they are changed again";
}

TEST_F(ChangingCertificates, OfAnotherAuthorityAreTakenOnlyWhenAskedFor)
{
    auto const context = net::TlsServerContext::create(settings()).value();
    auto const before = context->native();
    auto const authority = context->certificates().front().authority;
    replace(other.ecdsa.key, files.ecdsa.key);
    replace(other.ecdsa.chain, files.ecdsa.chain);
    auto const refused = context->reload_if_changed();
    ASSERT_FALSE(refused);
    EXPECT_TRUE(holds(refused.error().what, "another authority")) << refused.error().what;
    EXPECT_TRUE(holds(refused.error().what, "SIGHUP"));
    EXPECT_EQ(context->native(), before);
    ASSERT_TRUE(context->reload());
    EXPECT_NE(context->native(), before);
    EXPECT_NE(context->certificates().front().authority, authority);
}

TEST_F(ChangingCertificates, TellWhenTheyExpire)
{
    auto const now = std::chrono::system_clock::now();
    auto const facts = net::read_certificate_facts(other.ecdsa.chain);
    ASSERT_TRUE(facts);
    EXPECT_GT(facts->not_after, now + std::chrono::days{18});
    EXPECT_LT(facts->not_after, now + std::chrono::days{21});
    auto with_clients = settings();
    with_clients.client_certificates = net::ClientCertificates::optional;
    with_clients.client_ca_file = other.ca_file;
    auto const told = net::TlsServerContext::create(with_clients).value()->certificates();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[1].file, other.ca_file) << "their authorities expire, too";
    EXPECT_FALSE(net::read_certificate_facts(files.ecdsa.key)) << "holds no certificate";
    EXPECT_FALSE(net::read_certificate_facts(folder.path() + "/missing.pem"));
}

class ClientCertificateTest : public TlsTest {
protected:
    void require(net::ClientCertificates how, bool ignore_dates = false)
    {
        net::TlsServerSettings settings;
        settings.certificates = {certificates().ecdsa};
        settings.client_certificates = how;
        settings.client_ca_file = certificates().ca_file;
        settings.ignore_client_dates = ignore_dates;
        listener.tls = net::TlsServerContext::create(settings).value();
        answer = [](net::Request& request) -> base::Awaitable<net::Response> {
            auto const* const shown = request.connection->certificate();
            co_return net::text_response(200, shown ? shown->common_name + ' ' + shown->subject + ' ' +
                                                          shown->dns_names.at(0) + ' ' +
                                                          std::to_string(shown->fingerprint.size())
                                                    : "none");
        };
        start();
    }

    [[nodiscard]] static net::ClientSettings client_named(std::string const& name, int days = 825)
    {
        net::TlsClientSettings settings;
        settings.certificate =
            net::make_client_certificate(test::certificate_folder(), certificates(), name, "client-" + name, days)
                .value();
        return tls_client(settings);
    }
};

TEST_F(ClientCertificateTest, TellsWhoTheClientIsAlsoWhenItsSessionIsResumed)
{
    require(net::ClientCertificates::optional);
    auto const client = client_named("00D09E-1234");
    for (int i = 0; i < 2; ++i) {
        auto const answer = get_with(client);
        ASSERT_TRUE(answer) << answer.error().what;
        EXPECT_EQ(answer->body, "00D09E-1234 CN=00D09E-1234 00D09E-1234 64");
    }
    EXPECT_EQ(count("acs_http_tls_resumed_total"), 1u);
    EXPECT_EQ(get_with(tls_client())->body, "none");
}

TEST_F(ClientCertificateTest, MayBeRequired)
{
    require(net::ClientCertificates::required);
    EXPECT_TRUE(get_with(client_named("known")));
    EXPECT_FALSE(get_with(tls_client()));
}

TEST_F(ClientCertificateTest, ThatHasExpiredEndsTheHandshake)
{
    require(net::ClientCertificates::required);
    EXPECT_FALSE(get_with(client_named("expired", -1)));
}

TEST_F(ClientCertificateTest, ThatHasExpiredCountsWhereDatesAreIgnored)
{
    require(net::ClientCertificates::required, true);
    auto const answer = get_with(client_named("expired", -1));
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->body, "expired CN=expired expired 64");
    test::TemporaryFolder const folder;
    auto const other = net::make_certificates(folder.path(), {"x"}).value();
    net::TlsClientSettings stranger;
    stranger.certificate = net::make_client_certificate(folder.path(), other, "impostor", "impostor").value();
    EXPECT_FALSE(get_with(tls_client(stranger)));
}

TEST_F(ClientCertificateTest, OfAStrangerEndsTheHandshake)
{
    require(net::ClientCertificates::optional);
    test::TemporaryFolder const folder;
    auto const other = net::make_certificates(folder.path(), {"x"}).value();
    net::TlsClientSettings settings;
    settings.certificate = net::make_client_certificate(folder.path(), other, "impostor", "impostor").value();
    EXPECT_FALSE(get_with(tls_client(settings)));
}

TEST_F(TlsTest, AHandshakeThatDoesNotGoOnIsCutOff)
{
    use_tls();
    listener.limits.handshake = 1s;
    start();
    test::RawClient silent{port()};
    test::RawClient half{port()};
    half.send(std::string_view{"\x16\x03\x01\x02\x00", 5});
    EXPECT_EQ(silent.rest(), "");
    EXPECT_EQ(half.rest(), "");
}

TEST_F(TlsTest, ClientsThatSayNothingHoldUpNobodysHandshake)
{
    use_tls();
    listener.max_handshakes = 1;  // one for each thread
    listener.limits.handshake = 60s;
    start();
    test::RawClient one{port()};
    test::RawClient two{port()};
    test::RawClient three{port()};
    EXPECT_TRUE(get_with(tls_client()));
}

TEST_F(TlsTest, PlainHttpToATlsListenerIsRefused)
{
    use_tls();
    start();
    test::RawClient client{port()};
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_FALSE(holds(client.rest(), "HTTP/1.1 200"));
}

TEST_F(TlsTest, ReadsAProxyHeaderBeforeTheHandshake)
{
    use_tls();
    listener.proxy_protocol = net::ProxyProtocol::automatic;
    start();
    EXPECT_EQ(get_with(tls_client())->body, "GET / 127.0.0.1 ");
}

TEST_F(TlsTest, LargeBodiesGoBothWays)
{
    use_tls();
    start();
    auto const answer = test::run<net::ClientResult>([&] {
        net::ClientRequest request;
        request.method = "POST";
        request.body = std::string(5'000'000, 'x');
        return net::fetch(*net::parse_url(url()), std::move(request), tls_client());
    });
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->body.size(), 5'000'000 + std::string{"POST / 127.0.0.1 "}.size());
}

TEST(TlsServerContext, NamesTheFileThatIsWrong)
{
    net::TlsServerSettings settings;
    EXPECT_FALSE(net::TlsServerContext::create(settings));
    settings.certificates = {{"/no/such/chain.pem", "/no/such/key"}};
    EXPECT_TRUE(holds(net::TlsServerContext::create(settings).error().what, "/no/such/chain.pem"));
    settings.certificates = {{certificates().ecdsa.chain, certificates().rsa.key}};
    EXPECT_TRUE(holds(net::TlsServerContext::create(settings).error().what, certificates().rsa.key));
}

TEST(MakeCertificates, KeepsKeysToTheOwnerAndNamesWhatCannotBeWritten)
{
    namespace fs = std::filesystem;
    for (auto const& key : {certificates().ca_key_file, certificates().ecdsa.key, certificates().rsa.key})
        EXPECT_EQ(fs::status(key).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    auto const failed = net::make_certificates("/no/such/folder", {"a"});
    ASSERT_FALSE(failed);
    EXPECT_TRUE(holds(failed.error().what, "/no/such/folder"));
}

}  // namespace
