#include "storage/session_rows.hpp"

#include <string>

namespace storage {

void SessionColumns::add(domain::SessionFacts const& facts)
{
    ids_.add(facts.id.value());
    devices_.add(facts.device.value());
    started_.add(facts.started);
    nodes_.add(std::string_view{facts.node});
    addresses_.add(std::string_view{facts.address});
    tls_.add_flag(facts.is_tls);
    std::string events;
    for (auto const& event : facts.events)
        events += (events.empty() ? "" : ",") + event;
    events_.add(shortened(events, longest_events));
    rpcs_.add(std::int64_t{facts.rpcs});
    requests_.add(std::int64_t{facts.requests});
    faults_.add(std::int64_t{facts.faults});
    tasks_.add(std::int64_t{facts.tasks});
    bytes_in_.add(static_cast<std::int64_t>(facts.bytes_in));
    bytes_out_.add(static_cast<std::int64_t>(facts.bytes_out));
}

domain::SessionFacts session_facts(pqxx::row const& row)
{
    domain::SessionFacts facts;
    facts.id = domain::SessionId{row[0].as<std::int64_t>()};
    facts.device = domain::DeviceKey{row[1].as<std::int64_t>()};
    facts.started = parse_time(text_of(row[2]));
    facts.node = row[3].c_str();
    facts.address = row[4].c_str();
    facts.is_tls = row[5].as<bool>();
    facts.events = parse_texts(text_of(row[6]));
    facts.rpcs = row[7].as<std::uint32_t>();
    facts.requests = row[8].as<std::uint32_t>();
    facts.faults = row[9].as<std::uint32_t>();
    facts.tasks = row[10].as<std::uint32_t>();
    facts.bytes_in = row[11].as<std::uint64_t>();
    facts.bytes_out = row[12].as<std::uint64_t>();
    facts.identity = {row[13].c_str(), row[14].c_str(), row[15].c_str(), row[16].c_str()};
    return facts;
}

}  // namespace storage
