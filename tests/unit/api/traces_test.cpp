// What was said in sessions, and which devices are traced.
#include "unit/api/api_fixture.hpp"

#include "base/time_text.hpp"
#include "domain/trace_text.hpp"
#include "net/compression.hpp"

namespace api_test {
namespace {

class TracesTest : public ApiTest {
protected:
    void add(std::int64_t id, std::int64_t device)
    {
        domain::PastSession session{.facts = {.id = domain::SessionId{id}, .device = domain::DeviceKey{device}}};
        session.facts.identity = {"Acme", "00D09E", "HG-1000", "S1"};
        session.facts.started = clock_.time;
        session.ended = clock_.time;
        session.has_trace = true;
        sessions_.note(std::move(session));
        domain::Trace trace{.session = id, .device = "00D09E-HG%2D1000-S1", .node = "acs-1"};
        trace.started = base::to_rfc3339(clock_.time);
        trace.outcome = "completed";
        trace.messages = {{.is_from_cpe = true, .method = "Inform", .bytes = 4, .text = "<\xff/>"},
                          {.at = std::chrono::milliseconds{12}, .status = 204, .method = "Empty"}};
        text = to_text(trace);
        traces_.files[{domain::DeviceKey{device}, domain::SessionId{id}}] = net::gzip(text);
    }
    Reply put(std::string_view body) { return call("PUT", order_url, body, {{"Content-Type", "application/json"}}); }

    std::string const order_url = std::string{device_url} + "/trace";
    std::string text;
};

TEST_F(TracesTest, ATraceIsShownMessageByMessage)
{
    add(5, 1);
    EXPECT_TRUE(get("/api/v1/sessions/5").body.at("trace").as_bool());
    auto const reply = get("/api/v1/sessions/5/trace");
    ASSERT_EQ(reply.status, 200U) << reply.text;
    auto const& messages = reply.body.at("messages").as_array();
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0].at("from").as_string(), "cpe");
    EXPECT_EQ(messages[0].at("method").as_string(), "Inform");
    EXPECT_EQ(messages[0].at("text").as_string(), "<\xEF\xBF\xBD/>");
    EXPECT_EQ(messages[1].at("status").as_int64(), 204);
    EXPECT_DOUBLE_EQ(messages[1].at("seconds").as_double(), 0.012);
}

TEST_F(TracesTest, AsTextItIsTheFileThatWasKept)
{
    add(5, 1);
    auto const reply = get("/api/v1/sessions/5/trace?format=text");
    EXPECT_EQ(reply.headers.get("Content-Type"), "text/plain");
    EXPECT_EQ(reply.text, text);
    EXPECT_EQ(call("GET", "/api/v1/sessions/5/trace", {}, {{"Accept", "text/plain"}}).text, text);
    EXPECT_EQ(get("/api/v1/sessions/5/trace?format=pdf").fields(), "format");
}

TEST_F(TracesTest, WhatIsNotKeptIsNotFound)
{
    add(5, 1);
    EXPECT_EQ(get("/api/v1/sessions/6/trace").status, 404U);
    traces_.files.clear();
    EXPECT_EQ(get("/api/v1/sessions/5/trace").status, 404U);
}

TEST_F(TracesTest, ADeviceIsChosenAndLetGoAndBothAreWrittenDown)
{
    EXPECT_TRUE(get(order_url).body.at("until").is_null());
    auto const reply = put("{}");
    ASSERT_EQ(reply.status, 200U) << reply.text;
    EXPECT_EQ(reply.body.at("sessions").to_number<int>(), 10);
    EXPECT_EQ(reply.body.at("until").as_string(), base::to_rfc3339(clock_.time + std::chrono::hours{1}));
    EXPECT_EQ(reply.body.at("ordered_by").as_string(), "anna");
    EXPECT_EQ(put(R"({"sessions":3,"until":"2026-03-02T12:00:00Z"})").status, 200U);
    EXPECT_EQ(get(order_url).body.at("sessions").to_number<int>(), 3);
    EXPECT_TRUE(traces_.wants(domain::DeviceKey{1}));
    EXPECT_EQ(call("DELETE", order_url).status, 204U);
    EXPECT_EQ(call("DELETE", order_url).status, 204U) << "it is let go already";
    EXPECT_FALSE(traces_.wants(domain::DeviceKey{1}));
    EXPECT_EQ(audited(), (std::vector<std::string>{"trace.ordered", "trace.ordered", "trace.cancelled"}));
}

TEST_F(TracesTest, OrdersAreBounded)
{
    EXPECT_EQ(put(R"({"sessions":0})").fields(), "sessions");
    EXPECT_EQ(put(R"({"sessions":1001,"until":"2026-03-20T12:00:00Z","colour":1})").fields(), "until sessions colour");
    EXPECT_EQ(put(R"({"until":"2026-02-20T12:00:00Z"})").fields(), "until");
    EXPECT_EQ(put(R"({"until":"soon"})").fields(), "until");
    traces_.most = 0;
    EXPECT_EQ(put("{}").status, 409U);
    EXPECT_TRUE(audited().empty());
}

TEST_F(TracesTest, WhoSeesAPartOfTheFleetSeesItsTracesOnly)
{
    operators_.all.roles.push_back({"boxes", domain::Permissions::all(), "STB", false});
    auto const token = add_token(add_person("bert", "boxes"));
    add(5, 1);
    EXPECT_EQ(as(token, "GET", "/api/v1/sessions/5/trace").status, 404U);
    EXPECT_EQ(as(token, "PUT", order_url, "{}").status, 404U);
}

}  // namespace
}  // namespace api_test
