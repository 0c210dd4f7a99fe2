#include "session/discovery.hpp"

#include "unit/session/conversation.hpp"

namespace session {
namespace {

namespace fault = cwmp::fault_code;

class DiscoveryTest : public testing::Test {
protected:
    DiscoveryTest()
    {
        desk.roots = {cwmp::Root::device};
        desk.model.methods = {"GetParameterValues"};  // asked before
        for (int object = 1; object <= 10; ++object)
            for (int leaf = 0; leaf < 100; ++leaf)
                cpe.parameters["Device.Table." + std::to_string(object) + ".P" + std::to_string(leaf)] = {"v"};
        cpe.parameters["Device.DeviceInfo.SoftwareVersion"] = {"1.0"};
        cpe.parameters["Device.ManagementServer.URL"] = {"http://acs"};
    }

    /// Lets the CPE answer until nothing is left to ask; the number of RPCs.
    std::size_t read(Discovery& discovery)
    {
        std::size_t rpcs = 0;
        while (auto request = discovery.next(desk)) {
            auto const answer = cpe.answer(*request);
            if (std::holds_alternative<cwmp::Empty>(answer))
                discovery.lost(desk);
            else
                discovery.take(answer, desk);
            if (++rpcs > 5'000) {
                ADD_FAILURE() << "it never ends";
                break;
            }
        }
        return rpcs;
    }
    std::size_t read_all()
    {
        Discovery discovery{{}};
        auto const rpcs = read(discovery);
        skipped = discovery.skipped();
        return rpcs;
    }
    [[nodiscard]] std::size_t values_known() const
    {
        std::size_t known = 0;
        for (auto const node : desk.tree)
            known += node.value && (node.marks & datamodel::doubtful) == 0 ? 1 : 0;
        return known;
    }
    /// The next answers to GetParameterValues are faults while the request matches.
    void refuse_values(unsigned code, std::function<bool(std::vector<std::string> const&)> when)
    {
        cpe.script = [code, when](cwmp::Message const& request) -> std::optional<cwmp::Message> {
            auto const* get = std::get_if<cwmp::GetParameterValues>(&request);
            if (get != nullptr && when(get->parameter_names))
                return cwmp::make_fault(code);
            return std::nullopt;
        };
    }
    static bool asks_for(std::vector<std::string> const& names, std::string_view path)
    {
        return std::ranges::any_of(names, [path](auto const& name) { return cwmp::covers(name, path); });
    }

    Desk desk;
    ScriptedCpe cpe;
    boost::json::object skipped;
};

TEST_F(DiscoveryTest, AWellBehavedGatewayIsReadInFewRequests)
{
    EXPECT_LE(read_all(), 6U);
    EXPECT_EQ(values_known(), cpe.parameters.size());
    EXPECT_EQ(cpe.count<cwmp::GetParameterNames>(), 1U);
    EXPECT_TRUE(skipped.empty());
    EXPECT_FALSE(desk.learnt);
}

TEST_F(DiscoveryTest, BothRootsAreRead)
{
    cpe.parameters["InternetGatewayDevice.DeviceInfo.UpTime"] = {"5"};
    read_all();
    EXPECT_EQ(desk.tree.value("InternetGatewayDevice.DeviceInfo.UpTime"), "5");
}

TEST_F(DiscoveryTest, TheMethodsAreAskedForOnce)
{
    desk.model.methods.clear();
    read_all();
    read_all();
    EXPECT_EQ(cpe.count<cwmp::GetRPCMethods>(), 1U);
    EXPECT_EQ(desk.model.methods.size(), 3U);
}

TEST_F(DiscoveryTest, ARootThatMustBeNamedIsNamed)
{
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* names = std::get_if<cwmp::GetParameterNames>(&request);
        if (names != nullptr && names->parameter_path.empty())
            return cwmp::make_fault(fault::invalid_parameter_name);
        return std::nullopt;
    };
    read_all();
    EXPECT_TRUE(desk.model.root_by_name);
    EXPECT_EQ(values_known(), cpe.parameters.size());
    cpe.received.clear();
    read_all();
    EXPECT_EQ(cpe.last<cwmp::GetParameterNames>().parameter_path, "Device.");
    EXPECT_EQ(cpe.count<cwmp::GetParameterNames>(), 1U) << "it was remembered";
}

TEST_F(DiscoveryTest, ARootThatIsAnsweredEmptyIsNamed)
{
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* names = std::get_if<cwmp::GetParameterNames>(&request);
        if (names != nullptr && names->parameter_path.empty())
            return cwmp::GetParameterNamesResponse{};
        return std::nullopt;
    };
    read_all();
    EXPECT_EQ(values_known(), cpe.parameters.size());
}

TEST_F(DiscoveryTest, NamesAreAskedLevelByLevelWhenAllAtOnceIsTooMuch)
{
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* names = std::get_if<cwmp::GetParameterNames>(&request);
        if (names != nullptr && !names->next_level)
            return cwmp::make_fault(fault::resources_exceeded);
        return std::nullopt;
    };
    read_all();
    EXPECT_FALSE(desk.model.names_at_once);
    EXPECT_EQ(values_known(), cpe.parameters.size());
}

TEST_F(DiscoveryTest, BatchesShrinkWhenTheCpeRefusesThem)
{
    refuse_values(fault::internal_error, [this](auto const& names) {
        std::size_t asked = 0;
        for (auto const& [path, parameter] : cpe.parameters)
            asked += asks_for(names, path) ? 1 : 0;
        return asked > 40;
    });
    read_all();
    EXPECT_EQ(values_known(), cpe.parameters.size());
    EXPECT_LE(desk.model.values_per_request, 64U);
    EXPECT_TRUE(desk.learnt);
}

TEST_F(DiscoveryTest, PartialPathsAreGivenUpWhenTheCpeDoesNotTakeThem)
{
    refuse_values(fault::invalid_parameter_name, [](auto const& names) {
        return std::ranges::any_of(names, [](auto const& name) { return cwmp::is_partial(name); });
    });
    read_all();
    EXPECT_FALSE(desk.model.values_by_subtree);
    EXPECT_EQ(values_known(), cpe.parameters.size());
}

TEST_F(DiscoveryTest, PartialPathsThatAreAnsweredEmptyAreGivenUp)
{
    cpe.script = [](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* get = std::get_if<cwmp::GetParameterValues>(&request);
        if (get != nullptr && cwmp::is_partial(get->parameter_names.front()))
            return cwmp::GetParameterValuesResponse{};
        return std::nullopt;
    };
    read_all();
    EXPECT_EQ(values_known(), cpe.parameters.size());
}

TEST_F(DiscoveryTest, AnInstanceThatVanishedMeanwhileIsForgottenAndTheRestIsRead)
{
    desk.model.values_by_subtree = false;
    cpe.script = [this](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        if (std::holds_alternative<cwmp::GetParameterValues>(request))
            std::erase_if(cpe.parameters, [](auto const& entry) { return entry.first.starts_with("Device.Table.3."); });
        return std::nullopt;
    };
    read_all();
    EXPECT_FALSE(desk.tree.contains("Device.Table.3.P1"));
    EXPECT_EQ(values_known(), cpe.parameters.size());
}

TEST_F(DiscoveryTest, OneParameterThatCannotBeReadIsSkippedWithTheReason)
{
    refuse_values(fault::request_denied,
                  [](auto const& names) { return asks_for(names, "Device.ManagementServer.URL"); });
    read_all();
    EXPECT_EQ(values_known(), cpe.parameters.size() - 1);
    EXPECT_TRUE(skipped.contains("Device.ManagementServer.URL"));
}

TEST_F(DiscoveryTest, WhatVanishedIsRemovedWhenTheDeviceIsReadAnew)
{
    read_all();
    cpe.parameters.erase("Device.Table.5.P7");
    read_all();
    EXPECT_FALSE(desk.tree.contains("Device.Table.5.P7"));
    EXPECT_EQ(values_known(), cpe.parameters.size());
}

TEST_F(DiscoveryTest, OddNamesDoNoHarm)
{
    cpe.script = [this](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* names = std::get_if<cwmp::GetParameterNames>(&request);
        if (names == nullptr)
            return std::nullopt;
        cpe.script = nullptr;
        auto answer = cpe.answer(request);
        auto& list = std::get<cwmp::GetParameterNamesResponse>(answer).parameter_list;
        std::erase_if(list, [](auto const& entry) { return entry.name == "Device.Table."; });
        list.push_back({"Device.Table", false});  // an object without its dot
        list.push_back({"Device.Hosts.(null).Name", false});
        list.push_back({"", false});
        return answer;
    };
    read_all();
    EXPECT_TRUE(desk.tree.contains("Device.Table."));
    EXPECT_FALSE(desk.tree.contains("Device.Table"));
    EXPECT_EQ(desk.tree.value("Device.Table.1.P1"), "v");
}

TEST_F(DiscoveryTest, APathThatKillsTheDeviceTwiceIsNeverReadAgain)
{
    int deaths = 0;
    cpe.script = [&deaths](cwmp::Message const& request) -> std::optional<cwmp::Message> {
        auto const* get = std::get_if<cwmp::GetParameterValues>(&request);
        if (get == nullptr || !asks_for(get->parameter_names, "Device.Table.4.P50"))
            return std::nullopt;
        ++deaths;
        return cwmp::Empty{};
    };
    read_all();
    EXPECT_EQ(deaths, 2);
    EXPECT_FALSE(desk.model.skip.empty());
    EXPECT_EQ(desk.tree.value("Device.DeviceInfo.SoftwareVersion"), "1.0") << "the rest is read";
    read_all();
    EXPECT_EQ(deaths, 2);
}

TEST_F(DiscoveryTest, ADeathNobodySawIsBlamedOnWhatWasAsked)
{
    Discovery first{{}};
    static_cast<void>(first.next(desk));
    boost::json::object saved;
    first.save(saved, true);
    Discovery second{{}, saved};
    second.lost(desk);
    EXPECT_FALSE(desk.model.names_at_once);
    read(second);
    EXPECT_EQ(values_known(), cpe.parameters.size());
}

TEST_F(DiscoveryTest, ItGoesOnWhereItStopped)
{
    Discovery first{{}};
    for (int i = 0; i < 2; ++i)
        first.take(cpe.answer(*first.next(desk)), desk);
    boost::json::object saved;
    first.save(saved, false);
    auto const before = cpe.received.size();
    Discovery second{{}, saved};
    read(second);
    EXPECT_EQ(values_known(), cpe.parameters.size());
    EXPECT_EQ(cpe.count<cwmp::GetParameterNames>(), 1U);
    EXPECT_LE(cpe.received.size() - before, 4U);
}

TEST_F(DiscoveryTest, TheLeanProfileReadsTheEssentials)
{
    desk.model.discovery = domain::DiscoveryProfile::lean;
    EXPECT_EQ(read_all(), 2U);
    EXPECT_EQ(values_known(), 2U);
}

TEST_F(DiscoveryTest, TheProfileOffReadsNothing)
{
    desk.model.discovery = domain::DiscoveryProfile::off;
    EXPECT_EQ(read_all(), 0U);
}

TEST_F(DiscoveryTest, APartIsReadInOneRequestWhenItIsKnown)
{
    read_all();
    cpe.parameters["Device.Table.1.P5"].value = "new";
    cpe.parameters.erase("Device.Table.1.P6");
    Discovery part{{"Device.Table.1."}};
    EXPECT_EQ(read(part), 1U);
    EXPECT_EQ(desk.tree.value("Device.Table.1.P5"), "new");
    EXPECT_FALSE(desk.tree.contains("Device.Table.1.P6"));
}

class SlicesTest : public ConversationTest {};

TEST_F(SlicesTest, ASessionCarriesASliceAndTheNextGoesOn)
{
    services.limits.slice_rpcs = 5;
    models.knowledge.names_at_once = false;
    hold_session(events(cwmp::event_code::bootstrap));
    key = *store.find(id);
    EXPECT_EQ(store.tasks_of(key).front().task.state, domain::TaskState::queued);
    EXPECT_EQ(cpe.received.size(), 5U);
    for (int i = 0; i < 10; ++i)
        hold_session();
    EXPECT_EQ(store.tasks_of(key).front().task.state, domain::TaskState::done);
    EXPECT_EQ(store.tree(key).value("Device.WiFi.SSID.1.SSID"), "home");
}

}  // namespace
}  // namespace session
