// acsctl top: what the server does, again and again.
#include "cli/output.hpp"
#include "cli/session.hpp"
#include "cli/top_page.hpp"

#include <chrono>
#include <optional>
#include <ostream>
#include <thread>

namespace cli {

namespace {

constexpr std::chrono::seconds pause{2};
constexpr auto clear_screen = "\x1b[H\x1b[2J";

}  // namespace

int show_top(Session session)
{
    using Clock = std::chrono::steady_clock;
    std::optional<boost::json::object> before;
    auto last = Clock::now();
    for (unsigned round = 1;; ++round) {
        auto now = session.client.get("/statistics");
        if (!now)
            return complain(session, now.error());
        auto const time = Clock::now();
        auto& out = session.terminal.out;
        if (session.asked.json)
            print_json(session, *now);
        else
            out << (session.terminal.width > 0 ? clear_screen : "")
                << top_page(before ? &*before : nullptr, *now, time - last) << std::flush;
        if (round == session.asked.rounds)
            return done;
        before = *std::move(now);
        last = time;
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace cli
