#include "xmpp/connection.hpp"

#include "base/crypto.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace xmpp {

namespace {

constexpr auto stanzas_ns = "urn:ietf:params:xml:ns:xmpp-stanzas";
constexpr std::size_t longest_text = 4'096;  ///< of an answer's or a request's parts that are read

std::string text_of(char const* text)
{
    return text == nullptr ? std::string{} : std::string{text, strnlen(text, longest_text)};
}

std::string inner_text(xmpp_ctx_t* context, xmpp_stanza_t* stanza)
{
    char* const text = xmpp_stanza_get_text(stanza);
    auto copy = text_of(text);
    if (text != nullptr)
        xmpp_free(context, text);
    return copy;
}

Stanza make_element(xmpp_ctx_t* context, char const* name, std::string const& ns)
{
    Stanza stanza{xmpp_stanza_new(context)};
    xmpp_stanza_set_name(stanza.get(), name);
    if (!ns.empty())
        xmpp_stanza_set_ns(stanza.get(), ns.c_str());
    return stanza;
}

Stanza make_content(xmpp_ctx_t* context, Element const& element)
{
    auto content = make_element(context, element.name.c_str(), element.ns);
    for (auto const& [name, value] : element.fields) {
        auto const field = make_element(context, name.c_str(), element.ns);
        Stanza const text{xmpp_stanza_new(context)};
        xmpp_stanza_set_text_with_size(text.get(), value.data(), value.size());
        xmpp_stanza_add_child(field.get(), text.get());
        xmpp_stanza_add_child(content.get(), field.get());
    }
    return content;
}

Stanza make_iq(xmpp_ctx_t* context, char const* type, std::string const& id, std::string const& to)
{
    Stanza iq{xmpp_iq_new(context, type, id.c_str())};
    xmpp_stanza_set_to(iq.get(), to.c_str());
    return iq;
}

xmpp_stanza_t* first_element(xmpp_stanza_t* parent)
{
    auto* child = xmpp_stanza_get_children(parent);
    while (child != nullptr && xmpp_stanza_is_tag(child) == 0)
        child = xmpp_stanza_get_next(child);
    return child;
}

Element read_element(xmpp_ctx_t* context, xmpp_stanza_t* stanza)
{
    constexpr std::size_t most_fields = 16;
    Element element{text_of(xmpp_stanza_get_name(stanza)), text_of(xmpp_stanza_get_ns(stanza)), {}};
    for (auto* child = xmpp_stanza_get_children(stanza); child != nullptr && element.fields.size() < most_fields;
         child = xmpp_stanza_get_next(child))
        if (xmpp_stanza_is_tag(child) != 0)
            element.fields.emplace_back(text_of(xmpp_stanza_get_name(child)), inner_text(context, child));
    return element;
}

/// The condition that an error names: the child of <error> that is in the namespace of stanza errors.
std::string condition_of(xmpp_stanza_t* iq)
{
    auto* const error = xmpp_stanza_get_child_by_name(iq, "error");
    auto* const condition = error == nullptr ? nullptr : first_element(error);
    return condition == nullptr ? "undefined-condition" : text_of(xmpp_stanza_get_name(condition));
}

/// Servers give names back in lower case.
bool same_jid(std::string_view left, std::string_view right)
{
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(left, right, {}, lower, lower);
}

char const* condition_for(Verdict verdict)
{
    return verdict == Verdict::not_authorized ? "not-authorized" : "service-unavailable";
}

std::string why_ended(int error, xmpp_stream_error_t const* stream_error, bool was_connected)
{
    if (stream_error != nullptr && stream_error->text != nullptr)
        return fmt::format("the server ended the connection: {}", text_of(stream_error->text));
    if (error > 0)
        return fmt::format("the connection failed: {}", std::strerror(error));
    return was_connected ? "the server closed the connection"
                         : "the login did not succeed: is the server reachable, its certificate trusted, the password "
                           "right?";
}

}  // namespace

Connection::Connection(Account account, Limits limits, Loop::OnRequest on_request, Loop::OnChange on_change,
                       Courier& courier)
    : account_{std::move(account)},
      limits_{limits},
      on_request_{std::move(on_request)},
      on_change_{std::move(on_change)},
      courier_{courier},
      pause_{limits.first_pause}
{
}

bool Connection::is_connected() const
{
    std::scoped_lock const lock{mutex_};
    return is_connected_;
}

std::string Connection::failure() const
{
    std::scoped_lock const lock{mutex_};
    return failure_;
}

void Connection::made()
{
    std::scoped_lock const lock{mutex_};
    is_connected_ = true;
    failure_.clear();
}

void Connection::get(std::string to, Element content, Moment until, OnAnswer on_answer)
{
    {
        std::scoped_lock const lock{mutex_};
        if (is_connected_ && !is_closed_ && in_flight_ < limits_.in_flight) {
            ++in_flight_;
            to_ask_.push_back({std::move(to), std::move(content), until, std::move(on_answer)});
            return;
        }
    }
    on_answer({Answer::Kind::unsent, {}});
}

void Connection::answer(Request const& request, Verdict verdict)
{
    std::scoped_lock const lock{mutex_};
    if (is_connected_ && !is_closed_ && to_answer_.size() < limits_.in_flight)
        to_answer_.push_back({request, verdict});
}

void Connection::tick(xmpp_ctx_t* context, Moment now)
{
    if (!is_trying_ && now >= next_try_)
        connect(context, now);
    std::deque<Asked> to_ask;
    std::deque<Reply> to_answer;
    {
        std::scoped_lock const lock{mutex_};
        if (is_connected_) {
            to_ask.swap(to_ask_);
            to_answer.swap(to_answer_);
        }
    }
    for (auto& asked : to_ask) {
        auto id = base::random_hex(16);
        send(id, asked);
        waiting_.emplace(std::move(id), std::move(asked));
    }
    for (auto const& reply : to_answer)
        send(reply);
    expire(now);
}

void Connection::connect(xmpp_ctx_t* context, Moment now)
{
    next_try_ = now + pause_;
    pause_ = std::min(pause_ * 2, limits_.longest_pause);
    connection_.reset(xmpp_conn_new(context));
    auto* const connection = connection_.get();
    xmpp_conn_set_flags(connection, XMPP_CONN_FLAG_DISABLE_SM | (account_.without_tls ? XMPP_CONN_FLAG_DISABLE_TLS
                                                                                      : XMPP_CONN_FLAG_MANDATORY_TLS));
    xmpp_conn_set_jid(connection, account_.jid.c_str());
    xmpp_conn_set_pass(connection, account_.password.c_str());
    xmpp_conn_set_sockopt_callback(connection, xmpp_sockopt_cb_keepalive);
    if (!account_.ca_file.empty())
        xmpp_conn_set_cafile(connection, account_.ca_file.c_str());
    is_trying_ = xmpp_connect_client(connection, account_.host.empty() ? nullptr : account_.host.c_str(), account_.port,
                                     event_came, this) == XMPP_EOK;
    if (!is_trying_)
        lost("the server's name does not resolve, or nothing listens there");
}

void Connection::send(std::string const& id, Asked const& asked)
{
    auto* const context = xmpp_conn_get_context(connection_.get());
    auto const iq = make_iq(context, "get", id, asked.to);
    xmpp_stanza_set_from(iq.get(), xmpp_conn_get_bound_jid(connection_.get()));
    xmpp_stanza_add_child(iq.get(), make_content(context, asked.content).get());
    xmpp_send(connection_.get(), iq.get());
}

void Connection::send(Reply const& reply)
{
    auto* const context = xmpp_conn_get_context(connection_.get());
    bool const is_error = reply.verdict != Verdict::taken;
    auto const iq = make_iq(context, is_error ? "error" : "result", reply.request.id, reply.request.from);
    if (is_error) {
        auto const error = make_element(context, "error", {});
        xmpp_stanza_set_type(error.get(), reply.verdict == Verdict::not_authorized ? "auth" : "cancel");
        xmpp_stanza_add_child(error.get(), make_element(context, condition_for(reply.verdict), stanzas_ns).get());
        xmpp_stanza_add_child(iq.get(), error.get());
    }
    xmpp_send(connection_.get(), iq.get());
}

void Connection::expire(Moment now)
{
    std::vector<OnAnswer> late;
    for (auto next = waiting_.begin(); next != waiting_.end();) {
        if (next->second.until > now) {
            ++next;
            continue;
        }
        late.push_back(std::move(next->second.on_answer));
        next = waiting_.erase(next);
    }
    if (late.empty())
        return;
    {
        std::scoped_lock const lock{mutex_};
        in_flight_ -= late.size();
    }
    for (auto& on_answer : late)
        tell(std::move(on_answer), {Answer::Kind::timeout, {}});
}

void Connection::lost(std::string const& reason)
{
    is_trying_ = false;
    next_try_ = std::max(next_try_, std::chrono::steady_clock::now() + limits_.first_pause);
    give_up(reason);
    tell_change(reason);
}

void Connection::tell(OnAnswer on_answer, Answer answer)
{
    courier_.call([on_answer = std::move(on_answer), answer = std::move(answer)] { on_answer(answer); });
}

void Connection::tell_change(std::string const& failure)
{
    if (on_change_)
        courier_.call([this, failure] { on_change_(*this, failure); });
}

/// The connection is gone, or did not come about: nobody's answer will come.
void Connection::give_up(std::string const& reason)
{
    std::vector<OnAnswer> unsent;
    for (auto& [id, asked] : waiting_)
        unsent.push_back(std::move(asked.on_answer));
    waiting_.clear();
    {
        std::scoped_lock const lock{mutex_};
        is_connected_ = false;  // here, so that nothing is taken any more that nobody would give up
        failure_ = reason;
        for (auto& asked : to_ask_)
            unsent.push_back(std::move(asked.on_answer));
        to_ask_.clear();
        to_answer_.clear();
        in_flight_ = 0;
    }
    for (auto& on_answer : unsent)
        tell(std::move(on_answer), {Answer::Kind::unsent, {}});
}

void Connection::close()
{
    {
        std::scoped_lock const lock{mutex_};
        is_closed_ = true;
    }
    give_up("the program is stopping");
    connection_.reset();
}

void Connection::leave()
{
    if (connection_ && is_trying_)
        xmpp_disconnect(connection_.get());
}

void Connection::on_event(xmpp_conn_event_t event, int error, xmpp_stream_error_t const* stream_error)
{
    if (event == XMPP_CONN_CONNECT || event == XMPP_CONN_RAW_CONNECT) {
        xmpp_handler_add(connection_.get(), iq_came, nullptr, "iq", nullptr, this);
        pause_ = limits_.first_pause;
        made();
        return tell_change({});
    }
    lost(why_ended(error, stream_error, is_connected()));
}

void Connection::on_iq(xmpp_stanza_t* stanza)
{
    auto const type = text_of(xmpp_stanza_get_type(stanza));
    auto const id = text_of(xmpp_stanza_get_id(stanza));
    if (type == "result" || type == "error")
        return on_reply(stanza, id, type == "error");
    if (type != "get" && type != "set")
        return;
    auto* const content = first_element(stanza);
    Request request{text_of(xmpp_stanza_get_from(stanza)), id, {}};
    if (content != nullptr)
        request.content = read_element(xmpp_conn_get_context(connection_.get()), content);
    if (type == "get" && on_request_ && content != nullptr)
        courier_.call([this, request = std::move(request)] { on_request_(*this, request); });
    else
        answer(request, Verdict::service_unavailable);
}

/// Only whom we asked, or the server for it, answers: the id is not known to others, but a guess must not do.
void Connection::on_reply(xmpp_stanza_t* stanza, std::string const& id, bool is_error)
{
    auto const found = waiting_.find(id);
    if (found == waiting_.end())
        return;
    auto const from = text_of(xmpp_stanza_get_from(stanza));
    if (!same_jid(from, found->second.to) && !(is_error && domain_of(from) == domain_of(account_.jid)))
        return;
    auto on_answer = std::move(found->second.on_answer);
    waiting_.erase(found);
    {
        std::scoped_lock const lock{mutex_};
        --in_flight_;
    }
    tell(std::move(on_answer),
         is_error ? Answer{Answer::Kind::error, condition_of(stanza)} : Answer{Answer::Kind::result, {}});
}

void Connection::event_came(xmpp_conn_t* /*connection*/, xmpp_conn_event_t event, int error,
                            xmpp_stream_error_t* stream_error, void* self)
{
    static_cast<Connection*>(self)->on_event(event, error, stream_error);
}

int Connection::iq_came(xmpp_conn_t* /*connection*/, xmpp_stanza_t* stanza, void* self)
{
    static_cast<Connection*>(self)->on_iq(stanza);
    return 1;
}

}  // namespace xmpp
