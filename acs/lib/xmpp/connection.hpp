#pragma once

#include "xmpp/courier.hpp"
#include "xmpp/loop.hpp"

#include <strophe.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace xmpp {

/// Gives things of libstrophe back.
struct Release {
    void operator()(xmpp_ctx_t* context) const noexcept { xmpp_ctx_free(context); }
    void operator()(xmpp_conn_t* connection) const noexcept { xmpp_conn_release(connection); }
    void operator()(xmpp_stanza_t* stanza) const noexcept { xmpp_stanza_release(stanza); }
};
using Context = std::unique_ptr<xmpp_ctx_t, Release>;
using Stanza = std::unique_ptr<xmpp_stanza_t, Release>;

/// One Client over libstrophe. What is not a Client's call happens on the loop's thread.
class Connection final : public Client {
public:
    using Moment = std::chrono::steady_clock::time_point;

    /// `courier` must outlive it: it brings what came to those who wait.
    Connection(Account account, Limits limits, Loop::OnRequest on_request, Loop::OnChange on_change, Courier& courier);

    [[nodiscard]] bool is_connected() const override;
    [[nodiscard]] std::string failure() const override;
    void get(std::string to, Element content, Moment until, OnAnswer on_answer) override;
    void answer(Request const& request, Verdict verdict) override;

    /// Connects when it is time, sends what was asked for, gives up what waits for too long.
    void tick(xmpp_ctx_t* context, Moment now);
    /// Nothing is sent any more; who waits is told. From any thread; the loop's thread does not run.
    void close();
    /// Logs out.
    void leave();

private:
    struct Asked {
        std::string to;
        Element content;
        Moment until;
        OnAnswer on_answer;
    };
    struct Reply {
        Request request;
        Verdict verdict;
    };

    void connect(xmpp_ctx_t* context, Moment now);
    void send(std::string const& id, Asked const& asked);
    void send(Reply const& reply);
    void expire(Moment now);
    void tell(OnAnswer on_answer, Answer answer);
    void tell_change(std::string const& failure);
    void made();
    void lost(std::string const& reason);
    void give_up(std::string const& reason);
    void on_event(xmpp_conn_event_t event, int error, xmpp_stream_error_t const* stream_error);
    void on_iq(xmpp_stanza_t* stanza);
    void on_reply(xmpp_stanza_t* stanza, std::string const& id, bool is_error);

    static void event_came(xmpp_conn_t* connection, xmpp_conn_event_t event, int error,
                           xmpp_stream_error_t* stream_error, void* self);
    static int iq_came(xmpp_conn_t* connection, xmpp_stanza_t* stanza, void* self);

    Account const account_;
    Limits const limits_;
    Loop::OnRequest const on_request_;
    Loop::OnChange const on_change_;
    Courier& courier_;

    // Of the loop's thread.
    std::unique_ptr<xmpp_conn_t, Release> connection_;
    std::map<std::string, Asked> waiting_;  ///< by the id of the stanza
    Moment next_try_{};
    std::chrono::milliseconds pause_;
    bool is_trying_ = false;

    mutable std::mutex mutex_;  ///< for all below
    bool is_connected_ = false;
    bool is_closed_ = false;
    std::string failure_ = "not connected yet";
    std::deque<Asked> to_ask_;
    std::deque<Reply> to_answer_;
    std::size_t in_flight_ = 0;  ///< in to_ask_ and waiting_
};

}  // namespace xmpp
