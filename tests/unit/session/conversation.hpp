#pragma once

#include "session/session.hpp"
#include "support/fake_files.hpp"
#include "support/fake_models.hpp"
#include "support/hand_clock.hpp"
#include "support/in_memory_store.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace session {

using support::FakeModelStore;
using support::HandClock;

/// A CPE without a network: a table of parameters and what it answers to RPCs.
class ScriptedCpe {
public:
    struct Parameter {
        std::string value;
        cwmp::ValueType type = cwmp::ValueType::string;
        bool writable = true;
    };
    std::map<std::string, Parameter> parameters;
    std::vector<std::string> objects;     ///< also told by GetParameterNames, with their dots
    std::vector<cwmp::Message> received;  ///< every RPC, in order
    /// Answers before the table does; none: the table answers. Empty: the CPE loses the RPC.
    std::function<std::optional<cwmp::Message>(cwmp::Message const&)> script;
    std::string parameter_key;
    std::uint32_t next_instance = 1;

    [[nodiscard]] cwmp::Message answer(cwmp::Message const& request)
    {
        received.push_back(request);
        if (script)
            if (auto scripted = script(request))
                return *scripted;
        if (auto const* get = std::get_if<cwmp::GetParameterValues>(&request))
            return values(*get);
        if (auto const* names = std::get_if<cwmp::GetParameterNames>(&request))
            return names_of(*names);
        if (auto const* set = std::get_if<cwmp::SetParameterValues>(&request))
            return written(*set);
        if (auto const* add = std::get_if<cwmp::AddObject>(&request))
            return added(*add);
        if (auto const* gone = std::get_if<cwmp::DeleteObject>(&request))
            return deleted(*gone);
        if (std::holds_alternative<cwmp::GetRPCMethods>(request))
            return cwmp::GetRPCMethodsResponse{{"GetParameterValues", "SetParameterValues", "Reboot"}};
        if (std::holds_alternative<cwmp::SetParameterAttributes>(request))
            return cwmp::SetParameterAttributesResponse{};
        if (std::holds_alternative<cwmp::Reboot>(request))
            return cwmp::RebootResponse{};
        if (std::holds_alternative<cwmp::FactoryReset>(request))
            return cwmp::FactoryResetResponse{};
        if (std::holds_alternative<cwmp::ScheduleInform>(request))
            return cwmp::ScheduleInformResponse{};
        if (std::holds_alternative<cwmp::Download>(request))
            return cwmp::DownloadResponse{.status = 1};
        if (std::holds_alternative<cwmp::Upload>(request))
            return cwmp::UploadResponse{.status = 1};
        return cwmp::make_fault(cwmp::fault_code::method_not_supported);
    }

    /// How many RPCs of one kind it received.
    template <class Method>
    [[nodiscard]] std::size_t count() const
    {
        return static_cast<std::size_t>(std::ranges::count_if(
            received, [](auto const& message) { return std::holds_alternative<Method>(message); }));
    }
    template <class Method>
    [[nodiscard]] Method last() const
    {
        for (auto message = received.rbegin(); message != received.rend(); ++message)
            if (auto const* found = std::get_if<Method>(&*message))
                return *found;
        ADD_FAILURE() << "no such RPC was received";
        return {};
    }

private:
    [[nodiscard]] cwmp::Message values(cwmp::GetParameterValues const& get) const
    {
        cwmp::GetParameterValuesResponse response;
        for (auto const& name : get.parameter_names) {
            bool found = cwmp::is_partial(name) && std::ranges::find(objects, name) != objects.end();
            for (auto const& [path, parameter] : parameters)
                if (cwmp::covers(name, path)) {
                    response.parameter_list.push_back({path, parameter.value, parameter.type});
                    found = true;
                }
            if (!found)
                return cwmp::make_fault(cwmp::fault_code::invalid_parameter_name);
        }
        return response;
    }
    [[nodiscard]] cwmp::Message names_of(cwmp::GetParameterNames const& asked) const
    {
        std::map<std::string, bool> names;
        for (auto const& object : objects)
            names.emplace(object, true);
        for (auto const& [path, parameter] : parameters) {
            names.emplace(path, parameter.writable);
            for (auto object = cwmp::parent(path); !object.empty(); object = cwmp::parent(object))
                names.emplace(object, false);
        }
        cwmp::GetParameterNamesResponse response;
        bool known = asked.parameter_path.empty();
        for (auto const& [name, writable] : names) {
            if (!cwmp::covers(asked.parameter_path, name))
                continue;
            known = true;
            bool const is_child = name != asked.parameter_path && cwmp::parent(name) == asked.parameter_path;
            if (asked.next_level ? is_child : true)
                response.parameter_list.push_back({name, writable});
        }
        if (!known)
            return cwmp::make_fault(cwmp::fault_code::invalid_parameter_name);
        return response;
    }
    [[nodiscard]] cwmp::Message written(cwmp::SetParameterValues const& set)
    {
        auto fault = cwmp::make_fault(cwmp::fault_code::invalid_arguments);
        for (auto const& value : set.parameter_list) {
            auto const found = parameters.find(value.name);
            unsigned code = 0;
            if (found == parameters.end())
                code = cwmp::fault_code::invalid_parameter_name;
            else if (!found->second.writable)
                code = cwmp::fault_code::parameter_not_writable;
            else if (found->second.type != value.type)
                code = cwmp::fault_code::invalid_parameter_type;
            if (code != 0)
                fault.set_parameter_values_faults.push_back({value.name, code, ""});
        }
        if (!fault.set_parameter_values_faults.empty())
            return fault;
        for (auto const& value : set.parameter_list)
            parameters[value.name].value = value.value;
        parameter_key = set.parameter_key;
        return cwmp::SetParameterValuesResponse{};
    }
    [[nodiscard]] cwmp::Message added(cwmp::AddObject const& add)
    {
        auto const object = add.object_name + std::to_string(next_instance) + '.';
        objects.push_back(object);
        parameters[object + "Enable"] = {"0", cwmp::ValueType::boolean};
        parameters[object + "Port"] = {"0", cwmp::ValueType::unsigned_int};
        parameter_key = add.parameter_key;
        return cwmp::AddObjectResponse{.instance_number = next_instance++};
    }
    [[nodiscard]] cwmp::Message deleted(cwmp::DeleteObject const& gone)
    {
        bool const known = std::erase(objects, gone.object_name) > 0;
        std::erase_if(parameters, [&](auto const& entry) { return cwmp::covers(gone.object_name, entry.first); });
        parameter_key = gone.parameter_key;
        return known ? cwmp::Message{cwmp::DeleteObjectResponse{}}
                     : cwmp::Message{cwmp::make_fault(cwmp::fault_code::invalid_parameter_name)};
    }
};

/// Sessions between a scripted CPE and the ACS with its stores in memory.
class ConversationTest : public testing::Test {
protected:
    ConversationTest()
    {
        cpe.parameters = {
            {"Device.DeviceInfo.SoftwareVersion", {"1.0", cwmp::ValueType::string, false}},
            {"Device.DeviceInfo.UpTime", {"10", cwmp::ValueType::unsigned_int, false}},
            {"Device.ManagementServer.PeriodicInformInterval", {"300", cwmp::ValueType::unsigned_int}},
            {"Device.ManagementServer.PeriodicInformEnable", {"1", cwmp::ValueType::boolean}},
            {"Device.WiFi.SSID.1.SSID", {"home", cwmp::ValueType::string}},
        };
        cpe.objects = {"Device.WiFi.SSID.", "Device.NAT.PortMapping."};
    }

    /// A device that is known, in service and has been read: its Informs set nothing off by themselves.
    void settle_device()
    {
        key = store.add_device(id, domain::DeviceState::active);
        hold_session({{std::string{cwmp::event_code::bootstrap}, ""}});
        cpe.received.clear();
    }

    [[nodiscard]] cwmp::Envelope inform(std::vector<cwmp::Event> events, std::uint32_t retry_count = 0) const
    {
        cwmp::Inform inform{.device_id = id, .event = std::move(events), .retry_count = retry_count};
        inform.parameter_list = {
            {"Device.DeviceInfo.SoftwareVersion", cpe.parameters.at("Device.DeviceInfo.SoftwareVersion").value},
            {"Device.ManagementServer.ParameterKey", cpe.parameter_key}};
        return {.id = "1", .message = std::move(inform)};
    }

    /// A new session; the one before is forgotten as after a power cut, unless it ended.
    Answer greet(cwmp::Envelope envelope)
    {
        session.emplace(services, counters, Caller{.address = "192.0.2.1", .state_if_new = state_if_new});
        return hear(std::move(envelope));
    }
    Answer greet(std::vector<cwmp::Event> events, std::uint32_t retry_count = 0)
    {
        return greet(inform(std::move(events), retry_count));
    }
    Answer hear(cwmp::Envelope envelope) { return support::run(session->answer(std::move(envelope))); }
    Answer say(cwmp::Message message) { return hear({.id = "1", .message = std::move(message)}); }

    /// Goes on from an empty POST until the ACS has nothing more to say. An Empty from the CPE's script is sent as
    /// such.
    Answer work()
    {
        auto answer = say(cwmp::Empty{});
        while (answer.kind == Answer::Kind::message && !session->ended())
            answer = say(cpe.answer(answer.envelope.message));
        return answer;
    }
    Answer hold_session(std::vector<cwmp::Event> events)
    {
        auto const greeted = greet(std::move(events));
        if (greeted.kind != Answer::Kind::message)
            return greeted;
        return work();
    }
    Answer hold_session() { return hold_session({{std::string{cwmp::event_code::periodic}, ""}}); }

    domain::TaskId order(domain::TaskArguments arguments, domain::Priority priority = domain::Priority::person)
    {
        domain::Task task;
        task.device = key;
        task.arguments = std::move(arguments);
        task.priority = priority;
        return store.add_person_task(std::move(task));
    }
    [[nodiscard]] domain::TaskState state(domain::TaskId task) const { return store.task(task)->task.state; }
    [[nodiscard]] std::string result(domain::TaskId task) const { return store.task(task)->result; }
    [[nodiscard]] std::string fault(domain::TaskId task) const { return store.task(task)->fault_text; }

    HandClock clock;
    support::InMemoryStore store{clock};
    support::FakeFileStore files;
    FakeModelStore models;
    base::Metrics metrics;
    domain::FileTokens tokens{"a key of sixteen bytes"};
    Services services{store,   store,  store,
                      models,  files,  clock,
                      metrics, tokens, {"https://acs.example:7567", "http://acs.example:7568"},
                      {}};
    SessionCounters counters{metrics};
    cwmp::DeviceId id{"Acme", "00D09E", "HG", "S1"};
    domain::DeviceState state_if_new = domain::DeviceState::active;
    domain::DeviceKey key;
    ScriptedCpe cpe;
    std::optional<Session> session;
};

inline std::vector<cwmp::Event> events(std::string_view code, std::string command_key = {})
{
    return {{std::string{code}, std::move(command_key)}};
}

}  // namespace session
