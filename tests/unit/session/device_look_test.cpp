#include "session/device_look.hpp"

#include "support/fake_incidents.hpp"
#include "unit/session/conversation.hpp"

namespace session {
namespace {

TEST(DeviceLook, AsksForDeviceInfoOfEachDataModel)
{
    EXPECT_EQ(device_info_paths({cwmp::Root::internet_gateway_device, cwmp::Root::device}),
              (std::vector<std::string>{"InternetGatewayDevice.DeviceInfo.", "Device.DeviceInfo."}));
}

TEST(DeviceLook, TellsWhatABoxSaysAndWhatWasKnown)
{
    datamodel::ParameterTree known;
    known.set_values({{"Device.DeviceInfo.SoftwareVersion", "1.0"}, {"Device.DeviceInfo.ModelName", "HG"}}, 1);
    EXPECT_EQ(described({{"Device.DeviceInfo.SoftwareVersion", "2.0", cwmp::ValueType::string},
                         {"Device.DeviceInfo.ModelName", "HG", cwmp::ValueType::string},
                         {"Device.DeviceInfo.UpTime", "60", cwmp::ValueType::unsigned_int},
                         {"Device.DeviceInfo.X_Password", "secret", cwmp::ValueType::string}},
                        known),
              "ModelName HG, SoftwareVersion 2.0 (known: 1.0), UpTime 60");
    EXPECT_EQ(described({}, known), "its DeviceInfo tells nothing");
}

TEST(DeviceLook, IsShortWhateverTheBoxSays)
{
    auto const text = described({{"Device.DeviceInfo.ModelName", std::string(10'000, 'x'), cwmp::ValueType::string}},
                                datamodel::ParameterTree{});
    EXPECT_LT(text.size(), 100U);
}

class LooksInSessions : public ConversationTest {
protected:
    LooksInSessions() { services.incidents = &incidents; }
    void SetUp() override { settle_device(); }
    support::FakeIncidents incidents;
};

TEST_F(LooksInSessions, ABoxOfSeveralThatHaveOneIdentityIsLookedAtAndNothingIsDoneToIt)
{
    store.set_state(key, domain::DeviceState::conflict);
    order(domain::RebootTask{});
    cpe.parameters["Device.DeviceInfo.SoftwareVersion"].value = "2.0";
    hold_session(events(cwmp::event_code::boot));
    ASSERT_EQ(cpe.received.size(), 1U);
    EXPECT_EQ(cpe.last<cwmp::GetParameterValues>().parameter_names, (std::vector<std::string>{"Device.DeviceInfo."}));
    auto const noted = incidents.noted();
    ASSERT_EQ(noted.size(), 1U);
    EXPECT_EQ(noted[0].kind, domain::incident_kind::conflict);
    EXPECT_NE(noted[0].detail.find("SoftwareVersion 2.0"), std::string::npos) << noted[0].detail;
    cpe.received.clear();
    hold_session();
    EXPECT_TRUE(cpe.received.empty()) << "not each time that it has nothing to tell";
}

TEST_F(LooksInSessions, ABoxThatLosesTheQuestionOrHasNoSuchParametersIsLetGo)
{
    store.set_state(key, domain::DeviceState::conflict);
    for (auto const& answer : {cwmp::Message{cwmp::Empty{}}, cwmp::Message{cwmp::make_fault(9005)}}) {
        cpe.script = [&](cwmp::Message const&) { return std::optional{answer}; };
        cpe.received.clear();
        EXPECT_EQ(hold_session(events(cwmp::event_code::boot)).kind, Answer::Kind::nothing);
        EXPECT_EQ(cpe.received.size(), 1U);
    }
    EXPECT_TRUE(incidents.noted().empty());
}

TEST_F(LooksInSessions, ADeviceThatIsNotLetInIsLookedAtWhenItBootsAndNotEachTime)
{
    id.serial_number = "S2";
    state_if_new = domain::DeviceState::pending;
    hold_session(events(cwmp::event_code::bootstrap));
    EXPECT_GT(cpe.received.size(), 0U);
    EXPECT_TRUE(store.tree(*store.find(id)).find("Device.DeviceInfo.UpTime"));
    EXPECT_FALSE(store.tree(*store.find(id)).find("Device.WiFi.SSID.1.SSID"));
    cpe.received.clear();
    hold_session();
    EXPECT_TRUE(cpe.received.empty());
    hold_session(events(cwmp::event_code::boot));
    EXPECT_GT(cpe.received.size(), 0U);
    cpe.received.clear();
    store.set_state(*store.find(id), domain::DeviceState::active);
    hold_session();
    EXPECT_TRUE(store.tree(*store.find(id)).find("Device.WiFi.SSID.1.SSID")) << "it is read when it was let in";
}

}  // namespace
}  // namespace session
