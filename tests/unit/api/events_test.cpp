#include "api_fixture.hpp"

#include "api/event_stream.hpp"
#include "domain/event_json.hpp"

namespace api_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr domain::DeviceKey gateway{1};
constexpr domain::DeviceKey box{2};

class EventsTest : public ApiTest {
protected:
    void happen(std::string kind, domain::DeviceKey device)
    {
        auto const name = device == gateway ? "00D09E-HG%2D1000-S1" : device == box ? "00D09E-STB-S2" : "";
        events_.add(std::move(kind), device, name, R"({"task":"7"})", clock_.time);
    }
    std::vector<std::string> kinds(std::string const& target)
    {
        std::vector<std::string> found;
        for (auto const& item : get(target).body.at("items").as_array())
            found.emplace_back(support::view(item.at("kind").as_string()));
        return found;
    }
    static domain::EventSelection everything() { return {}; }
    /// What a stream says next.
    std::string next(api::EventStream& stream) { return support::run(context_, stream.next()).value_or("(the end)"); }

    api::EventStreamSettings quick{.keep_alive = std::chrono::seconds{0}, .poll = std::chrono::milliseconds{1}};
};

TEST_F(EventsTest, AreListedTheNewestFirst)
{
    happen("device.new", gateway);
    happen("task.done", box);
    happen("webhook.test", domain::DeviceKey{0});
    auto const reply = get("/api/v1/events");
    ASSERT_EQ(reply.status, 200U);
    auto const& items = reply.body.at("items").as_array();
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[0].at("device"), nullptr);
    EXPECT_EQ(items[1].at("device"), "00D09E-STB-S2");
    EXPECT_EQ(items[1].at("data").at("task"), "7");
    EXPECT_EQ(items[2].at("cursor"), "1.1");
}

TEST_F(EventsTest, GoOnPageByPageInEitherOrder)
{
    for (auto const* const kind : {"a", "b", "c"})
        happen(kind, gateway);
    auto const first = get("/api/v1/events?limit=2");
    EXPECT_EQ(first.body.at("next"), "2.1");
    EXPECT_THAT(kinds("/api/v1/events?limit=2&after=2.1"), ElementsAre("a"));
    EXPECT_THAT(kinds("/api/v1/events?order=oldest&limit=2"), ElementsAre("a", "b"));
    EXPECT_THAT(kinds("/api/v1/events?order=oldest&after=2.1"), ElementsAre("c"));
}

TEST_F(EventsTest, AreFilteredByKindDeviceAndCondition)
{
    happen("device.new", gateway);
    happen("device.new", box);
    happen("task.done", box);
    EXPECT_THAT(kinds("/api/v1/events?kind=task"), ElementsAre("task.done"));
    EXPECT_THAT(kinds("/api/v1/events?kind=rule,device.*"), ElementsAre("device.new", "device.new"));
    EXPECT_THAT(kinds("/api/v1/events?device=00D09E-HG%252D1000-S1"), ElementsAre("device.new"));
    EXPECT_THAT(kinds("/api/v1/events?where=STB"), ElementsAre("task.done", "device.new"));
    EXPECT_THAT(kinds(std::string{device_url} + "/events"), ElementsAre("device.new"));
}

TEST_F(EventsTest, ReachBackADayUnlessTheURLSaysMore)
{
    events_.add("old", gateway, "x", {}, clock_.time - std::chrono::hours{25});
    happen("new", gateway);
    EXPECT_THAT(kinds("/api/v1/events"), ElementsAre("new"));
    EXPECT_THAT(kinds("/api/v1/events?since=2026-02-01T00:00:00Z"), ElementsAre("new", "old"));
    EXPECT_THAT(kinds("/api/v1/events?until=2026-02-28T12:00:00Z"), ElementsAre("old"));
    EXPECT_THAT(kinds(std::string{device_url} + "/events"), ElementsAre("new", "old"));
}

TEST_F(EventsTest, SayWhatIsWrongWithTheQuestion)
{
    auto const reply = get("/api/v1/events?kind=a%27b&since=soon&after=x&order=up&limit=0");
    EXPECT_EQ(reply.status, 400U);
    EXPECT_EQ(reply.fields(), "kind since after limit order");
    EXPECT_EQ(get("/api/v1/events/stream?after=x").status, 400U);
    EXPECT_EQ(get("/api/v1/events?device=00D09E-HG-nobody").status, 404U);
    events_.is_slow = true;
    EXPECT_EQ(get("/api/v1/events").fields(), "since");
}

TEST_F(EventsTest, WhoSeesAPartOfTheFleetHearsOfThatPartOnly)
{
    operators_.all.roles.push_back({"boxes", domain::Permissions::all(), "STB", false});
    auto const token = add_token(add_person("ben", "boxes"));
    happen("device.new", gateway);
    happen("device.new", box);
    happen("webhook.test", domain::DeviceKey{0});
    auto const reply = as(token, "GET", "/api/v1/events");
    ASSERT_EQ(reply.body.at("items").as_array().size(), 1U);
    EXPECT_EQ(reply.body.at("items").at(0).at("device"), "00D09E-STB-S2");
    EXPECT_EQ(as(token, "GET", std::string{device_url} + "/events").status, 404U);
    EXPECT_EQ(as(token, "GET", "/api/v1/events/stream?device=00D09E-HG%252D1000-S1").status, 404U);
}

TEST_F(EventsTest, AFrameIsAnEventOfAStream)
{
    domain::EventRecord event;
    event.position = {8, 9};
    event.kind = "task.done";
    event.detail = R"({"fault_text":"two\nlines"})";
    auto const frame = api::framed(event);
    EXPECT_THAT(frame, StartsWith("id: 8.9\nevent: task.done\ndata: {\"cursor\":\"8.9\""));
    EXPECT_THAT(frame, testing::EndsWith("}\n\n"));
    EXPECT_EQ(std::ranges::count(frame, '\n'), 4) << "no line end of a text ends a line of the stream";
    EXPECT_EQ(api::quiet_frame({8, 9}), ": nothing new\nid: 8.9\n\n");
}

TEST_F(EventsTest, AStreamBeginsWithWhatComesAndFollowsTheTail)
{
    happen("before", gateway);
    api::EventStream stream{{events_, event_tail_, inventory_}, "anna", everything(), {}, quick};
    EXPECT_THAT(next(stream), StartsWith(": nothing new\nid: 2.-1"));
    event_tail_.append({2, -1}, {{}, {2, -1}});
    happen("after", gateway);
    event_tail_.append({2, -1}, {{events_.events.back()}, {3, -1}});
    auto const reads = events_.reads;
    EXPECT_THAT(next(stream), HasSubstr("event: after\n"));
    EXPECT_EQ(events_.reads, reads) << "the tail has it";
    EXPECT_THAT(next(stream), StartsWith(": nothing new"));
}

TEST_F(EventsTest, AStreamGoesOnBehindAnEventFromTheLogWhenTheTailDoesNotReachSoFarBack)
{
    for (auto const* const kind : {"a", "b", "c"})
        happen(kind, gateway);
    event_tail_.append({4, -1}, {{}, {4, -1}});
    api::EventStream stream{
        {events_, event_tail_, inventory_}, "anna", everything(), domain::EventPosition{1, 1}, quick};
    auto const frames = next(stream);
    EXPECT_THAT(frames, Not(HasSubstr("event: a\n")));
    EXPECT_THAT(frames, HasSubstr("event: b\n"));
    EXPECT_THAT(frames, HasSubstr("event: c\n"));
}

TEST_F(EventsTest, AStreamOfAPartOfTheFleetTellsOfThatPartOnly)
{
    happen("gateway.a", gateway);
    happen("box.b", box);
    happen("nobody.c", domain::DeviceKey{0});
    domain::EventSelection boxes;
    boxes.devices = domain::Condition{"STB", {}};
    api::EventStream stream{{events_, event_tail_, inventory_}, "anna", boxes, domain::EventPosition{0, 0}, quick};
    auto const frames = next(stream);
    EXPECT_THAT(frames, HasSubstr("event: box.b\n"));
    EXPECT_THAT(frames, Not(HasSubstr("gateway.a")));
    EXPECT_THAT(frames, Not(HasSubstr("nobody.c")));
}

TEST_F(EventsTest, AStreamThatIsCancelledOrOldEnds)
{
    api::EventStream stream{{events_, event_tail_, inventory_}, "anna", everything(), {}, quick};
    EXPECT_EQ(event_tail_.followers(), 1U);
    stream.cancel();
    EXPECT_EQ(next(stream), "(the end)");
    quick.life = std::chrono::seconds{0};
    api::EventStream old{{events_, event_tail_, inventory_}, "anna", everything(), {}, quick};
    EXPECT_EQ(next(old), "(the end)");
}

TEST_F(EventsTest, AListIsAStreamWhenItIsAskedToBeOne)
{
    EXPECT_EQ(get("/api/v1/events?stream").headers.get("Content-Type"), "text/event-stream");
    EXPECT_EQ(get("/api/v1/events?kind=inform&stream=true").headers.get("Content-Type"), "text/event-stream");
    EXPECT_EQ(get("/api/v1/events/stream?stream").status, 200U);
    EXPECT_EQ(get("/api/v1/events?stream=sometimes").fields(), "stream");
}

TEST_F(EventsTest, ThereAreOnlySoManyStreams)
{
    std::vector<std::unique_ptr<domain::EventTail::Follower>> followers;
    EXPECT_EQ(get("/api/v1/events/stream").status, 200U);
    while (followers.size() < 200)
        followers.push_back(std::make_unique<domain::EventTail::Follower>(event_tail_));
    auto const refused = get("/api/v1/events/stream");
    EXPECT_EQ(refused.status, 503U);
    EXPECT_THAT(refused.text, HasSubstr("streams are open"));
}

TEST_F(EventsTest, NobodyTakesAllStreams)
{
    std::vector<std::unique_ptr<domain::EventTail::Follower>> followers;
    while (followers.size() < 50)
        followers.push_back(std::make_unique<domain::EventTail::Follower>(event_tail_, "token anna"));
    EXPECT_EQ(get("/api/v1/events/stream").status, 429U);
    auto const bert = add_token(add_person("bert", "administrator"));
    EXPECT_EQ(as(bert, "GET", "/api/v1/events/stream").status, 200U);
    followers.pop_back();
    EXPECT_EQ(get("/api/v1/events/stream").status, 200U);
}

}  // namespace
}  // namespace api_test
