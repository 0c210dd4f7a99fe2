// acsctl device ID: gathers what device_page shows.
#include "base/clock.hpp"
#include "cli/device_page.hpp"
#include "cli/output.hpp"
#include "cli/rule_texts.hpp"
#include "cli/session.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <ostream>

namespace cli {

namespace json = boost::json;

namespace {

constexpr unsigned forbidden = 403;
constexpr unsigned pages = 5;  ///< of failed tasks, a thousand each: the newest come last

/// Asks for the parts of a page one after the other; the first refusal other than "you may not" is kept.
class Gatherer {
public:
    explicit Gatherer(Session& session) : session_{session} {}

    std::optional<json::object> part(std::string const& name, std::string const& target)
    {
        auto answer = session_.client.get(target);
        if (answer)
            return *std::move(answer);
        note(name, answer.error());
        return std::nullopt;
    }

    std::vector<json::object> tasks(std::string const& state, unsigned most_pages)
    {
        std::vector<json::object> found;
        std::string after;
        for (unsigned page = 0; page < most_pages; ++page) {
            auto const answer =
                session_.client.get(fmt::format("{}/tasks?state={}&limit=1000{}{}", device_path(session_), state,
                                                after.empty() ? "" : "&after=", after));
            if (!answer) {
                note("tasks", answer.error());
                break;
            }
            for (auto const& item : list_of(*answer, "items"))
                found.push_back(item.as_object());
            after = text_of(*answer, "next");
            if (after.empty())
                break;
        }
        return found;
    }

    std::vector<std::string> withheld;
    std::optional<Refusal> failure;

private:
    void note(std::string const& name, Refusal const& refusal)
    {
        if (refusal.status == forbidden && (withheld.empty() || withheld.back() != name))
            withheld.push_back(name);
        else if (refusal.status != forbidden && !failure)
            failure = refusal;
    }

    Session& session_;
};

}  // namespace

int show_device_page(Session session)
{
    auto device = session.client.get(device_path(session));
    if (!device)
        return complain(session, device.error());
    if (session.asked.json) {
        print_json(session, *device);
        return done;
    }
    Gatherer gatherer{session};
    DeviceFacts facts;
    facts.device = *std::move(device);
    facts.reachability = gatherer.part("reachability", device_path(session) + "/reachability");
    facts.explanation = gatherer.part("rules", device_path(session) + "/explanation");
    for (auto const* const state : {"sent", "waiting", "unknown", "queued"})
        std::ranges::move(gatherer.tasks(state, 1), std::back_inserter(facts.open_tasks));
    facts.failed_tasks = gatherer.tasks("failed", pages);
    facts.withheld = std::move(gatherer.withheld);
    session.terminal.out << device_page(facts, base::SystemClock{}.now(), session.terminal.width);
    return gatherer.failure ? complain(session, *gatherer.failure) : done;
}

}  // namespace cli
