#include "storage/pg_login_store.hpp"

#include "base/unavailable.hpp"
#include "storage/array_text.hpp"
#include "storage/task_columns.hpp"

#include <fmt/format.h>

namespace storage {

namespace {

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

PgLoginStore::PgLoginStore(SessionParts parts) : parts_{parts}
{
    for (BatchKind* const kind : std::initializer_list<BatchKind*>{&offers_, &proofs_, &marks_, &wake_offers_,
                                                                   &wake_confirmations_, &retirements_})
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
