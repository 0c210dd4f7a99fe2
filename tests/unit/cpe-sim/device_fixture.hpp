#pragma once

#include "device/device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace test {

using namespace std::chrono_literals;

inline constexpr base::TimePoint noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12}};

/// One device that was started at noon and has nothing to tell any more.
struct DeviceTest : testing::Test {
    explicit DeviceTest(std::string_view persona = "fibre-gateway", unsigned minor = 4)
        : device{*sim::find_persona(persona),
                 {.serial_number = "T1",
                  .seed = 5,
                  .acs_url = "https://acs.example/",
                  .connection_request_url = "http://192.0.2.7:7547/x",
                  .inform_interval = 86'400,
                  .cwmp_minor = minor}}
    {
        device.start(noon);
        deliver();
    }

    /// A session without any request of the ACS.
    cwmp::Inform deliver(base::TimePoint now = noon)
    {
        auto inform = device.inform(now);
        device.inform_answered(inform);
        while (device.next_request())
            device.request_answered();
        device.session_ended(true, now);
        return inform;
    }

    cwmp::Message ask(cwmp::Message const& request, base::TimePoint now = noon) { return device.answer(request, now); }

    std::string get(std::string const& path, base::TimePoint now = noon)
    {
        return std::get<cwmp::GetParameterValuesResponse>(ask(cwmp::GetParameterValues{{path}}, now))
            .parameter_list.at(0)
            .value;
    }

    cwmp::Message set(std::string const& path, std::string const& value,
                      cwmp::ValueType type = cwmp::ValueType::unknown, std::string key = "k")
    {
        return ask(cwmp::SetParameterValues{{{path, value, type}}, std::move(key)});
    }

    static unsigned code(cwmp::Message const& message)
    {
        auto const* fault = std::get_if<cwmp::Fault>(&message);
        return fault == nullptr ? 0 : fault->code;
    }

    static std::vector<std::string> codes(cwmp::Inform const& inform)
    {
        std::vector<std::string> found;
        for (auto const& event : inform.event)
            found.push_back(event.code + (event.command_key.empty() ? "" : " (" + event.command_key + ")"));
        return found;
    }

    static std::vector<std::string> names(cwmp::Inform const& inform)
    {
        std::vector<std::string> found;
        for (auto const& value : inform.parameter_list)
            found.push_back(value.name);
        return found;
    }

    sim::Device device;
};

using Codes = std::vector<std::string>;

}  // namespace test
