#include "domain/audit_chain.hpp"

#include <gmock/gmock.h>

#include <functional>

namespace {

using domain::AuditAnchor;
using domain::AuditRecord;
using testing::HasSubstr;

constexpr char salt[] = "0123456789abcdef";

/// A chain of entries about device 7, and two about nothing of the kind.
std::vector<AuditRecord> chain_of(int entries)
{
    std::vector<AuditRecord> chain;
    for (int i = 1; i <= entries; ++i) {
        AuditRecord record;
        record.id = i;
        record.at = base::TimePoint{std::chrono::seconds{1000 + i}};
        record.entry = {"anna", "session", "192.0.2.1", "device.changed", "device", {}, "{}", R"({"n":1})"};
        if (i > 2)
            record.entry.device = domain::DeviceKey{7};
        record.digest = domain::audit_digest(salt, record.entry);
        record.chain = domain::audit_link(chain.empty() ? "" : chain.back().chain, record);
        chain.push_back(record);
    }
    return chain;
}

domain::AuditVerification verified(std::vector<AuditRecord> const& chain, std::optional<AuditAnchor> known = {})
{
    domain::AuditVerifier verifier{std::move(known)};
    for (auto const& record : chain)
        if (!verifier.take(record, salt))
            break;
    return verifier.finish();
}

TEST(AuditChain, AWholeTrailIsInOrderAndItsHeadIsTold)
{
    auto const chain = chain_of(5);
    auto const found = verified(chain);
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.entries, 5);
    EXPECT_EQ(found.head, (AuditAnchor{5, chain.back().chain}));
    EXPECT_EQ(verified({}).problem, "");
}

TEST(AuditChain, EveryFieldOfAnEntryIsHeldByItsLink)
{
    std::function<void(AuditRecord&)> const changes[] = {
        [](AuditRecord& r) { r.at += std::chrono::microseconds{1}; },
        [](AuditRecord& r) { r.entry.by = "otto"; },
        [](AuditRecord& r) { r.entry.how = "token file"; },
        [](AuditRecord& r) { r.entry.peer = "192.0.2.2"; },
        [](AuditRecord& r) { r.entry.action = "device.merged"; },
        [](AuditRecord& r) { r.entry.device = domain::DeviceKey{8}; },
        [](AuditRecord& r) { r.entry.device.reset(); },
        [](AuditRecord& r) { r.digest[0] ^= 1; },
        [](AuditRecord& r) { r.chain[31] ^= 1; },
    };
    for (auto const& change : changes) {
        auto chain = chain_of(5);
        change(chain[3]);
        EXPECT_THAT(verified(chain).problem, HasSubstr("entry 4"));
        EXPECT_EQ(verified(chain).head.id, 3);
    }
}

TEST(AuditChain, OneFieldCannotPassForAPartOfAnother)
{
    auto a = chain_of(1)[0];
    auto b = a;
    a.entry.by = "anna";
    a.entry.how = "session";
    b.entry.by = "annas";
    b.entry.how = "ession";
    EXPECT_NE(domain::audit_link("", a), domain::audit_link("", b));
    EXPECT_NE(domain::audit_digest("ab", {.target = "c"}), domain::audit_digest("a", {.target = "bc"}));
}

TEST(AuditChain, ChangedValuesAreFound)
{
    for (auto const field : {&domain::AuditEntry::target, &domain::AuditEntry::before, &domain::AuditEntry::after}) {
        auto chain = chain_of(4);
        chain[1].entry.*field = "other";
        EXPECT_THAT(verified(chain).problem, HasSubstr("values of entry 2"));
    }
}

TEST(AuditChain, ErasedValuesOfADeviceLeaveTheChainWholeAndOthersAreMissed)
{
    auto chain = chain_of(5);
    auto const erase = [&](AuditRecord& record) {
        record.is_erased = true;
        record.entry.target = record.entry.before = record.entry.after = "";
    };
    erase(chain[3]);
    EXPECT_THAT(verified(chain).problem, HasSubstr("values of entry 4")) << "nobody purged the device";
    chain[4].entry.action = "device.purged";
    chain[4].chain = domain::audit_link(chain[3].chain, chain[4]);
    EXPECT_EQ(verified(chain).problem, "");
    EXPECT_EQ(verified(chain).erased, 1);
    EXPECT_EQ(verified(chain).entries, 5);
    erase(chain[0]);
    EXPECT_THAT(verified(chain).problem, HasSubstr("entry 1"));
}

TEST(AuditChain, AMissingEntryIsFoundWhereverItStood)
{
    for (std::size_t const at : {0u, 2u}) {
        auto chain = chain_of(5);
        chain.erase(chain.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_THAT(verified(chain).problem, HasSubstr("gone")) << at;
    }
}

TEST(AuditChain, AnAnchorShowsThatTheEndWasCutOffOrAllWasWrittenAnew)
{
    auto const chain = chain_of(5);
    AuditAnchor const head{5, chain.back().chain};
    EXPECT_EQ(verified(chain, head).problem, "");
    EXPECT_EQ(verified(chain_of(9), head).problem, "");
    EXPECT_THAT(verified(chain_of(4), head).problem, HasSubstr("cut off"));
    auto other = chain_of(5);
    other[0].entry.by = "otto";
    for (std::size_t i = 0; i < other.size(); ++i)
        other[i].chain = domain::audit_link(i == 0 ? "" : other[i - 1].chain, other[i]);
    EXPECT_EQ(verified(other).problem, "") << "by itself it is a trail like any other";
    EXPECT_THAT(verified(other, head).problem, HasSubstr("anchor"));
}

}  // namespace
