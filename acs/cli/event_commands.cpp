// acsctl events, tail.
#include "cli/event_reader.hpp"
#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"
#include "cli/text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <ostream>
#include <thread>
#include <utility>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::chrono::seconds first_pause{1};  // before a stream that broke is asked for again
constexpr std::chrono::seconds longest_pause{15};

std::string query_of(std::initializer_list<std::pair<char const*, std::string>> fields)
{
    std::string query;
    for (auto const& [name, value] : fields)
        if (!value.empty())
            query += fmt::format("{}{}={}", query.empty() ? "" : "&", name, encoded(value));
    return query;
}

/// Writes events as they come, so many at most.
class EventPrinter {
public:
    explicit EventPrinter(Session const& session)
        : session_{session}, left_{session.asked.count == 0 ? SIZE_MAX : session.asked.count}
    {
    }

    void print(std::string_view data)
    {
        boost::system::error_code error;
        auto const event = json::parse(data, error);
        if (error || !event.is_object() || left_ == 0)
            return;
        --left_;
        if (session_.asked.json) {
            print_json(session_, event.get_object());
        } else {
            auto const& object = event.get_object();
            auto const* const told = object.if_contains("data");
            session_.terminal.out << escaped(fmt::format("{}  {:<26} {:<32} {}", text_of(object, "at"),
                                                         text_of(object, "kind"), text_of(object, "device"),
                                                         told == nullptr ? "" : json::serialize(*told)))
                                  << '\n';
        }
        session_.terminal.out.flush();
    }
    [[nodiscard]] bool has_enough() const noexcept { return left_ == 0; }

private:
    Session const& session_;
    std::size_t left_;
};

}  // namespace

int events(Session session)
{
    auto const& asked = session.asked;
    auto const path = asked.device.empty() ? "/events?" : device_path(session) + "/events?";
    auto const where = asked.device.empty() ? asked.where : std::string{};
    return print_list(
        session,
        path + query_of({{"kind", asked.kind}, {"where", where}, {"since", asked.since}, {"until", asked.until}}),
        {{"AT", "at"}, {"KIND", "kind"}, {"DEVICE", "device"}, {"DATA", "data"}});
}

int tail(Session session)
{
    auto const& asked = session.asked;
    EventPrinter printer{session};
    EventReader reader{[&](std::string_view data) { printer.print(data); }};
    auto pause = first_pause;
    while (!printer.has_enough()) {
        auto const target =
            "/events/stream?" +
            query_of(
                {{"kind", asked.kind}, {"device", asked.device}, {"where", asked.where}, {"after", reader.last_id()}});
        auto const before = reader.last_id();
        reader.restart();
        auto const ended = session.client.listen(
            target, [&](std::string_view piece) { return reader.read(piece) && !printer.has_enough(); });
        if (!ended && !ended.error().may_pass())
            return complain(session, ended.error());
        if (printer.has_enough())
            break;
        bool const went_on = reader.last_id() != before;
        pause = went_on ? first_pause : std::min(pause * 2, longest_pause);
        if (!ended)
            session.terminal.error << fmt::format("acsctl: {}; trying again in {} s\n", ended.error().what,
                                                  pause.count());
        if (!ended || !went_on)
            std::this_thread::sleep_for(pause);
    }
    return done;
}

}  // namespace cli
