#include "load/acs_connection.hpp"

#include "fleet/fleet.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <iterator>

namespace sim {

namespace {

using Clock = std::chrono::steady_clock;

base::Awaitable<void> pause(std::chrono::milliseconds time)
{
    net::Timer timer{co_await base::asio::this_coro::executor, time};
    co_await timer.async_wait(base::as_tuple);
}

/// The port is chosen when connecting, so that every address has all its ports for every server.
void bind_late(net::Socket& socket, boost::asio::ip::address const& source)
{
    boost::system::error_code ignored;
    int const yes = 1;
    ::setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    socket.bind({source, 0}, ignored);  // without it connecting works too, only from fewer addresses
}

}  // namespace

AcsConnection::~AcsConnection()
{
    close();
}

bool AcsConnection::fails(std::string_view kind) noexcept
{
    failure_ = kind;
    return false;
}

Clock::time_point AcsConnection::deadline() const
{
    return Clock::now() + context_.scenario.timeout;
}

void AcsConnection::close() noexcept
{
    if (watch_)
        context_.unwatch(*watch_);
    watch_.reset();
    if (!stream_)
        return;
    if (auto* const ssl = stream_->ssl(); ssl != nullptr && SSL_is_init_finished(ssl) == 1) {
        if (context_.scenario.tls.resume_sessions) {
            std::shared_ptr<SSL_SESSION> session{SSL_get1_session(ssl), SSL_SESSION_free};
            if (session && SSL_SESSION_is_resumable(session.get()) == 1)
                context_.tls->keep_session(context_.url.host, std::move(session));
        }
        SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
        stream_->say_goodbye();
    }
    stream_.reset();
}

base::Awaitable<bool> AcsConnection::open()
{
    auto const before = Clock::now();
    net::Socket socket{co_await base::asio::this_coro::executor};
    boost::system::error_code error;
    socket.open(context_.server.protocol(), error);
    if (error)
        co_return fails("no_descriptor");
    if (auto const source = context_.next_source())
        bind_late(socket, *source);
    stream_.emplace(std::move(socket));
    watch_ = context_.watch(*stream_, deadline());
    auto const [failed] = co_await stream_->socket().async_connect(context_.server, base::as_tuple);
    if (failed) {
        auto const was_late = stream_->was_aborted();
        close();
        co_return fails(was_late                                           ? "connect_timeout"
                        : failed == boost::asio::error::connection_refused ? "refused"
                                                                           : "unreachable");
    }
    context_.statistics.time(Timed::connect, Clock::now() - before);
    if (context_.url.is_https && !co_await secure()) {
        auto const was_late = stream_->was_aborted();
        close();
        co_return fails(was_late ? "connect_timeout" : "tls");
    }
    co_return true;
}

base::Awaitable<bool> AcsConnection::secure()
{
    auto const before = Clock::now();
    net::SslPointer ssl{SSL_new(context_.tls->native())};
    auto* const native = ssl.get();
    SSL_set_connect_state(native);
    boost::system::error_code is_name;
    boost::asio::ip::make_address(context_.url.host, is_name);
    if (is_name)
        SSL_set_tlsext_host_name(native, context_.url.host.c_str());
    if (!context_.scenario.tls.insecure && is_name)
        SSL_set1_host(native, context_.url.host.c_str());
    else if (!context_.scenario.tls.insecure)
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(native), context_.url.host.c_str());
    if (context_.scenario.tls.resume_sessions)
        if (auto const known = context_.tls->session_of(context_.url.host))
            SSL_set_session(native, known.get());
    bool const is_done = co_await stream_->handshake(std::move(ssl));
    if (!is_done)
        co_return false;
    ++context_.statistics.handshakes;
    context_.statistics.resumed += SSL_session_reused(native) == 1;
    context_.statistics.time(Timed::tls_handshake, Clock::now() - before);
    co_return true;
}

void AcsConnection::write_head(std::size_t size)
{
    out_.clear();
    out_ += context_.post_head;
    fmt::format_to(std::back_inserter(out_), "{}\r\n", size);
    if (!cookie_.empty())
        ((out_ += "Cookie: ") += cookie_) += "\r\n";
    if (login_)
        if (auto const authorization = login_->authorization("POST", context_.url.target))
            ((out_ += "Authorization: ") += *authorization) += "\r\n";
    out_ += "\r\n";
    body_start_ = out_.size();
}

std::string& AcsConnection::begin(std::size_t size)
{
    write_head(size);
    return out_;
}

base::Awaitable<bool> AcsConnection::send()
{
    asked_ = Clock::now();
    bool const is_sent = co_await stream_->write_all(out_);
    context_.statistics.bytes_out += out_.size();
    co_return is_sent;
}

base::Awaitable<bool> AcsConnection::receive()
{
    using Progress = AnswerReader::Progress;
    using Step = net::Stream::Step;
    reader_.next();
    for (auto now = Progress::need_more; now != Progress::complete;) {
        auto const outcome = stream_->try_read(net::scratch(), net::scratch_bytes);
        if (outcome.step == Step::done) {
            context_.statistics.bytes_in += outcome.bytes;
            now = reader_.feed({net::scratch(), outcome.bytes});
        } else if (outcome.step == Step::ended) {
            now = reader_.end();
            if (now != Progress::complete)
                co_return fails(stream_->was_aborted() ? "timeout" : "closed");
        } else if (bool const is_ready = co_await stream_->wait(outcome.step); !is_ready) {
            co_return fails(stream_->was_aborted() ? "timeout" : "reset");
        }
        if (now == Progress::failed)
            co_return fails("malformed");
    }
    co_return true;
}

base::Awaitable<bool> AcsConnection::send_and_receive()
{
    auto const is_reused = stream_.has_value();
    if (!stream_ && !co_await open())
        co_return false;
    context_.rewatch(*watch_, deadline());
    static_cast<void>(co_await send());  // an ACS may answer and close before it has read everything
    auto is_answered = co_await receive();
    if (!is_answered && is_reused && reader_.empty() && (failure_ == "closed" || failure_ == "reset")) {
        close();  // it had been closed meanwhile, which is no failure
        if (!co_await open())
            co_return false;
        static_cast<void>(co_await send());
        is_answered = co_await receive();
    }
    if (is_answered)
        take_cookies();
    if (!is_answered || !reader_.keep_alive() || !context_.scenario.keep_alive)
        close();
    co_return is_answered;
}

void AcsConnection::take_cookies()
{
    auto const field = reader_.field("Set-Cookie");
    if (field.empty())
        return;
    auto const pair = field.substr(0, field.find(';'));
    if (cookie_.empty() || cookie_ == pair)
        cookie_ = pair;
    else {  // more than one, or a new value: the thorough way
        Cookies cookies;
        net::Headers old{{"Set-Cookie", cookie_}};
        cookies.take(old);
        cookies.take(reader_.headers());
        cookie_ = cookies.header();
    }
}

bool AcsConnection::learn_login()
{
    if (context_.scenario.login == LoginKind::none)
        return false;
    if (!login_) {
        auto const settings = context_.settings_of(device_);
        login_.emplace(net::Credentials{settings.acs_username, settings.acs_password},
                       context_.scenario.login == LoginKind::basic);
    }
    return login_->learn(reader_.headers());
}

base::Awaitable<bool> AcsConnection::exchange(Timed what)
{
    auto& statistics = context_.statistics;
    bool is_answered = co_await send_and_receive();
    for (int attempt = 0; attempt < 2 && is_answered && reader_.status() == 401 && learn_login(); ++attempt) {
        statistics.time(Timed::login, Clock::now() - asked_);
        auto const body = out_.substr(body_start_);
        begin(body.size()) += body;
        is_answered = co_await send_and_receive();
    }
    if (is_answered)
        statistics.time(what, Clock::now() - asked_);
    co_return is_answered;
}

base::Awaitable<bool> AcsConnection::send_slowly()
{
    constexpr std::size_t piece_bytes = 160;
    constexpr std::chrono::milliseconds between{100};
    if (!stream_ && !co_await open())
        co_return false;
    for (std::string_view rest = out_; !rest.empty();) {
        auto const piece = rest.substr(0, piece_bytes);
        rest.remove_prefix(piece.size());
        context_.rewatch(*watch_, deadline());
        if (!co_await stream_->write_all(piece))
            co_return fails("closed");
        context_.statistics.bytes_out += piece.size();
        co_await pause(between);
    }
    co_await pause(std::chrono::seconds{1});
    bool const is_answered = co_await receive();
    if (is_answered)
        take_cookies();
    co_return is_answered;
}

base::Awaitable<void> AcsConnection::send_and_reset()
{
    if (!stream_ && !co_await open())
        co_return;
    static_cast<void>(co_await send());
    linger const at_once{1, 0};
    ::setsockopt(stream_->descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    context_.unwatch(*watch_);
    watch_.reset();
    stream_.reset();
}

base::Awaitable<void> AcsConnection::stay_silent()
{
    if (!stream_)
        co_return;
    context_.rewatch(*watch_, deadline());
    auto const bytes = co_await stream_->read_some();
    static_cast<void>(bytes);
}

}  // namespace sim
