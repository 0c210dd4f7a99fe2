#include "fleet/fleet.hpp"

#include "net/url.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

namespace sim {

std::string expand_login(std::string_view text, std::string_view oui, std::string_view product_class,
                         std::string_view serial_number)
{
    std::string expanded{text};
    for (auto const& [from, to] :
         {std::pair{std::string_view{"{oui}"}, oui}, std::pair{std::string_view{"{product}"}, product_class},
          std::pair{std::string_view{"{serial}"}, serial_number}})
        for (auto at = expanded.find(from); at != expanded.npos; at = expanded.find(from, at + to.size()))
            expanded.replace(at, from.size(), to);
    return expanded;
}

std::string serial_number(std::string_view prefix, std::uint64_t seed, std::size_t index)
{
    return fmt::format("{}{:04}{:07}", prefix, seed % 10'000, index + 1);
}

namespace {

std::string authority_of(std::string const& address, std::uint16_t port)
{
    return net::Url{.host = address, .port = port}.authority();
}

}  // namespace

base::Result<std::unique_ptr<Fleet>> Fleet::create(FleetSettings settings)
{
    if (auto const checked = check(settings); !checked)
        return std::unexpected{checked.error()};
    auto context = net::TlsClientContext::create(settings.tls);
    if (!context)
        return std::unexpected{context.error()};
    return std::unique_ptr<Fleet>{new Fleet{std::move(settings), std::move(*context)}};
}

Fleet::Fleet(FleetSettings settings, std::shared_ptr<net::TlsClientContext> tls)
    : settings_{std::move(settings)},
      context_{clock_,
               statistics_,
               std::move(tls),
               to_quirks(settings_.quirks),
               {},
               settings_.gzip,
               settings_.session_timeout,
               settings_.boot_time,
               settings_.change_interval,
               settings_.connection_requests ? settings_.connection_request_address : std::string{}},
      threads_{settings_.threads},
      requests_{threads_, clock_},
      xmpp_{threads_, settings_.xmpp}
{
    context_.limits.exchange = std::chrono::seconds{settings_.session_timeout};
    make_devices();
}

Fleet::~Fleet()
{
    stop();
}

DeviceSettings Fleet::device_settings(Persona const& persona, std::size_t index) const
{
    DeviceSettings device;
    auto const& prefix = settings_.serial_prefix.empty() ? persona.serial_prefix : settings_.serial_prefix;
    auto const oui = settings_.oui.empty() ? persona.oui : settings_.oui;
    device.serial_number = serial_number(prefix, settings_.seed, index);
    device.oui = oui;
    device.seed = mixed(settings_.seed, index);
    device.acs_url = settings_.acs_url;
    auto const& login = settings_.username.empty() ? std::string{"{oui}-{serial}"} : settings_.username;
    device.acs_username = expand_login(login, oui, persona.product_class, device.serial_number);
    device.acs_password = expand_login(settings_.password, oui, persona.product_class, device.serial_number);
    device.connection_request_username = fmt::format("{}-{}", oui, device.serial_number);
    device.connection_request_password = fmt::format("{:016x}", mixed(device.seed, 1));
    device.inform_interval = settings_.inform_interval;
    device.cwmp_minor = settings_.cwmp_minor;
    return device;
}

void Fleet::make_devices()
{
    cpes_.reserve(settings_.count);
    for (std::size_t index = 0; index < settings_.count; ++index) {
        auto const& persona = *find_persona(settings_.personas[index % settings_.personas.size()]);
        cpes_.push_back(
            std::make_unique<Cpe>(persona, device_settings(persona, index), context_, index % settings_.threads));
        if (!settings_.stun_server.empty())
            cpes_.back()->use_stun(settings_.stun_server, settings_.stun_port);
    }
}

base::Result<void> Fleet::start()
{
    if (settings_.connection_requests) {
        auto const listening =
            requests_.listen(settings_.connection_request_address, settings_.connection_request_port);
        if (!listening)
            return listening;
        for (auto const& cpe : cpes_) {
            auto& device = cpe->device();
            // Not to be guessed from the serial number, the same in the next run.
            auto const path = fmt::format("{:016x}", mixed(device.identity().seed, 2));
            device.facts().connection_request_url =
                fmt::format("http://{}/{}", authority_of(settings_.connection_request_address, requests_.port()), path);
            requests_.add(path, *cpe);
        }
    }
    living_ = cpes_.size();
    for (std::size_t index = 0; index < cpes_.size(); ++index) {
        auto& cpe = *cpes_[index];
        auto const delay = settings_.ramp * static_cast<std::int64_t>(index) / static_cast<std::int64_t>(cpes_.size());
        threads_.spawn(cpe.thread(), [this, &cpe, delay]() -> base::Awaitable<void> {
            return [](Fleet& fleet, Cpe& living, std::chrono::milliseconds after) -> base::Awaitable<void> {
                co_await living.live(after);
                --fleet.living_;
            }(*this, cpe, delay);
        });
    }
    threads_.start();
    return start_xmpp();
}

base::Result<void> Fleet::start_xmpp()
{
    if (settings_.xmpp.host.empty())
        return {};
    for (auto const& cpe : cpes_)
        if (XmppRequests::is_able(cpe->device().persona()))
            if (auto const added = xmpp_.add(*cpe); !added)
                return added;
    xmpp_.start();
    return {};
}

void Fleet::stop()
{
    if (context_.stopping.exchange(true))
        return;
    requests_.stop();
    xmpp_.stop();
    if (threads_.running()) {
        for (std::size_t thread = 0; thread < threads_.size(); ++thread)
            boost::asio::post(threads_.context(thread), [this, thread] {
                for (auto const& cpe : cpes_)
                    if (cpe->thread() == thread)
                        cpe->stop();
            });
        constexpr std::chrono::milliseconds patience{1'500};
        auto const end = std::chrono::steady_clock::now() + patience;
        while (living_ > 0 && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    threads_.stop();
}

}  // namespace sim
