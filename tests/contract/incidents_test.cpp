// What somebody may have to look at, as it is kept.
#include "rare_stores.hpp"
#include "storage/note_writer.hpp"
#include "storage/pg_incidents.hpp"

namespace contract {
namespace {

class IncidentsTest : public testing::Test {
protected:
    void note(std::string kind, std::string identity, std::string address = "192.0.2.1")
    {
        incidents.note({.kind = std::move(kind), .identity = std::move(identity), .address = std::move(address)});
    }
    std::vector<domain::IncidentRecord> list(domain::IncidentQuery query = {})
    {
        return stores.run(incidents.list(std::move(query)));
    }

    RareStores stores;
    storage::PgIncidents incidents{stores.writes, stores.clock, stores.metrics};
    storage::PgIncidents of_other_node{stores.writes, stores.clock, stores.metrics};
};

TEST_F(IncidentsTest, WhatWasNotedIsListedTheNewestFirst)
{
    stores.clock.set(std::chrono::floor<std::chrono::minutes>(stores.clock.now()));
    incidents.note({.kind = "wrong-login",
                    .identity = "00D09E-HG-1",
                    .device = domain::DeviceKey{7},
                    .address = "192.0.2.1",
                    .username = "anna",
                    .detail = "why"});
    incidents.flush();
    note("conflict", "00D09E-HG-2");
    incidents.flush();
    auto const all = list();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].incident.kind, "conflict");
    EXPECT_FALSE(all[0].incident.device);
    EXPECT_EQ(all[1].incident.kind, "wrong-login");
    EXPECT_EQ(all[1].incident.identity, "00D09E-HG-1");
    EXPECT_EQ(all[1].incident.device, domain::DeviceKey{7});
    EXPECT_EQ(all[1].incident.address, "192.0.2.1");
    EXPECT_EQ(all[1].incident.username, "anna");
    EXPECT_EQ(all[1].incident.detail, "why");
    EXPECT_EQ(all[1].first_at, stores.clock.now());
    EXPECT_EQ(list({.kind = "conflict"}).size(), 1U);
    EXPECT_EQ(list({.identity = "00D09E-HG-1"}).size(), 1U);
    EXPECT_EQ(list({.device = domain::DeviceKey{7}}).size(), 1U);
    EXPECT_EQ(list({.address = "192.0.2.9"}).size(), 0U);
    EXPECT_EQ(list({.before = all[0].id}).at(0).id, all[1].id);
    EXPECT_EQ(list({.limit = 1}).size(), 1U);
}

TEST_F(IncidentsTest, WhatSeveralNodesNoteOfOneMinuteIsOneRow)
{
    stores.clock.set(std::chrono::floor<std::chrono::minutes>(stores.clock.now()));
    note("failed-login", "X");
    incidents.flush();
    note("failed-login", "X");
    note("failed-login", "X");
    incidents.flush();
    of_other_node.note({.kind = "failed-login", .identity = "X", .address = "192.0.2.1"});
    of_other_node.flush();
    auto const all = list();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].times, 4U);
    stores.clock.set(stores.clock.now() + 1min);
    note("failed-login", "X");
    incidents.flush();
    EXPECT_EQ(list().size(), 2U);
}

TEST_F(IncidentsTest, ForeignBytesAreKeptAsText)
{
    note("failed-login", std::string{"\xff\0'; DROP TABLE incident; --", 28});
    note("failed-login", std::string{"\xfe\0'; DROP TABLE incident; --", 28});
    incidents.flush();
    auto const all = list();
    ASSERT_EQ(all.size(), 1U) << "equal once they are text";
    EXPECT_EQ(all[0].times, 2U);
    EXPECT_EQ(all[0].incident.identity, "\xef\xbf\xbd\xef\xbf\xbd'; DROP TABLE incident; --");
}

TEST_F(IncidentsTest, ADatabaseThatIsAwayLosesNothing)
{
    storage::Database away{
        storage::DatabaseSettings{{.url = "postgresql://nobody@127.0.0.1:1/nothing"}, 1, std::chrono::milliseconds{1}}};
    storage::PgIncidents waiting{away, stores.clock, stores.metrics};
    waiting.note({.kind = "conflict"});
    EXPECT_ANY_THROW(waiting.flush());
    EXPECT_ANY_THROW(waiting.flush()) << "it is still there to be written";
}

TEST_F(IncidentsTest, TheWriterWritesALastTimeWhenItStops)
{
    storage::NoteWriter writer{1h};
    writer.add([this] { incidents.flush(); });
    writer.start();
    note("conflict", "X");
    writer.stop();
    EXPECT_EQ(list().size(), 1U);
}

TEST_F(IncidentsTest, OldOnesAreForgotten)
{
    note("conflict", "X");
    incidents.flush();
    stores.database.exec("UPDATE incident SET last_at = last_at - interval '91 days'");
    note("conflict", "Y");
    incidents.flush();
    storage::Chores chores{stores.chores(), stores.node(), stores.clock};
    EXPECT_TRUE(chores.run_once());
    ASSERT_EQ(list().size(), 1U);
    EXPECT_EQ(list()[0].incident.identity, "Y");
}

}  // namespace
}  // namespace contract
