#include "cwmp/codec/codec.hpp"
#include "fleet/fleet.hpp"
#include "http_fixture.hpp"
#include "net/client_login.hpp"
#include "net/http_client.hpp"
#include "support/run.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <set>

namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

/// A small ACS over real HTTP: gives every device the same requests, one list for each session, and remembers what was
/// said. Sessions are known by their cookie.
class SmallAcs {
public:
    explicit SmallAcs(std::vector<std::vector<cwmp::Message>> plan) : plan_{std::move(plan)} {}

    /// Waits until `count` envelopes of `method` have come from all devices together; false when that takes too long.
    bool wait_for(std::string_view method, std::size_t count)
    {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, 20s, [&] { return methods_[std::string{method}] >= count; });
    }
    [[nodiscard]] std::vector<cwmp::Inform> informs() const
    {
        std::lock_guard const lock{mutex_};
        return informs_;
    }
    [[nodiscard]] std::vector<cwmp::Envelope> heard() const
    {
        std::lock_guard const lock{mutex_};
        return heard_;
    }
    [[nodiscard]] std::string url() const { return server_.url("/acs"); }
    [[nodiscard]] std::string file_url() const { return server_.url("/files/nl-2.1.0.bin"); }
    void plan(std::vector<std::vector<cwmp::Message>> plan)
    {
        std::lock_guard const lock{mutex_};
        plan_ = std::move(plan);
    }

private:
    struct Session {
        std::deque<cwmp::Message> left;
    };

    net::Response answer(net::Request const& request)
    {
        if (request.path().starts_with("/files/"))
            return net::text_response(200, "version=2.1.0\nthe rest");
        auto const decoded = cwmp::decode(request.body);
        EXPECT_TRUE(decoded);
        std::lock_guard const lock{mutex_};
        auto const cookie = net::find_cookie(request.headers, "s");
        auto reply = decoded ? respond(*decoded, std::string{cookie.value_or("")})
                             : net::Response{.status = 400, .headers = {}, .body = std::string{}};
        changed_.notify_all();
        return reply;
    }

    net::Response respond(cwmp::Envelope const& envelope, std::string const& cookie)
    {
        heard_.push_back(envelope);
        ++methods_[std::string{cwmp::method_name(envelope.message)}];
        if (auto const* inform = std::get_if<cwmp::Inform>(&envelope.message)) {
            informs_.push_back(*inform);
            auto const name = std::to_string(informs_.size());
            auto const number = begun_[inform->device_id.serial_number]++;
            if (number < plan_.size())
                sessions_[name].left = {plan_[number].begin(), plan_[number].end()};
            auto response = soap(envelope.id, cwmp::InformResponse{});
            response.headers.add("Set-Cookie", "s=" + name + "; Path=/");
            return response;
        }
        if (std::holds_alternative<cwmp::TransferComplete>(envelope.message))
            return soap(envelope.id, cwmp::TransferCompleteResponse{});
        auto& left = sessions_[cookie].left;
        if (left.empty())
            return {.status = 204, .headers = {}, .body = std::string{}};
        auto next = left.front();
        left.pop_front();
        return soap("q", std::move(next));
    }

    static net::Response soap(std::optional<std::string> id, cwmp::Message message)
    {
        cwmp::Dialect dialect;
        dialect.namespace_digit = 2;
        return net::text_response(200, cwmp::encode({std::move(id), std::move(message)}, dialect));
    }

    std::vector<std::vector<cwmp::Message>> plan_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::size_t> methods_;
    std::map<std::string, std::size_t> begun_;
    std::map<std::string, Session> sessions_;
    std::vector<cwmp::Inform> informs_;
    std::vector<cwmp::Envelope> heard_;
    HttpServer server_{[this](net::Request const& request, std::size_t) { return answer(request); }};
};

std::unique_ptr<sim::Fleet> started(SmallAcs const& acs, std::size_t count, std::vector<std::string> quirks = {})
{
    sim::FleetSettings settings;
    settings.personas = {"fibre-gateway", "dsl-gateway", "set-top-box"};
    settings.count = count;
    settings.acs_url = acs.url();
    settings.inform_interval = 3600;
    settings.boot_time = 10ms;
    settings.quirks = std::move(quirks);
    auto fleet = sim::Fleet::create(settings);
    EXPECT_TRUE(fleet);
    auto const start = (*fleet)->start();
    EXPECT_TRUE(start) << (start ? "" : start.error().what);
    return std::move(*fleet);
}

std::string value_of(cwmp::Inform const& inform, std::string_view suffix)
{
    for (auto const& value : inform.parameter_list)
        if (value.name.ends_with(suffix))
            return value.value;
    return "";
}

TEST(Fleet, AllDevicesComeUpAndAnswer)
{
    SmallAcs acs{{{cwmp::GetRPCMethods{}}}};
    auto const fleet = started(acs, 30);
    EXPECT_TRUE(acs.wait_for("GetRPCMethodsResponse", 30));
    fleet->stop();
    std::set<std::string> serials;
    for (auto const& inform : acs.informs())
        serials.insert(inform.device_id.serial_number);
    EXPECT_EQ(serials.size(), 30u);
    EXPECT_EQ(fleet->statistics().sessions_failed.value(), 0u);
    EXPECT_EQ(fleet->statistics().rpcs.value(), 30u);
    EXPECT_GT(fleet->statistics().bytes_out.value(), 10'000u);
    EXPECT_THAT(sim::to_json(fleet->statistics(), fleet->size()),
                AllOf(HasSubstr("\"devices\":30,"), HasSubstr("\"rpcs\":30,")));
}

TEST(Fleet, ADownloadChangesTheSoftwareAndIsReported)
{
    SmallAcs acs{{}};
    acs.plan({{cwmp::Download{.command_key = "up", .file_type = "1 Firmware Upgrade Image", .url = acs.file_url()}}});
    auto const fleet = started(acs, 1);
    EXPECT_TRUE(acs.wait_for("TransferComplete", 1));
    fleet->stop();
    auto const informs = acs.informs();
    ASSERT_EQ(informs.size(), 2u);
    EXPECT_TRUE(cwmp::has_event(informs[1].event, "1 BOOT"));
    EXPECT_TRUE(cwmp::has_event(informs[1].event, "7 TRANSFER COMPLETE"));
    EXPECT_NE(cwmp::find_event(informs[1].event, "M Download", "up"), nullptr);
    EXPECT_EQ(value_of(informs[1], "DeviceInfo.SoftwareVersion"), "2.1.0");
    EXPECT_EQ(fleet->statistics().downloads.value(), 1u);
}

TEST(Fleet, AQuietUpgraderNeverReportsItsDownload)
{
    SmallAcs acs{{}};
    acs.plan({{cwmp::Download{.command_key = "up", .file_type = "1 Firmware Upgrade Image", .url = acs.file_url()}}});
    auto const fleet = started(acs, 1, {"no-transfer-complete"});
    EXPECT_TRUE(acs.wait_for("Inform", 2));
    EXPECT_TRUE(acs.wait_for("Empty", 2));
    fleet->stop();
    EXPECT_EQ(value_of(acs.informs()[1], "DeviceInfo.SoftwareVersion"), "2.1.0");
    EXPECT_FALSE(cwmp::has_event(acs.informs()[1].event, "7 TRANSFER COMPLETE"));
    for (auto const& envelope : acs.heard())
        EXPECT_FALSE(std::holds_alternative<cwmp::TransferComplete>(envelope.message));
}

TEST(Fleet, ARebootComesBackWithItsKey)
{
    SmallAcs acs{{{cwmp::Reboot{"r1"}}}};
    auto const fleet = started(acs, 3);
    EXPECT_TRUE(acs.wait_for("Inform", 6));
    fleet->stop();
    auto const informs = acs.informs();
    EXPECT_EQ(
        std::ranges::count_if(
            informs, [](auto const& inform) { return cwmp::find_event(inform.event, "M Reboot", "r1") != nullptr; }),
        3);
}

TEST(Fleet, TheSameSeedMakesTheSameDevices)
{
    auto const first_words = [] {
        SmallAcs acs{{}};
        auto const fleet = started(acs, 2);
        EXPECT_TRUE(acs.wait_for("Inform", 2));
        fleet->stop();
        std::map<std::string, std::string> found;
        for (auto const& inform : acs.informs())
            found[inform.device_id.serial_number] = value_of(inform, "ExternalIPAddress");
        return found;
    };
    EXPECT_EQ(first_words(), first_words());
}

struct ConnectionRequest : testing::Test {
    unsigned get(std::string const& url, std::string const& user, std::string const& password)
    {
        auto const parsed = net::parse_url(url);
        net::ClientLogin login{{user, password}};
        boost::asio::io_context context{1};
        net::ClientConnection connection{*parsed, {}};
        net::ClientRequest request{.method = "GET", .target = parsed->target, .headers = {}, .body = std::string{}};
        auto const answer = support::run(context, connection.exchange(std::move(request), login));
        return answer ? answer->status : 0;
    }

    /// Retries while the device still ends its session.
    unsigned get_patiently(std::string const& url, std::string const& user, std::string const& password)
    {
        for (int attempt = 0; attempt < 200; ++attempt) {
            if (auto const status = get(url, user, password); status != 503)
                return status;
            std::this_thread::sleep_for(10ms);
        }
        return 503;
    }
};

TEST_F(ConnectionRequest, StartsASessionForWhoKnowsThePassword)
{
    cwmp::SetParameterValues const login{{{"Device.ManagementServer.ConnectionRequestUsername", "acs"},
                                          {"Device.ManagementServer.ConnectionRequestPassword", "pw"}},
                                         ""};
    SmallAcs acs{{{login}}};
    auto const fleet = started(acs, 1);
    ASSERT_TRUE(acs.wait_for("SetParameterValuesResponse", 1));
    auto const url = value_of(acs.informs()[0], "ConnectionRequestURL");
    EXPECT_EQ(get(url, "acs", "wrong"), 401u);
    EXPECT_EQ(get(url + "x", "acs", "pw"), 404u);
    EXPECT_EQ(get_patiently(url, "acs", "pw"), 200u);
    EXPECT_TRUE(acs.wait_for("Inform", 2));
    fleet->stop();
    EXPECT_TRUE(cwmp::has_event(acs.informs()[1].event, "6 CONNECTION REQUEST"));
}

TEST_F(ConnectionRequest, IsRefusedWhenItComesTooOften)
{
    SmallAcs acs{{}};
    auto const fleet = started(acs, 1, {"request-open", "request-no-answer"});
    ASSERT_TRUE(acs.wait_for("Empty", 1));
    auto const url = value_of(acs.informs()[0], "ConnectionRequestURL");
    EXPECT_EQ(get_patiently(url, "", ""), 200u);
    std::set<unsigned> answers;
    for (unsigned i = 0; i < sim::Cpe::max_requests + 2; ++i)
        answers.insert(get(url, "", ""));
    EXPECT_THAT(answers, Contains(503u));
    fleet->stop();
    EXPECT_EQ(acs.informs().size(), 1u) << "the quirk takes requests and never informs";
}

TEST_F(ConnectionRequest, TakesBasicWhereAQuirkWantsIt)
{
    SmallAcs acs{{}};
    auto const fleet = started(acs, 1, {"request-basic"});
    ASSERT_TRUE(acs.wait_for("Empty", 1));
    auto const url = value_of(acs.informs()[0], "ConnectionRequestURL");
    EXPECT_EQ(get(url, "somebody", "else"), 401u);
    fleet->stop();
}

TEST(Fleet, StopsWhileTheAcsIsSilent)
{
    // Nobody listens: devices wait for their next attempt.
    sim::FleetSettings settings;
    settings.acs_url = "http://127.0.0.1:1/";
    settings.count = 50;
    auto fleet = sim::Fleet::create(settings);
    ASSERT_TRUE(fleet);
    ASSERT_TRUE((*fleet)->start());
    while ((*fleet)->statistics().sessions_failed.value() < 50)
        std::this_thread::sleep_for(5ms);
    (*fleet)->stop();
    EXPECT_EQ((*fleet)->statistics().sessions.value(), (*fleet)->statistics().sessions_failed.value());
}

}  // namespace
