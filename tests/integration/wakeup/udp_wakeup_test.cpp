// Simulated devices and our STUN server, over loopback: heard, asked over UDP, and coming.
#include "cwmp/codec/codec.hpp"
#include "fleet/fleet.hpp"
#include "net/udp_request.hpp"
#include "support/fake_bindings.hpp"
#include "support/run.hpp"
#include "unit/cpe-sim/http_fixture.hpp"
#include "wakeup/udp_waker.hpp"

#include <algorithm>
#include <condition_variable>
#include <thread>

namespace {

using namespace std::chrono_literals;

constexpr domain::DeviceKey key{17};
constexpr auto* management = "Device.ManagementServer.";

/// Answers Informs and has nothing else to say.
class QuietAcs {
public:
    [[nodiscard]] std::string url() const { return server_.url("/acs"); }
    /// The first Inform from the `from`th on that `is_meant`.
    template <class Meant>
    cwmp::Inform wait_for(std::size_t from, Meant is_meant)
    {
        std::unique_lock lock{mutex_};
        for (;;) {
            for (; from < informs_.size(); ++from)
                if (is_meant(informs_[from]))
                    return informs_[from];
            changed_.wait(lock);
        }
    }
    /// Until every session that was begun has ended: a device in a session takes no request.
    void wait_for_ends()
    {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return ended_ >= informs_.size(); });
    }
    [[nodiscard]] std::size_t count() const
    {
        std::scoped_lock const lock{mutex_};
        return informs_.size();
    }

private:
    net::Response answer(net::Request const& request)
    {
        auto const received = cwmp::decode(request.body);
        auto const* inform = received ? std::get_if<cwmp::Inform>(&received->message) : nullptr;
        std::scoped_lock const lock{mutex_};
        if (inform == nullptr) {
            ++ended_;
            changed_.notify_all();
            return {.status = 204, .headers = {}, .body = std::string{}};
        }
        informs_.push_back(*inform);
        changed_.notify_all();
        return net::text_response(200, cwmp::encode({received->id, cwmp::InformResponse{}}, {}));
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<cwmp::Inform> informs_;
    std::size_t ended_ = 0;
    test::HttpServer server_{[this](net::Request const& request, std::size_t) { return answer(request); }};
};

bool has_event(cwmp::Inform const& inform, std::string_view code)
{
    return std::ranges::any_of(inform.event, [&](cwmp::Event const& event) { return event.code == code; });
}

std::string value_of(cwmp::Inform const& inform, std::string const& name)
{
    for (auto const& value : inform.parameter_list)
        if (value.name == management + name)
            return value.value;
    return "";
}

class UdpWakeupTest : public testing::Test {
protected:
    void serve(bool require_integrity)
    {
        wakeup::StunSettings settings;
        settings.node = "n1";
        settings.address = "127.0.0.1";
        settings.port = 0;
        settings.require_integrity = require_integrity;
        server = std::make_unique<wakeup::StunServer>(store, clock, metrics, settings);
        ASSERT_TRUE(server->start());
    }
    /// A device that knows the server and signs, when there is a password.
    void start_device(std::string const& stun_password = {})
    {
        sim::FleetSettings settings;
        settings.acs_url = acs.url();
        settings.inform_interval = 3600;
        settings.stun_server = "127.0.0.1";
        settings.stun_port = server->port();
        fleet = *sim::Fleet::create(settings);
        auto& device = fleet->cpe(0).device();
        device.change(std::string{management} + "ConnectionRequestUsername", "cpe");
        device.change(std::string{management} + "ConnectionRequestPassword", "secret");
        if (!stun_password.empty()) {
            device.change(std::string{management} + "STUNUsername", "cpe");
            device.change(std::string{management} + "STUNPassword", stun_password);
        }
        ASSERT_TRUE(fleet->start());
    }
    wakeup::Asked ask_to_come(std::string const& udp_address, std::string const& password = "secret")
    {
        wakeup::WakeTarget target;
        target.device.key = key;
        target.logins = {{"cpe", password}};
        target.udp_address = udp_address;
        wakeup::UdpWaker waker{*server, clock, metrics, {*net::Networks::parse({"127.0.0.0/8"}), {}}};
        return support::run(waker.ask(target, std::chrono::steady_clock::now() + 60s));
    }
    /// What the device tells of its address, once it knows.
    cwmp::Inform address_told()
    {
        auto told = acs.wait_for(
            0, [](cwmp::Inform const& inform) { return !value_of(inform, "UDPConnectionRequestAddress").empty(); });
        acs.wait_for_ends();
        return told;
    }

    base::SystemClock clock;
    base::Metrics metrics;
    support::FakeBindings store;
    std::unique_ptr<wakeup::StunServer> server;
    QuietAcs acs;
    std::unique_ptr<sim::Fleet> fleet;
};

TEST_F(UdpWakeupTest, ADeviceTellsItsAddressAndComesWhenItIsAskedThere)
{
    serve(false);
    start_device();
    auto const told = address_told();
    EXPECT_TRUE(has_event(told, "4 VALUE CHANGE"));
    auto const before = acs.count();
    EXPECT_TRUE(ask_to_come(value_of(told, "UDPConnectionRequestAddress")).is_sent);
    acs.wait_for(before, [](cwmp::Inform const& inform) { return has_event(inform, "6 CONNECTION REQUEST"); });
    fleet->stop();
    EXPECT_EQ(fleet->statistics().udp_requests.value(), 1U) << "the copies are one request";
}

TEST_F(UdpWakeupTest, ADeviceThatSignsIsKnownBeforeItsInformSaysWhere)
{
    store.add({"cpe", key, "secret"});
    serve(true);
    start_device("secret");
    while (!server->binding(key))
        std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(server->binding(key)->is_verified);
    static_cast<void>(address_told());
    auto const before = acs.count();
    EXPECT_TRUE(ask_to_come("").is_sent);
    acs.wait_for(before, [](cwmp::Inform const& inform) { return has_event(inform, "6 CONNECTION REQUEST"); });
}

TEST_F(UdpWakeupTest, ADeviceTakesNoNoticeOfWhatIsSignedWrongly)
{
    serve(false);
    start_device();
    auto const address = value_of(address_told(), "UDPConnectionRequestAddress");
    EXPECT_TRUE(ask_to_come(address, "guessed").is_sent) << "nobody answers";
    auto const before = acs.count();
    EXPECT_TRUE(ask_to_come(address).is_sent);
    acs.wait_for(before, [](cwmp::Inform const& inform) { return has_event(inform, "6 CONNECTION REQUEST"); });
    fleet->stop();
    EXPECT_EQ(fleet->statistics().udp_requests.value(), 1U);
}

}  // namespace
