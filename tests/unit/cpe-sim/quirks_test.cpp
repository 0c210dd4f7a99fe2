#include "agent/quirks.hpp"
#include "cwmp/codec/codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace {

using sim::Quirk;
using sim::Quirks;
using testing::HasSubstr;
using testing::Not;

cwmp::Inform sample()
{
    return {.device_id = {"Maker", "02AABB", "Box", "S1"},
            .event = {{"0 BOOTSTRAP", ""}, {"1 BOOT", ""}, {"7 TRANSFER COMPLETE", ""}, {"M Download", "k"}},
            .current_time = "2026-03-01T12:00:00Z",
            .parameter_list = {{"Device.DeviceInfo.SoftwareVersion", "1", cwmp::ValueType::string}}};
}

cwmp::Inform spoilt(Quirk quirk)
{
    cwmp::Message message = sample();
    sim::spoil({quirk}, message);
    return std::get<cwmp::Inform>(message);
}

/// What goes over the wire for the sample, seven parameters instead of one.
std::string wire(Quirk quirk)
{
    cwmp::Message message = sample();
    sim::spoil({quirk}, message);
    cwmp::Envelope const envelope{"id-1", std::move(message)};
    return sim::spoil_body({quirk}, cwmp::encode(envelope, sim::dialect_of({quirk}, 4)));
}

TEST(Quirks, AreFoundByTheirNames)
{
    std::set<std::string_view> names;
    for (auto const& info : sim::all_quirks()) {
        EXPECT_TRUE(names.insert(info.name).second) << info.name;
        EXPECT_EQ(sim::find_quirk(info.name), info.quirk);
        EXPECT_FALSE(info.what.empty());
    }
    EXPECT_GE(names.size(), 25u);
    EXPECT_FALSE(sim::find_quirk("perfect"));
}

TEST(Quirks, WithoutOneNothingIsSpoilt)
{
    cwmp::Message message = sample();
    sim::spoil({}, message);
    EXPECT_EQ(message, cwmp::Message{sample()});
    EXPECT_EQ(sim::spoil_body({}, "<a b=\"c\">d</a>"), "<a b=\"c\">d</a>");
    EXPECT_EQ(sim::dialect_of({}, 0).namespace_digit, 0u);
    EXPECT_EQ(sim::dialect_of({}, 1).namespace_digit, 1u);
    EXPECT_EQ(sim::dialect_of({}, 4).namespace_digit, 2u);
}

TEST(Quirks, SpoilEvents)
{
    auto const has = [](cwmp::Inform const& inform, std::string_view code) {
        return cwmp::has_event(inform.event, code);
    };
    EXPECT_FALSE(has(spoilt(Quirk::no_bootstrap), "0 BOOTSTRAP"));
    EXPECT_FALSE(has(spoilt(Quirk::missing_transfer_event), "7 TRANSFER COMPLETE"));
    EXPECT_FALSE(has(spoilt(Quirk::missing_transfer_event), "M Download"));
    EXPECT_TRUE(has(spoilt(Quirk::missing_transfer_event), "1 BOOT"));
    EXPECT_TRUE(has(spoilt(Quirk::numeric_events), "1"));
    EXPECT_TRUE(has(spoilt(Quirk::numeric_events), "M Download"));
}

TEST(Quirks, SpoilIdentityAndKeys)
{
    EXPECT_EQ(spoilt(Quirk::lower_case_oui).device_id.oui, "02aabb");
    cwmp::Message complete = cwmp::TransferComplete{.command_key = "k"};
    sim::spoil({Quirk::no_transfer_key}, complete);
    EXPECT_EQ(std::get<cwmp::TransferComplete>(complete).command_key, "");
}

TEST(Quirks, SpoilTheWire)
{
    EXPECT_THAT(wire(Quirk::wrong_array_count), HasSubstr("EventStruct[0016]"));
    EXPECT_THAT(wire(Quirk::no_array_type), Not(HasSubstr("arrayType")));
    EXPECT_THAT(wire(Quirk::xsi_array), HasSubstr("xsi:type=\"SOAP-ENC:Array\""));
    EXPECT_THAT(wire(Quirk::no_xsi_type), Not(HasSubstr("xsi:type")));
    EXPECT_THAT(wire(Quirk::qualified_children), HasSubstr("<Inform xmlns=\"urn:dslforum-org:cwmp-1-2\">"));
    EXPECT_THAT(wire(Quirk::no_declaration), Not(HasSubstr("<?xml")));
    EXPECT_THAT(wire(Quirk::undeclared_soap), HasSubstr("<soap:Body>"));
    EXPECT_THAT(wire(Quirk::undeclared_soap), Not(HasSubstr("xmlns:soap=")));
    EXPECT_EQ(wire(Quirk::trailing_nul).back(), '\0');
    EXPECT_THAT(wire(Quirk::latin1), HasSubstr("Maker \xe5\xe4\xf6<"));
    EXPECT_THAT(wire(Quirk::bare_ampersand), HasSubstr("Maker & Sons"));
    EXPECT_THAT(wire(Quirk::control_character), HasSubstr("Maker \x02<"));
    EXPECT_TRUE(wire(Quirk::byte_order_mark).starts_with("\xef\xbb\xbf<"));
    EXPECT_THAT(wire(Quirk::pretty_printed), HasSubstr("\n   <DeviceId>"));
    EXPECT_THAT(wire(Quirk::single_quotes), HasSubstr("='urn:dslforum-org:cwmp-1-2'"));
    EXPECT_THAT(wire(Quirk::no_header), Not(HasSubstr("Header")));
    EXPECT_THAT(wire(Quirk::namespace_1_3), HasSubstr("cwmp-1-3"));
    EXPECT_THAT(wire(Quirk::namespace_1_4), HasSubstr("cwmp-1-4"));
}

TEST(Quirks, OfTheWireAreReadByATolerantDecoder)
{
    for (auto const& info : sim::all_quirks()) {
        if (info.where != "xml")
            continue;
        auto const decoded = cwmp::decode(wire(info.quirk));
        ASSERT_TRUE(decoded) << info.name << ": " << decoded.error().what;
        auto const* inform = std::get_if<cwmp::Inform>(&decoded->message);
        ASSERT_NE(inform, nullptr) << info.name;
        EXPECT_EQ(inform->device_id.serial_number, "S1") << info.name;
        EXPECT_EQ(inform->event.size(), 4u) << info.name;
        EXPECT_EQ(inform->parameter_list.at(0).value, "1") << info.name;
    }
}

unsigned refused(Quirk quirk, cwmp::Message const& request, unsigned turn = 1)
{
    auto const answer = sim::quirky_answer({quirk}, request, turn);
    return answer ? std::get<cwmp::Fault>(*answer).code : 0;
}

TEST(Quirks, RefuseWhatTheirDevicesRefuse)
{
    using Names = std::vector<std::string>;
    auto const values = [](Names names) { return cwmp::Message{cwmp::GetParameterValues{std::move(names)}}; };
    EXPECT_EQ(refused(Quirk::gpn_root_refused, cwmp::GetParameterNames{"", true}), 9005u);
    EXPECT_EQ(refused(Quirk::gpn_root_refused, cwmp::GetParameterNames{"Device.", true}), 0u);
    EXPECT_EQ(refused(Quirk::gpv_partial_refused, values({"Device.WiFi."})), 9005u);
    EXPECT_EQ(refused(Quirk::gpv_partial_refused, values({"Device.WiFi.ResetCounter"})), 0u);
    EXPECT_EQ(refused(Quirk::gpv_few_names, values(Names(33, "Device.A"))), 9004u);
    EXPECT_EQ(refused(Quirk::gpv_few_names, values(Names(32, "Device.A"))), 0u);
    EXPECT_EQ(refused(Quirk::gpv_big_fails, values({"Device."})), 9002u);
    EXPECT_EQ(refused(Quirk::gpv_big_fails, values(Names(101, "Device.A"))), 9002u);
    EXPECT_EQ(refused(Quirk::gpv_big_fails, values({"Device.WiFi."})), 0u);
    EXPECT_EQ(refused(Quirk::vanishing_instances, values({"Device.Hosts.Host.2.Active"}), 2), 9005u);
    EXPECT_EQ(refused(Quirk::vanishing_instances, values({"Device.Hosts.Host.2.Active"}), 3), 0u);
    EXPECT_EQ(
        refused(Quirk::digits_only, cwmp::SetParameterValues{{{"Device.A", "true", cwmp::ValueType::boolean}}, ""}),
        9003u);
    EXPECT_EQ(refused(Quirk::digits_only, cwmp::SetParameterValues{{{"Device.A", "1", cwmp::ValueType::boolean}}, ""}),
              0u);
}

}  // namespace
