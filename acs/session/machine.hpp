#pragma once

#include <cstdint>
#include <string_view>

namespace session {

/// What a POST of the CPE is, as far as the order of messages is concerned.
enum class Heard : std::uint8_t {
    inform,          ///< the CPE opens a session
    request,         ///< another method that CPEs call and this ACS has (TransferComplete, GetRPCMethods, Kicked ...)
    unknown_method,  ///< a request that nobody here understands
    response,        ///< "...Response" to a request of ours
    fault,           ///< a SOAP fault
    empty,           ///< a POST without a body
};

/// What the driver must do about it. Refusals come with `Machine::ended()`.
enum class Step : std::uint8_t {
    open,            ///< admit the Inform and answer InformResponse; then call `opened`
    reopen,          ///< the same, after giving up the session so far: an outstanding RPC is unknown
    answer_request,  ///< answer the CPE's request with its Response
    answer_unknown,  ///< answer fault 8000
    dispatch,        ///< the CPE has no more requests: send it an RPC (`sent_rpc`) or nothing (`sent_nothing`)
    settle,          ///< the answer to the outstanding RPC: record it, then dispatch
    lost,            ///< the outstanding RPC was lost and is unknown: not again in this session, then dispatch
    probe,           ///< an empty POST without a session: 401 where a login is required, else 204 and close
    empty_again,     ///< an empty POST after our 204: 204 again
    refuse,          ///< it has no place here: 400 and close
};

[[nodiscard]] std::string_view to_text(Step step) noexcept;

/// The order of messages in one CWMP session (TR-069 3.7.2) from the ACS's side, and nothing else: no I/O, no clock,
/// no storage. Feed it what was heard, do as it says, and tell it what was sent.
class Machine {
public:
    enum class State : std::uint8_t {
        idle,      ///< no Inform was accepted yet
        informed,  ///< InformResponse was sent; the CPE may send requests until its empty POST
        active,    ///< our turn: at most one RPC of ours is outstanding
        closed,    ///< we answered 204
    };

    [[nodiscard]] Step hear(Heard heard) noexcept;

    /// InformResponse leaves; `held` when it carries HoldRequests.
    void opened(bool held = false) noexcept;
    /// An RPC leaves; `held` when it carries HoldRequests.
    void sent_rpc(bool held = false) noexcept;
    /// Nothing is left to send: an empty answer leaves. Must not be called while `must_release()`.
    void sent_nothing() noexcept;
    /// Cut off: timeout, connection gone, refused.
    void end() noexcept;

    /// The CPE was told to hold its requests: a session must not end with an empty answer before an envelope without
    /// HoldRequests has left (TR-069 3.4.3).
    [[nodiscard]] bool must_release() const noexcept { return held_; }
    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] bool is_outstanding() const noexcept { return outstanding_; }
    [[nodiscard]] bool ended() const noexcept { return state_ == State::closed; }

    /// A machine in the middle of a session that another connection or node began.
    [[nodiscard]] static Machine resumed(State state, bool outstanding, bool held) noexcept;

private:
    [[nodiscard]] Step hear_without_session(Heard heard) noexcept;
    [[nodiscard]] Step hear_informed(Heard heard) noexcept;
    [[nodiscard]] Step hear_active(Heard heard) noexcept;
    [[nodiscard]] Step hear_closed(Heard heard) noexcept;
    [[nodiscard]] Step refuse() noexcept;

    State state_ = State::idle;
    bool outstanding_ = false;
    bool held_ = false;
    bool was_held_ = false;      ///< requests may still wait in the CPE when we have nothing more to say
    bool said_nothing_ = false;  ///< the empty answer has left
};

}  // namespace session
