#include "storage/pg_login_store.hpp"

#include "base/unavailable.hpp"
#include "storage/array_text.hpp"
#include "storage/pg_audit.hpp"
#include "storage/task_columns.hpp"

#include <fmt/format.h>

namespace storage {

namespace {

constexpr Statement agree_to_device{
    "agree_to_device",
    "UPDATE device d SET login_state = 'allowed', login_until = $2::timestamptz, re_enrolled_at = l.times || now()"
    " FROM (SELECT device_id, ARRAY(SELECT t FROM unnest(re_enrolled_at) t WHERE t > now() - interval '24 hours')"
    " AS times FROM device WHERE device_id = $1 FOR UPDATE) l"
    " WHERE d.device_id = l.device_id AND cardinality(l.times) < $3::bigint RETURNING d.device_id"};

/// Without the key a device cannot be told what it may have already: nothing is written to it.
std::string opened(base::Sealer const& sealer, domain::GivenLogin const& login, std::string const& place)
{
    auto password = sealer.open(login.password, place);
    if (!password)
        throw base::Unavailable{
            fmt::format("the password of the login {} cannot be opened: {}", login.username, password.error().what)};
    return *std::move(password);
}

}  // namespace

PgLoginStore::PgLoginStore(SessionParts parts, Database& rare) : parts_{parts}, rare_{rare}
{
    for (BatchKind* const kind : std::initializer_list<BatchKind*>{&offers_, &proofs_, &marks_, &told_, &shortenings_,
                                                                   &wake_offers_, &wake_confirmations_, &retirements_})
        parts_.queue.add(*kind);
}

base::Awaitable<std::optional<domain::GivenLogin>> PgLoginStore::offer(domain::LoginOffer offer)
{
    offer.login.username = storable(offer.login.username);
    auto sealed = parts_.sealer.seal(offer.login.password, login_place(offer.login.username));
    auto const key = offer.device.value();
    auto const asked = std::make_shared<OfferRequest>(OfferQuestion{std::move(offer), std::move(sealed)});
    asked->key = key;
    auto kept = co_await parts_.queue.ask(offers_, asked);
    if (kept)
        kept->password = opened(parts_.sealer, *kept, login_place(kept->username));
    co_return kept;
}

base::Awaitable<void> PgLoginStore::prove(domain::DeviceKey device, std::string username, std::string ha1_md5)
{
    auto const asked =
        std::make_shared<ProveRequest>(ProveQuestion{device.value(), std::move(username), std::move(ha1_md5)});
    asked->key = device.value();
    co_await parts_.queue.ask(proofs_, asked);
}

base::Awaitable<void> PgLoginStore::mark(domain::DeviceKey device, domain::LoginState state, base::TimePoint until)
{
    auto const asked = std::make_shared<MarkLoginRequest>(MarkLoginQuestion{device.value(), state, until});
    asked->key = device.value();
    co_await parts_.queue.ask(marks_, asked);
}

base::Awaitable<std::optional<domain::GivenLogin>> PgLoginStore::told(domain::DeviceKey device, std::string username)
{
    auto const asked = std::make_shared<ToldRequest>(ToldQuestion{device.value(), storable(username)});
    asked->key = device.value();
    auto const sealed = co_await parts_.queue.ask(told_, asked);
    if (!sealed)
        co_return std::nullopt;
    domain::GivenLogin login{storable(username), *sealed};
    login.password = opened(parts_.sealer, login, login_place(login.username));
    co_return login;
}

base::Awaitable<void> PgLoginStore::shorten(domain::LoginOffer kept)
{
    kept.login.username = storable(kept.login.username);
    auto sealed = parts_.sealer.seal(kept.login.password, login_place(kept.login.username));
    auto const key = kept.device.value();
    auto const asked = std::make_shared<ShortenRequest>(OfferQuestion{std::move(kept), std::move(sealed)});
    asked->key = key;
    co_await parts_.queue.ask(shortenings_, asked);
}

base::Awaitable<bool> PgLoginStore::agree(domain::DeviceKey device, base::TimePoint until, std::uint32_t most,
                                          domain::AuditEntry entry)
{
    auto work = [device, until, most, entry = std::move(entry)](Transaction& transaction) {
        bool const is_agreed =
            !transaction.exec(agree_to_device, device.value(), time_text(until), static_cast<std::int64_t>(most))
                 .empty();
        if (is_agreed)
            append_audit(transaction, entry);
        return is_agreed;
    };
    co_return co_await rare_.run(std::move(work));
}

base::Awaitable<std::optional<domain::GivenLogin>> PgLoginStore::offer_wake(domain::DeviceKey device,
                                                                            domain::GivenLogin login, bool force)
{
    auto sealed = parts_.sealer.seal(login.password, wake_place(device));
    auto const asked = std::make_shared<OfferWakeRequest>(
        OfferWakeQuestion{device.value(), storable(login.username), std::move(sealed), force});
    asked->key = device.value();
    auto kept = co_await parts_.queue.ask(wake_offers_, asked);
    if (kept)
        kept->password = opened(parts_.sealer, *kept, wake_place(device));
    co_return kept;
}

base::Awaitable<void> PgLoginStore::confirm_wake(domain::DeviceKey device)
{
    auto const asked = std::make_shared<ConfirmWakeRequest>(device.value());
    asked->key = device.value();
    co_await parts_.queue.ask(wake_confirmations_, asked);
}

base::Awaitable<void> PgLoginStore::retire(domain::DeviceKey device)
{
    auto const asked = std::make_shared<RetireRequest>(device.value());
    asked->key = device.value();
    co_await parts_.queue.ask(retirements_, asked);
}

}  // namespace storage
