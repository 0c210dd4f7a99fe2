#include "agent/http_exchange.hpp"

#include "cwmp/codec/codec.hpp"
#include "net/authorization.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sim {
namespace {

/// TR-069 3.4.3: a CPE follows at least five.
constexpr int max_redirects = 5;

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(' ');
    return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool is_redirect(unsigned status)
{
    return status == 302 || status == 307;
}

/// The challenges without their qop, as a client that knows only RFC 2069 reads them.
net::Headers without_qop(net::Headers const& answer)
{
    net::Headers headers;
    for (auto const challenge : answer.all("WWW-Authenticate")) {
        std::string text{challenge};
        auto const start = text.find("qop=\"");
        if (start != text.npos) {
            auto const end = text.find('"', start + 5);
            auto const comma = text.find(',', end);
            text.erase(start, comma == text.npos ? text.npos : comma + 1 - start);
            while (!text.empty() && (text.back() == ' ' || text.back() == ','))
                text.pop_back();
        }
        headers.add("WWW-Authenticate", text);
    }
    return headers;
}

}  // namespace

std::string_view to_text(net::ClientErrc code) noexcept
{
    switch (code) {
        case net::ClientErrc::not_found: return "not_found";
        case net::ClientErrc::not_allowed: return "not_allowed";
        case net::ClientErrc::refused: return "refused";
        case net::ClientErrc::unreachable: return "unreachable";
        case net::ClientErrc::connect_timeout: return "connect_timeout";
        case net::ClientErrc::tls: return "tls";
        case net::ClientErrc::timeout: return "timeout";
        case net::ClientErrc::closed: return "closed";
        case net::ClientErrc::malformed: return "malformed";
        case net::ClientErrc::too_large: return "too_large";
        case net::ClientErrc::sink:
        case net::ClientErrc::bad_request: break;
    }
    return "other";
}

std::optional<std::chrono::seconds> retry_after(std::string_view field) noexcept
{
    constexpr std::uint32_t most = 86'400;
    std::uint32_t seconds = 0;
    auto const [end, error] = std::from_chars(field.data(), field.data() + field.size(), seconds);
    if (error == std::errc::result_out_of_range)
        return std::chrono::seconds{most};
    if (error != std::errc{} || end != field.data() + field.size())
        return std::nullopt;
    return std::chrono::seconds{std::min(seconds, most)};
}

void Cookies::take(net::Headers const& answer)
{
    for (auto const field : answer.all("Set-Cookie")) {
        auto const end = std::min(field.find(';'), field.size());
        auto const pair = trimmed(field.substr(0, end));
        auto const equals = pair.find('=');
        if (equals == pair.npos || equals == 0)
            continue;
        Cookie cookie{std::string{pair.substr(0, equals)}, std::string{pair.substr(equals + 1)},
                      std::string{field.substr(end)}};
        auto const known = std::ranges::find(cookies_, cookie.name, &Cookie::name);
        if (known != cookies_.end())
            *known = std::move(cookie);
        else if (cookies_.size() < 16)
            cookies_.push_back(std::move(cookie));
    }
}

std::string Cookies::header(bool with_attributes) const
{
    std::string text;
    for (auto const& cookie : cookies_)
        text += fmt::format("{}{}={}{}", text.empty() ? "" : "; ", cookie.name, cookie.value,
                            with_attributes ? cookie.attributes : "");
    return text;
}

base::Result<HttpExchange> HttpExchange::create(std::string const& url, net::Credentials credentials,
                                                HttpSettings settings, Cookies old_cookies)
{
    auto parsed = net::parse_url(url);
    if (!parsed)
        return base::fail(fmt::format("the ACS's URL \"{}\" cannot be used: {}", url, parsed.error().what));
    return HttpExchange{std::move(*parsed), std::move(credentials), std::move(settings), std::move(old_cookies)};
}

HttpExchange::HttpExchange(net::Url url, net::Credentials credentials, HttpSettings settings, Cookies old_cookies)
    : url_{std::move(url)},
      settings_{std::move(settings)},
      credentials_{credentials},
      login_{std::move(credentials)},
      dialect_{dialect_of(settings_.quirks, settings_.cwmp_minor)},
      old_cookies_{std::move(old_cookies)}
{
    connect();
}

void HttpExchange::connect()
{
    connection_ = std::make_unique<net::ClientConnection>(
        url_, net::ClientSettings{
                  .limits = settings_.limits, .tls = settings_.tls, .source = settings_.source, .allow_address = {}});
}

net::ClientRequest HttpExchange::request(std::string const& body, bool is_inform, bool with_login)
{
    net::ClientRequest request{.method = "POST", .target = url_.target, .headers = {}, .body = body};
    request.has_body = true;
    request.gzip = !body.empty() && (settings_.gzip || has(Quirk::gzip));
    request.accept_gzip = request.gzip;
    request.close = has(Quirk::connection_close);
    request.version = has(Quirk::http_1_0) ? 10 : 11;
    request.headers.add("User-Agent", "cpe-sim");
    if (!body.empty() && !has(Quirk::no_content_type)) {
        request.headers.add("Content-Type", "text/xml; charset=utf-8");
        request.headers.add("SOAPAction", "");
    }
    auto const& jar = is_inform && has(Quirk::old_cookie) ? old_cookies_ : cookies_;
    if (!jar.empty() && !has(Quirk::no_cookie))
        request.headers.add("Cookie", jar.header(has(Quirk::cookie_attributes)));
    if (has(Quirk::basic_unasked))
        request.headers.set("Authorization", net::basic_authorization(credentials_.username, credentials_.password));
    if (with_login)
        if (auto const login = login_.authorization("POST", has(Quirk::digest_empty_uri) ? "" : url_.target))
            request.headers.set("Authorization", *login);
    return request;
}

bool HttpExchange::learn(net::Headers const& answer)
{
    return login_.learn(has(Quirk::digest_no_qop) ? without_qop(answer) : answer);
}

/// Sends on a living connection or a new one; a connection that the ACS closed meanwhile is no failure.
base::Awaitable<net::ClientResult> HttpExchange::send(std::string body, bool is_inform, bool with_login)
{
    auto const was_open = connection_->is_open();
    auto first = request(body, is_inform, with_login);
    bytes_sent_ += body.size() + first.headers.wire().size();
    auto answer = co_await connection_->exchange(std::move(first));
    if (!answer && was_open && !answer.error().answer_began && answer.error().code == net::ClientErrc::closed) {
        connect();
        answer = co_await connection_->exchange(request(body, is_inform, with_login));
    }
    if (answer) {
        bytes_received_ += answer->body.size() + answer->headers.wire().size();
        cookies_.take(answer->headers);
    }
    co_return answer;
}

/// One POST with its login.
base::Awaitable<net::ClientResult> HttpExchange::post(std::string body, bool is_inform)
{
    auto const logs_in = !has(Quirk::login_always_asked) && (is_inform || !has(Quirk::login_once));
    auto const answers_challenges = is_inform || !has(Quirk::login_once);
    auto answer = co_await send(body, is_inform, logs_in);
    // Once for the challenge, once more for a nonce that has become stale.
    for (int attempt = 0;
         attempt < 2 && answers_challenges && answer && answer->status == 401 && learn(answer->headers); ++attempt)
        answer = co_await send(body, is_inform, true);
    co_return answer;
}

base::Result<void> HttpExchange::follow(net::ClientResponse const& answer)
{
    auto const location = answer.headers.get("Location");
    auto target = net::resolve_url(url_, location);
    if (!target)
        return base::fail(fmt::format("the ACS redirects to \"{}\": {}", location, target.error().what));
    if (target->authority() != url_.authority())
        cookies_.clear();
    url_ = std::move(*target);
    login_.forget();
    connect();
    return {};
}

base::Awaitable<base::Result<cwmp::Envelope>> HttpExchange::exchange(cwmp::Envelope envelope)
{
    auto const is_inform = std::holds_alternative<cwmp::Inform>(envelope.message);
    auto const body = spoil_body(settings_.quirks, cwmp::encode(envelope, dialect_));
    auto answer = co_await post(body, is_inform);
    for (int hop = 0; hop < max_redirects && answer && is_redirect(answer->status); ++hop) {
        if (auto const followed = follow(*answer); !followed)
            co_return std::unexpected{followed.error()};
        answer = co_await post(body, is_inform);
    }
    failure_kind_.clear();
    hold_off_.reset();
    if (!answer) {
        failure_kind_ = to_text(answer.error().code);
        co_return base::fail(answer.error().what);
    }
    if (answer->status == 204 || (answer->status == 200 && answer->body.empty()))
        co_return cwmp::Envelope{{}, cwmp::Empty{}};
    if (answer->status == 503)
        hold_off_ = retry_after(answer->headers.get("Retry-After"));
    if (answer->status != 200)
        failure_kind_ = fmt::format("http.{}", answer->status);
    if (answer->status != 200)
        co_return base::fail(fmt::format("the ACS {} answered with HTTP status {}", url_.authority(), answer->status));
    auto decoded = cwmp::decode(answer->body);
    if (!decoded)
        failure_kind_ = "unreadable";
    if (!decoded)
        co_return base::fail(fmt::format("the ACS's answer cannot be read: {}", decoded.error().what));
    // An ACS that knows only an older version answers in it, and the session goes on in that (TR-069 3.5).
    if (is_inform && !has_adopted_ && decoded->facts.namespace_digit &&
        *decoded->facts.namespace_digit < dialect_.namespace_digit)
        dialect_.namespace_digit = *decoded->facts.namespace_digit;
    has_adopted_ = true;
    co_return std::move(*decoded);
}

}  // namespace sim
