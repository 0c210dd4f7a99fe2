// acsctl top: what the server does, again and again; it goes on when the server was away meanwhile.
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

void show(Session const& session, boost::json::object const* before, boost::json::object const& now,
          std::chrono::duration<double> span)
{
    if (session.asked.json)
        return print_json(session, now);
    session.terminal.out << (session.terminal.width > 0 ? clear_screen : "") << top_page(before, now, span)
                         << std::flush;
}

}  // namespace

int show_top(Session session)
{
    using Clock = std::chrono::steady_clock;
    std::optional<boost::json::object> before;
    auto last = Clock::now();
    bool was_shown = false;
    for (unsigned round = 1;; ++round) {
        auto now = session.client.get("/statistics");
        auto const time = Clock::now();
        if (!now) {
            auto const code = complain(session, now.error());
            if (!was_shown || !now.error().may_pass() || round == session.asked.rounds)
                return code;
            before.reset();
        } else {
            show(session, before ? &*before : nullptr, *now, time - last);
            was_shown = true;
            before = *std::move(now);
        }
        last = time;
        if (round == session.asked.rounds)
            return done;
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace cli
