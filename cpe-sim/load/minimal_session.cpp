#include "load/minimal_session.hpp"

#include "cwmp/codec/codec.hpp"
#include "load/acs_connection.hpp"
#include "load/whole_device.hpp"

#include <fmt/format.h>

namespace sim {
namespace {

using Ending = Scheduler::Ending;

/// Requests of the ACS in one session before the device has enough.
constexpr unsigned max_requests = 100'000;
constexpr std::uint64_t fault_salt = 0x6661756c74;

enum class Fate { good, drop, reset, silent, slow, wrong };

Fate fate_of(LoadContext const& context, MinimalSession const& session)
{
    auto const& shares = context.scenario.group_of(session.device).faults;
    if (shares.sum() <= 0)
        return Fate::good;
    auto const draw = mixed(mixed(mixed(context.scenario.seed, fault_salt), session.device), session.number);
    auto rest = static_cast<double>(draw >> 11) * 0x1p-53;
    for (auto const& [share, fate] : {std::pair{shares.drop, Fate::drop}, std::pair{shares.reset, Fate::reset},
                                      std::pair{shares.silent, Fate::silent}, std::pair{shares.slow, Fate::slow},
                                      std::pair{shares.wrong, Fate::wrong}}) {
        if (rest < share)
            return fate;
        rest -= share;
    }
    return Fate::good;
}

class Talk {
public:
    Talk(LoadContext& context, Scheduler& scheduler, MinimalSession const& session)
        : context_{context},
          scheduler_{scheduler},
          session_{session},
          fate_{fate_of(context, session)},
          connection_{context, session.device}
    {
    }

    base::Awaitable<Ending> hold()
    {
        auto const before = std::chrono::steady_clock::now();
        context_.session_began(session_.retry_count > 0);
        auto const is_greeted = co_await greet();
        if (is_greeted)
            ending_.succeeded = co_await go_on();
        if (auto* const whole = scheduler_.find_whole(session_.device))
            whole->minimal_session_ended(ending_.succeeded);
        connection_.close();
        if (ending_.succeeded) {
            ++context_.statistics.succeeded;
            context_.statistics.time(Timed::session, std::chrono::steady_clock::now() - before);
        }
        context_.session_ended();
        co_return ending_;
    }

private:
    /// The session has failed.
    bool fail(std::string_view kind)
    {
        context_.count_failure(kind);
        return false;
    }
    /// It was made to.
    bool spoil(std::string_view kind)
    {
        ++context_.statistics.spoilt;
        context_.statistics.count_error(kind);
        return false;
    }

    void begin_inform()
    {
        auto const serial = context_.serial_of(session_.device);
        auto const url = context_.request_url_of(session_.device);
        InformFacts const facts{serial, url, context_.current_time(), session_.retry_count, session_.number};
        auto const& inform = context_.inform_template(session_.device, session_.reasons);
        inform.append_to(connection_.begin(inform.size(facts)), facts);
    }

    base::Awaitable<bool> send_wrong()
    {
        static constexpr std::array<std::string_view, 4> texts{
            "{\"method\":\"Inform\"}", "<html><body>What is this?</body></html>",
            "<?xml version=\"1.0\"?><SOAP-ENV:Envelope "
            "xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\"><SOAP-",
            "\x1f\x8b\x08 not really compressed"};
        auto const text = texts[session_.number % texts.size()];
        connection_.begin(text.size()) += text;
        bool const is_answered = co_await connection_.exchange(Timed::inform);
        co_return spoil(is_answered ? "made.wrong" : "made.wrong_unanswered");
    }

    /// The Inform until its response.
    base::Awaitable<bool> greet()
    {
        if (fate_ == Fate::wrong)
            co_return co_await send_wrong();
        begin_inform();
        if (fate_ == Fate::reset) {
            co_await connection_.send_and_reset();
            co_return spoil("made.reset");
        }
        bool is_answered = false;
        if (fate_ == Fate::slow)
            is_answered = co_await connection_.send_slowly();
        else
            is_answered = co_await connection_.exchange(Timed::inform);
        if (!is_answered)
            co_return fate_ == Fate::slow ? spoil("made.slow") : fail(connection_.failure());
        if (!is_accepted())
            co_return false;
        context_.acknowledged(session_.device, events_of(session_.reasons), session_.retry_count);
        scheduler_.delivered(session_.device, session_.reasons);
        if (fate_ == Fate::drop)
            co_return spoil("made.drop");
        if (fate_ != Fate::silent)
            co_return true;
        co_await connection_.stay_silent();
        co_return spoil("made.silent");
    }

    bool is_accepted()
    {
        if (connection_.status() == 503)
            ending_.hold_off = retry_after(connection_.field("Retry-After"));
        if (connection_.status() != 200)
            return fail(fmt::format("http.{}", connection_.status()));
        // Whoever finds this name need not read the rest: nothing else in an answer has it.
        if (connection_.body().find("InformResponse") != std::string_view::npos)
            return true;
        auto const decoded = cwmp::decode(connection_.body());
        auto const* fault = decoded ? std::get_if<cwmp::Fault>(&decoded->message) : nullptr;
        return fail(fault != nullptr ? fmt::format("fault.{}", fault->code) : "unreadable");
    }

    /// Everything after the InformResponse: the empty POST, and answers to whatever the ACS asks for.
    base::Awaitable<bool> go_on()
    {
        connection_.begin(0);
        bool is_answered = co_await connection_.exchange(Timed::empty_post);
        for (unsigned requests = 0; requests < max_requests; ++requests) {
            if (!is_answered)
                co_return fail(connection_.failure());
            if (connection_.status() != 200 && connection_.status() != 204)
                co_return fail(fmt::format("http.{}", connection_.status()));
            if (connection_.body().empty())
                co_return true;
            auto request = cwmp::decode(connection_.body());
            if (!request)
                co_return fail("unreadable");
            auto reply = cwmp::Envelope{
                request->id, scheduler_.whole(session_.device).device().answer(request->message, context_.now())};
            cwmp::Dialect dialect;
            dialect.namespace_digit = request->facts.namespace_digit.value_or(2);
            auto const body = cwmp::encode(reply, dialect);
            connection_.begin(body.size()) += body;
            is_answered = co_await connection_.exchange(Timed::rpc_answer);
            auto const is_settled = is_answered && connection_.status() / 100 == 2;
            context_.answered(session_.device, request->message, reply.message, is_settled);
        }
        co_return fail("endless");
    }

    LoadContext& context_;
    Scheduler& scheduler_;
    MinimalSession session_;
    Fate fate_;
    AcsConnection connection_;
    Ending ending_;
};

}  // namespace

base::Awaitable<Ending> hold_minimal_session(LoadContext& context, Scheduler& scheduler, MinimalSession session)
{
    Talk talk{context, scheduler, session};
    auto const ending = co_await talk.hold();
    co_return ending;
}

}  // namespace sim
