#include "net/digest.hpp"

#include "base/crypto.hpp"
#include "net/headers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <stdexcept>

namespace net {

namespace {

constexpr std::size_t time_digits = 16;
constexpr std::size_t random_digits = 8;
constexpr std::size_t seal_digits = 32;
constexpr std::size_t nonce_digits = time_digits + random_digits + seal_digits;
constexpr std::chrono::seconds clock_skew{60};  ///< by which another node's clock may be ahead

bool is_sha256(DigestAlgorithm algorithm)
{
    return algorithm == DigestAlgorithm::sha256 || algorithm == DigestAlgorithm::sha256_sess;
}

bool is_session(DigestAlgorithm algorithm)
{
    return algorithm == DigestAlgorithm::md5_sess || algorithm == DigestAlgorithm::sha256_sess;
}

std::string hash(DigestAlgorithm algorithm, std::initializer_list<std::string_view> parts)
{
    std::string text;
    text.reserve(256);
    for (auto const part : parts) {
        text += part;
        text += ':';
    }
    text.pop_back();
    return base::to_hex(is_sha256(algorithm) ? base::sha256(text) : base::md5(text));
}

std::optional<DigestAlgorithm> parse_algorithm(std::string_view name)
{
    if (name.empty())
        return DigestAlgorithm::md5;
    for (auto const algorithm :
         {DigestAlgorithm::md5, DigestAlgorithm::md5_sess, DigestAlgorithm::sha256, DigestAlgorithm::sha256_sess})
        if (equal_ignoring_case(name, to_string(algorithm)))
            return algorithm;
    return std::nullopt;
}

template <class Number>
std::optional<Number> parse_hex(std::string_view digits)
{
    Number value = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size())
        return std::nullopt;
    return value;
}

}  // namespace

std::string_view to_string(DigestAlgorithm algorithm) noexcept
{
    switch (algorithm) {
        case DigestAlgorithm::md5: return "MD5";
        case DigestAlgorithm::md5_sess: return "MD5-sess";
        case DigestAlgorithm::sha256: return "SHA-256";
        case DigestAlgorithm::sha256_sess: break;
    }
    return "SHA-256-sess";
}

DigestSecret make_digest_secret(std::string_view username, std::string_view realm, std::string_view password)
{
    return {hash(DigestAlgorithm::md5, {username, realm, password}),
            hash(DigestAlgorithm::sha256, {username, realm, password})};
}

std::string digest_response(DigestAlgorithm algorithm, std::string_view secret, std::string_view method,
                            std::string_view uri, std::string_view nonce, std::string_view nonce_count,
                            std::string_view client_nonce, std::string_view qop)
{
    std::string a1{secret};
    if (is_session(algorithm))
        a1 = hash(algorithm, {secret, nonce, client_nonce});
    auto const a2 = hash(algorithm, {method, uri});
    if (qop.empty())
        return hash(algorithm, {a1, nonce, a2});
    return hash(algorithm, {a1, nonce, nonce_count, client_nonce, qop, a2});
}

DigestServer::DigestServer(DigestSettings settings) : settings_{std::move(settings)}
{
    if (settings_.key.size() < 16)
        throw std::invalid_argument{"the key that Digest nonces are sealed with must have at least 16 bytes"};
}

std::string DigestServer::seal(std::string_view key, std::string_view time_and_random) const
{
    std::string text{time_and_random};
    text += settings_.realm;
    return base::to_hex(std::string_view{base::hmac_sha256(key, text)}.substr(0, seal_digits / 2));
}

bool DigestServer::is_ours(std::string_view start, std::string_view told) const
{
    auto const made_with = [&](std::string_view key) { return base::equal_in_constant_time(seal(key, start), told); };
    return made_with(settings_.key) || std::ranges::any_of(settings_.other_keys, made_with);
}

std::vector<std::string> DigestServer::challenges(base::TimePoint now, bool stale) const
{
    auto const micros = static_cast<std::uint64_t>(now.time_since_epoch().count());
    auto const start = fmt::format("{:016x}{}", micros, base::random_hex(random_digits / 2));
    auto const nonce = start + seal(settings_.key, start);
    std::vector<std::string> all;
    for (auto const algorithm : settings_.algorithms)
        all.push_back(fmt::format(R"(Digest realm="{}", nonce="{}", qop="auth", algorithm={}{})", settings_.realm,
                                  nonce, to_string(algorithm), stale ? ", stale=true" : ""));
    return all;
}

DigestVerdict DigestServer::check(Authorization const& answer, std::string_view method, DigestSecret const& secret,
                                  base::TimePoint now) const
{
    DigestVerdict verdict;
    auto const algorithm = parse_algorithm(answer.algorithm);
    if (answer.scheme != Authorization::Scheme::digest || !algorithm || equal_ignoring_case(answer.qop, "auth-int"))
        return verdict;
    std::string_view const nonce{answer.nonce};
    if (nonce.size() != nonce_digits)
        return verdict;
    auto const start = nonce.substr(0, time_digits + random_digits);
    auto const micros = parse_hex<std::uint64_t>(nonce.substr(0, time_digits));
    if (!micros || !is_ours(start, nonce.substr(start.size())))
        return verdict;
    verdict.nonce_time = base::TimePoint{std::chrono::microseconds{static_cast<std::int64_t>(*micros)}};
    if (!answer.qop.empty())
        verdict.nonce_count = parse_hex<std::uint32_t>(answer.nonce_count).value_or(0);

    auto const& known = is_sha256(*algorithm) ? secret.sha256 : secret.md5;
    auto const wanted = digest_response(*algorithm, known, method, answer.uri, nonce, answer.nonce_count,
                                        answer.client_nonce, answer.qop);
    bool const is_right = base::equal_in_constant_time(wanted, answer.response) && !known.empty();
    bool const is_fresh = verdict.nonce_time >= now - settings_.lifetime && verdict.nonce_time <= now + clock_skew;
    using enum DigestVerdict::Outcome;
    verdict.outcome = !is_right ? wrong : is_fresh ? accepted : stale;
    return verdict;
}

}  // namespace net
