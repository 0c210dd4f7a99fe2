// A device and the ACS talk; what they said is kept and replayed.
#include "lab.hpp"

#include "domain/trace_text.hpp"
#include "net/compression.hpp"
#include "session/trace_desk.hpp"

namespace lab {
namespace {

TEST(TracesTest, ASessionThatFailedLeavesATraceWhoseMessagesAreReadAgain)
{
    Lab lab{"fibre-gateway"};
    ASSERT_TRUE(lab.settle());
    session::TraceDesk desk{{}, nullptr, lab.metrics};
    lab.order(domain::SetTask{{{"Device.WiFi.AccessPoint.1.Security.KeyPassphrase", "geheimes wort", std::nullopt}}});
    lab.transcript.emplace(*desk.open(*lab.key(), lab.clock.now()));
    lab.cut_at = lab.exchanges + 3;
    lab.cut_before = true;
    ASSERT_TRUE(lab.live_until([&] { return lab.exchanges >= lab.cut_at; }));
    support::run(lab.conversation->abandon("the CPE fell silent"));
    domain::PastSession const past{lab.conversation->facts(), lab.clock.now(), lab.conversation->failure()};
    desk.close(*std::move(lab.transcript), past);

    auto const traces = desk.take();
    ASSERT_EQ(traces.size(), 1U);
    auto const trace = domain::trace_of(net::inflate(net::ContentCoding::gzip, traces[0].file).value());
    ASSERT_TRUE(trace);
    EXPECT_EQ(trace->outcome, "failed: the CPE fell silent");
    std::vector<std::string> methods;
    for (auto const& message : trace->messages) {
        EXPECT_EQ(message.note, "");
        auto const read = cwmp::decode(message.text);
        ASSERT_TRUE(read) << read.error().what;
        EXPECT_EQ(cwmp::method_name(read->message), message.method);
        methods.push_back(message.method);
    }
    EXPECT_EQ(methods, (std::vector<std::string>{"Inform", "InformResponse", "Empty", "SetParameterValues"}));
    EXPECT_TRUE(trace->messages[3].text.contains("KeyPassphrase"));
    EXPECT_FALSE(to_text(*trace).contains("geheimes wort"));
}

}  // namespace
}  // namespace lab
