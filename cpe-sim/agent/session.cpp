#include "agent/session.hpp"

#include "base/log.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <fmt/format.h>

#include <optional>
#include <utility>

namespace sim {
namespace {

/// How often a request is repeated when the ACS asks for that (fault 8005) before the session is given up.
constexpr unsigned max_repetitions = 10;
/// Requests of one ACS session that are answered before the device has enough.
constexpr unsigned max_requests = 100'000;

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, base::Executor>;

base::Awaitable<void> pause(std::chrono::milliseconds time)
{
    Timer timer{co_await base::asio::this_coro::executor, time};
    co_await timer.async_wait(base::as_tuple);
}

bool is_fault(cwmp::Message const& message, unsigned code)
{
    auto const* fault = std::get_if<cwmp::Fault>(&message);
    return fault != nullptr && fault->code == code;
}

/// One session, as long as it lasts.
class Conversation {
public:
    Conversation(Device& device, Exchange& exchange, base::Clock const& clock, SessionSettings const& settings)
        : device_{device}, exchange_{exchange}, clock_{clock}, settings_{settings}
    {
    }

    base::Awaitable<SessionReport> hold()
    {
        if (has(Quirk::empty_post_first))
            co_await probe();
        auto const greeted = co_await greet();
        if (greeted)
            co_await talk(*greeted);
        device_.session_ended(report_.succeeded, clock_.now());
        co_return report_;
    }

private:
    [[nodiscard]] bool has(Quirk quirk) const { return settings_.quirks.has(quirk); }

    void fail(std::string why, unsigned code = 0)
    {
        report_.failure = std::move(why);
        report_.failure_fault = code;
    }

    base::Awaitable<void> probe() { static_cast<void>(co_await exchange_(cwmp::Envelope{{}, cwmp::Empty{}})); }

    cwmp::Envelope own(cwmp::Message message)
    {
        spoil(settings_.quirks, message);
        return {fmt::to_string(++own_ids_), std::move(message)};
    }

    /// Inform until it is answered: the ACS's envelope, or none when the session has failed.
    base::Awaitable<std::optional<cwmp::Envelope>> greet()
    {
        auto const inform = device_.inform(clock_.now());
        auto opening = own(inform);
        auto const minor = device_.cwmp_minor();
        if (minor >= 3)
            opening.session_timeout = settings_.session_timeout;
        for (unsigned n = 0; minor >= 4 && n <= minor; ++n)
            opening.supported_cwmp_versions.push_back(fmt::format("1.{}", n));
        for (unsigned attempt = 0; attempt < max_repetitions; ++attempt) {
            auto answer = co_await exchange_(opening);
            ++report_.informs;
            if (answer && has(Quirk::duplicate_inform) && attempt == 0)
                continue;
            if (!answer)
                fail(answer.error().what);
            else if (is_fault(answer->message, cwmp::fault_code::acs_retry_request))
                continue;
            else if (auto const* fault = std::get_if<cwmp::Fault>(&answer->message))
                fail(fmt::format("the ACS refused the Inform with fault {} ({})", fault->code, fault->string),
                     fault->code);
            else if (!std::holds_alternative<cwmp::InformResponse>(answer->message))
                fail(fmt::format("the ACS answered the Inform with {}", cwmp::method_name(answer->message)));
            else {
                device_.inform_answered(inform);
                co_return std::move(*answer);
            }
            co_return std::nullopt;
        }
        fail("the ACS wanted the Inform again too often (fault 8005)");
        co_return std::nullopt;
    }

    /// Everything after the InformResponse.
    base::Awaitable<void> talk(cwmp::Envelope incoming)
    {
        while (report_.rpcs < max_requests) {
            is_held_ = incoming.hold_requests && !has(Quirk::ignore_hold);
            auto outgoing = !cwmp::is_answer(incoming.message) ? co_await answer(incoming) : speak();
            if (!outgoing)
                co_return;
            auto const was_empty = std::holds_alternative<cwmp::Empty>(outgoing->message);
            has_posted_empty_ = has_posted_empty_ || was_empty;
            auto const asked = !cwmp::is_answer(outgoing->message);
            auto next = co_await exchange_(std::move(*outgoing));
            if (!next)
                co_return fail(next.error().what);
            incoming = std::move(*next);
            if (asked)
                settle(incoming.message);
            else if (std::holds_alternative<cwmp::Empty>(incoming.message) && may_end())
                co_return finish();
        }
        fail("the ACS does not end the session");
    }

    void finish() { report_.succeeded = true; }

    /// The ACS has nothing more; so do we, unless something was held back.
    [[nodiscard]] bool may_end() const { return has_posted_empty_ && !has_request(); }

    [[nodiscard]] bool has_request() const
    {
        if (is_refused_ || has(Quirk::no_transfer_complete))
            return false;
        return device_.next_request().has_value();
    }

    /// What we say of our own accord: a request, or the empty POST.
    std::optional<cwmp::Envelope> speak()
    {
        auto const waits = has(Quirk::late_transfer_complete) && !has_posted_empty_;
        if (!is_held_ && !waits && has_request())
            return own(*device_.next_request());
        if (has(Quirk::no_transfer_complete))
            while (device_.next_request())
                device_.request_answered();
        return cwmp::Envelope{{}, cwmp::Empty{}};
    }

    /// The ACS answered a request of ours.
    void settle(cwmp::Message const& answer)
    {
        if (std::holds_alternative<cwmp::TransferCompleteResponse>(answer) ||
            std::holds_alternative<cwmp::DUStateChangeCompleteResponse>(answer)) {
            device_.request_answered();
            ++report_.requests;
            repetitions_ = 0;
        } else if (!is_fault(answer, cwmp::fault_code::acs_retry_request) || ++repetitions_ >= max_repetitions) {
            is_refused_ = true;  // it is tried again in the next session
        }
    }

    /// Answers a request of the ACS; none when a quirk ends the session here.
    base::Awaitable<std::optional<cwmp::Envelope>> answer(cwmp::Envelope const& request)
    {
        ++report_.rpcs;
        if (has(Quirk::drop_mid_session) && report_.rpcs == 3) {
            fail("fell silent, as the quirk drop-mid-session wants");
            co_return std::nullopt;
        }
        if (has(Quirk::slow_answers))
            co_await pause(std::chrono::seconds{2});
        if (has(Quirk::lost_rpc) && report_.rpcs == 2)
            co_return cwmp::Envelope{{}, cwmp::Empty{}};
        auto heard = request.message;
        spoil_request(settings_.quirks, heard);
        auto const quirky = quirky_answer(settings_.quirks, heard, report_.rpcs);
        cwmp::Envelope reply{request.id, quirky ? *quirky : device_.answer(heard, clock_.now())};
        if (has(Quirk::no_parameter_key))
            device_.facts().parameter_key.clear();
        if (has(Quirk::hidden_add_fault) && std::holds_alternative<cwmp::AddObject>(request.message) &&
            std::holds_alternative<cwmp::Fault>(reply.message))
            reply.message = cwmp::AddObjectResponse{0, static_cast<int>(std::get<cwmp::Fault>(reply.message).code)};
        spoil_answer(settings_.quirks, reply.message);
        if (has(Quirk::empty_id))
            reply.id = "";
        if (has(Quirk::wrong_id))
            reply.id = "4711";
        if (has(Quirk::no_id))
            reply.id.reset();
        report_.faults_sent += std::holds_alternative<cwmp::Fault>(reply.message);
        co_return reply;
    }

    Device& device_;
    Exchange& exchange_;
    base::Clock const& clock_;
    SessionSettings const& settings_;
    SessionReport report_;
    unsigned own_ids_ = 0;
    unsigned repetitions_ = 0;
    bool is_held_ = false;
    bool is_refused_ = false;
    bool has_posted_empty_ = false;
};

}  // namespace

base::Awaitable<SessionReport> run_session(Device& device, Exchange exchange, base::Clock const& clock,
                                           SessionSettings settings)
{
    Conversation conversation{device, exchange, clock, settings};
    co_return co_await conversation.hold();
}

}  // namespace sim
