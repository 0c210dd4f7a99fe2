#include "session/login.hpp"

#include "base/crypto.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace session {

namespace {

/// Characters of a generated password that cannot be guessed while logins that fail are slowed down: 46 bits.
constexpr std::size_t least_kept = 8;

}  // namespace

bool NonceMemory::note(std::string_view nonce, std::uint32_t count)
{
    auto const hash = std::hash<std::string_view>{}(nonce);
    std::scoped_lock const lock{mutex_};
    auto& slot = slots_[hash % slots_.size()];
    // A count of 0 (the form of RFC 2069) is good once.
    if (slot.nonce == hash && count <= slot.count)
        return false;
    slot = {hash, count};
    return true;
}

Gate::Gate(EndpointPolicy policy) : policy_{std::move(policy)}, digest_{policy_.digest} {}

std::vector<std::string> Gate::challenges(base::TimePoint time, bool stale) const
{
    std::vector<std::string> challenges;
    if (policy_.login == LoginPolicy::digest || policy_.login == LoginPolicy::any)
        challenges = digest_.challenges(time, stale);
    if (policy_.login == LoginPolicy::basic || policy_.login == LoginPolicy::any)
        challenges.push_back(net::basic_challenge(policy_.digest.realm));
    return challenges;
}

SharedLogin const* Gate::shared(std::string_view username) const noexcept
{
    auto const found = std::ranges::find(policy_.shared_logins, username, &SharedLogin::username);
    return found == policy_.shared_logins.end() ? nullptr : &*found;
}

std::string Gate::name_to_look_up(net::Authorization const& authorization) const
{
    bool const is_configured = shared(authorization.username) != nullptr;
    return is_open() || is_configured || authorization.username.size() > 256 ? std::string{} : authorization.username;
}

LoginJudgement Gate::judge(net::Authorization const& authorization, domain::LookupAnswer const& known,
                           base::TimePoint now)
{
    if (is_open())
        return {LoginVerdict::accepted};
    if (auto const* configured = shared(authorization.username)) {
        auto const last_mark = known.device ? known.device->login_mark : 0;
        auto judgement = check(authorization, configured->secret, last_mark, now);
        judgement.showing = {Shown::shared, authorization.username};
        return only_expected(std::move(judgement), known, authorization.username);
    }
    if (!known.login || authorization.username.empty())
        return {LoginVerdict::refused};
    return judge_kept(authorization, known, now);
}

/// Two passwords may be good: the one that the device has, and the one that it was told.
LoginJudgement Gate::judge_kept(net::Authorization const& authorization, domain::LookupAnswer const& known,
                                base::TimePoint now)
{
    auto const& login = *known.login;
    auto const last_mark = known.device ? known.device->login_mark : 0;
    bool const is_own = login.device || login.announcement;
    Showing showing{is_own ? Shown::own : Shown::shared, login.username, login.ha1_md5, !login.is_used,
                    !login.next_ha1_md5.empty()};
    auto judgement =
        check(authorization, {base::to_hex(login.ha1_md5), base::to_hex(login.ha1_sha256)}, last_mark, now);
    if (judgement.verdict == LoginVerdict::refused && showing.has_next) {
        judgement = check(authorization, {base::to_hex(login.next_ha1_md5), base::to_hex(login.next_ha1_sha256)},
                          last_mark, now);
        showing = {showing.by, login.username, login.next_ha1_md5, true, false};
    }
    bool const is_its_own = login.device         ? known.device && known.device->key == *login.device
                            : login.announcement ? known.expected && known.expected->announcement == *login.announcement
                                                 : true;
    if (judgement.verdict == LoginVerdict::accepted && login.is_revoked)
        judgement.verdict = LoginVerdict::revoked;
    else if (judgement.verdict == LoginVerdict::accepted && !is_its_own)
        judgement.verdict = LoginVerdict::other_device;
    judgement.showing = std::move(showing);
    return only_expected(std::move(judgement), known, authorization.username);
}

bool Gate::may_be_cut(LoginJudgement const& judgement, domain::LookupAnswer const& known) noexcept
{
    if (judgement.verdict != LoginVerdict::refused || !known.login || !known.device)
        return false;
    auto const& login = *known.login;
    return login.device == known.device->key && !login.is_revoked && (!login.is_used || !login.next_ha1_md5.empty());
}

LoginJudgement Gate::judge_cut(net::Authorization const& authorization, domain::LookupAnswer const& known,
                               domain::GivenLogin const& told, base::TimePoint now)
{
    for (auto length = told.password.size(); length-- > least_kept;) {
        domain::GivenLogin kept{told.username, told.password.substr(0, length)};
        auto const secret = net::make_digest_secret(kept.username, policy_.digest.realm, kept.password);
        auto judgement = check(authorization, secret, known.device->login_mark, now);
        if (judgement.verdict == LoginVerdict::refused)
            continue;
        judgement.showing = {.by = Shown::own,
                             .username = kept.username,
                             .ha1_md5 = base::from_hex(secret.md5),
                             .is_new = true,
                             .has_next = false,
                             .cut = std::move(kept)};
        return judgement;
    }
    return {LoginVerdict::refused};
}

/// A device that was announced with a login of its own is not let in with one that others have too.
LoginJudgement Gate::only_expected(LoginJudgement judgement, domain::LookupAnswer const& known,
                                   std::string_view username)
{
    bool const is_other = known.expected && !known.expected->username.empty() && known.expected->username != username;
    if (judgement.verdict == LoginVerdict::accepted && is_other)
        return {.verdict = LoginVerdict::refused, .why = "it was announced with another login"};
    return judgement;
}

LoginJudgement Gate::check(net::Authorization const& authorization, net::DigestSecret const& secret,
                           std::int64_t last_mark, base::TimePoint now)
{
    using Scheme = net::Authorization::Scheme;
    bool const takes_basic = policy_.login == LoginPolicy::basic || policy_.login == LoginPolicy::any;
    bool const takes_digest = policy_.login == LoginPolicy::digest || policy_.login == LoginPolicy::any;
    if (authorization.scheme == Scheme::basic && takes_basic)
        return {check_basic(authorization, secret) ? LoginVerdict::accepted : LoginVerdict::refused};
    if (authorization.scheme != Scheme::digest || !takes_digest)
        return {LoginVerdict::refused};
    auto const verdict = digest_.check(authorization, "POST", secret, now);
    if (verdict.outcome == net::DigestVerdict::Outcome::stale)
        return {LoginVerdict::stale};
    if (!verdict.accepted())
        return {LoginVerdict::refused};
    auto const mark = domain::login_mark_of(verdict.nonce_time, verdict.nonce_count);
    bool const is_new = nonces_.note(authorization.nonce, verdict.nonce_count) && mark > last_mark;
    // Without a count (RFC 2069) honest CPEs show the same answer again until they are told that it is stale.
    if (!is_new)
        return {.verdict = LoginVerdict::stale, .is_replay = verdict.nonce_count > 0};
    return {LoginVerdict::accepted, mark};
}

bool Gate::check_basic(net::Authorization const& authorization, net::DigestSecret const& secret) const
{
    auto const shown = net::make_digest_secret(authorization.username, policy_.digest.realm, authorization.password);
    auto const& mine = secret.sha256.empty() ? secret.md5 : secret.sha256;
    auto const& theirs = secret.sha256.empty() ? shown.md5 : shown.sha256;
    return !mine.empty() && base::equal_in_constant_time(mine, theirs);
}

}  // namespace session
